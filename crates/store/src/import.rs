//! An import: rows are staged in a transaction of its own connection, line by line, and then written as one commit.

use std::time::Duration;

use pledgegraph_model::{Edge, Entity};
use sqlx::postgres::PgPool;
use sqlx::{Executor, PgConnection};

use crate::bulk::{self, CommitError, MOST_REFUSALS};
use crate::staging::{self, Place, Refusal, Stage, of_database};
use crate::{Head, Origin, StoreError, WriteError, head};

/// The session lock that imports take turns by: the letters `pgraphim`.
const LOCK: i64 = 0x7067_7261_7068_696d;

/// How long the database may take for one step of an import: far longer than a million rows do, and not for ever where the
/// connection is frozen.
const LONGEST: Duration = Duration::from_mins(10);

/// An import. At most one is under way in a database; when it is dropped, its connection closes, and what was not
/// committed is gone.
#[derive(Debug)]
pub struct Import {
    conn: PgConnection,
    stage: Stage,
}

impl Import {
    /// Opens a connection for an import.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn connect(pool: &PgPool) -> Result<Self, StoreError> {
        // Its own, and never given back: closing it ends everything that was begun on it.
        let conn = pool.acquire().await?.detach();
        Ok(Self { conn, stage: Stage::default() })
    }

    /// Whether it is this import's turn, until it is dropped: `false` while another one is under way.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn take_turn(&mut self) -> Result<bool, StoreError> {
        let had = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "had!""#, LOCK);
        within(async { Ok(had.fetch_one(&mut self.conn).await?) }).await
    }

    /// Begins the rows of the next commit; gives the head as of now.
    ///
    /// # Errors
    /// When the database cannot be reached, or another bulk load is under way.
    pub async fn begin(&mut self) -> Result<Head, WriteError> {
        within(self.begin_staging()).await.map_err(|error| WriteError::of_failure(error.into()))?;
        within(head::read(&mut self.conn)).await.map_err(WriteError::of_failure)
    }

    async fn begin_staging(&mut self) -> Result<(), sqlx::Error> {
        self.conn.execute("begin").await?;
        // A client may be slow to send, and many rows take their time.
        self.conn.execute("set local statement_timeout = 0").await?;
        self.conn.execute("set local idle_in_transaction_session_timeout = 0").await?;
        self.conn.execute("set local lock_timeout = '5s'").await?;
        staging::empty(&mut self.conn).await
    }

    /// Stages an entity that came from a line; `replaces` is its canonical encoding if it takes the place of one that
    /// stands, and the hash of that one, which must still stand when the rows are committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entity(
        &mut self,
        line: i64,
        entity: &Entity,
        hash: u64,
        replaces: Option<(&str, u64)>,
    ) -> Result<(), WriteError> {
        self.stage.entity(Place { line, replaces }, entity, hash);
        self.send(false).await
    }

    /// Stages an edge that came from a line; `replaces` is its canonical encoding if it takes the place of one that
    /// stands, and the hash of that one, which must still stand when the rows are committed.
    ///
    /// # Errors
    /// [`WriteError::Invalid`] when the edge breaks a rule by itself, and then it is not staged; else the database.
    pub async fn edge(
        &mut self,
        line: i64,
        edge: &Edge,
        hash: u64,
        replaces: Option<(&str, u64)>,
    ) -> Result<(), WriteError> {
        self.stage.edge(Place { line, replaces }, &bulk::edge_rows(0, edge, hash)?);
        self.send(false).await
    }

    /// Sends what is staged, if it is enough, or if it is the last.
    async fn send(&mut self, last: bool) -> Result<(), WriteError> {
        within(self.stage.send(&mut self.conn, last)).await.map_err(of_database)
    }

    /// Everything that is wrong with the staged rows, at most 1,000 of each kind; asked without any lock.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check(&mut self) -> Result<Vec<Refusal>, WriteError> {
        self.send(true).await?;
        within(staging::check(&mut self.conn, MOST_REFUSALS)).await.map_err(WriteError::of_failure)
    }

    /// Takes the rows of some lines out of what is staged.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave_out(&mut self, lines: &[i64]) -> Result<(), WriteError> {
        within(staging::leave_out(&mut self.conn, lines)).await.map_err(of_database)
    }

    /// Commits what is staged; `None` when nothing is, and then nothing is committed.
    ///
    /// # Errors
    /// [`CommitError::Refused`] leaves the rows staged: without those lines it may be tried again.
    pub async fn commit(&mut self, origin: &Origin) -> Result<Option<Head>, CommitError> {
        self.send(true).await.map_err(CommitError::Failed)?;
        let written = within(bulk::write_staged(&mut self.conn, origin)).await?;
        let committed = within(self.conn.execute("commit")).await;
        committed.map_err(|error| CommitError::Failed(bulk::of_commit(error)))?;
        if let Some(written) = written {
            bulk::tell_planner(&mut self.conn, written.staged).await;
        }
        Ok(written.map(|written| written.head))
    }

    /// Throws away what is staged.
    ///
    /// # Errors
    /// When the database cannot be reached; nothing was written all the same.
    pub async fn give_up(&mut self) -> Result<(), WriteError> {
        self.stage.clear();
        within(self.conn.execute("rollback")).await.map_err(of_database)?;
        Ok(())
    }
}

/// What the database does for one step; a late one is an error.
async fn within<T, E: From<sqlx::Error>>(step: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let late = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into());
    tokio::time::timeout(LONGEST, step).await.unwrap_or_else(late)
}
