//! From the staging tables into the graph, under the lock: set-based statements only.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::bulk::Summary;

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
    let mut entities = sqlx::query_scalar!(r#"select image as "image!" from stage_entity where replaces order by id"#)
        .fetch(&mut *conn);
    while let Some(image) = entities.try_next().await? {
        each(&image);
    }
    drop(entities);
    let mut edges =
        sqlx::query_scalar!(r#"select image as "image!" from stage_edge where replaces order by id"#).fetch(conn);
    while let Some(image) = edges.try_next().await? {
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

/// Moves the staged rows into the graph, as the commit `seq`; so many of the entities and edges take the place of others.
pub(crate) async fn move_rows(
    conn: &mut PgConnection,
    (entities, edges): (usize, usize),
    seq: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if entities > 0 {
        all_replaced(seq, replace_entities(conn, seq, now).await?, entities)?;
    }
    sqlx::query!(
        "insert into entity (id, kind, slug, names, aliases, redirects, detail, hash, created_seq, version, recorded_at)
         select id, kind, slug, names, aliases, redirects, detail, hash, $1, $1, $2
         from stage_entity where not replaces order by id",
        seq,
        now
    )
    .execute(&mut *conn)
    .await?;
    if edges > 0 {
        all_replaced(seq, replace_edges(conn, seq, now).await?, edges)?;
    }
    let mut after = Uuid::nil();
    while let Some(upto) = chunk_end(conn, after).await? {
        move_edges(conn, (after, upto), seq, now).await?;
        after = upto;
    }
    sqlx::query!(
        "insert into edge_link (edge_id, link, target_id, ordinal)
         select edge_id, link, target_id, ordinal from stage_edge_link order by edge_id"
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The digest takes the hash of every staged row in: one that found nothing to replace must not be committed.
fn all_replaced(seq: i64, replaced: u64, staged: usize) -> Result<(), StoreError> {
    if usize::try_from(replaced) == Ok(staged) {
        return Ok(());
    }
    Err(StoreError::BrokenLog { seq, problem: format!("{staged} rows should replace others, and {replaced} do") })
}

async fn replace_entities(conn: &mut PgConnection, seq: i64, now: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update entity e set slug = s.slug, names = s.names, aliases = s.aliases, redirects = s.redirects,
             detail = s.detail, hash = s.hash, version = $1, recorded_at = $2
         from stage_entity s where s.replaces and e.id = s.id",
        seq,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Puts the fields of the edges that are replaced in place, and takes away what else belongs to them.
async fn replace_edges(conn: &mut PgConnection, seq: i64, now: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "with conditions as (delete from edge_condition where edge_id in (select id from stage_edge where replaces)),
             evidence as (delete from evidence where edge_id in (select id from stage_edge where replaces)),
             links as (delete from edge_link where edge_id in (select id from stage_edge where replaces))
         update edge e set subject_id = r.subject_id, subject_kind = s.kind, object_id = r.object_id,
             object_kind = o.kind, polarity = r.polarity, modality = r.modality, rank = r.rank, said_at = r.said_at,
             valid_from = r.valid_from, valid_until = r.valid_until, capability = r.capability, mission = r.mission,
             specificity = r.specificity, stance = r.stance, stage = r.stage, conditionality = r.conditionality,
             relation = r.relation, coalition_id = r.coalition_id, meeting_id = r.meeting_id, place_id = r.place_id,
             acting_through_id = r.acting_through_id, detail = r.detail, hash = r.hash, version = $1, recorded_at = $2
         from stage_edge r left join entity s on s.id = r.subject_id left join entity o on o.id = r.object_id
         where r.replaces and e.id = r.id",
        seq,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// The last of the next edges, in the order of identifiers.
async fn chunk_end(conn: &mut PgConnection, after: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from (select id from stage_edge where id > $1 order by id limit $2) chunk order by id desc limit 1",
        after,
        MOVE_AT_ONCE
    )
    .fetch_optional(conn)
    .await
}

/// Moves the edges after the first and up to the second identifier, with their conditions and evidence.
async fn move_edges(
    conn: &mut PgConnection,
    (after, upto): (Uuid, Uuid),
    seq: i64,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into edge (id, kind, subject_id, subject_kind, object_id, object_kind, polarity, modality, rank,
             said_at, valid_from, valid_until, capability, mission, specificity, stance, stage, conditionality, relation,
             coalition_id, meeting_id, place_id, acting_through_id, detail, hash, created_seq, version, recorded_at)
         select r.id, r.kind, r.subject_id, (select s.kind from entity s where s.id = r.subject_id),
             r.object_id, (select o.kind from entity o where o.id = r.object_id), r.polarity, r.modality, r.rank,
             r.said_at, r.valid_from, r.valid_until, r.capability, r.mission, r.specificity,
             r.stance, r.stage, r.conditionality, r.relation, r.coalition_id, r.meeting_id, r.place_id,
             r.acting_through_id, r.detail, r.hash, $3, $3, $4
         from stage_edge r where not r.replaces and r.id > $1 and r.id <= $2 order by r.id",
        after,
        upto,
        seq,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into edge_condition (edge_id, node, parent, op, k, condition_id, explicitness)
         select edge_id, node, parent, op, k, condition_id, explicitness
         from stage_edge_condition where edge_id > $1 and edge_id <= $2 order by edge_id, node",
        after,
        upto
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into evidence (edge_id, ordinal, source_id, line, page, quote, quotation, quotation_lang, explicitness,
             attribution)
         select edge_id, ordinal, source_id, line, page, quote, quotation, quotation_lang, explicitness, attribution
         from stage_evidence where edge_id > $1 and edge_id <= $2 order by edge_id, ordinal",
        after,
        upto
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("select check_references()").execute(conn).await?;
    Ok(())
}
