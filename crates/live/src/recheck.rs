//! Reads rows again, a few at a time, and compares them with what is held: what somebody changed past the log shows within
//! one pass over all rows, and is loaded, so that all processes tell the same.
//!
//! It costs readers nothing: it looks at published snapshots, its transactions are short and lock nothing, and it reads no
//! more rows in a second than it is allowed to.

mod differing;
mod pass;

use std::sync::Arc;
use std::time::Duration;

use pledgegraph_graph::{Graph, HeldRow};
use pledgegraph_store::recheck::{self, Page};
use pledgegraph_store::{StoreError, log};
use tokio::sync::watch;
use uuid::Uuid;

use self::differing::{Differing, differing, has_another_digest, identifier, is_of_another_history, row};
use self::pass::{AT_ONCE, Pass};
use crate::connection::{Connections, ask_within};
use crate::content::{Content, name};
use crate::load::load;
use crate::published::Published;

/// How long reading the rows of one transaction may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How long loading may take: longer than it ever does, unless a connection is frozen.
const LOADING: Duration = Duration::from_mins(10);
/// How long to wait when the database cannot be reached, and when trying again at once would not help.
const PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_mins(1);
/// How often what was committed while the graph was loaded is caught up with, before the follower has to do it.
const CATCH_UP: usize = 20;

/// What the task works with.
pub(crate) struct Recheck {
    pub(crate) connections: Connections,
    pub(crate) published: Arc<Published>,
    pub(crate) content: Arc<Content>,
    /// How many rows a second; not 0.
    pub(crate) rate: u32,
}

impl Recheck {
    /// Runs until `stop` turns true.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut pass = Pass::new(self.published.loads());
        // Whoever started a moment ago has just loaded it all.
        let mut pause = self.pause(AT_ONCE);
        loop {
            if tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_ok() {
                return;
            }
            pause = match self.step(&mut pass).await {
                Ok(rows) => self.pause(rows),
                Err(error) if error.is_transient() => PAUSE,
                Err(error) => {
                    tracing::warn!(?error, "rows cannot be compared with what is held");
                    LONG_PAUSE
                }
            };
        }
    }

    /// How long so many rows are to last. A transaction counts as ten, so that an empty graph is not asked for ever.
    fn pause(&self, rows: usize) -> Duration {
        let rows = u32::try_from(rows.max(10)).unwrap_or(u32::MAX);
        Duration::from_secs(1) * rows / self.rate
    }

    /// Compares the next rows; gives how many.
    async fn step(&self, pass: &mut Pass) -> Result<usize, StoreError> {
        if self.published.is_lost() {
            return Ok(AT_ONCE);
        }
        if self.published.loads() != pass.loads {
            pass.begin_again(self.published.loads());
        }
        let held = pass.held(&self.published.current());
        let page = self.read(pass, &held).await?;
        let graph = self.published.current();
        if self.published.loads() != pass.loads || is_of_another_history(&graph, &page) {
            return Ok(AT_ONCE);
        }
        let differing = differing(&graph, (pass.table, &held), &page, &pass.broken);
        let digest_differs = has_another_digest(&graph, &page);
        let rows = page.rows.len().max(page.next.len());
        metrics::counter!("pledgegraph_recheck_rows_total").increment(rows as u64);
        let is_done = pass.go_on(&held, &page.next);
        if digest_differs || !differing.is_empty() {
            self.found(pass, differing).await;
        }
        if is_done && self.published.loads() == pass.loads {
            metrics::counter!("pledgegraph_recheck_passes_total").increment(1);
            pass.in_vain.retain(|row, _| pass.found.contains(row));
            self.content.note_pass(std::mem::take(&mut pass.found), &self.published.current());
            pass.begin_again(pass.loads);
        }
        self.content.tell(&self.published.current());
        Ok(rows)
    }

    /// Reads the rows again. One that breaks a rule of the model is noted and left out.
    async fn read(&self, pass: &mut Pass, held: &[(usize, HeldRow)]) -> Result<Page, StoreError> {
        loop {
            let asked = held.iter().map(|(_, held)| held.row).filter(|row| !pass.broken.contains(row));
            let (ids, table, after): (Vec<Uuid>, _, _) = (asked.map(identifier).collect(), pass.table, pass.after);
            let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
            let reading = ask_within(self.connections.pool()?, LIMIT, move |connection| {
                Box::pin(async move { recheck::page(connection, table, &ids, (after, limit)).await })
            });
            match reading.await {
                Err(StoreError::BrokenRow { id, problem, .. }) if pass.is_asked(held, id) => {
                    tracing::debug!(%id, "a row cannot be read: {problem}");
                    pass.broken.insert(row(pass.table, id));
                }
                read => return read,
            }
        }
    }

    /// Rows are not what is held: names them, and loads what the database has, unless that was of no use.
    async fn found(&self, pass: &mut Pass, rows: Differing) {
        let is_new = rows.is_empty() || rows.iter().any(|(row, there)| pass.in_vain.get(row) != Some(there));
        self.content.note(rows.keys().copied());
        pass.found.extend(rows.keys());
        if pass.failed || !is_new {
            return;
        }
        for row in rows.keys() {
            tracing::warn!("{} in the database is not what is held; loading anew", name(*row));
        }
        let loading = tokio::time::timeout(LOADING, Box::pin(self.load_anew()));
        let loaded = loading.await.unwrap_or(Err(StoreError::Database(sqlx::Error::PoolTimedOut)));
        if let Err(error) = loaded {
            pass.failed = true;
            tracing::error!(?error, "what the database has cannot be loaded; what is held goes on being told");
            return;
        }
        let graph = self.published.current();
        pass.in_vain.extend(rows.into_iter().filter(|(row, there)| !there.is_held(*row, &graph)));
    }

    /// Loads the graph while commits go on being published, and puts it in the place of the newest snapshot when it has
    /// caught up with that.
    async fn load_anew(&self) -> Result<(), StoreError> {
        let loads = self.published.loads();
        let mut graph = load(self.connections.pool()?).await?;
        for _ in 0..CATCH_UP {
            match self.published.renew(graph, loads) {
                Ok(()) => {
                    metrics::counter!("pledgegraph_reloads_total").increment(1);
                    self.content.note_loaded(&self.published.current());
                    return Ok(());
                }
                Err(behind) => graph = self.caught_up(*behind).await?,
            }
        }
        let problem = "commits come faster than they are caught up with".to_owned();
        Err(StoreError::BrokenLog { seq: graph.seq(), problem })
    }

    /// The graph with what was committed since.
    async fn caught_up(&self, mut graph: Graph) -> Result<Graph, StoreError> {
        let (seq, chain, unexplained) = (graph.seq(), graph.chain(), graph.unexplained());
        let tail = self.connections.ask(move |connection| Box::pin(log::since(connection, seq, chain))).await?;
        if let log::Tail::Commits(_, commits) = tail {
            for commit in &commits {
                graph.apply(commit);
            }
            if graph.unexplained() == unexplained {
                return Ok(graph);
            }
        }
        let problem = "what was loaded is not what was committed since".to_owned();
        Err(StoreError::BrokenLog { seq, problem })
    }
}
