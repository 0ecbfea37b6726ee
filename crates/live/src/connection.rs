//! Connections for writing, which nobody waits for long.

use std::sync::Arc;
use std::time::Duration;

use pledgegraph_store::{StoreError, WriteError};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

/// How long a write waits for a connection, for the right to write, or for a place in the queue.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// A connection of the pool.
///
/// # Errors
/// [`WriteError::Busy`] when others have them all, [`WriteError::Unavailable`] when the database does not answer.
pub(crate) async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, WriteError> {
    let error = match tokio::time::timeout(PATIENCE, pool.acquire()).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => error,
        Err(_) => sqlx::Error::PoolTimedOut,
    };
    if matches!(error, sqlx::Error::PoolTimedOut) && pool.size() >= pool.options().get_max_connections() {
        return Err(WriteError::Busy);
    }
    Err(WriteError::Unavailable(Arc::new(StoreError::Database(error))))
}
