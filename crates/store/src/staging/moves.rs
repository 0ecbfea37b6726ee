//! From the staging tables into the graph, under the lock: set-based statements only.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::rows::{ConditionRow, EdgeRow, EntityRow, EvidenceRow, LinkRow};
use crate::summary::Summary;
use crate::table::{ALL, Chunk, move_new, move_parts, replace};
use crate::{StoreError, edges};

/// How many edges one statement moves under the lock: what it must check later is kept in the server's memory.
const MOVE_AT_ONCE: i64 = 100_000;

/// What is staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Staged {
    /// The new rows.
    pub(crate) new: Summary,
    /// How many rows take the place of others, and the XOR of their hashes.
    pub(crate) replaced: i64,
    pub(crate) replaced_digest: u64,
}

/// Counts what is staged.
pub(crate) async fn count(conn: &mut PgConnection) -> Result<Staged, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
               (select count(*) from stage_entity where not replaces) as "entities!",
               (select count(*) from stage_edge where not replaces) as "edges!",
               (select coalesce(bit_xor(hash), 0) from stage_entity where not replaces)
                   # (select coalesce(bit_xor(hash), 0) from stage_edge where not replaces) as "digest!",
               (select count(*) from stage_entity where replaces)
                   + (select count(*) from stage_edge where replaces) as "replaced!",
               (select coalesce(bit_xor(hash), 0) from stage_entity where replaces)
                   # (select coalesce(bit_xor(hash), 0) from stage_edge where replaces) as "replaced_digest!""#
    )
    .fetch_one(conn)
    .await?;
    let new = Summary {
        entities: row.entities.cast_unsigned(),
        edges: row.edges.cast_unsigned(),
        digest: row.digest.cast_unsigned(),
    };
    Ok(Staged { new, replaced: row.replaced, replaced_digest: row.replaced_digest.cast_unsigned() })
}

/// XOR of the hashes of the rows that will be replaced, as they stand.
pub(crate) async fn standing_digest(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let digest = sqlx::query_scalar!(
        r#"select (select coalesce(bit_xor(e.hash), 0) from entity e join stage_entity s using (id) where s.replaces)
               # (select coalesce(bit_xor(e.hash), 0) from edge e join stage_edge s using (id) where s.replaces)
               as "digest!""#
    );
    Ok(digest.fetch_one(conn).await?.cast_unsigned())
}

/// The entities and the edges that will be replaced.
pub(crate) async fn replaced(conn: &mut PgConnection) -> Result<(Vec<Uuid>, Vec<Uuid>), sqlx::Error> {
    let entities = sqlx::query_scalar!("select id from stage_entity where replaces order by id");
    let entities = entities.fetch_all(&mut *conn).await?;
    let edges = sqlx::query_scalar!("select id from stage_edge where replaces order by id").fetch_all(conn).await?;
    Ok((entities, edges))
}

/// Gives the after-images of the rows that are replaced, in the order of the log.
pub(crate) async fn images(conn: &mut PgConnection, mut each: impl FnMut(&str)) -> Result<(), sqlx::Error> {
    let mut images = sqlx::query_scalar!(
        r#"select image as "image!"
           from (select 0 as place, id, image from stage_entity where replaces
                 union all select 1, id, image from stage_edge where replaces) r order by place, id"#
    )
    .fetch(conn);
    while let Some(image) = images.try_next().await? {
        each(&image);
    }
    Ok(())
}

/// Writes the rows that are replaced into the log, after `before` other changes of the commit.
pub(crate) async fn log_replaced(conn: &mut PgConnection, seq: i64, before: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into change (seq, ordinal, subject, id, op, hash, image)
         select $1, ($2 - 1 + row_number() over (order by place, id))::integer, subject, id, 'put', hash, image::json
         from (select 0 as place, 'entity' as subject, id, hash, image from stage_entity where replaces
               union all select 1, 'edge', id, hash, image from stage_edge where replaces) r",
        seq,
        before
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the staged rows into the graph, as the commit `seq`; so many of the entities, and these edges, take the place of
/// others.
pub(crate) async fn move_rows(
    conn: &mut PgConnection,
    (entities, edges): (usize, &[Uuid]),
    seq: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if entities > 0 {
        all_replaced(seq, replace::<EntityRow<'_>>(conn, seq, now).await?, entities)?;
    }
    move_new::<EntityRow<'_>>(conn, ALL, seq, now).await?;
    if !edges.is_empty() {
        edges::clear(conn, edges).await?;
        all_replaced(seq, replace::<EdgeRow<'_>>(conn, seq, now).await?, edges.len())?;
    }
    let mut next = Some(Uuid::nil());
    while let Some(first) = next
        && let Some(last) = chunk_end(conn, first).await?
    {
        move_edges(conn, (first, last), seq, now).await?;
        next = last.as_u128().checked_add(1).map(Uuid::from_u128);
    }
    move_parts::<LinkRow<'_>>(conn, ALL).await?;
    Ok(())
}

/// The digest takes the hash of every staged row in: one that found nothing to replace must not be committed.
fn all_replaced(seq: i64, replaced: u64, staged: usize) -> Result<(), StoreError> {
    if usize::try_from(replaced) == Ok(staged) {
        return Ok(());
    }
    Err(StoreError::BrokenLog { seq, problem: format!("{staged} rows should replace others, and {replaced} do") })
}

/// The last of the next edges, in the order of identifiers.
async fn chunk_end(conn: &mut PgConnection, first: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from (select id from stage_edge where id >= $1 order by id limit $2) chunk order by id desc limit 1",
        first,
        MOVE_AT_ONCE
    )
    .fetch_optional(conn)
    .await
}

/// Moves the edges of a chunk, with their conditions and evidence.
async fn move_edges(conn: &mut PgConnection, chunk: Chunk, seq: i64, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    move_new::<EdgeRow<'_>>(conn, chunk, seq, now).await?;
    move_parts::<ConditionRow<'_>>(conn, chunk).await?;
    move_parts::<EvidenceRow<'_>>(conn, chunk).await?;
    sqlx::query!("select check_references()").execute(conn).await?;
    Ok(())
}
