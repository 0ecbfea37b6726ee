//! What a row was, and when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Edge, EdgeId, EntityId, Removed, Stamp};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::originals::decode;
use crate::snapshot::{ONE_SNAPSHOT, Quotations, Row, Which, some_edges};
use crate::{StoreError, entities};

/// What a row was after one of the commits that changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowVersion {
    /// The commit.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The row as the commit left it, quotations included; `None` when the commit took it away.
    pub row: Option<Row>,
    /// The entity that it was merged into, when that is how it went.
    pub merged_into: Option<EntityId>,
}

/// All versions of a row, oldest first; empty when there never was such a row.
///
/// # Errors
/// When the database cannot be read, or an image in the log cannot.
pub async fn of_row(conn: &mut PgConnection, row: Removed) -> Result<Vec<RowVersion>, StoreError> {
    let (subject, id) = match row {
        Removed::Entity(id) => ("entity", id.0),
        Removed::Edge(id) => ("edge", id.0),
    };
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let logged = sqlx::query!(
        r#"select v.seq as "seq!", v.put as "put!", v.image::text as "image!", v.merged_into, k.recorded_at
           from (select seq, op = 'put' as put, image,
                     case when op = 'merge' then (image ->> 'into')::uuid end as merged_into
                 from change where id = $1 and subject = $2
                 union all select seq, true, image, null from original where id = $1 and subject = $2) v
           join commit k on k.seq = v.seq order by v.seq"#,
        id,
        subject
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut versions = Vec::with_capacity(logged.len() + 1);
    for version in logged {
        versions.push(RowVersion {
            seq: version.seq,
            recorded_at: version.recorded_at,
            row: version.put.then(|| decode(subject, id, &version.image)).transpose()?,
            merged_into: version.merged_into.map(EntityId),
        });
    }
    // What a bulk load wrote last stands in its table only.
    let last = versions.last().map_or(0, |version| version.seq);
    let standing = standing(&mut tx, row).await?.filter(|(_, stamp)| stamp.version > last);
    versions.extend(standing.map(|(row, stamp)| RowVersion {
        seq: stamp.version,
        recorded_at: stamp.recorded_at,
        row: Some(row),
        merged_into: None,
    }));
    tx.commit().await?;
    Ok(versions)
}

async fn standing(conn: &mut PgConnection, row: Removed) -> Result<Option<(Row, Stamp)>, StoreError> {
    let mut found = None;
    match row {
        Removed::Entity(id) => {
            entities::read(conn, Which::Of(&[id.0]), |(entity, _, stamp, _)| {
                found = Some((Row::Entity(entity), stamp));
            })
            .await?;
        }
        Removed::Edge(id) => {
            some_edges(conn, Which::Of(&[id.0]), Quotations::Included, |edge, stamp| {
                found = Some((Row::Edge(edge), stamp.stamp));
            })
            .await?;
        }
    }
    Ok(found)
}

/// Those of the edges that stand, whole: with quotations, and with the commit that wrote them last. In the order asked.
///
/// # Errors
/// When the database cannot be read, or a row breaks a rule of the model.
pub async fn whole_edges(conn: &mut PgConnection, ids: &[EdgeId]) -> Result<Vec<(Edge, i64)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let asked: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut found = HashMap::with_capacity(ids.len());
    some_edges(&mut tx, Which::Of(&asked), Quotations::Included, |edge, stamp| {
        found.insert(edge.id, (edge, stamp.stamp.version));
    })
    .await?;
    tx.commit().await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The last commit recorded at or before a time; 0 when there was none yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn last_at(conn: &mut PgConnection, time: DateTime<Utc>) -> Result<i64, StoreError> {
    let found = sqlx::query_scalar!(
        "select seq from commit where recorded_at <= $1 order by recorded_at desc, seq desc limit 1",
        time
    );
    Ok(found.fetch_optional(conn).await?.unwrap_or(0))
}
