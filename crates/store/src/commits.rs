//! Commits: how the graph changes. See `migrations/0002_commits.sql` for the database's side.

use std::sync::atomic::AtomicI32;

use sqlx::{Connection, PgConnection};
use thiserror::Error;

use crate::batch::Batch;
use crate::prepared::PreparedWrite;
use crate::refusal::is_refused;
use crate::write::{Answer, Write};
use crate::{Head, StoreError, WriteError, head, logged, runs};

/// The most writes that one transaction takes.
pub const MAX_BATCH: usize = 256;

/// What became of a batch.
#[derive(Debug)]
pub struct Done {
    /// The head that the first of the commits follows.
    pub before: Head,
    /// For each write, in the order given: what was done, or why nothing was.
    pub answers: Vec<Result<Answer, WriteError>>,
}

/// Why no answer can be given for a whole batch.
#[derive(Debug, Error)]
pub enum BatchError {
    /// Nothing was written.
    #[error("nothing was written")]
    NotWritten(#[source] StoreError),
    /// The connection was lost between COMMIT and its answer.
    #[error("the outcome of COMMIT is not known")]
    OutcomeUnknown(#[source] StoreError),
}

/// Writes up to [`MAX_BATCH`] waiting writes in one transaction; each is a commit of its own, or fails by itself. The
/// result is as if they had come one after the other in the order given.
///
/// # Errors
/// [`BatchError`] when the database fails; what a client did wrong is in the answers.
pub async fn write_batch(conn: &mut PgConnection, writes: &[Write]) -> Result<Done, BatchError> {
    write_batch_by(conn, writes, &AtomicI32::default()).await
}

/// The same; notes in `process` which process of the server is at it, once it has the head.
///
/// # Errors
/// As [`write_batch`].
pub async fn write_batch_by(
    conn: &mut PgConnection,
    writes: &[Write],
    process: &AtomicI32,
) -> Result<Done, BatchError> {
    let mut answers: Vec<Option<Result<Answer, WriteError>>> = Vec::with_capacity(writes.len());
    let mut prepared = Vec::with_capacity(writes.len());
    for write in writes {
        match PreparedWrite::new(write) {
            Ok(write) => {
                prepared.push(write);
                answers.push(None);
            }
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    let Done { before, answers: done } = commit_prepared(conn, &prepared, process).await?;
    let mut done = done.into_iter();
    Ok(Done { before, answers: answers.into_iter().filter_map(|answer| answer.or_else(|| done.next())).collect() })
}

/// Does all of a write, the checks of the database included, and takes it back; waits for the right to write as any
/// write does.
///
/// # Errors
/// What [`write_batch`] would answer.
pub async fn rehearse(conn: &mut PgConnection, write: &Write, process: &AtomicI32) -> Result<(), WriteError> {
    let write = [PreparedWrite::new(write)?];
    let failed = |error: sqlx::Error| WriteError::of_failure(error.into());
    let mut tx = conn.begin_with(BEGIN).await.map_err(failed)?;
    let done = write_all(&mut tx, &write, Way::Careful, process).await.map_err(WriteError::of_failure)?;
    tx.rollback().await.map_err(failed)?;
    done.answers.into_iter().try_for_each(|answer| answer.map(drop))
}

/// Begins a transaction whose first statement, the one that waits for the head, takes no longer than 2 seconds; what follows
/// has the time that [`head::take`] gives it. A process that stops, or that the server cannot reach, loses the head after 3
/// seconds.
const BEGIN: &str = "begin; set local statement_timeout = '2s'; set local idle_in_transaction_session_timeout = '3s'";

/// How a batch goes about its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// All at once, without savepoints, hoping that none is refused.
    Straight,
    /// So that a write that is refused fails alone.
    Careful,
}

async fn commit_prepared(
    conn: &mut PgConnection,
    writes: &[PreparedWrite],
    process: &AtomicI32,
) -> Result<Done, BatchError> {
    if writes.is_empty() {
        let before = head::read(conn).await.map_err(BatchError::NotWritten)?;
        return Ok(Done { before, answers: Vec::new() });
    }
    for way in [Way::Straight, Way::Careful] {
        let mut tx = conn.begin_with(BEGIN).await.map_err(|e| BatchError::NotWritten(e.into()))?;
        match write_all(&mut tx, writes, way, process).await {
            Ok(done) if done.answers.iter().flatten().all(|answer| answer.commit().is_none()) => {
                tx.rollback().await.map_err(|e| BatchError::NotWritten(e.into()))?;
                if done.answers.iter().any(Result::is_ok) {
                    head::confirm(conn, process).await.map_err(BatchError::OutcomeUnknown)?;
                }
                return Ok(done);
            }
            Ok(done) => return tx.commit().await.map(|()| done).map_err(of_commit),
            Err(StoreError::Database(error)) if way == Way::Straight && is_refused(&error) => {
                tx.rollback().await.map_err(|e| BatchError::NotWritten(e.into()))?;
            }
            Err(error) => return Err(BatchError::NotWritten(error)),
        }
    }
    let refused = sqlx::Error::Protocol("a write was refused that no savepoint contains".to_owned());
    Err(BatchError::NotWritten(refused.into()))
}

fn of_commit(error: sqlx::Error) -> BatchError {
    // The server said no, so it did not; any other failure may have come after it did.
    if is_refused(&error) { BatchError::NotWritten(error.into()) } else { BatchError::OutcomeUnknown(error.into()) }
}

async fn write_all(
    conn: &mut PgConnection,
    writes: &[PreparedWrite],
    way: Way,
    process: &AtomicI32,
) -> Result<Done, StoreError> {
    let mut batch = Batch::begin(conn, writes, process).await?;
    let before = batch.head;
    let runs = runs::split(writes, &batch.standing.entities);
    if way == Way::Straight && runs.len() == 1 && batch.fits(writes) {
        batch.put(conn, writes).await?;
        batch.record_all(writes);
    } else {
        for run in runs {
            batch.write_run(conn, &writes[run]).await?;
        }
    }
    let Batch { head, commits, answers, .. } = batch;
    if !commits.is_empty() {
        logged::insert(conn, &commits).await?;
        head::end_commit(conn, head.seq).await?;
    }
    Ok(Done { before, answers })
}
