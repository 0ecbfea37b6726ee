//! What is part of what, at any depth: found on demand for the day of the graph, and kept for versions that share it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use pledgegraph_model::EdgeKind;

use crate::Graph;
use crate::counted::Counted;
use crate::node::{Incidence, Node};
use crate::standing::kept::Touched;

/// Wholes of which the parts are kept, and parts of one whole beyond which they are not: at most some 4 MiB in all.
const MOST_WHOLES: usize = 1 << 10;
const MOST_PARTS: usize = 1 << 10;

type Found = HashMap<Node, Arc<[Node]>>;

/// The parts of wholes on the day of the graph, as far as somebody asked. Versions share the table until a commit touches
/// what is part of what: an entry is the same in all that share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptParts(Arc<RwLock<Found>>);

impl KeptParts {
    fn get(&self, whole: Node) -> Option<Arc<[Node]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&whole).cloned()
    }

    fn fill(&self, whole: Node, parts: &Arc<[Node]>) {
        let mut found = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() < MOST_WHOLES && parts.len() <= MOST_PARTS {
            found.insert(whole, Arc::clone(parts));
        }
    }

    /// All that is kept.
    fn all(&self) -> Found {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Graph {
    /// The nodes and all that is part of them on a day, at any depth, ascending; each once.
    pub(crate) fn with_parts(&self, mut nodes: Vec<Node>, day: NaiveDate) -> Vec<Node> {
        for whole in nodes.clone() {
            if day == self.day() {
                nodes.extend(self.parts_today(whole).iter());
            } else {
                nodes.extend(self.parts_of(whole, day));
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    fn parts_today(&self, whole: Node) -> Arc<[Node]> {
        if self.record(whole).and_then(|record| record.group(Incidence::Object(EdgeKind::PartOf))).is_none() {
            return Arc::default();
        }
        self.parts.get(whole).unwrap_or_else(|| {
            let parts = self.parts_of(whole, self.day()).into();
            self.parts.fill(whole, &parts);
            parts
        })
    }

    /// All that is part of a whole on a day, at any depth. O(what is said of its parts).
    fn parts_of(&self, whole: Node, day: NaiveDate) -> Vec<Node> {
        let counted = Counted::on(day);
        let (mut seen, mut wholes, mut parts) = (HashSet::from([whole]), vec![whole], Vec::new());
        while let Some(whole) = wholes.pop() {
            let said = self.record(whole).and_then(|record| record.group(Incidence::Object(EdgeKind::PartOf)));
            for slot in said.into_iter().flat_map(|slots| slots.iter()) {
                let Some(edge) = self.edge_record(slot).filter(|edge| !seen.contains(&edge.subject)) else { continue };
                if counted.takes(self, slot, edge) {
                    seen.insert(edge.subject);
                    wholes.push(edge.subject);
                    parts.push(edge.subject);
                }
            }
        }
        parts
    }

    /// Forgets what is part of what, if a commit touched it: `looked_at` are the slots whose standing was found again.
    pub(crate) fn forget_parts(&mut self, touched: &[Touched], looked_at: &BTreeSet<u32>) {
        let before = touched.iter().filter_map(|touched| touched.before.as_ref());
        let mut changed = before.chain(looked_at.iter().filter_map(|slot| self.edge_record(*slot)));
        if changed.any(|edge| edge.kind() == EdgeKind::PartOf) {
            self.parts = KeptParts::default();
        }
    }

    /// Whether any of the parts that are kept are others than those found anew.
    pub(crate) fn parts_differ(&self) -> bool {
        let mut kept = self.parts.all().into_iter();
        let sorted = |nodes: &[Node]| nodes.iter().copied().collect::<BTreeSet<_>>();
        kept.any(|(whole, parts)| sorted(&parts) != sorted(&self.parts_of(whole, self.day())))
    }
}
