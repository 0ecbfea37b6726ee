//! Commits: how the graph changes. See `migrations/0002_commits.sql` for the database's side.

use std::sync::atomic::AtomicI32;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Commit, Edge, EdgeId, Entity, EntityId, Removed};
use sqlx::{Connection, PgConnection};
use thiserror::Error;

use crate::batch::{self, Batch};
use crate::edge_row::json;
use crate::error::is_refused;
use crate::write::PreparedWrite;
use crate::{Head, StoreError, WriteError, head, runs};

/// The most writes that one transaction takes.
pub const MAX_BATCH: usize = 256;

/// A change that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mutation {
    /// The entity is to be as given; new or not.
    PutEntity(Entity),
    /// The edge is to be as given, with its conditions, evidence and links; new or not.
    PutEdge(Edge),
    /// The entity is to go; nothing may name it any more.
    RemoveEntity(EntityId),
    /// The edge is to go; no other edge may link to it any more.
    RemoveEdge(EdgeId),
    /// The entity `from` is to go, because it is the entity `into`. The same write puts that one, with the redirect, and
    /// every row that named the other.
    MergeEntity {
        /// The entity that goes.
        from: EntityId,
        /// The entity that stays.
        into: EntityId,
    },
}

/// Changes that are done together or not at all, as one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Write {
    /// The changes. Their order does not matter; of several that concern one row the last stands.
    pub mutations: Vec<Mutation>,
    /// What must hold of rows before anything is changed; decided under the lock.
    pub expected: Vec<(Removed, Expected)>,
    /// Who asks for it.
    pub origin: Origin,
    /// Under which key the answer is kept, so that a repetition changes nothing.
    pub idempotency: Option<Idempotency>,
}

/// What must hold of a row for a write to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It does not exist.
    Absent,
    /// It exists.
    Present,
    /// It exists, and this commit wrote it last.
    Version(i64),
}

/// Who asked for a write. It stands in the log with the commit, and the chain covers it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The name of the token, or the subject of the JWT; `None` for what the program itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<uuid::Uuid>,
    /// The identifier of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Origin {
    /// As the log keeps it; `None` when nobody asks but the program itself.
    pub(crate) fn to_text(&self) -> Option<String> {
        (*self != Self::default()).then(|| json(self))
    }
}

/// A key under which a write is done at most once (draft-ietf-httpapi-idempotency-key-header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is: keys of different principals are independent.
    pub principal: String,
    /// The key, at most 255 bytes.
    pub key: String,
    /// SHA-256 of what the request asks for; another one under the same key is refused.
    pub fingerprint: [u8; 32],
    /// What is given back with the receipt of a repetition; opaque here.
    pub answer: String,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Done {
    /// The head that the first of the commits follows.
    pub before: Head,
    /// For each write, in the order given: what was done, or why nothing was.
    pub answers: Vec<Result<Answer, WriteError>>,
}

/// How a write was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done now.
    Committed(Commit),
    /// It was done before, under the same key; nothing was changed now.
    Repeated(Repeated),
}

impl Answer {
    /// The commit's position in the log, and its link of the chain.
    pub fn place(&self) -> (i64, [u8; 16]) {
        match self {
            Self::Committed(commit) => (commit.seq, commit.chain),
            Self::Repeated(repeated) => (repeated.seq, repeated.chain),
        }
    }

    /// When the commit was recorded.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        match self {
            Self::Committed(commit) => commit.recorded_at,
            Self::Repeated(repeated) => repeated.recorded_at,
        }
    }

    /// The commit, if it was done now.
    pub fn commit(&self) -> Option<&Commit> {
        match self {
            Self::Committed(commit) => Some(commit),
            Self::Repeated(_) => None,
        }
    }
}

/// A write that was done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Its position in the log.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What was to be given back with its receipt.
    pub answer: String,
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
        batch::log(conn, &commits).await?;
        head::end_commit(conn, head.seq).await?;
    }
    Ok(Done { before, answers })
}
