//! Reading some rows again, for a process that compares them with what it holds.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::snapshot::{self, ONE_SNAPSHOT, Row, RowStamp, Which};
use crate::{Head, StoreError, entities, head};

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Entities.
    Entities,
    /// Edges, with all that belongs to them.
    Edges,
}

/// Some rows as they stand, as of one moment.
#[derive(Debug, Clone)]
pub struct Page {
    /// The head of that moment.
    pub head: Head,
    /// Those of the rows asked that stand: each with the hash of its content.
    pub rows: Vec<(Uuid, u64, RowStamp)>,
    /// The next rows of the table in the order of their identifiers, each with the commit that wrote it last.
    pub next: Vec<(Uuid, i64)>,
}

/// Reads the rows with these identifiers, and which rows of the table follow the identifier `after`, at most `limit`. In one short
/// transaction, which locks nothing.
///
/// # Errors
/// When the database cannot be read; [`StoreError::BrokenRow`] when a row breaks a rule of the model.
pub async fn page(
    conn: &mut PgConnection,
    table: Table,
    ids: &[Uuid],
    (after, limit): (Uuid, i64),
) -> Result<Page, StoreError> {
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let head = head::read(&mut tx).await?;
    let mut rows = Vec::with_capacity(ids.len());
    let which = Which::Of(ids);
    match table {
        _ if ids.is_empty() => {}
        Table::Entities => {
            entities::read(&mut tx, which, |(entity, hash, stamp, created_seq)| {
                let id = entity.id.0;
                rows.push((id, Row::Entity(entity).hash(), RowStamp { hash, stamp, created_seq }));
            })
            .await?;
        }
        Table::Edges => {
            snapshot::some_edges(&mut tx, which, |edge, stamp| {
                rows.push((edge.id.0, Row::Edge(edge).hash(), stamp));
            })
            .await?;
        }
    }
    let next = next(&mut tx, table, after, limit).await?;
    tx.commit().await?;
    Ok(Page { head, rows, next })
}

async fn next(conn: &mut PgConnection, table: Table, after: Uuid, limit: i64) -> Result<Vec<(Uuid, i64)>, sqlx::Error> {
    if table == Table::Entities {
        let rows = sqlx::query!("select id, version from entity where id > $1 order by id limit $2", after, limit);
        return Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.id, row.version)).collect());
    }
    let rows = sqlx::query!("select id, version from edge where id > $1 order by id limit $2", after, limit);
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.id, row.version)).collect())
}
