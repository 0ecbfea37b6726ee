//! Conditions with a test, by whose pledges it looks at.

use imbl::OrdSet;
use pledgegraph_model::{Entity, EntityId};

use crate::node::Node;

/// Conditions with a test, by whose pledges it looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    /// Those of one actor.
    by_actor: OrdSet<(EntityId, Node)>,
    /// Those of any number of actors.
    of_all: OrdSet<Node>,
}

impl Tests {
    /// Enters the test of a condition, or takes it out.
    pub(crate) fn change(&mut self, node: Node, entity: &Entity, add: bool) {
        let Some(test) = entity.detail.test() else { return };
        match test.actor.filter(|_| test.n.is_none()) {
            Some(actor) if add => drop(self.by_actor.insert((actor, node))),
            Some(actor) => drop(self.by_actor.remove(&(actor, node))),
            None if add => drop(self.of_all.insert(node)),
            None => drop(self.of_all.remove(&node)),
        }
    }

    /// The conditions that look at pledges of an actor alone.
    pub(crate) fn of_actor(&self, actor: EntityId) -> impl Iterator<Item = Node> + '_ {
        self.by_actor.range((actor, Node::FIRST)..=(actor, Node::LAST)).map(|(_, node)| *node)
    }

    /// The conditions that look at the pledges of all actors.
    pub(crate) fn of_all(&self) -> impl Iterator<Item = Node> + '_ {
        self.of_all.iter().copied()
    }
}
