//! The tests of conditions: what pledges of actors decide.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pledgegraph_model::{
    Capability, Commitment, ConditionTest, EdgeKind, EntityDetail, EntityId, EntityKind, Polarity, Stance, Truth,
};

use super::{DependenceBuilder, Var};
use crate::indexes::Index;
use crate::node::{Incidence, Node};
use crate::record::EdgeRecord;

/// A test, so that conditions with the same one share it.
pub(super) type TestKey = (Option<Node>, Capability, Stance, Option<u32>);

/// What a test comes to.
#[derive(Debug, Clone)]
pub(crate) struct Tested {
    pub(crate) var: Var,
    /// Whether an actor's statements on one matter disagree.
    pub(crate) disputed: bool,
    /// The positions that it looks at, by slot.
    pub(crate) statements: Arc<Vec<u32>>,
}

impl<'g> DependenceBuilder<'g> {
    /// The pledgers that have counted commitments of a kind, each with these by slot. O(commitments with the capability).
    pub(crate) fn pledgers(
        &self,
        wanted: impl Fn(&EdgeRecord, &Commitment<Node>) -> bool,
        capability: Option<Capability>,
    ) -> BTreeMap<Node, Vec<u32>> {
        let graph = self.graph;
        let mut found: BTreeMap<Node, Vec<u32>> = BTreeMap::new();
        let slots = match capability {
            Some(capability) => graph.indexes.get(Index::Capability, capability),
            None => graph.indexes.get(Index::Kind, EdgeKind::Commitment),
        };
        for slot in slots.iter() {
            let Some(edge) = graph.edge_record(slot) else { continue };
            let Some(commitment) = edge.detail.commitment() else { continue };
            if self.standings.counted().takes(edge) && wanted(edge, commitment) {
                found.entry(edge.subject).or_default().push(slot);
            }
        }
        found
    }

    /// The pledgers with counted commitments on a capability; tests on the same one share them.
    fn pledgers_of(&mut self, capability: Capability) -> Arc<Vec<Node>> {
        if let Some(known) = self.pledgers.get(&capability) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.pledgers(|_, _| true, Some(capability)).into_keys().collect());
        self.pledgers.insert(capability, Arc::clone(&found));
        found
    }

    /// The values of pledgers by the actors that they count as. O(pairs of pledger and actor), within the budget.
    pub(crate) fn by_actor(&mut self, pledgers: impl IntoIterator<Item = (Node, Var)>) -> BTreeMap<Node, Vec<Var>> {
        let mut actors: BTreeMap<Node, Vec<Var>> = BTreeMap::new();
        let mut pairs = self.circuit.size();
        for (pledger, var) in pledgers {
            let members = self.counted_as(pledger);
            pairs += members.len();
            if pairs > self.budget {
                self.exceeded = true;
                break;
            }
            for actor in members {
                actors.entry(actor).or_default().push(var);
            }
        }
        actors
    }

    /// Whom a pledger counts as: itself, or the listed members of a group, at any depth.
    pub(crate) fn counted_as(&self, pledger: Node) -> Vec<Node> {
        let is_group = |node| self.graph.at(node).kind() == EntityKind::Group;
        if !is_group(pledger) {
            return vec![pledger];
        }
        let (mut members, mut seen, mut groups) = (BTreeSet::new(), BTreeSet::from([pledger]), vec![pledger]);
        while let Some(group) = groups.pop() {
            let parts = self.graph.record(group).and_then(|r| r.group(Incidence::Object(EdgeKind::PartOf)));
            for edge in parts.into_iter().flat_map(|p| p.iter()).filter_map(|slot| self.graph.edge_record(slot)) {
                if edge.polarity != Polarity::Asserted || !self.standings.counted().holds(edge) {
                    continue;
                }
                if !is_group(edge.subject) {
                    members.insert(edge.subject);
                } else if seen.insert(edge.subject) {
                    groups.push(edge.subject);
                }
            }
        }
        members.into_iter().collect()
    }

    /// The test of a condition.
    pub(super) fn test_of(&self, condition: Node) -> Option<&'g ConditionTest<EntityId>> {
        match &self.graph.record(condition)?.entity.detail {
            EntityDetail::Condition { test, .. } => test.as_ref(),
            _ => None,
        }
    }

    /// What a test comes to; conditions with the same one share it.
    pub(super) fn tested(&mut self, test: &ConditionTest<EntityId>) -> Tested {
        match (test.n, test.actor.and_then(|id| self.graph.node(id))) {
            (Some(n), _) => self.distinct_actors(n, test.capability, test.min_stance),
            (None, Some(actor)) => self.positions_of(actor, test.capability, test.min_stance),
            (None, None) => self.undecided(),
        }
    }

    fn undecided(&mut self) -> Tested {
        Tested { var: self.constant(Truth::Unknown), disputed: false, statements: Arc::default() }
    }

    /// The best of an actor's positions on a capability; tests of it share it.
    fn positions_of(&mut self, actor: Node, capability: Capability, least: Stance) -> Tested {
        let key = (Some(actor), capability, least, None);
        if let Some(known) = self.tests.get(&key) {
            return known.clone();
        }
        let mut tested = self.undecided();
        let values = self.test_actor(actor, capability, least, &mut tested);
        match values.as_slice() {
            [] => {}
            [one] => tested.var = *one,
            several => tested.var = self.at_least(1, several),
        }
        self.tests.insert(key, tested.clone());
        tested
    }

    /// The positions of an actor, each as a value: reaching the stance, it is what the pledge is; negative, it is false;
    /// both, the statements disagree; neither, it is unknown.
    fn test_actor(&mut self, actor: Node, capability: Capability, least: Stance, tested: &mut Tested) -> Vec<Var> {
        if self.suppose.withdraw.contains(&actor) {
            return vec![self.constant(Truth::False)];
        }
        let matters = self.standings.of(actor);
        let mut values = Vec::new();
        for matter in matters.within(capability) {
            Arc::make_mut(&mut tested.statements).extend(matter.current.iter().map(|(slot, _)| *slot));
            let reaching: Vec<u32> = matter.reaching(least).collect();
            match (reaching.is_empty(), matter.is_negative()) {
                (false, false) => values.extend(reaching.into_iter().map(|slot| self.commitment(slot))),
                (true, true) => values.push(self.constant(Truth::False)),
                (both, _) => {
                    tested.disputed |= !both;
                    values.push(self.constant(Truth::Unknown));
                }
            }
        }
        values
    }

    /// Distinct actors, each with its best position.
    fn distinct_actors(&mut self, n: u32, capability: Capability, least: Stance) -> Tested {
        let key = (None, capability, least, Some(n));
        if let Some(known) = self.tests.get(&key) {
            return known.clone();
        }
        let mut tested = self.undecided();
        let mut pledgers = Vec::new();
        for pledger in self.pledgers_of(capability).iter() {
            let own = self.positions_of(*pledger, capability, least);
            tested.disputed |= own.disputed;
            Arc::make_mut(&mut tested.statements).extend(own.statements.iter());
            pledgers.push((*pledger, own.var));
        }
        let actors = self.by_actor(pledgers);
        let best: Vec<Var> = actors.into_values().map(|values| self.at_least(1, &values)).collect();
        tested.var = self.at_least(n as usize, &best);
        self.tests.insert(key, tested.clone());
        tested
    }
}
