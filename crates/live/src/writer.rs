//! The writer task: it takes all waiting writes into one transaction.

use std::sync::Arc;
use std::time::Duration;

use pledgegraph_model::Commit;
use pledgegraph_store::commits::{self, Done, MAX_BATCH};
use pledgegraph_store::{BatchError, StoreError, Write, WriteError};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

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
    /// The answer that was kept with the key when the write was done before this request; nothing was changed now.
    pub replayed: Option<String>,
}

/// A write and where to send its answer.
pub(crate) struct Job {
    pub(crate) write: Write,
    pub(crate) answer: oneshot::Sender<Result<Receipt, WriteError>>,
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
            let _ = answer.send(result.map(|commit| Receipt { seq: commit.seq, chain: commit.chain, replayed: None }));
        }
    }

    /// Writes a batch. What fails in passing (a connection that was closed while idle) and wrote nothing is tried again
    /// once.
    async fn write(&self, writes: &[Write]) -> Result<Done, WriteError> {
        let mut results = self.attempt(writes).await;
        if matches!(&results, Err(BatchError::NotWritten(error)) if error.is_transient()) {
            results = self.attempt(writes).await;
        }
        let unavailable = |error: StoreError| WriteError::Unavailable(Arc::new(error));
        results.map_err(|error| {
            self.notes.problem(&format!("a batch of writes failed: {error}"));
            match error {
                BatchError::NotWritten(error) => unavailable(error),
                BatchError::OutcomeUnknown(error) => WriteError::OutcomeUnknown(Arc::new(error)),
            }
        })
    }

    async fn attempt(&self, writes: &[Write]) -> Result<Done, BatchError> {
        let mut connection = self.pool.acquire().await.map_err(|error| BatchError::NotWritten(error.into()))?;
        let results = commits::write_batch(&mut connection, writes).await;
        if results.is_err() {
            // Whatever state the connection is in, it must not lock the head any longer.
            drop(connection.detach());
        }
        results
    }

    /// Publishes the commits directly where they follow the newest snapshot; else says what the follower must publish.
    fn publish(&self, done: &Done) -> Option<Awaited> {
        let commits: Vec<Commit> = done.answers.iter().filter_map(|answer| answer.as_ref().ok().cloned()).collect();
        let seq = commits.last()?.seq;
        metrics::counter!("pledgegraph_commits_total").increment(commits.len() as u64);
        self.notes.contact(seq);
        let loads = self.published.loads();
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
