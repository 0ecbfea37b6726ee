//! The writer task: it takes all waiting writes into one transaction.

use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pledgegraph_model::Commit;
use pledgegraph_store::commits::{self, Done, MAX_BATCH};
use pledgegraph_store::{Answer, BatchError, StoreError, Write, WriteError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::connection::Connections;
use crate::hints::Hints;
use crate::protocol::{Gap, Place};
use crate::published::Published;
use crate::status::Notes;

/// How long an answer waits for the follower to publish a write that came after somebody else's. What is not published then
/// is not acknowledged: a client that read it would not find it.
pub(crate) const FOLLOWER_LIMIT: Duration = Duration::from_secs(10);

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

/// What the task works with.
pub(crate) struct Writer {
    pub(crate) connections: Connections,
    pub(crate) published: Arc<Published>,
    pub(crate) notes: Arc<Notes>,
    pub(crate) hints: Arc<Hints>,
}

impl Writer {
    /// Runs until all handles are gone and every accepted write has its answer.
    pub(crate) async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(MAX_BATCH);
        let mut awaiting = JoinSet::new();
        while jobs.recv_many(&mut waiting, MAX_BATCH).await > 0 {
            self.batch(std::mem::take(&mut waiting), &mut awaiting).await;
            while awaiting.try_join_next().is_some() {}
            // Clients that were just answered often write again: let them, so that the next batch is not of one.
            tokio::task::yield_now().await;
        }
        awaiting.join_all().await;
    }

    /// Writes a batch and answers it. What somebody else is to publish first is `awaiting`ed apart: others write meanwhile.
    async fn batch(&self, jobs: Vec<Job>, awaiting: &mut JoinSet<()>) {
        #[expect(clippy::cast_precision_loss, reason = "a batch has at most 256 writes")]
        metrics::histogram!("pledgegraph_batch_writes").record(jobs.len() as f64);
        let (writes, answers): (Vec<Write>, Vec<_>) = jobs.into_iter().map(|job| (job.write, job.answer)).unzip();
        self.hints.begin_writing();
        let results = self.write(&writes).await;
        let awaited = results.as_ref().ok().and_then(|done| self.publish(done));
        self.hints.end_writing(self.published.current().seq());
        let results = match results {
            Ok(done) => done.answers,
            Err(error) => vec![Err(error); answers.len()],
        };
        let Some(place) = awaited else { return send(results, answers) };
        self.hints.look_now();
        let published = Arc::clone(&self.published);
        awaiting.spawn(async move {
            let is_held = published.comes_to_hold(place, FOLLOWER_LIMIT).await;
            if !is_held {
                tracing::warn!(seq = place.0, "not acknowledged, since it is not published here");
            }
            let results = results.into_iter().map(|result| result.and_then(|answer| acknowledged(answer, is_held)));
            send(results.collect(), answers);
        });
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
        let mut held = self.connections.acquire().await?;
        let process = AtomicI32::default();
        let writing = commits::write_batch_by(&mut held, writes, &process);
        let result = tokio::select! {
            result = writing => result,
            () = self.connections.is_frozen(&process) => Err(BatchError::OutcomeUnknown(StoreError::Database(sqlx::Error::PoolTimedOut))),
        };
        if result.is_err() {
            // Whatever state the connection is in, it must not lock the head any longer.
            held.end();
        }
        result.map_err(|error| match error {
            BatchError::NotWritten(error) => WriteError::of_failure(error),
            BatchError::OutcomeUnknown(error) => WriteError::OutcomeUnknown(Arc::new(error)),
        })
    }

    /// Publishes the commits directly where they follow the newest snapshot; else says what the follower must publish. What
    /// was done before, under the same key, was perhaps done by another process.
    fn publish(&self, done: &Done) -> Option<Place> {
        let answers = done.answers.iter().filter_map(|answer| answer.as_ref().ok());
        let commits: Vec<Commit> = answers.clone().filter_map(|answer| answer.commit().cloned()).collect();
        metrics::counter!("pledgegraph_commits_total").increment(commits.len() as u64);
        self.notes.contact(commits.last().map_or(done.before.seq, |commit| commit.seq));
        match self.published.advance((done.before.seq, done.before.chain), &commits) {
            Ok(()) | Err(Gap::NotNext) => {}
            Err(gap @ (Gap::Digest | Gap::History)) => {
                tracing::error!(seq = done.before.seq, ?gap, "the graph differs from the database; loading anew");
            }
        }
        let last = answers.map(Answer::place).max_by_key(|place| place.0)?;
        (!self.published.holds(last)).then_some(last)
    }
}

/// A committed write is acknowledged when its commit is published here; that it is committed is then known to all.
fn acknowledged(answer: Answer, is_held: bool) -> Result<Answer, WriteError> {
    if is_held {
        return Ok(answer);
    }
    Err(not_published(answer.place().0))
}

/// Why a write is not acknowledged that the database has.
pub(crate) fn not_published(seq: i64) -> WriteError {
    let problem = "it is committed, and this process does not have it yet".to_owned();
    WriteError::OutcomeUnknown(Arc::new(StoreError::BrokenLog { seq, problem }))
}

fn send(results: Vec<Result<Answer, WriteError>>, answers: Vec<oneshot::Sender<Result<Receipt, WriteError>>>) {
    for (result, answer) in results.into_iter().zip(answers) {
        // A client that went away needs no answer.
        let _ = answer.send(result.map(Receipt::of));
    }
}
