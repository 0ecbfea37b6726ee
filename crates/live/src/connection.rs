//! Connections to the database, of which no request leaves half a conversation to the next.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pledgegraph_store::{StoreError, WriteError};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};

/// How long a write waits for a connection, for the right to write, or for a place in the queue.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer to a question may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a connection that was idle may take to say that it is there.
const PING: Duration = Duration::from_millis(200);

/// The options of a pool whose connections are there when somebody gets them: one that is frozen, since what lies between
/// forgot it, would let its user wait for ever, and is thrown away.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new().test_before_acquire(false).before_acquire(|connection, _| {
        Box::pin(async move { Ok(matches!(tokio::time::timeout(PING, connection.ping()).await, Ok(Ok(())))) })
    })
}

/// A conversation with the database.
type Asking<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>;

/// Asks the database in a task of its own. A client that goes away in the midst ends its request, and a `COPY` that is
/// left there would give the rest of its answer to whoever has the connection next: sqlx does not count it.
///
/// # Errors
/// Those of the question; when there is no connection to be had, or no answer within half a minute.
pub(crate) async fn ask<T, E>(
    pool: &PgPool,
    question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    ask_within(pool, LONGEST, question).await
}

/// The same, with the longest that the answer may take.
///
/// # Errors
/// As [`ask`].
pub(crate) async fn ask_within<T, E>(
    pool: &PgPool,
    limit: Duration,
    question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let pool = pool.clone();
    let asking = tokio::spawn(async move {
        let mut connection = pool.acquire().await.map_err(StoreError::Database)?;
        let answer = tokio::time::timeout(limit, question(&mut connection)).await;
        let answer = answer.unwrap_or_else(|_| Err(StoreError::Database(sqlx::Error::PoolTimedOut).into()));
        if answer.is_err() {
            // Whatever state the connection is in, nobody else gets it.
            drop(connection.detach());
        }
        answer
    });
    asking
        .await
        .unwrap_or_else(|broken| Err(StoreError::Database(sqlx::Error::Io(std::io::Error::other(broken))).into()))
}

/// A connection of the pool, for writing, which nobody waits for long.
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
