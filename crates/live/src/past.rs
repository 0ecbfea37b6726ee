//! The graph as it stood after a commit of the past.
//!
//! It is made from the nearest earlier graph that is at hand by applying the commits between, or, when those are many,
//! built in bulk from the rows as they were then. Either way it is the graph of a process that was there: the same
//! rows in the same order, and the digest of its commit.

pub(crate) mod kept;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use pledgegraph_graph::Graph;
use pledgegraph_store::history::{self, Moment};
use pledgegraph_store::{StoreError, log, past};

use crate::Live;
use crate::connection::{self, Connections, broken_off, is_late};
use crate::load::{Loading, unless_stalled};
use crate::published::Published;
use kept::{Past, rows};

/// How long a request may wait for a graph of the past. What it waited for is built all the same.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the database may take to tell what is to be applied: everybody waits for it.
const APPLYING: Duration = Duration::from_secs(5);
/// Applying a commit's change costs about as much as building 20 rows in bulk.
const BUILT_PER_APPLIED: usize = 20;
/// So many changes are applied in any case.
const ALWAYS_APPLIED: usize = 1_000;

impl Live {
    /// The graph as it stood after the commit `seq`; `None` when the log has no such commit. From memory where it is
    /// kept; else it is built, one at a time in the process, within 20 seconds.
    ///
    /// # Errors
    /// [`StoreError::Crowded`] when too many wait or it takes longer; [`StoreError::BrokenLog`] when what the log says
    /// does not have the digest of the commit; else when the database cannot be read.
    pub async fn at(&self, seq: i64) -> Result<Option<Arc<Graph>>, StoreError> {
        if let Some(graph) = self.kept(seq) {
            return Ok(Some(graph));
        }
        if seq <= 0 {
            return Ok((seq == 0).then(|| Arc::new(Graph::empty())));
        }
        let place = Arc::clone(&self.past.places).try_acquire_owned().or(Err(StoreError::Crowded))?;
        let building = Building {
            connections: self.connections.clone(),
            published: Arc::clone(&self.published),
            past: Arc::clone(&self.past),
        };
        // A task of its own: the work is not lost when the client goes away.
        let built = tokio::spawn(async move {
            let built = Box::pin(building.graph(seq)).await;
            drop(place);
            built
        });
        tokio::time::timeout(PATIENCE, built).await.or(Err(StoreError::Crowded))?.map_err(broken_off)?
    }

    /// The graph as it stood after the last commit that was recorded at or before a time; the empty graph if there was
    /// none yet. The same moment has the same answer for ever, so that a commit that may still be recorded before it is
    /// waited for. A moment that is not past, by the clock of the database, means the newest snapshot.
    ///
    /// # Errors
    /// As [`Live::at`]; a transient one when a commit that is under way takes longer than 2 seconds.
    pub async fn known_at(&self, time: DateTime<Utc>) -> Result<Arc<Graph>, StoreError> {
        let Some(seq) = self.seq_at(time).await? else { return Ok(self.snapshot()) };
        let lost = || StoreError::BrokenLog { seq, problem: "the commit was there and is not any more".to_owned() };
        self.at(seq).await?.ok_or_else(lost)
    }

    /// The last commit that was recorded at or before a time; `None` when the time is not past.
    async fn seq_at(&self, time: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
        if !self.past.is_settled(time, self.published.loads()) {
            match self.connections.ask(move |connection| Box::pin(history::moment(connection, time))).await? {
                Moment::Now => return Ok(None),
                Moment::Settled => {}
                Moment::Open => return self.settle(time).await.map(Some),
            }
        }
        self.connections.ask(move |connection| Box::pin(history::last_at(connection, time))).await.map(Some)
    }

    /// The last commit that was recorded at or before a time, when no commit is under way.
    async fn settle(&self, time: DateTime<Utc>) -> Result<i64, StoreError> {
        let turn = Arc::clone(&self.past.settling).lock_owned();
        let turn = tokio::time::timeout(connection::PATIENCE, turn).await.or(Err(StoreError::Crowded))?;
        let loads = self.published.loads();
        let (seq, settled) = self
            .connections
            .ask(move |connection| {
                Box::pin(async move {
                    // Kept until the head is given back, though the client may go away.
                    let _turn = turn;
                    history::settled_at(connection, time).await
                })
            })
            .await?;
        self.past.settle(settled, loads);
        Ok(seq)
    }
}

/// What a graph of the past is made with.
struct Building {
    connections: Connections,
    published: Arc<Published>,
    past: Arc<Past>,
}

impl Building {
    async fn graph(&self, seq: i64) -> Result<Option<Arc<Graph>>, StoreError> {
        let _turn = self.past.turn.lock().await;
        let loads = self.published.loads();
        if let Some(graph) = self.past.find(seq, loads) {
            return Ok(Some(graph));
        }
        let began = Instant::now();
        let applied = self.applied(seq, loads).await?;
        let graph = match applied {
            Some(graph) if graph.digest_agrees() && graph.seq() == seq => graph,
            _ => match Box::pin(self.built(seq)).await? {
                Some(graph) => graph,
                None => return Ok(None),
            },
        };
        if !graph.digest_agrees() {
            let problem = "the rows as they were then are not what the digest of the commit says".to_owned();
            return Err(StoreError::BrokenLog { seq, problem });
        }
        metrics::histogram!("pledgegraph_past_seconds").record(began.elapsed().as_secs_f64());
        let graph = Arc::new(graph);
        self.past.keep(&graph, loads);
        Ok(Some(graph))
    }

    /// Goes forward from the nearest earlier graph, unless that is far, or the log has another history.
    async fn applied(&self, seq: i64, loads: u64) -> Result<Option<Graph>, StoreError> {
        let known = [self.published.nearest(seq), self.past.nearest(seq, loads)];
        let base = known.into_iter().flatten().max_by_key(|graph| graph.seq());
        let base = base.unwrap_or_else(|| Arc::new(Graph::empty()));
        let enough = ALWAYS_APPLIED.max(rows(&self.published.current()) / BUILT_PER_APPLIED);
        let enough = i64::try_from(enough).unwrap_or(i64::MAX);
        let from = (base.seq(), base.chain());
        let asking = self.connections.ask_for(APPLYING, move |connection| {
            Box::pin(async move {
                let far = log::changed_rows(connection, from.0, seq, enough).await?;
                if far.is_none_or(|rows| rows > enough) {
                    return Ok(None);
                }
                log::between(connection, from, seq).await
            })
        });
        let commits = match asking.await {
            Ok(Some(commits)) => commits,
            // Many, and slow to come: all rows in bulk may be sooner.
            Ok(None) => return Ok(None),
            Err(error) if is_late(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let apply = move || {
            let mut graph = Graph::clone(&base);
            for commit in &commits {
                graph.apply(commit);
            }
            graph
        };
        tokio::task::spawn_blocking(apply).await.map(Some).map_err(broken_off)
    }

    /// Builds it from the rows as they were.
    async fn built(&self, seq: i64) -> Result<Option<Graph>, StoreError> {
        let (mut loading, rows) = (Loading::default(), AtomicU64::default());
        let reading = past::load(self.connections.pool()?, seq, |row, stamp| {
            rows.fetch_add(1, Ordering::Relaxed);
            loading.take(row, stamp);
        });
        let reading = Box::pin(unless_stalled(&rows, reading));
        let Some(head) = self.connections.unless_away(reading).await? else {
            return Ok(None);
        };
        loading.finish(head).await.map(Some)
    }
}
