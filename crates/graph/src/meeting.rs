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
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// let summit = graph.find(&"meeting:coalition-summit".parse()?).expect("an entity").id();
    /// let claims = graph.meeting(summit);
    /// // Three lines say that it takes place; none is known to be the last word.
    /// assert_eq!(claims.current.len() + claims.passed_over.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
