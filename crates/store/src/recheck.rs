//! Reading some rows again, for a process that compares them with what it holds.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::row::{ONE_SNAPSHOT, RowStamp, Which, id_of};
use crate::snapshot::some_rows;
use crate::{Head, StoreError, head};

pub use crate::row::Table;

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
    if !ids.is_empty() {
        some_rows(&mut tx, table, Which::Of(ids), |row, stamp| rows.push((id_of(row.id()), row.hash(), stamp))).await?;
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
