//! Reading the whole graph.

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres};

use crate::row::{ONE_SNAPSHOT, Table, Which};
use crate::{Head, StoreError, edge_streams, entities, head};

pub use crate::row::{Row, RowStamp};

/// Reads every row as of one moment, and the head of that moment. Takes three connections, which read one exported
/// snapshot side by side: edges, evidence, conditions.
///
/// # Errors
/// When the database cannot be read, or a row breaks a rule of the model.
pub async fn load(pool: &PgPool, mut each: impl FnMut(Row, RowStamp)) -> Result<Head, StoreError> {
    let mut reading = Reading::begin(pool).await?;
    let head = head::read(&mut reading.first.0).await?;
    reading.rows(Table::Entities, Which::All, &mut each).await?;
    reading.rows(Table::Edges, Which::All, &mut each).await?;
    reading.end().await?;
    Ok(head)
}

/// A connection that reads, and that nobody else gets: a `COPY` that is left in the midst would give the rest of its answer to
/// the next, and the pool would wait for ever for one that is frozen when it is given back.
pub(crate) struct SnapshotReader(pub(crate) PoolConnection<Postgres>);

impl SnapshotReader {
    async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let mut reader = Self(pool.acquire().await?);
        reader.0.execute(ONE_SNAPSHOT).await?;
        Ok(reader)
    }

    async fn end(mut self) -> Result<(), StoreError> {
        self.0.execute("commit").await?;
        Ok(())
    }
}

impl Drop for SnapshotReader {
    fn drop(&mut self) {
        // Not awaited, it ends the connection, and its place in the pool is free.
        drop(self.0.return_to_pool());
    }
}

/// Three connections that read one snapshot.
pub(crate) struct Reading {
    pub(crate) first: SnapshotReader,
    second: SnapshotReader,
    third: SnapshotReader,
}

impl Reading {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let mut first = SnapshotReader::begin(pool).await?;
        let snapshot =
            sqlx::query_scalar!(r#"select pg_export_snapshot() as "snapshot!""#).fetch_one(&mut *first.0).await?;
        let mut second = SnapshotReader::begin(pool).await?;
        let mut third = SnapshotReader::begin(pool).await?;
        for conn in [&mut second.0, &mut third.0] {
            // No statement of this kind takes parameters; the name comes from the server.
            conn.execute(AssertSqlSafe(format!("set transaction snapshot '{snapshot}'"))).await?;
        }
        for conn in [&mut first.0, &mut second.0, &mut third.0] {
            conn.execute("set local work_mem = '256MB'").await?;
        }
        Ok(Self { first, second, third })
    }

    /// Ends the connections.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        for reader in [self.first, self.second, self.third] {
            reader.end().await?;
        }
        Ok(())
    }

    pub(crate) async fn rows(
        &mut self,
        table: Table,
        which: Which<'_>,
        each: impl FnMut(Row, RowStamp),
    ) -> Result<(), StoreError> {
        let Self { first, second, third } = self;
        match table {
            Table::Entities => entities::read(&mut first.0, which, each).await,
            Table::Edges => edge_streams::read([&mut first.0, &mut second.0, &mut third.0], which, each).await,
        }
    }
}

/// Reads some rows of a table over one connection, in the order of their identifiers; edges take one that is in a
/// transaction.
pub(crate) async fn some_rows(
    conn: &mut PgConnection,
    table: Table,
    which: Which<'_>,
    each: impl FnMut(Row, RowStamp),
) -> Result<(), StoreError> {
    match table {
        Table::Entities => entities::read(conn, which, each).await,
        Table::Edges => edge_streams::read_some(conn, which, each).await,
    }
}
