//! The graphs of the past that are kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use chrono::{DateTime, Utc};
use pledgegraph_graph::Graph;
use tokio::sync::Semaphore;

/// How many graphs of the past are kept, and how many rows they may have in all; one is kept however large it is.
const KEPT: usize = 8;
const KEPT_ROWS: usize = 2_000_000;
/// How many requests may wait for graphs of the past.
const WAITING: usize = 16;

/// Graphs of the past.
#[derive(Debug)]
pub(crate) struct Past {
    kept: Mutex<Kept>,
    /// One graph is built at a time: it takes three connections and memory; and who waited for the same finds it built.
    pub(super) turn: tokio::sync::Mutex<()>,
    pub(super) places: Arc<Semaphore>,
    /// One request at a time keeps the writers from the head.
    pub(super) settling: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// How often the published graph had been loaded anew: the history may be another since.
    loads: u64,
    /// No commit will be recorded before this time any more. Before that is known, a commit that is under way may still be
    /// recorded in what is past by now, and `known_at` would answer differently the next time.
    settled: Option<DateTime<Utc>>,
    /// The one asked for last comes last.
    graphs: VecDeque<Arc<Graph>>,
    /// All that were built here and are still in use.
    built: Vec<Weak<Graph>>,
}

impl Default for Past {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            places: Arc::new(Semaphore::new(WAITING)),
            settling: Arc::default(),
        }
    }
}

/// How many rows a graph has.
pub(super) fn rows(graph: &Graph) -> usize {
    graph.entity_count() + graph.edge_count()
}

impl Past {
    fn kept(&self, loads: u64) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.loads != loads {
            *kept = Kept { loads, ..Kept::default() };
        }
        kept
    }

    /// The graph after a commit, if it is kept.
    pub(crate) fn find(&self, seq: i64, loads: u64) -> Option<Arc<Graph>> {
        let mut kept = self.kept(loads);
        let at = kept.graphs.iter().position(|graph| graph.seq() == seq)?;
        let graph = kept.graphs.remove(at)?;
        kept.graphs.push_back(Arc::clone(&graph));
        Some(graph)
    }

    /// The last graph at or before a commit that is kept.
    pub(super) fn nearest(&self, seq: i64, loads: u64) -> Option<Arc<Graph>> {
        let kept = self.kept(loads);
        kept.graphs.iter().filter(|graph| graph.seq() <= seq).max_by_key(|graph| graph.seq()).map(Arc::clone)
    }

    pub(super) fn keep(&self, graph: &Arc<Graph>, loads: u64) {
        let mut kept = self.kept(loads);
        kept.built.retain(|built| built.strong_count() > 0);
        kept.built.push(Arc::downgrade(graph));
        kept.graphs.push_back(Arc::clone(graph));
        let too_much = |graphs: &VecDeque<Arc<Graph>>| {
            graphs.len() > KEPT
                || (graphs.len() > 1 && graphs.iter().map(|graph| rows(graph)).sum::<usize>() > KEPT_ROWS)
        };
        while too_much(&kept.graphs) {
            kept.graphs.pop_front();
        }
    }

    /// Whether it is known that no commit will be recorded at or before a time any more.
    pub(super) fn is_settled(&self, time: DateTime<Utc>, loads: u64) -> bool {
        self.kept(loads).settled.is_some_and(|settled| time < settled)
    }

    pub(super) fn settle(&self, time: DateTime<Utc>, loads: u64) {
        let mut kept = self.kept(loads);
        kept.settled = kept.settled.max(Some(time));
    }

    /// Whether a graph was built here. Such a one can be built again, and need not be kept for a cursor.
    pub(crate) fn has_built(&self, graph: &Arc<Graph>) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.built.iter().any(|built| built.as_ptr() == Arc::as_ptr(graph))
    }
}
