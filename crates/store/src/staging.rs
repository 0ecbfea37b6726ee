//! The staging tables of a bulk load. See `migrations/0004_staging.sql`.

mod check;
mod moves;

use pledgegraph_model::Entity;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::copy::TextRows;
use crate::edge_row::{ConditionRow, EdgeRow, EdgeRows, LinkRow, json};
use crate::entities::EntityRow;

pub use check::Refusal;
pub(crate) use check::{changed, check, of_database, of_refusal};
pub(crate) use moves::{Staged, count, images, log_replaced, move_rows, replaced, standing_digest};

/// How much text is put together before it is sent, in bytes.
const SEND_AT: usize = 4 << 20;

const ENTITIES: &str = "copy stage_entity (line, replaces, image, standing, id, kind, slug, names, aliases, \
     redirects, detail, hash) from stdin";
const EDGES: &str = "copy stage_edge (line, replaces, image, standing, id, kind, subject_id, object_id, polarity, \
     modality, rank, said_at, valid_from, valid_until, capability, mission, specificity, stance, stage, conditionality, relation, \
     coalition_id, meeting_id, place_id, acting_through_id, detail, hash) from stdin";

/// Where a staged row comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The line, from 1.
    pub(crate) line: i64,
    /// The after-image of a row that takes the place of one that stands, and the hash of what it was compared with;
    /// `None` for a new row.
    pub(crate) replaces: Option<(&'a str, u64)>,
}

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
    pub(crate) fn entity(&mut self, place: Place<'_>, entity: &Entity, hash: u64) {
        let redirects = (!entity.redirects.is_empty()).then(|| json(&entity.redirects));
        let EntityRow { id, kind, slug, names, aliases, detail, hash, .. } = EntityRow::new(entity, hash);
        let fields = write_place(&mut self.entities, place).plain(id).plain(kind).text(Some(&slug));
        let fields = fields.text(Some(&names)).text(Some(&aliases)).text(redirects.as_deref());
        fields.text(detail.as_deref()).plain(hash).end_row();
    }

    pub(crate) fn edge(&mut self, place: Place<'_>, rows: &EdgeRows) {
        rows.edges.iter().for_each(|row| write_edge(write_place(&mut self.edges, place), row));
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

    /// Forgets what has gathered.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends what has gathered, if it is enough, or if it is the last.
    pub(crate) async fn send(&mut self, conn: &mut PgConnection, last: bool) -> Result<(), sqlx::Error> {
        let tables = [
            (ENTITIES, &mut self.entities),
            (EDGES, &mut self.edges),
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

fn write_place<'r>(rows: &'r mut TextRows, place: Place<'_>) -> &'r mut TextRows {
    let (image, standing) = place.replaces.unzip();
    rows.plain(place.line).plain(image.is_some()).text(image).optional(standing.map(u64::cast_signed))
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
    sqlx::query!("select empty_staging()").execute(conn).await?;
    Ok(())
}

/// Takes the rows of some lines out.
pub(crate) async fn leave_out(conn: &mut PgConnection, lines: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with gone as (delete from stage_edge where line = any($1) returning id),
             conditions as (delete from stage_edge_condition where edge_id in (select id from gone)),
             evidence as (delete from stage_evidence where edge_id in (select id from gone)),
             links as (delete from stage_edge_link where edge_id in (select id from gone))
         delete from stage_entity where line = any($1)",
        lines
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The line of a row.
pub(crate) async fn line_of(conn: &mut PgConnection, row: Uuid) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(r#"select line as "line!" from stage_line where row_id = $1"#, row).fetch_optional(conn).await
}
