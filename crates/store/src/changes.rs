//! The feed: every change of every commit, in order, for whoever follows from outside.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::{EntityId, Removed};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::row::{ONE_SNAPSHOT, Table, Which, id_of};
use crate::snapshot::some_rows;
use crate::summary::Summary;
use crate::{StoreError, chain};

/// One change of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedChange {
    /// The commit.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// The place within the commit, from 0. The rows of a bulk load take the place of its one entry in the log.
    pub ordinal: i32,
    /// When the commit was recorded.
    pub recorded_at: DateTime<Utc>,
    /// `put`, `remove` or `merge`.
    pub op: &'static str,
    /// The row.
    pub subject: Removed,
    /// The entity that it was merged into, if it was.
    pub merged_into: Option<EntityId>,
    /// The row as it is afterwards, as the log has it; `None` when it is gone.
    pub image: Option<String>,
    /// The kind of the entity or edge, where it is known.
    pub kind: Option<String>,
}

/// The changes after a place in the feed, at most `limit`, as of one moment. An `ordinal` of -1 means the end of the
/// commit: all later commits. Rows of a bulk load come entities first, in the order of identifiers, and are read a page
/// at a time.
///
/// # Errors
/// When the database cannot be read, or a row or the log breaks a rule.
pub async fn after(
    conn: &mut PgConnection,
    (seq, ordinal): (i64, i32),
    limit: usize,
) -> Result<Vec<LoggedChange>, StoreError> {
    let from = Place { seq, next: if ordinal < 0 { i64::MAX } else { i64::from(ordinal) + 1 } };
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let mut page = Vec::new();
    for entry in entries(&mut tx, from, limit).await? {
        let left = limit.saturating_sub(page.len());
        if left == 0 {
            break;
        }
        match entry.rows {
            Some(rows) => {
                let skip = if entry.seq == from.seq { from.next.saturating_sub(entry.place).max(0) } else { 0 };
                if skip < rows {
                    page.extend(loaded(&mut tx, &entry, skip, left).await?);
                }
            }
            None => page.extend(entry.change()),
        }
    }
    tx.commit().await?;
    Ok(page)
}

/// Where the feed is to begin: the first commit looked at, and the first place of interest within it.
#[derive(Debug, Clone, Copy)]
struct Place {
    seq: i64,
    next: i64,
}

/// An entry of the log.
struct Entry {
    seq: i64,
    chain: Vec<u8>,
    recorded_at: DateTime<Utc>,
    /// Its place in the feed.
    place: i64,
    /// How many rows it stands for, if it is that of a bulk load.
    rows: Option<i64>,
    op: String,
    subject: String,
    id: Option<Uuid>,
    merged_into: Option<Uuid>,
    image: String,
    kind: Option<String>,
}

async fn entries(conn: &mut PgConnection, from: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
    // What comes after a bulk load in its commit is moved back by the rows that the load stands for.
    let rows = sqlx::query_as!(
        Entry,
        r#"select f.seq as "seq!", f.place as "place!", f.op as "op!", f.subject as "subject!", f.id, f.rows,
               f.image::text as "image!", k.chain, k.recorded_at,
               case when f.op = 'merge' then (f.image ->> 'into')::uuid end as merged_into,
               case when f.op = 'put' then f.image ->> 'kind' else coalesce(
                   (select b.image ->> 'kind' from change b where b.id = f.id and b.subject = f.subject
                        and b.op = 'put' and b.seq < f.seq order by b.seq desc limit 1),
                   (select o.image ->> 'kind' from original o where o.id = f.id and o.subject = f.subject
                        and o.seq < f.seq order by o.seq desc limit 1)) end as kind
           from (select c.*, c.ordinal + coalesce(
                     (select (b.image ->> 'entities')::bigint + (b.image ->> 'edges')::bigint - 1 from change b
                      where b.seq = c.seq and b.subject = 'bulk' and b.ordinal < c.ordinal), 0) as place,
                     case when c.subject = 'bulk'
                         then (c.image ->> 'entities')::bigint + (c.image ->> 'edges')::bigint end as rows
                 from change c where c.seq >= $1) f
           join commit k on k.seq = f.seq
           where f.seq > $1 or f.place >= $2 or f.place + f.rows > $2
           order by f.seq, f.ordinal limit $3"#,
        from.seq,
        from.next,
        i64::try_from(limit).unwrap_or(i64::MAX)
    );
    Ok(rows.fetch_all(conn).await?)
}

impl Entry {
    fn change(self) -> Option<LoggedChange> {
        let put = self.op == "put";
        Some(LoggedChange {
            seq: self.seq,
            chain: chain::from_column(&self.chain),
            ordinal: i32::try_from(self.place).unwrap_or(i32::MAX),
            recorded_at: self.recorded_at,
            op: match self.op.as_str() {
                "put" => "put",
                "merge" => "merge",
                _ => "remove",
            },
            subject: Table::named(&self.subject).row(self.id?),
            merged_into: self.merged_into.map(EntityId),
            image: put.then_some(self.image),
            kind: self.kind,
        })
    }
}

/// Some of the rows of a bulk load, as it wrote them: those after the first `skip`, at most `limit`.
async fn loaded(
    conn: &mut PgConnection,
    entry: &Entry,
    skip: i64,
    limit: usize,
) -> Result<Vec<LoggedChange>, StoreError> {
    let summary: Summary = serde_json::from_str(&entry.image)
        .map_err(|e| StoreError::BrokenLog { seq: entry.seq, problem: e.to_string() })?;
    let entities = i64::try_from(summary.entities).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    if skip < entities {
        rows = page(conn, entry.seq, Table::Entities, skip, limit).await?;
    }
    let left = limit - rows.len();
    if left > 0 {
        rows.extend(page(conn, entry.seq, Table::Edges, (skip - entities).max(0), left).await?);
    }
    let change = |(place, (subject, image, kind)): (i64, Loaded)| LoggedChange {
        seq: entry.seq,
        chain: chain::from_column(&entry.chain),
        ordinal: i32::try_from(place).unwrap_or(i32::MAX),
        recorded_at: entry.recorded_at,
        op: "put",
        subject,
        merged_into: None,
        image: Some(image),
        kind,
    };
    Ok((entry.place + skip..).zip(rows).map(change).collect())
}

/// A row of a bulk load, its image and its kind.
type Loaded = (Removed, String, Option<String>);

/// A page of the entities or edges of a bulk load: what stands as it was, and the originals of what does not.
async fn page(
    conn: &mut PgConnection,
    seq: i64,
    table: Table,
    skip: i64,
    limit: usize,
) -> Result<Vec<Loaded>, StoreError> {
    let found = sqlx::query!(
        r#"select id as "id!", image::text, kind
           from (select id, null::json as image, kind from entity
                     where version = $1 and created_seq = $1 and $2 = 'entity'
                 union all select id, null, kind from edge where version = $1 and created_seq = $1 and $2 = 'edge'
                 union all select id, image, image ->> 'kind' from original where seq = $1 and subject = $2
                 order by id offset $3 limit $4) r"#,
        seq,
        table.subject(),
        skip,
        i64::try_from(limit).unwrap_or(i64::MAX)
    );
    let found = found.fetch_all(&mut *conn).await?;
    let standing: Vec<Uuid> = found.iter().filter(|row| row.image.is_none()).map(|row| row.id).collect();
    let mut images = HashMap::with_capacity(standing.len());
    if !standing.is_empty() {
        let which = Which::Of(&standing);
        some_rows(conn, table, which, |row, _| drop(images.insert(id_of(row.id()), row.image()))).await?;
    }
    let mut row = |id, image: Option<String>, kind| Some((table.row(id), image.or_else(|| images.remove(&id))?, kind));
    Ok(found.into_iter().filter_map(|found| row(found.id, found.image, found.kind)).collect())
}
