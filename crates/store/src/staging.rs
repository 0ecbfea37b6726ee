//! The staging tables of a bulk load. See `migrations/0004_staging.sql`.

use chrono::{DateTime, Utc};
use pledgegraph_model::{EdgeId, EdgeKind, EntityKind, EntityRef};
use sqlx::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

use crate::WriteError;
use crate::code_text::CodeText;
use crate::copy::TextRows;
use crate::edge_row::{ConditionRow, EdgeRow, EdgeRows, LinkRow};
use crate::entities::EntityRow;

/// How much text is put together before it is sent, in bytes.
const SEND_AT: usize = 4 << 20;

/// How many edges one statement moves under the lock: what it must check later is kept in the server's memory.
const MOVE_AT_ONCE: i64 = 100_000;

/// Rows on their way to the staging tables.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    entities: TextRows,
    edges: TextRows,
    conditions: TextRows,
    evidence: TextRows,
    links: TextRows,
}

impl Stage {
    pub(crate) fn entity(&mut self, row: &EntityRow) {
        let EntityRow { id, kind, slug, names, aliases, detail, hash } = row;
        let fields = self.entities.plain(id).plain(kind).text(Some(slug)).text(Some(names)).text(Some(aliases));
        fields.text(detail.as_deref()).plain(hash).end_row();
    }

    pub(crate) fn edge(&mut self, rows: &EdgeRows) {
        rows.edges.iter().for_each(|row| write_edge(&mut self.edges, row));
        for row in &rows.conditions {
            let ConditionRow { edge_id, node, parent, op, k, condition_id, explicitness } = row;
            let fields = self.conditions.plain(edge_id).plain(node).optional(*parent).plain(op).optional(*k);
            fields.optional(*condition_id).optional(*explicitness).end_row();
        }
        for row in &rows.evidence {
            let fields = self.evidence.plain(row.edge_id).plain(row.ordinal).plain(row.source_id);
            let fields = fields.optional(row.line).optional(row.page).text(row.quote.as_deref());
            let fields = fields.text(row.quotation.as_deref()).text(row.quotation_lang.as_deref());
            fields.plain(row.explicitness).text(row.attribution.as_deref()).end_row();
        }
        for LinkRow { edge_id, link, target_id, ordinal } in &rows.links {
            self.links.plain(edge_id).plain(link).plain(target_id).plain(ordinal).end_row();
        }
    }

    /// Sends what has gathered, if it is enough, or if it is the last.
    pub(crate) async fn send(&mut self, conn: &mut PgConnection, last: bool) -> Result<(), sqlx::Error> {
        let tables = [
            ("copy stage_entity from stdin", &mut self.entities),
            ("copy stage_edge from stdin", &mut self.edges),
            ("copy stage_edge_condition from stdin", &mut self.conditions),
            ("copy stage_evidence from stdin", &mut self.evidence),
            ("copy stage_edge_link from stdin", &mut self.links),
        ];
        let gathered: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
        if gathered < SEND_AT && !last {
            return Ok(());
        }
        for (statement, rows) in tables {
            if rows.len() > 0 {
                let mut copy = conn.copy_in_raw(statement).await?;
                copy.send(rows.take()).await?;
                copy.finish().await?;
            }
        }
        Ok(())
    }
}

fn write_edge(rows: &mut TextRows, row: &EdgeRow) {
    let fields = rows.plain(row.id).plain(row.kind).plain(row.subject_id).plain(row.object_id);
    let fields = fields.plain(row.polarity).plain(row.modality).plain(row.rank);
    let fields = fields.text(row.said_at.as_deref()).text(row.valid_from.as_deref()).text(row.valid_until.as_deref());
    let fields = fields.optional(row.capability).optional(row.mission).optional(row.specificity).optional(row.stance);
    let fields = fields.optional(row.stage).optional(row.conditionality).optional(row.relation);
    let fields = fields.optional(row.coalition_id).optional(row.meeting_id).optional(row.place_id);
    fields.optional(row.acting_through_id).text(row.detail.as_deref()).plain(row.hash).end_row();
}

/// Empties the tables. Other loads wait here until the transaction ends.
pub(crate) async fn empty(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("truncate stage_entity, stage_edge, stage_edge_condition, stage_evidence, stage_edge_link")
        .execute(conn)
        .await?;
    Ok(())
}

/// Finds the first rule that the staged rows break, so that the lock is taken only for rows that will very likely do.
pub(crate) async fn check(conn: &mut PgConnection) -> Result<(), WriteError> {
    let unavailable = |error: sqlx::Error| WriteError::Unavailable(Arc::new(error.into()));
    let wrong = sqlx::query!(
        r#"select n.row_id as "row_id!", n.pointer as "pointer!", n.named_id as "named_id!",
               n.expected as "expected: CodeText<EntityKind>", k.kind as "found: CodeText<EntityKind>"
           from stage_named n left join stage_known k on k.id = n.named_id
           where k.id is null or k.kind <> n.expected limit 1"#
    );
    if let Some(wrong) = wrong.fetch_optional(&mut *conn).await.map_err(unavailable)? {
        let (row, pointer) = (wrong.row_id, wrong.pointer);
        return Err(match (wrong.found, wrong.expected) {
            (Some(CodeText(found)), Some(CodeText(expected))) => {
                WriteError::WrongKind { row, pointer, expected, found }
            }
            _ => WriteError::DanglingReference { row, pointer, missing: wrong.named_id },
        });
    }
    let ends = sqlx::query!(
        r#"select e.id, e.kind as "kind: CodeText<EdgeKind>", s.kind as "subject!: CodeText<EntityKind>",
               o.kind as "object!: CodeText<EntityKind>"
           from stage_edge e join stage_known s on s.id = e.subject_id join stage_known o on o.id = e.object_id
           where (e.kind, s.kind, o.kind) not in (select kind, subject_kind, object_kind from edge_triple) limit 1"#
    );
    if let Some(ends) = ends.fetch_optional(&mut *conn).await.map_err(unavailable)? {
        let (edge, kind) = (EdgeId(ends.id), ends.kind.0);
        return Err(WriteError::EdgeEnds { edge, kind, subject: ends.subject.0, object: ends.object.0 });
    }
    let taken = sqlx::query!(
        r#"select kind as "kind: CodeText<EntityKind>", slug from stage_entity s
           where exists (select from entity e where e.kind = s.kind and e.slug = s.slug) limit 1"#
    );
    if let Some(taken) = taken.fetch_optional(conn).await.map_err(unavailable)? {
        let refused = WriteError::Refused { constraint: "entity_reference".to_owned() };
        let slug = taken.slug.parse().or(Err(refused))?;
        return Err(WriteError::DuplicateReference(EntityRef { kind: taken.kind.0, slug }));
    }
    Ok(())
}

/// Moves the staged rows into the graph, as the commit `seq`.
pub(crate) async fn move_rows(conn: &mut PgConnection, seq: i64, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into entity (id, kind, slug, names, aliases, detail, hash, created_seq, version, recorded_at)
         select id, kind, slug, names, aliases, detail, hash, $1, $1, $2 from stage_entity order by id",
        seq,
        now
    )
    .execute(&mut *conn)
    .await?;
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
         from stage_edge r where r.id > $1 and r.id <= $2 order by r.id",
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
