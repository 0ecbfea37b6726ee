//! What hangs on a condition.

use chrono::NaiveDate;
use pledgegraph_model::{Code, Explicitness, Stance};

use crate::Graph;
use crate::node::{Incidence, Node};
use crate::standings::Counted;

impl Graph {
    /// How many commitments have a condition in their trees, by stance, in the order of the code list: own or reported ones
    /// that are asserted and may hold on the day. O(commitments that have it).
    pub fn dependents(&self, condition: Node, valid_at: Option<NaiveDate>) -> Vec<(Stance, usize)> {
        let counted = Counted { modalities: Vec::new(), valid_at };
        let mut slots: Vec<u32> = Vec::new();
        for explicitness in Explicitness::ALL {
            let group = self.record(condition).and_then(|r| r.group(Incidence::Condition(*explicitness)));
            slots.extend(group.into_iter().flat_map(|group| group.iter()));
        }
        // A tree may have it twice, stated and implied.
        slots.sort_unstable();
        slots.dedup();
        let mut counts = vec![0; Stance::ALL.len()];
        for edge in slots.into_iter().filter_map(|slot| self.edge_record(slot)).filter(|edge| counted.takes(edge)) {
            if let Some(commitment) = edge.detail.commitment() {
                counts[commitment.stance.index()] += 1;
            }
        }
        Stance::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
    }
}
