//! What a row was, and when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Edge, EdgeId, EntityId, Removed, Stamp};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::StoreError;
use crate::originals::decode;
use crate::row::{ONE_SNAPSHOT, Row, Table, Which, id_of};
use crate::snapshot::some_rows;

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

/// One of the commits that changed a row, without what it left of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionHead {
    /// The commit.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Whether the row stood afterwards.
    pub put: bool,
    /// The entity that it was merged into, when that is how it went.
    pub merged_into: Option<EntityId>,
}

/// The commits that changed a row, oldest first; empty when there never was such a row.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(conn: &mut PgConnection, row: Removed) -> Result<Vec<VersionHead>, StoreError> {
    let (subject, id) = (Table::of(row).subject(), id_of(row));
    // What stands is in the log too, unless a bulk load wrote it: `union` leaves one of the two.
    let found = sqlx::query!(
        r#"select v.seq as "seq!", v.put as "put!", v.merged_into, k.recorded_at
           from (select seq, op = 'put' as put, case when op = 'merge' then (image ->> 'into')::uuid end as merged_into
                 from change where id = $1 and subject = $2
                 union select seq, true, null from original where id = $1 and subject = $2
                 union select version, true, null from entity where id = $1 and $2 = 'entity'
                 union select version, true, null from edge where id = $1 and $2 = 'edge') v
           join commit k on k.seq = v.seq order by v.seq"#,
        id,
        subject
    );
    let found = found.fetch_all(conn).await?.into_iter().map(|row| VersionHead {
        seq: row.seq,
        recorded_at: row.recorded_at,
        put: row.put,
        merged_into: row.merged_into.map(EntityId),
    });
    Ok(found.collect())
}

/// All versions of a row, oldest first; empty when there never was such a row.
///
/// # Errors
/// When the database cannot be read, or an image in the log cannot.
pub async fn of_row(conn: &mut PgConnection, row: Removed) -> Result<Vec<RowVersion>, StoreError> {
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let versions = read(&mut tx, row, None).await?;
    tx.commit().await?;
    Ok(versions)
}

/// The versions of a row that these commits wrote, oldest first. Commits that did not change it are left out.
///
/// # Errors
/// When the database cannot be read, or an image in the log cannot.
pub async fn versions_at(conn: &mut PgConnection, row: Removed, seqs: &[i64]) -> Result<Vec<RowVersion>, StoreError> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let versions = read(&mut tx, row, Some(seqs)).await?;
    tx.commit().await?;
    Ok(versions)
}

/// A row as it last stood at or before a commit; `None` when it never did.
///
/// # Errors
/// When the database cannot be read, or an image in the log cannot.
pub async fn last_version_at(
    conn: &mut PgConnection,
    row: Removed,
    upto_seq: i64,
) -> Result<Option<RowVersion>, StoreError> {
    let (subject, id) = (Table::of(row).subject(), id_of(row));
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let last = sqlx::query_scalar!(
        r#"select max(v.seq) from (
               (select seq from change where id = $1 and subject = $2 and op = 'put' and seq <= $3
                order by seq desc limit 1)
               union all select seq from original where id = $1 and subject = $2 and seq <= $3
               union all select version from entity where id = $1 and $2 = 'entity' and version <= $3
               union all select version from edge where id = $1 and $2 = 'edge' and version <= $3) v"#,
        id,
        subject,
        upto_seq
    );
    let mut versions = match last.fetch_one(&mut *tx).await? {
        Some(seq) => read(&mut tx, row, Some(&[seq])).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    Ok(versions.pop())
}

/// The versions of a row, in a transaction that sees one state: all, or those of some commits.
async fn read(tx: &mut PgConnection, row: Removed, seqs: Option<&[i64]>) -> Result<Vec<RowVersion>, StoreError> {
    let (subject, id) = (Table::of(row).subject(), id_of(row));
    let logged = sqlx::query!(
        r#"select v.seq as "seq!", v.put as "put!", v.image::text as "image!", v.merged_into, k.recorded_at
           from (select seq, op = 'put' as put, image,
                     case when op = 'merge' then (image ->> 'into')::uuid end as merged_into
                 from change where id = $1 and subject = $2
                 union all select seq, true, image, null from original where id = $1 and subject = $2) v
           join commit k on k.seq = v.seq
           where $3::bigint[] is null or v.seq = any($3) order by v.seq"#,
        id,
        subject,
        seqs as _
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
    let standing = standing(tx, row)
        .await?
        .filter(|(_, stamp)| stamp.version > last && seqs.is_none_or(|seqs| seqs.contains(&stamp.version)));
    versions.extend(standing.map(|(row, stamp)| RowVersion {
        seq: stamp.version,
        recorded_at: stamp.recorded_at,
        row: Some(row),
        merged_into: None,
    }));
    Ok(versions)
}

async fn standing(conn: &mut PgConnection, row: Removed) -> Result<Option<(Row, Stamp)>, StoreError> {
    let mut found = None;
    some_rows(conn, Table::of(row), Which::Of(&[id_of(row)]), |row, stamp| found = Some((row, stamp.stamp))).await?;
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
    some_rows(&mut tx, Table::Edges, Which::Of(&asked), |row, stamp| {
        if let Row::Edge(edge) = row {
            found.insert(edge.id, (edge, stamp.stamp.version));
        }
    })
    .await?;
    tx.commit().await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// What a moment is to the log, by the clock of the database, which all times of the log come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It is now or to come.
    Now,
    /// It is not later than the last commit: no commit can still be recorded before it, since the times of the log do
    /// not step back.
    Settled,
    /// It is past, and a commit that is under way may turn out to have been recorded before it.
    Open,
}

/// What a moment is to the log.
///
/// # Errors
/// When the database cannot be read.
pub async fn moment(conn: &mut PgConnection, time: DateTime<Utc>) -> Result<Moment, StoreError> {
    let found = sqlx::query!(
        r#"select $1 >= clock_timestamp() as "now!", coalesce($1 <= recorded_at, false) as "settled!" from head"#,
        time
    );
    let found = found.fetch_one(conn).await?;
    Ok(match (found.now, found.settled) {
        (true, _) => Moment::Now,
        (_, true) => Moment::Settled,
        _ => Moment::Open,
    })
}

/// Waits for the commit that is under way, if one is, then reads as [`last_at`]. Also gives the time, by the clock of the
/// database, before which no commit will be recorded any more.
///
/// # Errors
/// When the commit takes longer than 2 seconds, which is transient; when the database cannot be read.
pub async fn settled_at(conn: &mut PgConnection, time: DateTime<Utc>) -> Result<(i64, DateTime<Utc>), StoreError> {
    // READ COMMITTED: the statement after the wait sees the commit that was waited for.
    let mut tx = conn.begin_with(PATIENT).await?;
    let locked = sqlx::query_scalar!("select seq from head for share");
    locked.fetch_one(&mut *tx).await?;
    // As long as the lock is held, nobody takes the time of a commit.
    let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(&mut *tx).await?;
    let seq = last_at(&mut tx, time).await?;
    tx.commit().await?;
    Ok((seq, now))
}

/// Begins a transaction that waits no longer than 2 seconds, and leaves the head to the writers if its process stops.
const PATIENT: &str = "begin isolation level read committed; set local statement_timeout = '2s'; \
    set local idle_in_transaction_session_timeout = '2s'";

/// The last commit recorded at or before a time; 0 when there was none yet. A commit that is under way is not seen and
/// may be recorded before that time: see [`moment`].
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
