//! What is claimed of a meeting: its date, format and status are read from its convenings.

use pledgegraph_model::{EdgeKind, EntityId};

use crate::Graph;
use crate::counted::Counted;
use crate::node::Incidence;
use crate::positions::latest;
use crate::view::EdgeView;

/// How many convenings of one meeting are considered.
const MOST_CONVENINGS: usize = 1_000;

/// The convenings of a meeting, by the rule of positions.
#[derive(Debug, Default)]
pub struct MeetingClaims<'g> {
    /// Those that stand; several when they cannot be compared.
    pub current: Vec<EdgeView<'g>>,
    /// Those passed over.
    pub passed_over: Vec<EdgeView<'g>>,
}

impl Graph {
    /// What is claimed of a meeting. O(convenings), at most 1,000 of them.
    pub fn meeting(&self, id: EntityId) -> MeetingClaims<'_> {
        let record = self.node(id).and_then(|node| self.record(node));
        let convenings = record.and_then(|record| record.group(Incidence::Object(EdgeKind::Convening)));
        let slots = convenings.into_iter().flat_map(|p| p.iter()).take(MOST_CONVENINGS);
        let counted = Counted::on(self.day());
        let views = slots.filter_map(|slot| self.view(slot).filter(|view| counted.takes(self, slot, view.record)));
        let (current, passed_over) = latest(views.collect(), |view| view.has_begun(self.day()));
        MeetingClaims { current, passed_over }
    }
}
