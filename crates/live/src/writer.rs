//! The writer task: it takes all waiting writes into one transaction.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pledgegraph_model::Commit;
use pledgegraph_store::commits::{self, Done, MAX_BATCH};
use pledgegraph_store::{Answer, BatchError, StoreError, Write, WriteError};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::connection::acquire;
use crate::hints::Hints;
use crate::published::{Gap, Published};
use crate::status::Notes;

/// How long an answer waits for the follower to publish a write that came after somebody else's.
const FOLLOWER_LIMIT: Duration = Duration::from_secs(1);

/// A write that was committed and is published here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its position in the log.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The answer that was kept with the key when the write was done before this request; nothing was changed now.
    pub replayed: Option<String>,
}

impl Receipt {
    pub(crate) fn of(answer: Answer) -> Self {
        let ((seq, chain), recorded_at) = (answer.place(), answer.recorded_at());
        let replayed = if let Answer::Repeated(repeated) = answer { Some(repeated.answer) } else { None };
        Self { seq, chain, recorded_at, replayed }
    }
}

/// A write and where to send its answer.
pub(crate) struct Job {
    pub(crate) write: Write,
    pub(crate) answer: oneshot::Sender<Result<Receipt, WriteError>>,
}

/// Whether a fresh connection may do better; who has waited for a connection has waited long enough.
fn is_worth_retrying(error: &StoreError) -> bool {
    error.is_transient() && !matches!(error, StoreError::Database(sqlx::Error::PoolTimedOut))
}

/// What the follower must have published before a batch is answered.
struct Awaited {
    seq: i64,
    /// How often the graph must have been loaded anew by then.
    loads: u64,
}

/// What the task works with.
pub(crate) struct Writer {
    pub(crate) pool: PgPool,
    pub(crate) published: Arc<Published>,
    pub(crate) notes: Arc<Notes>,
    pub(crate) hints: Arc<Hints>,
}

impl Writer {
    /// Runs until all handles are gone and every accepted write has its answer.
    pub(crate) async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(MAX_BATCH);
        while jobs.recv_many(&mut waiting, MAX_BATCH).await > 0 {
            self.batch(std::mem::take(&mut waiting)).await;
            // Clients that were just answered often write again: let them, so that the next batch is not of one.
            tokio::task::yield_now().await;
        }
    }

    async fn batch(&self, jobs: Vec<Job>) {
        #[expect(clippy::cast_precision_loss, reason = "a batch has at most 256 writes")]
        metrics::histogram!("pledgegraph_batch_writes").record(jobs.len() as f64);
        let (writes, answers): (Vec<Write>, Vec<_>) = jobs.into_iter().map(|job| (job.write, job.answer)).unzip();
        self.hints.begin_writing();
        let results = self.write(&writes).await;
        let awaited = results.as_ref().ok().and_then(|done| self.publish(done));
        self.hints.end_writing(self.published.current().seq());
        if let Some(awaited) = awaited {
            self.wait_for_follower(awaited).await;
        }
        let results = match results {
            Ok(done) => done.answers,
            Err(error) => vec![Err(error); answers.len()],
        };
        for (result, answer) in results.into_iter().zip(answers) {
            // A client that went away needs no answer.
            let _ = answer.send(result.map(Receipt::of));
        }
    }

    /// Writes a batch. What fails in passing (a connection that was closed while idle) and wrote nothing is tried again
    /// once.
    async fn write(&self, writes: &[Write]) -> Result<Done, WriteError> {
        let mut result = self.attempt(writes).await;
        if matches!(&result, Err(WriteError::Unavailable(error)) if is_worth_retrying(error)) {
            result = self.attempt(writes).await;
        }
        if let Err(error @ (WriteError::Unavailable(_) | WriteError::OutcomeUnknown(_))) = &result {
            self.notes.problem(&format!("a batch of writes failed: {error}"));
        }
        result
    }

    async fn attempt(&self, writes: &[Write]) -> Result<Done, WriteError> {
        let mut connection = acquire(&self.pool).await?;
        let result = commits::write_batch(&mut connection, writes).await;
        if result.is_err() {
            // Whatever state the connection is in, it must not lock the head any longer.
            drop(connection.detach());
        }
        result.map_err(|error| match error {
            BatchError::NotWritten(error) => WriteError::of_failure(error),
            BatchError::OutcomeUnknown(error) => WriteError::OutcomeUnknown(Arc::new(error)),
        })
    }

    /// Publishes the commits directly where they follow the newest snapshot; else says what the follower must publish.
    fn publish(&self, done: &Done) -> Option<Awaited> {
        let answers = done.answers.iter().filter_map(|answer| answer.as_ref().ok());
        let commits: Vec<Commit> = answers.clone().filter_map(|answer| answer.commit().cloned()).collect();
        let loads = self.published.loads();
        let Some(seq) = commits.last().map(|commit| commit.seq) else {
            // What was done before was perhaps done by another process.
            let seq = answers.map(|answer| answer.place().0).max()?;
            return (seq > self.published.current().seq()).then_some(Awaited { seq, loads });
        };
        metrics::counter!("pledgegraph_commits_total").increment(commits.len() as u64);
        self.notes.contact(seq);
        match self.published.advance((done.before.seq, done.before.chain), &commits) {
            Ok(()) => None,
            Err(Gap::NotNext) => Some(Awaited { seq, loads }),
            Err(gap @ (Gap::Digest | Gap::History)) => {
                tracing::error!(seq, ?gap, "the graph differs from the database after own commits; loading anew");
                Some(Awaited { seq, loads: loads + 1 })
            }
        }
    }

    async fn wait_for_follower(&self, awaited: Awaited) {
        self.hints.look_now();
        if !self.published.reaches(awaited.seq, awaited.loads, FOLLOWER_LIMIT).await {
            tracing::warn!(seq = awaited.seq, "answered before the follower published the write");
        }
    }
}
