//! The parts of wholes, kept for versions that share them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::node::Node;

/// Parts that are kept in all; beyond it begins anew: some 4 MiB.
const MOST_PARTS: usize = 1 << 20;

/// The parts of wholes.
#[derive(Debug, Clone, Default)]
struct Found {
    of: HashMap<Node, Arc<[Node]>>,
    /// How many parts there are in it.
    parts: usize,
}

/// The parts of wholes on the day of the graph, as far as somebody asked: of the United States the Pentagon, and what is part
/// of that. Versions share the table, and who fills an entry fills it for all of them, until a commit touches what is part
/// of what: the version that it makes begins with an empty table.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptParts(Arc<ArcSwap<Found>>);

impl KeptParts {
    pub(crate) fn get(&self, whole: Node) -> Option<Arc<[Node]>> {
        self.0.load().of.get(&whole).cloned()
    }

    pub(crate) fn fill(&self, whole: Node, parts: &Arc<[Node]>) {
        self.0.rcu(|found| {
            let mut found = Found::clone(found);
            if found.parts + parts.len() > MOST_PARTS {
                found = Found::default();
            }
            found.parts += parts.len();
            found.of.insert(whole, Arc::clone(parts));
            found
        });
    }

    /// All wholes with their parts.
    pub(crate) fn all(&self) -> Vec<(Node, Arc<[Node]>)> {
        self.0.load().of.iter().map(|(whole, parts)| (*whole, Arc::clone(parts))).collect()
    }
}
