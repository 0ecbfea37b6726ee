//! The follower: reads the log after the newest snapshot, checks it, and publishes.

use std::sync::Arc;
use std::time::Duration;

use pledgegraph_store::log::{self, Tail};
use pledgegraph_store::{StoreError, head};
use sqlx::postgres::PgListener;
use sqlx::{Executor as _, PgPool};
use tokio::sync::watch;

use crate::connection::{Limits, PATIENCE, ask_until, ask_within, pool_of_one, within};
use crate::content::Content;
use crate::hints::Hints;
use crate::load::load;
use crate::protocol::Gap;
use crate::published::Published;
use crate::status::Notes;

/// How often the log is read without a hint.
const POLL: Duration = Duration::from_millis(250);
/// How long to wait at most before trying again what is broken for good.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long the database may take to tell what is new: at first, and at last after it took longer again and again.
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(10);
/// How long the database may take to say that it is there.
const SOON: Duration = Duration::from_secs(1);
/// How long nothing may be heard before it is asked whether the connection lives.
const QUIET: Duration = Duration::from_secs(10);
/// How long to wait before listening again after the connection broke.
const LISTEN_AGAIN: Duration = Duration::from_secs(2);

/// What the tasks work with.
#[derive(Clone)]
pub(crate) struct Follower {
    pub(crate) pool: PgPool,
    /// For looking, see [`pool_of_one`].
    pub(crate) own: PgPool,
    pub(crate) published: Arc<Published>,
    pub(crate) notes: Arc<Notes>,
    pub(crate) hints: Arc<Hints>,
    pub(crate) content: Arc<Content>,
}

impl Follower {
    /// Runs until `stop` turns true.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let (mut pause, mut limit) = (POLL, SHORTEST);
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = tick.tick() => {}
                () = self.hints.hinted() => {}
            }
            let Err(error) = self.step(limit).await else {
                (pause, limit) = (POLL, SHORTEST);
                continue;
            };
            // What is new may be much, and take longer than a connection that is frozen is waited for.
            limit = (limit * 2).min(LONGEST);
            if error.is_transient() && !self.reaches().await {
                self.notes.out_of_reach();
            }
            let text = chain_of_causes(&error);
            if self.notes.problem(&text) {
                tracing::warn!("cannot follow the log: {text}");
            }
            if !error.is_transient() {
                // Reading everything again and again would not mend it.
                pause = (pause * 2).min(LONGEST_PAUSE);
                let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
            }
        }
    }

    /// Turns notifications into wake-ups. A hint, never the feed: the log is read all the same.
    pub(crate) async fn listen(self, mut stop: watch::Receiver<bool>) {
        loop {
            let hints = async {
                // Of a pool of its own: a connection that froze is not missing among the others.
                let mut listener = PgListener::connect_with(&pool_of_one(&self.pool)).await?;
                within(PATIENCE, Box::pin(listener.listen(head::CHANNEL))).await?;
                loop {
                    within(PATIENCE, (&mut listener).execute("select")).await?;
                    while let Ok(announced) = tokio::time::timeout(QUIET, listener.recv()).await {
                        let announced = announced?.payload().parse().unwrap_or(i64::MAX);
                        self.hints.announced(announced, self.published.current().seq());
                    }
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                broken = hints => {
                    let broken: Result<(), sqlx::Error> = broken;
                    tracing::debug!(?broken, "no notifications for now");
                }
            }
            let _ = tokio::time::timeout(LISTEN_AGAIN, stop.wait_for(|stop| *stop)).await;
        }
    }

    /// Looks once; the database may take so long to tell what is new.
    async fn step(&self, limit: Duration) -> Result<(), StoreError> {
        // Asked first: what is doubted from now on, this look does not refute.
        let doubts = self.published.doubts();
        let current = self.published.current();
        let (seq, chain) = (current.seq(), current.chain());
        let limits = Limits { connection: PATIENCE, answer: limit };
        let tail = ask_until(&self.own, limits, std::future::pending(), move |connection| {
            Box::pin(log::since(connection, seq, chain))
        });
        let tail = tail.await;
        match tail {
            Ok(Tail::Commits(head, commits)) => {
                // Any other gap shows at the next look, where the chain is checked at the snapshot's own place.
                if self.published.advance((current.seq(), current.chain()), &commits) == Err(Gap::Digest) {
                    tracing::error!(seq = head.seq, "the graph differs from the database; loading anew");
                    return self.reload().await;
                }
                self.notes.contact(head.seq);
                self.published.mark_seen(doubts);
                lag(head.seq - self.published.current().seq());
                Ok(())
            }
            Ok(Tail::Diverged(head)) => {
                tracing::error!(seq = head.seq, own = current.seq(), "the log has another history; loading anew");
                self.published.mark_lost();
                self.reload().await
            }
            Err(error @ StoreError::Database(sqlx::Error::PoolTimedOut)) => {
                // Nobody else has its connection: there is none to be had.
                self.notes.out_of_reach();
                Err(error)
            }
            Err(error @ StoreError::BrokenLog { .. }) => {
                tracing::error!("{error}; loading anew");
                self.reload().await
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the database answers at all: what is new may be slow to come, or the connection may have frozen under it.
    async fn reaches(&self) -> bool {
        let asking = ask_within(&self.own, SOON, |connection| {
            Box::pin(async move { head::is_standby(connection).await.map_err(StoreError::from) })
        });
        asking.await.is_ok()
    }

    async fn reload(&self) -> Result<(), StoreError> {
        let graph = load(&self.pool).await?;
        self.notes.contact(graph.seq());
        metrics::counter!("pledgegraph_reloads_total").increment(1);
        self.content.note_loaded(&graph);
        self.content.tell(&graph);
        self.published.replace(graph);
        Ok(())
    }
}

/// How many commits the newest snapshot is behind.
#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn lag(commits: i64) {
    metrics::gauge!("pledgegraph_lag_commits").set(commits as f64);
}

/// An error with its causes, on one line.
fn chain_of_causes(error: &StoreError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
