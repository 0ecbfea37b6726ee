//! The snapshots that readers see.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use pledgegraph_graph::Graph;
use pledgegraph_model::Commit;
use tokio::sync::watch;

/// How many of the newest snapshots are kept.
const RECENT: usize = 8;
/// How many snapshots that a cursor was given for are kept, and how long.
const PINNED: usize = 64;
const PINNED_FOR: Duration = Duration::from_mins(5);

/// Why commits could not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// They do not follow the newest snapshot; the follower will close the gap.
    NotNext,
    /// What is held afterwards is not what the database says: load anew.
    Digest,
}

/// The newest snapshot, and some before it.
#[derive(Debug)]
pub(crate) struct Published {
    current: ArcSwap<Graph>,
    /// Held while the next snapshot is made, by the writer or the follower; never by a reader.
    making: Mutex<VecDeque<Arc<Graph>>>,
    pinned: Mutex<VecDeque<(Instant, Arc<Graph>)>>,
    seq: watch::Sender<i64>,
}

impl Published {
    pub(crate) fn new(graph: Graph) -> Self {
        let seq = watch::Sender::new(graph.seq());
        Self { current: ArcSwap::from_pointee(graph), making: Mutex::default(), pinned: Mutex::default(), seq }
    }

    pub(crate) fn current(&self) -> Arc<Graph> {
        self.current.load_full()
    }

    /// Keeps a snapshot for a while, because a cursor was given for it.
    pub(crate) fn pin(&self, graph: &Arc<Graph>) {
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        pinned.retain(|(since, kept)| since.elapsed() < PINNED_FOR && kept.seq() != graph.seq());
        pinned.push_back((Instant::now(), Arc::clone(graph)));
        if pinned.len() > PINNED {
            pinned.pop_front();
        }
    }

    /// A kept snapshot.
    pub(crate) fn kept(&self, seq: i64) -> Option<Arc<Graph>> {
        let current = self.current();
        if current.seq() == seq {
            return Some(current);
        }
        let pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        let found = pinned.iter().map(|(_, graph)| graph).find(|graph| graph.seq() == seq).map(Arc::clone);
        drop(pinned);
        found.or_else(|| {
            let recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
            recent.iter().find(|graph| graph.seq() == seq).map(Arc::clone)
        })
    }

    /// Applies commits that follow the newest snapshot, in order, and publishes the result. Those that it holds already
    /// are passed over.
    pub(crate) fn advance(&self, commits: &[Commit]) -> Result<(), Gap> {
        let mut recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        let began = Instant::now();
        let mut next: Option<Graph> = None;
        for commit in commits.iter().filter(|commit| commit.seq > current.seq()) {
            let graph = next.get_or_insert_with(|| Graph::clone(&current));
            if commit.seq != graph.seq() + 1 {
                return Err(Gap::NotNext);
            }
            graph.apply(commit);
        }
        let Some(next) = next else { return Ok(()) };
        if next.computed_digest() != next.digest() {
            return Err(Gap::Digest);
        }
        self.store(&mut recent, next);
        metrics::histogram!("pledgegraph_publish_seconds").record(began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Publishes a graph that was loaded anew.
    pub(crate) fn replace(&self, graph: Graph) {
        let mut recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        // Snapshots of another history must not be found by their seq.
        recent.clear();
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.store(&mut recent, graph);
    }

    fn store(&self, recent: &mut VecDeque<Arc<Graph>>, graph: Graph) {
        let seq = graph.seq();
        recent.push_back(self.current.swap(Arc::new(graph)));
        if recent.len() > RECENT {
            recent.pop_front();
        }
        self.seq.send_replace(seq);
    }

    /// Waits until a snapshot with this commit is published; `false` when that takes longer than `limit`.
    pub(crate) async fn reaches(&self, seq: i64, limit: Duration) -> bool {
        let mut watched = self.seq.subscribe();
        tokio::time::timeout(limit, watched.wait_for(|published| *published >= seq)).await.is_ok_and(|r| r.is_ok())
    }
}
