//! What hangs on a condition.

use pledgegraph_model::{Code, Explicitness, Stance};

use crate::Graph;
use crate::counted::Counted;
use crate::node::{Incidence, Node};

impl Graph {
    /// How many commitments have a condition in their trees, by stance, in the order of the code list: those that
    /// count. O(commitments that have it).
    pub fn dependents(&self, condition: Node, counted: &Counted) -> Vec<(Stance, usize)> {
        let mut slots: Vec<u32> = Vec::new();
        for explicitness in Explicitness::ALL {
            let group = self.record(condition).and_then(|r| r.group(Incidence::Condition(*explicitness)));
            slots.extend(group.into_iter().flat_map(|group| group.iter()));
        }
        // A tree may have it twice, stated and implied.
        slots.sort_unstable();
        slots.dedup();
        let mut counts = vec![0; Stance::ALL.len()];
        let edges = slots.into_iter().filter_map(|slot| Some((slot, self.edge_record(slot)?)));
        for (_, edge) in edges.filter(|(slot, edge)| counted.takes(self, *slot, edge)) {
            if let Some(commitment) = edge.detail.commitment() {
                counts[commitment.stance.index()] += 1;
            }
        }
        Stance::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
    }
}
