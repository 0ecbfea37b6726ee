//! The table `edge`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::EdgeKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::code_text::CodeText;
use crate::edge_row::EdgeRow;

/// Values of one column, for `unnest`.
pub(crate) fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// What the writer needs to know of an edge that stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StandingEdge {
    pub(crate) kind: EdgeKind,
    pub(crate) hash: u64,
    pub(crate) version: i64,
}

/// Those of the edges that exist.
pub(crate) async fn standing(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, StandingEdge>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = sqlx::query!(
        r#"select id, kind as "kind: CodeText<EdgeKind>", hash, version from edge where id = any($1)"#,
        ids
    );
    let rows = query.fetch_all(conn).await?;
    let edge = |kind: CodeText<EdgeKind>, hash: i64, version| StandingEdge {
        kind: kind.0,
        hash: hash.cast_unsigned(),
        version,
    };
    Ok(rows.into_iter().map(|row| (row.id, edge(row.kind, row.hash, row.version))).collect())
}

/// Inserts edges, or puts them in the place of what stood there. The kinds of the ends are read from the entities: one
/// that does not exist leaves a null, which the column refuses.
pub(crate) async fn put(
    conn: &mut PgConnection,
    rows: &[(EdgeRow, i64)],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into edge (id, kind, subject_id, subject_kind, object_id, object_kind, polarity, modality, rank,
             said_at, valid_from, valid_until, capability, mission, specificity, stance, stage, conditionality, relation,
             coalition_id, meeting_id, place_id, acting_through_id, detail, hash, created_seq, version, recorded_at)
         select r.id, r.kind, r.subject_id, (select s.kind from entity s where s.id = r.subject_id),
             r.object_id, (select o.kind from entity o where o.id = r.object_id), r.polarity, r.modality, r.rank,
             r.said_at::jsonb, r.valid_from::jsonb, r.valid_until::jsonb, r.capability, r.mission, r.specificity,
             r.stance, r.stage, r.conditionality, r.relation, r.coalition_id, r.meeting_id, r.place_id,
             r.acting_through_id, r.detail::jsonb, r.hash, r.seq, r.seq, $25
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
             $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
             $17::text[], $18::uuid[], $19::uuid[], $20::uuid[], $21::uuid[], $22::text[], $23::bigint[], $24::bigint[])
             as r (id, kind, subject_id, object_id, polarity, modality, rank, said_at, valid_from, valid_until,
                 capability, mission, specificity, stance, stage, conditionality, relation, coalition_id, meeting_id,
                 place_id, acting_through_id, detail, hash, seq)
         on conflict (id) do update set subject_id = excluded.subject_id, subject_kind = excluded.subject_kind,
             object_id = excluded.object_id, object_kind = excluded.object_kind, polarity = excluded.polarity,
             modality = excluded.modality, rank = excluded.rank, said_at = excluded.said_at,
             valid_from = excluded.valid_from, valid_until = excluded.valid_until, capability = excluded.capability,
             mission = excluded.mission, specificity = excluded.specificity, stance = excluded.stance,
             stage = excluded.stage, conditionality = excluded.conditionality, relation = excluded.relation,
             coalition_id = excluded.coalition_id, meeting_id = excluded.meeting_id, place_id = excluded.place_id,
             acting_through_id = excluded.acting_through_id, detail = excluded.detail, hash = excluded.hash,
             version = excluded.version, recorded_at = excluded.recorded_at",
        &column(rows, |r| r.0.id),
        &column(rows, |r| r.0.kind) as _,
        &column(rows, |r| r.0.subject_id),
        &column(rows, |r| r.0.object_id),
        &column(rows, |r| r.0.polarity) as _,
        &column(rows, |r| r.0.modality) as _,
        &column(rows, |r| r.0.rank) as _,
        &column(rows, |r| r.0.said_at.clone()) as _,
        &column(rows, |r| r.0.valid_from.clone()) as _,
        &column(rows, |r| r.0.valid_until.clone()) as _,
        &column(rows, |r| r.0.capability) as _,
        &column(rows, |r| r.0.mission) as _,
        &column(rows, |r| r.0.specificity) as _,
        &column(rows, |r| r.0.stance) as _,
        &column(rows, |r| r.0.stage) as _,
        &column(rows, |r| r.0.conditionality) as _,
        &column(rows, |r| r.0.relation) as _,
        &column(rows, |r| r.0.coalition_id) as _,
        &column(rows, |r| r.0.meeting_id) as _,
        &column(rows, |r| r.0.place_id) as _,
        &column(rows, |r| r.0.acting_through_id) as _,
        &column(rows, |r| r.0.detail.clone()) as _,
        &column(rows, |r| r.0.hash),
        &column(rows, |r| r.1),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes edges with their conditions, evidence and links.
pub(crate) async fn remove(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from edge where id = any($1)", ids).execute(conn).await?;
    }
    Ok(())
}

/// Removes the conditions, evidence and links of edges that are put anew.
pub(crate) async fn clear(conn: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    if !ids.is_empty() {
        sqlx::query!("delete from edge_condition where edge_id = any($1)", ids).execute(&mut *conn).await?;
        sqlx::query!("delete from evidence where edge_id = any($1)", ids).execute(&mut *conn).await?;
        sqlx::query!("delete from edge_link where edge_id = any($1)", ids).execute(&mut *conn).await?;
    }
    Ok(())
}
