//! How what is in memory names an entity.

use pledgegraph_graph::Node;
use pledgegraph_model::{Conditions, EntityId};

use super::Wire;
use super::condition::ConditionNodeBody;
use super::reference::ReferenceBody;

/// How statements and entities in memory name an entity.
pub(crate) trait InGraph: Copy {
    /// The entity, if there is one.
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>>;

    /// A tree of conditions; only statements have one.
    fn tree<'g>(_wire: Wire<'g>, _conditions: &'g Conditions<Self>) -> Option<ConditionNodeBody<'g>> {
        None
    }
}

impl InGraph for Node {
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>> {
        Some(wire.node(self))
    }

    fn tree<'g>(wire: Wire<'g>, conditions: &'g Conditions<Self>) -> Option<ConditionNodeBody<'g>> {
        Some(ConditionNodeBody::new(wire, &conditions.root))
    }
}

impl InGraph for EntityId {
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>> {
        wire.graph.entity(self).map(|view| wire.reference(&view))
    }
}
