//! The snapshots that readers see.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use pledgegraph_graph::{ChainLinks, Graph};
use pledgegraph_model::Commit;
use tokio::sync::watch;

use crate::protocol::{self, Gap, Place};

/// How many of the newest snapshots are kept.
const RECENT: usize = 8;
/// How many snapshots that a cursor was given for are kept, and how long.
const PINNED: usize = 512;
const PINNED_FOR: Duration = Duration::from_mins(5);

/// How many histories that were lost are remembered.
const LOST: usize = 16;

/// The newest snapshot, and some before it.
#[derive(Debug)]
pub(crate) struct Published {
    current: ArcSwap<Graph>,
    /// Held while the next snapshot is made, by the writer or the follower; never by a reader.
    making: Mutex<VecDeque<Arc<Graph>>>,
    pinned: Mutex<VecDeque<(Instant, Arc<Graph>)>>,
    /// How often a graph was loaded anew, and `seq` of the newest snapshot.
    reached: watch::Sender<(u64, i64)>,
    /// `seq` of the newest snapshot, for whoever waits for the next.
    seq: watch::Sender<i64>,
    /// Two counts: looks of the follower that found the newest snapshot in the history of the database, and doubts, findings
    /// since then that it is not. While there is a doubt, nothing is answered from the snapshot.
    looked: watch::Sender<(u64, u64)>,
    /// The histories that were lost, the last ones.
    lost: Mutex<VecDeque<ChainLinks>>,
}

impl Published {
    pub(crate) fn new(graph: Graph) -> Self {
        let (reached, seq) = (watch::Sender::new((0, graph.seq())), watch::Sender::new(graph.seq()));
        let (making, pinned) = (Mutex::default(), Mutex::default());
        Self {
            current: ArcSwap::from_pointee(graph),
            making,
            pinned,
            reached,
            seq,
            looked: watch::Sender::default(),
            lost: Mutex::default(),
        }
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

    /// The last snapshot at or before a commit that is still kept.
    pub(crate) fn nearest(&self, seq: i64) -> Option<Arc<Graph>> {
        let mut known = vec![self.current()];
        known.extend(self.making.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Arc::clone));
        let pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(pinned.iter().map(|(_, graph)| Arc::clone(graph)));
        known.into_iter().filter(|graph| graph.seq() <= seq).max_by_key(|graph| graph.seq())
    }

    /// `seq` of the newest snapshot.
    pub(crate) fn watch(&self) -> watch::Receiver<i64> {
        self.seq.subscribe()
    }

    /// The history of the newest snapshot is not that of the database: it was lost.
    pub(crate) fn mark_lost(&self) {
        self.looked.send_modify(|(_, doubts)| *doubts += 1);
    }

    /// A look found the newest snapshot in the history of the database. That refutes the `doubts` that there were when the
    /// look began, and none that came since. A doubt may be wrong: a write is acknowledged late by a server that was the
    /// primary before, and its link is not the one here, for it is of the lost history and the snapshot of the new one.
    pub(crate) fn mark_seen(&self, doubts: u64) {
        self.looked.send_modify(|(times, left)| (*times, *left) = (*times + 1, left.saturating_sub(doubts)));
        if doubts > 0 {
            // What is held may be acknowledged now.
            self.reached.send_modify(|_| {});
        }
    }

    /// How often the newest snapshot was found not to be in the history of the database, and that is not refuted.
    pub(crate) fn doubts(&self) -> u64 {
        self.looked.borrow().1
    }

    /// Whether the history of the newest snapshot is lost, and the graph is being loaded anew.
    pub(crate) fn is_lost(&self) -> bool {
        self.doubts() > 0
    }

    /// Whether a commit was in a history that was lost since this process started.
    pub(crate) fn was_lost(&self, version: Place) -> bool {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        protocol::was_lost(self.current().chain_links(), lost.iter(), version)
    }

    /// Waits until the follower has looked again from the beginning, whatever it does now, or has found the history lost;
    /// `false` when that takes longer than `limit`.
    pub(crate) async fn is_seen_again(&self, limit: Duration) -> bool {
        let mut looked = self.looked.subscribe();
        let before = looked.borrow_and_update().0;
        // Two: one may be under way, and have read the database before it was asked for.
        let again = looked.wait_for(|(times, doubts)| *doubts > 0 || *times >= before + 2);
        tokio::time::timeout(limit, again).await.is_ok_and(|seen| seen.is_ok())
    }

    /// Applies commits, in order, the first of which follows the point `before` of the log, and publishes the result.
    /// Those that the newest snapshot holds already are passed over. Where they belong to another history than the newest
    /// snapshot, that one is lost.
    pub(crate) fn advance(&self, before: Place, commits: &[Commit]) -> Result<(), Gap> {
        let mut recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        let began = Instant::now();
        let places = commits.iter().map(|commit| (commit.seq, commit.chain));
        protocol::continues(current.chain_links(), before, places).inspect_err(|gap| {
            if *gap == Gap::History {
                self.mark_lost();
            }
        })?;
        let mut next: Option<Graph> = None;
        for commit in commits.iter().filter(|commit| commit.seq > current.seq()) {
            next.get_or_insert_with(|| Graph::clone(&current)).apply(commit);
        }
        let Some(next) = next else { return Ok(()) };
        if next.unexplained() != current.unexplained() {
            return Err(Gap::Digest);
        }
        self.store(&mut recent, next);
        metrics::histogram!("pledgegraph_publish_seconds").record(began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Publishes the same version on another day. Walks that began on the day before keep it in their cursors.
    pub(crate) fn turn(&self, day: NaiveDate) {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Graph::clone(&self.current());
        next.turn(day);
        self.current.store(Arc::new(next));
    }

    /// Publishes a graph that was loaded anew.
    pub(crate) fn replace(&self, graph: Graph) {
        let mut recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        self.swap(&mut recent, graph);
    }

    /// Publishes a graph that was loaded though the history is not lost, unless another one was since; gives it back where it
    /// does not hold all that the newest snapshot holds.
    pub(crate) fn renew(&self, graph: Graph, loads: u64) -> Result<(), Box<Graph>> {
        let mut recent = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        if self.is_lost() || self.loads() != loads {
            return Ok(());
        }
        if graph.link_at(current.seq()) != Some(current.chain()) {
            return Err(Box::new(graph));
        }
        self.swap(&mut recent, graph);
        Ok(())
    }

    fn swap(&self, recent: &mut VecDeque<Arc<Graph>>, graph: Graph) {
        // Snapshots of another history, or of other content, must not be found by their seq.
        recent.clear();
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let seq = graph.seq();
        let before = self.current.swap(Arc::new(graph));
        if self.is_lost() {
            let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
            lost.push_back(before.chain_links().clone());
            if lost.len() > LOST {
                lost.pop_front();
            }
        }
        self.looked.send_modify(|(_, doubts)| *doubts = 0);
        self.reached.send_modify(|reached| *reached = (reached.0 + 1, seq));
        self.seq.send_replace(seq);
    }

    fn store(&self, recent: &mut VecDeque<Arc<Graph>>, graph: Graph) {
        let seq = graph.seq();
        recent.push_back(self.current.swap(Arc::new(graph)));
        if recent.len() > RECENT {
            recent.pop_front();
        }
        self.reached.send_modify(|reached| reached.1 = seq);
        self.seq.send_replace(seq);
    }

    /// How often a graph was loaded anew.
    pub(crate) fn loads(&self) -> u64 {
        self.reached.borrow().0
    }

    /// Waits until a snapshot at or after a commit is published, of whatever history; `false` when that takes longer than
    /// `limit`.
    pub(crate) async fn reaches(&self, seq: i64, limit: Duration) -> bool {
        let mut watched = self.reached.subscribe();
        let there = watched.wait_for(|reached| reached.1 >= seq);
        tokio::time::timeout(limit, there).await.is_ok_and(|r| r.is_ok())
    }

    /// Whether the newest snapshot holds this commit of this history, and its history is not lost.
    pub(crate) fn holds(&self, place: Place) -> bool {
        // Asked first: a graph that is loaded anew is published before the loss is over.
        !self.is_lost() && self.current().chain_links().holds(place)
    }

    /// Waits until the newest snapshot holds this commit of this history; `false` when that takes longer than `limit`.
    pub(crate) async fn comes_to_hold(&self, place: Place, limit: Duration) -> bool {
        let mut watched = self.reached.subscribe();
        let there = watched.wait_for(|_| self.holds(place));
        tokio::time::timeout(limit, there).await.is_ok_and(|r| r.is_ok())
    }
}
