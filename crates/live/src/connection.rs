//! Connections to the database, of which no request leaves half a conversation to the next.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pledgegraph_store::{StoreError, WriteError, head};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};

use crate::status::Notes;

/// How long a write waits for a connection, for the right to write, or for a place in the queue.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer to a question may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a connection that was idle may take to say that it is there.
const PING: Duration = Duration::from_millis(200);

/// The options of a pool whose connections are there when somebody gets them: one that is frozen, since what lies between
/// forgot it, would let its user wait for ever, and is thrown away. So is one to a standby once a primary was there: while
/// the primary changes, what lies between may lead to the one before, which does not have what was read and written since.
pub fn pool_options() -> PgPoolOptions {
    let had_primary = Arc::new(AtomicBool::default());
    let options = PgPoolOptions::new().after_connect(move |connection, _| {
        let had_primary = Arc::clone(&had_primary);
        Box::pin(async move {
            let is_standby = head::is_standby(connection).await?;
            if had_primary.fetch_or(!is_standby, Ordering::Relaxed) && is_standby {
                return Err(sqlx::Error::Io(std::io::Error::other("the server is a standby, and a primary is needed")));
            }
            Ok(())
        })
    });
    options.test_before_acquire(false).before_acquire(|connection, _| {
        Box::pin(async move { Ok(matches!(tokio::time::timeout(PING, connection.ping()).await, Ok(Ok(())))) })
    })
}

/// A conversation with the database.
type Asking<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>;

/// The connections of a process, and whether the database can be reached by them. Everything that is not written here goes
/// through them: while the database is known to be away, it is refused at once.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: PgPool,
    notes: Arc<Notes>,
}

impl Connections {
    pub(crate) fn new(pool: PgPool, notes: Arc<Notes>) -> Self {
        Self { pool, notes }
    }

    /// How many are open, and how many of them are idle.
    pub(crate) fn open(&self) -> (usize, usize) {
        (self.pool.size() as usize, self.pool.num_idle())
    }

    /// All of them, for what takes its connections by itself.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) fn pool(&self) -> Result<&PgPool, StoreError> {
        if self.notes.is_away() { Err(StoreError::Away) } else { Ok(&self.pool) }
    }

    /// Asks the database in a task of its own. A client that goes away in the midst ends its request, and a `COPY` that is
    /// left there would give the rest of its answer to whoever has the connection next: sqlx does not count it.
    ///
    /// # Errors
    /// Those of the question; when the database is away, there is no connection to be had, or no answer within half a minute.
    pub(crate) async fn ask<T, E>(
        &self,
        question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        ask_within(self.pool()?, LONGEST, question).await
    }

    /// Asks whatever is known of the database: for those who find out, and go on trying.
    ///
    /// # Errors
    /// As [`ask_within`].
    pub(crate) async fn look<T, E>(
        &self,
        limit: Duration,
        question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        ask_within(&self.pool, limit, question).await
    }

    /// A connection for writing, which nobody waits for long.
    ///
    /// # Errors
    /// [`WriteError::Busy`] when others have them all, [`WriteError::Unavailable`] when the database does not answer.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Postgres>, WriteError> {
        let unavailable = |error| WriteError::Unavailable(Arc::new(error));
        let pool = self.pool().map_err(unavailable)?;
        let error = match tokio::time::timeout(PATIENCE, pool.acquire()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        if matches!(error, sqlx::Error::PoolTimedOut) && are_taken(pool) {
            return Err(WriteError::Busy);
        }
        Err(unavailable(StoreError::Database(error)))
    }
}

/// Whether others have all connections, so that it says nothing of the database when there is none to be had.
pub(crate) fn are_taken(pool: &PgPool) -> bool {
    pool.size() >= pool.options().get_max_connections()
}

/// Asks the database whatever is known of it, in a task of its own; the longest that a connection, and then the answer, may
/// take is `limit`.
///
/// # Errors
/// Those of the question; when there is no connection to be had, or no answer in time.
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
        let acquired = tokio::time::timeout(limit, pool.acquire()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let mut connection = acquired.map_err(StoreError::Database)?;
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
