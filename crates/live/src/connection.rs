//! Connections to the database, of which no request leaves half a conversation to the next.

use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::{Duration, Instant};

use pledgegraph_store::{StoreError, WriteError, head};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};

use crate::status::Notes;

/// How long a write waits for a connection, for the right to write, or for a place in the queue.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer to a question may take.
const LONGEST: Duration = Duration::from_secs(30);
/// Work that takes longer than `SILENT` may hang on a frozen connection. So the server is asked, on another connection, whether
/// it is at it, `LOOKS` times with `BETWEEN` between them: once is not enough, since between two statements a server rests.
const SILENT: Duration = Duration::from_secs(1);
const LOOKS: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(300);
/// How long a connection that was idle may take to say that it is there.
const PING: Duration = Duration::from_millis(200);

/// The options of a pool whose connections work when somebody gets them. Two kinds are thrown away. One is frozen: a firewall
/// forgot it while it was idle, and whoever asks on it would wait for ever. The other leads to a standby, though a primary
/// was there before: during a failover a proxy may still lead to the server that was the primary, which does not have what
/// was read and written since.
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

/// A connection of a pool, which goes back there when it is dropped. The pool asks it then whether it lives, for as long as
/// that takes: one that is frozen would count as open for good, and in the end there would be none to be had.
#[derive(Debug)]
pub(crate) struct Held(PoolConnection<Postgres>);

impl Held {
    async fn of(pool: &PgPool, limit: Duration) -> Result<Self, sqlx::Error> {
        within(limit, Box::pin(pool.acquire())).await.map(Self)
    }

    /// Ends the connection, whatever state it is in: nobody else gets it.
    pub(crate) fn end(mut self) {
        drop(self.0.return_to_pool());
    }
}

impl Deref for Held {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(PATIENCE, self.0.return_to_pool()));
        }
    }
}

/// A conversation with the database.
type Asking<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>;

/// The connections of a process, and whether the database can be reached by them. Everything that is not written here goes
/// through them: while the database is known to be away, it is refused at once.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: PgPool,
    /// For asking what becomes of the others; see [`pool_of_one`].
    own: PgPool,
    notes: Arc<Notes>,
}

impl Connections {
    pub(crate) fn new(pool: PgPool, notes: Arc<Notes>) -> Self {
        Self { own: pool_of_one(&pool), pool, notes }
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
        self.ask_for(LONGEST, question).await
    }

    /// The same, for what others wait for: the answer may take so long.
    ///
    /// # Errors
    /// As [`Connections::ask`].
    pub(crate) async fn ask_for<T, E>(
        &self,
        limit: Duration,
        question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let limits = Limits { connection: LONGEST, answer: limit };
        ask_until(self.pool()?, limits, Arc::clone(&self.notes).away(), question).await
    }

    /// Asks for a writer what is answered in a moment, a second time if need be: a connection may freeze under it.
    ///
    /// # Errors
    /// Those of the question; as [`Connections::acquire`]; [`WriteError::Unavailable`] when no answer comes.
    pub(crate) async fn ask_twice<T: Send + 'static>(
        &self,
        question: impl for<'c> Fn(&'c mut PgConnection) -> Asking<'c, T, WriteError> + Clone + Send + 'static,
    ) -> Result<T, WriteError> {
        match self.ask_once(question.clone()).await {
            Err(WriteError::Unavailable(_)) if !self.notes.is_away() => self.ask_once(question).await,
            answered => answered,
        }
    }

    async fn ask_once<T: Send + 'static>(
        &self,
        question: impl for<'c> Fn(&'c mut PgConnection) -> Asking<'c, T, WriteError> + Send + 'static,
    ) -> Result<T, WriteError> {
        let connections = self.clone();
        in_a_task(Box::pin(async move {
            let held = connections.acquire().await?;
            answered(held, PATIENCE, connections.notes.away(), question).await
        }))
        .await
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
    pub(crate) async fn acquire(&self) -> Result<Held, WriteError> {
        let unavailable = |error| WriteError::Unavailable(Arc::new(error));
        let pool = self.pool().map_err(unavailable)?;
        let acquired = tokio::select! {
            acquired = Held::of(pool, PATIENCE) => acquired,
            () = Arc::clone(&self.notes).away() => return Err(unavailable(StoreError::Away)),
        };
        let error = match acquired {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        if matches!(error, sqlx::Error::PoolTimedOut) && are_taken(pool) {
            return Err(WriteError::Busy);
        }
        Err(unavailable(StoreError::Database(error)))
    }

    /// Waits until it is certain that no answer will come on a connection. The server works in a process of its own for each
    /// connection; when that is seen at rest three times in turn, although we wait for it, its answer went to a connection
    /// that is frozen. `process` is its number, or 0 as long as it did not say: then it has two seconds to do so.
    pub(crate) async fn is_frozen(&self, process: &AtomicI32) {
        tokio::time::sleep(SILENT).await;
        let (mut idle, since) = (0, Instant::now());
        while idle < LOOKS {
            tokio::time::sleep(BETWEEN).await;
            let process = process.load(Ordering::Relaxed);
            if process == 0 {
                idle = if since.elapsed() > PATIENCE { LOOKS } else { 0 };
                continue;
            }
            let asking =
                ask_within(&self.own, SILENT, move |connection| Box::pin(head::is_at_work(connection, process)));
            let is_at_work = matches!(tokio::time::timeout(SILENT, asking).await, Ok(Ok(true)));
            idle = if is_at_work { 0 } else { idle + 1 };
        }
    }

    /// What is waited for, unless the database is known to be away.
    ///
    /// # Errors
    /// Those of what is waited for; [`StoreError::Away`].
    pub(crate) async fn unless_away<T>(
        &self,
        waited: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        tokio::select! {
            done = waited => done,
            () = Arc::clone(&self.notes).away() => Err(StoreError::Away),
        }
    }

    /// What is waited for on a connection, unless that is frozen. Then it is not known what became of it.
    ///
    /// # Errors
    /// Those of what is waited for.
    pub(crate) async fn unless_frozen<T, E: From<StoreError>>(
        &self,
        process: &AtomicI32,
        waited: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            done = waited => done,
            () = self.is_frozen(process) => Err(StoreError::Database(sqlx::Error::PoolTimedOut).into()),
        }
    }
}

/// A pool of one connection beside the others, for the one who finds out whether the database is there: that the others are
/// all taken says nothing of it. Connecting is tried anew every two seconds.
pub(crate) fn pool_of_one(pool: &PgPool) -> PgPool {
    let options = pool.options().clone().min_connections(0).max_connections(1).acquire_timeout(PATIENCE);
    options.connect_lazy_with(PgConnectOptions::clone(&pool.connect_options()))
}

/// Whether others have all connections, so that it says nothing of the database when there is none to be had.
fn are_taken(pool: &PgPool) -> bool {
    pool.size() >= pool.options().get_max_connections()
}

/// How long a connection, and then the answer to a question, may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connection: Duration,
    pub(crate) answer: Duration,
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
    ask_until(pool, Limits { connection: limit, answer: limit }, std::future::pending(), question).await
}

/// The same, within these limits, and given up when the database is known to be `away`.
pub(crate) async fn ask_until<T, E>(
    pool: &PgPool,
    limits: Limits,
    away: impl Future<Output = ()> + Send + 'static,
    question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let pool = pool.clone();
    in_a_task(Box::pin(async move {
        let mut away = pin!(away);
        let held = tokio::select! {
            held = Held::of(&pool, limits.connection) => held.map_err(StoreError::Database)?,
            () = &mut away => return Err(StoreError::Away.into()),
        };
        answered(held, limits.answer, away, question).await
    }))
    .await
}

/// The answer to a question on a connection, which ends with any other.
async fn answered<T, E: From<StoreError>>(
    mut held: Held,
    limit: Duration,
    away: impl Future<Output = ()>,
    question: impl for<'c> FnOnce(&'c mut PgConnection) -> Asking<'c, T, E>,
) -> Result<T, E> {
    let answer = tokio::select! {
        answer = tokio::time::timeout(limit, question(&mut held)) => answer.unwrap_or_else(|_| Err(late().into())),
        () = away => Err(StoreError::Away.into()),
    };
    if answer.is_err() {
        held.end();
    }
    answer
}

/// There was a connection, and no answer in time. Where there is no connection it is [`sqlx::Error::PoolTimedOut`].
fn late() -> StoreError {
    StoreError::Database(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))
}

/// Whether there was a connection, and no answer in time.
pub(crate) fn is_late(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(sqlx::Error::Io(io)) if io.kind() == std::io::ErrorKind::TimedOut)
}

/// What a task of its own gives, which goes on when nobody waits for it any more.
async fn in_a_task<T, E>(asking: Pin<Box<dyn Future<Output = Result<T, E>> + Send>>) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::spawn(asking).await.unwrap_or_else(|error| Err(broken_off(error).into()))
}

/// What is answered when a task broke off.
pub(crate) fn broken_off(error: tokio::task::JoinError) -> StoreError {
    StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))
}

/// What has to do with getting a connection; when it takes longer, there is none to be had.
///
/// # Errors
/// Those of what is asked; [`sqlx::Error::PoolTimedOut`].
pub(crate) async fn within<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
