//! Whether what is held is what the database says of it, and what the database has.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pledgegraph_graph::Graph;
use pledgegraph_model::Removed;

/// How many rows are named.
const NAMED: usize = 20;

/// What differs: rows were changed past the log, or the digest was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// How many rows differ.
    pub rows: usize,
    /// The first of them.
    pub named: Vec<Removed>,
    /// Whether the digest of the head is not that of the rows, whatever the hashes in them say: rows came or went, a hash was
    /// changed with its row, or the digest was changed.
    pub digest: bool,
}

impl Differences {
    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.rows == 0 && !self.digest
    }
}

/// What was found to differ between what is held and what the database has, and what was told of it.
#[derive(Debug, Default)]
pub(crate) struct Content {
    found: Mutex<Found>,
    /// Whether there are any rows: asked for every answer.
    any: AtomicBool,
}

#[derive(Debug, Default)]
struct Found {
    rows: BTreeSet<Removed>,
    /// What was told last: each difference is told once.
    told: Told,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    rows: BTreeSet<Removed>,
    digest: bool,
}

impl Content {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut BTreeSet<Removed>)) {
        let mut found = self.found();
        change(&mut found.rows);
        self.any.store(!found.rows.is_empty(), Ordering::Release);
    }

    /// Whether anything differs.
    pub(crate) fn differs(&self, graph: &Graph) -> bool {
        !graph.agrees() || self.any.load(Ordering::Acquire)
    }

    /// What differs.
    pub(crate) fn differences(&self, graph: &Graph) -> Differences {
        let found = self.found();
        let others = || found.rows.iter().copied().filter(|row| !graph.is_differing(*row));
        let mut named: Vec<Removed> = graph.differing().take(NAMED).chain(others().take(NAMED)).collect();
        named.sort_unstable();
        named.truncate(NAMED);
        Differences { rows: graph.differing_count() + others().count(), named, digest: !graph.digest_agrees() }
    }

    /// Rows were found that the database has otherwise than they are held.
    pub(crate) fn note(&self, rows: impl IntoIterator<Item = Removed>) {
        self.change(|found| found.extend(rows));
    }

    /// A whole pass found these rows, and no others. What was found before and is held now stays named as long as the
    /// digest does not agree: then it is why.
    pub(crate) fn note_pass(&self, rows: BTreeSet<Removed>, graph: &Graph) {
        if !rows.is_empty() || graph.digest_agrees() {
            self.change(|found| *found = rows);
        }
    }

    /// A graph was loaded that holds what the database has.
    pub(crate) fn note_loaded(&self, graph: &Graph) {
        if graph.digest_agrees() {
            self.change(BTreeSet::clear);
        }
    }

    /// Tells operators what differs and was not told yet, and when nothing differs any more.
    pub(crate) fn tell(&self, graph: &Graph) {
        let differences = self.differences(graph);
        let mut found = self.found();
        let rows: BTreeSet<Removed> = differences.named.iter().copied().collect();
        for row in rows.difference(&found.told.rows) {
            tracing::error!("{} is not what was committed: it was changed past the log", name(*row));
        }
        if differences.digest && !found.told.digest {
            tracing::error!(
                seq = graph.seq(),
                "the rows are not those of the digest: they, or it, were changed past the log"
            );
        }
        let told = Told { rows, digest: differences.digest };
        if told == Told::default() && found.told != told {
            tracing::info!(seq = graph.seq(), "all rows are what was committed again");
        }
        found.told = told;
    }
}

/// A row in words.
pub(crate) fn name(row: Removed) -> String {
    match row {
        Removed::Entity(id) => format!("entity {id}"),
        Removed::Edge(id) => format!("edge {id}"),
    }
}

#[cfg(test)]
mod tests {
    use pledgegraph_model::EdgeId;

    use super::*;

    #[test]
    fn what_was_found_is_named_until_a_pass_or_a_load_finds_it_no_more() {
        let (content, graph) = (Content::default(), Graph::empty());
        let row = Removed::Edge(EdgeId::of_key("a"));
        assert!(!content.differs(&graph) && content.differences(&graph).is_none());
        content.note([row]);
        let found = Differences { rows: 1, named: vec![row], digest: false };
        assert!(content.differs(&graph) && content.differences(&graph) == found);
        content.note_pass(BTreeSet::new(), &graph);
        assert!(!content.differs(&graph));
        content.note([row]);
        content.note_loaded(&graph);
        assert!(!content.differs(&graph));
    }
}
