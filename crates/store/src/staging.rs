//! The staging tables of a bulk load. See `migrations/0004_staging.sql`.

mod check;
mod moves;

use std::borrow::Cow;

use pledgegraph_model::Entity;
use sqlx::PgConnection;

use crate::copy::TextRows;
use crate::edge_row::EdgeRows;
use crate::entities;
use crate::rows::{ConditionRow, EdgeRow, EntityRow, EvidenceRow, LinkRow};
use crate::table::{TableRow, copy_in};
use crate::value::Value as _;

pub use check::Refusal;
pub(crate) use check::{changed, check, of_database, of_refusal};
pub(crate) use moves::{Staged, count, images, log_replaced, move_rows, replaced, standing_digest};

/// How much text is put together before it is sent, in bytes.
const SEND_AT: usize = 4 << 20;

/// The columns that [`write_place`] writes, before others.
const PLACE: &str = "line, replaces, image, standing, ";

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
        write_place(&mut self.entities, place);
        entities::row(entity, hash).write(&mut self.entities);
    }

    pub(crate) fn edge(&mut self, place: Place<'_>, rows: &EdgeRows) {
        for row in &rows.edges {
            write_place(&mut self.edges, place);
            row.write(&mut self.edges);
        }
        rows.conditions.iter().for_each(|row| row.write(&mut self.conditions));
        rows.evidence.iter().for_each(|row| row.write(&mut self.evidence));
        rows.links.iter().for_each(|row| row.write(&mut self.links));
    }

    /// Forgets what has gathered.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends what has gathered, if it is enough, or if it is the last.
    pub(crate) async fn send(&mut self, conn: &mut PgConnection, last: bool) -> Result<(), sqlx::Error> {
        let tables = [
            (copy_in::<EntityRow<'_>>(PLACE), &mut self.entities),
            (copy_in::<EdgeRow<'_>>(PLACE), &mut self.edges),
            (copy_in::<ConditionRow<'_>>(""), &mut self.conditions),
            (copy_in::<EvidenceRow<'_>>(""), &mut self.evidence),
            (copy_in::<LinkRow<'_>>(""), &mut self.links),
        ];
        let gathered: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
        if gathered < SEND_AT && !last {
            return Ok(());
        }
        for (statement, rows) in tables {
            if rows.len() > 0 {
                let mut copy = conn.copy_in_raw(&statement).await?;
                copy.send(rows.take()).await?;
                copy.finish().await?;
            }
        }
        Ok(())
    }
}

fn write_place(rows: &mut TextRows, place: Place<'_>) {
    let (image, standing) = place.replaces.unzip();
    rows.plain(place.line);
    rows.plain(image.is_some());
    image.map(Cow::Borrowed).write(rows);
    standing.map(u64::cast_signed).write(rows);
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
