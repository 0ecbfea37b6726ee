//! What is part of what, at any depth: found on demand for the day of the graph, and kept for versions that share it.

pub(crate) mod kept;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use pledgegraph_model::EdgeKind;

use crate::Graph;
use crate::counted::Counted;
use crate::node::{Incidence, Node};
use crate::standing::kept::Touched;
use kept::KeptParts;

impl Graph {
    /// The nodes and all that is part of them on a day, at any depth, ascending; each once.
    pub(crate) fn with_parts(&self, mut nodes: Vec<Node>, day: NaiveDate) -> Vec<Node> {
        if day == self.day() {
            for whole in nodes.clone() {
                nodes.extend(self.parts_today(whole).iter());
            }
        } else {
            nodes.extend(self.parts_of(&nodes, day));
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Whether the parts of these are at hand, so that nothing has to be looked through for them.
    pub(crate) fn has_parts(&self, wholes: &[Node]) -> bool {
        wholes.iter().all(|whole| !self.is_whole(*whole) || self.parts.get(*whole).is_some())
    }

    /// Whether anything was ever said to be part of it.
    fn is_whole(&self, node: Node) -> bool {
        self.record(node).is_some_and(|record| record.group(Incidence::Object(EdgeKind::PartOf)).is_some())
    }

    fn parts_today(&self, whole: Node) -> Arc<[Node]> {
        if !self.is_whole(whole) {
            return Arc::default();
        }
        self.parts.get(whole).unwrap_or_else(|| {
            let parts = self.parts_of(&[whole], self.day()).into();
            self.parts.fill(whole, &parts);
            parts
        })
    }

    /// All that is part of any of these on a day, at any depth. O(what is said of their parts).
    fn parts_of(&self, wholes: &[Node], day: NaiveDate) -> Vec<Node> {
        let counted = Counted::on(day);
        let mut seen: HashSet<Node> = wholes.iter().copied().collect();
        let (mut wholes, mut parts) = (wholes.to_vec(), Vec::new());
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
        let sorted = |nodes: &[Node]| nodes.iter().copied().collect::<BTreeSet<_>>();
        let kept = self.parts.all();
        kept.iter().any(|(whole, parts)| sorted(parts) != sorted(&self.parts_of(&[*whole], self.day())))
    }
}
