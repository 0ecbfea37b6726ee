//! The tests of conditions: what pledges of actors decide.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use pledgegraph_model::{
    Capability, Commitment, ConditionTest, EdgeId, EdgeKind, EntityId, EntityKind, Mission, Stance, StanceSet,
    Standing, Truth,
};

use super::{DependenceBuilder, Var};
use crate::indexes::Index;
use crate::node::{Incidence, Node};
use crate::positions::latest;
use crate::record::EdgeRecord;
use crate::standing::matters::Side;
use crate::view::EdgeView;

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
    /// The values that it is the best of.
    pledges: Arc<[PledgeVar]>,
}

/// A value that counts for an actor, and the commitment that has it, where one does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PledgeVar {
    pub(crate) slot: Option<u32>,
    pub(crate) var: Var,
}

/// A position of an actor, as tests look at it.
#[derive(Debug)]
pub(super) struct TestedPosition {
    current: Vec<TestedStatement>,
}

/// A statement of a position.
#[derive(Debug)]
struct TestedStatement {
    slot: u32,
    stance: Stance,
    /// Whether it stands, and not only may.
    stands: bool,
}

impl DependenceBuilder<'_> {
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
            if wanted(edge, commitment) && self.suppose.counted.takes(graph, slot, edge) {
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

    /// The values of pledgers by the actors that they count as; what a group pledges does not count for a member that has
    /// said no to it since. O(pairs of value and actor), within the budget.
    pub(crate) fn by_actor(
        &mut self,
        pledgers: impl IntoIterator<Item = (Node, Arc<[PledgeVar]>)>,
    ) -> BTreeMap<Node, Vec<Var>> {
        let mut actors: BTreeMap<Node, Vec<Var>> = BTreeMap::new();
        let mut pairs = self.circuit.size();
        for (pledger, pledges) in pledgers {
            let members = self.counted_as(pledger);
            pairs += members.len() * pledges.len();
            if pairs > self.budget {
                self.exceeded = true;
                break;
            }
            for actor in members {
                let own = actor == pledger;
                let counts = |pledge: &&PledgeVar| own || pledge.slot.is_none_or(|slot| !self.says_no(actor, slot));
                let values: Vec<Var> = pledges.iter().filter(counts).map(|pledge| pledge.var).collect();
                actors.entry(actor).or_default().extend(values);
            }
        }
        actors
    }

    /// Whether a member of a group says no, on its own, to what the group pledges or to more, and not before it.
    fn says_no(&self, member: Node, slot: u32) -> bool {
        let graph = self.graph;
        let Some(pledge) = graph.edge_record(slot) else { return false };
        let Some(commitment) = pledge.detail.commitment() else { return false };
        let mut all = graph.covering_of(member, (pledge, commitment), Side::Negative);
        all.any(|(own_slot, own, _)| {
            let orders = graph.order(own).zip(graph.order(pledge));
            let earlier = orders.is_some_and(|(own, pledge)| pledge.is_after(own));
            !earlier && self.suppose.counted.takes(graph, own_slot, own)
        })
    }

    fn is_group(&self, node: Node) -> bool {
        self.graph.at(node).kind() == EntityKind::Group
    }

    /// Whom a pledger counts as: itself, or the listed members of a group, at any depth.
    pub(crate) fn counted_as(&self, pledger: Node) -> Vec<Node> {
        let is_group = |node| self.is_group(node);
        if !is_group(pledger) {
            return vec![pledger];
        }
        let (mut members, mut seen, mut groups) = (BTreeSet::new(), BTreeSet::from([pledger]), vec![pledger]);
        while let Some(group) = groups.pop() {
            let parts = self.graph.record(group).and_then(|r| r.group(Incidence::Object(EdgeKind::PartOf)));
            for slot in parts.into_iter().flat_map(|parts| parts.iter()) {
                let Some(edge) = self.graph.edge_record(slot) else { continue };
                if !self.suppose.counted.takes(self.graph, slot, edge) {
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

    /// What a test comes to; conditions with the same one share it.
    pub(super) fn tested(&mut self, test: &ConditionTest<EntityId>) -> Tested {
        match (test.n, test.actor.and_then(|id| self.graph.node(id))) {
            (Some(n), _) => self.distinct_actors(n, test.capability, test.min_stance),
            (None, Some(actor)) => self.positions_of(actor, test.capability, test.min_stance),
            (None, None) => self.undecided(),
        }
    }

    fn undecided(&mut self) -> Tested {
        let var = self.constant(Truth::Unknown);
        Tested { var, disputed: false, statements: Arc::default(), pledges: Arc::default() }
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
            [one] => tested.var = one.var,
            several => tested.var = self.at_least(1, &several.iter().map(|value| value.var).collect::<Vec<_>>()),
        }
        tested.pledges = values.into();
        self.tests.insert(key, tested.clone());
        tested
    }

    /// The positions of an actor, each as a value: reaching the stance, it is what the pledge is; negative, it is false;
    /// both, the statements disagree; neither, it is unknown.
    fn test_actor(
        &mut self,
        actor: Node,
        capability: Capability,
        least: Stance,
        tested: &mut Tested,
    ) -> Vec<PledgeVar> {
        let decided = |var| PledgeVar { slot: None, var };
        if self.suppose.withdraw.contains(&actor) {
            return vec![decided(self.constant(Truth::False))];
        }
        let positions = self.positions(actor, capability);
        let mut values = Vec::new();
        for position in positions.iter() {
            Arc::make_mut(&mut tested.statements).extend(position.current.iter().map(|said| said.slot));
            let reaching = || position.current.iter().filter(|said| said.stance.at_least(least));
            let mut negative =
                position.current.iter().filter(|said| StanceSet::Negative.contains(said.stance)).peekable();
            match (reaching().next().is_none(), negative.peek().is_some()) {
                (false, false) => {
                    values.extend(
                        reaching().map(|said| PledgeVar { slot: Some(said.slot), var: self.commitment(said.slot) }),
                    );
                }
                (true, true) if negative.any(|said| said.stands) => {
                    values.push(decided(self.constant(Truth::False)));
                }
                (both, is_negative) => {
                    tested.disputed |= !both && is_negative;
                    values.push(decided(self.constant(Truth::Unknown)));
                }
            }
        }
        values
    }

    /// The positions of an actor within a capability. O(what it says within it) the first time.
    fn positions(&mut self, actor: Node, capability: Capability) -> Rc<Vec<TestedPosition>> {
        if let Some(known) = self.positions.get(&(actor, capability)) {
            return Rc::clone(known);
        }
        let (graph, counted) = (self.graph, &self.suppose.counted);
        let mut matters: BTreeMap<(Capability, Mission, Node), Vec<EdgeView<'_>>> = BTreeMap::new();
        let mut stands: HashMap<EdgeId, (u32, bool)> = HashMap::new();
        for slot in graph.said_within(actor, Some(capability)) {
            let Some(view) = graph.view(slot) else { continue };
            let Some(commitment) = view.detail().commitment() else { continue };
            let standing = counted.standing_of(graph, slot, view.record);
            if counted.takes_standing(standing) {
                stands.insert(view.id(), (slot, standing == Standing::Stands));
                let matter = (commitment.capability, commitment.mission, view.record.object);
                matters.entry(matter).or_default().push(view);
            }
        }
        let said = |view: &EdgeView<'_>| {
            let (slot, stands) = *stands.get(&view.id())?;
            Some(TestedStatement { slot, stance: view.detail().commitment()?.stance, stands })
        };
        let current = |views| latest(views).0.iter().filter_map(said).collect();
        let found = Rc::new(matters.into_values().map(|views| TestedPosition { current: current(views) }).collect());
        self.positions.insert((actor, capability), Rc::clone(&found));
        found
    }

    /// Distinct actors, each with its best position.
    fn distinct_actors(&mut self, n: u32, capability: Capability, least: Stance) -> Tested {
        let key = (None, capability, least, Some(n));
        if let Some(known) = self.tests.get(&key) {
            return known.clone();
        }
        let mut tested = self.undecided();
        let mut pledgers = Vec::new();
        let all = match &self.within {
            None => self.pledgers_of(capability),
            Some(_) => Arc::new(self.enough_pledgers(n, capability, least)),
        };
        for pledger in all.iter() {
            let own = self.positions_of(*pledger, capability, least);
            tested.disputed |= own.disputed;
            Arc::make_mut(&mut tested.statements).extend(own.statements.iter());
            let all = if own.pledges.len() == 1 || self.is_group(*pledger) {
                own.pledges
            } else {
                [PledgeVar { slot: None, var: own.var }].into()
            };
            pledgers.push((*pledger, all));
        }
        let actors = self.by_actor(pledgers);
        let best: Vec<Var> = actors.into_values().map(|values| self.at_least(1, &values)).collect();
        tested.var = self.at_least(n as usize, &best);
        self.tests.insert(key, tested.clone());
        tested
    }
    /// The pledgers that decide whether so many actors pledge something, of what hangs on one actor: those of whom something
    /// does, and of the others so many that the test holds by them alone, or all. O(what those looked at say).
    fn enough_pledgers(&mut self, n: u32, capability: Capability, least: Stance) -> Vec<Node> {
        let (graph, mut needed) = (self.graph, n);
        let mut found: Vec<Node> = self.within.iter().flat_map(|within| within.pledgers.iter().copied()).collect();
        let mut seen: HashSet<Node> = found.iter().copied().collect();
        for slot in graph.indexes.get(Index::Capability, capability).iter() {
            if needed == 0 || self.circuit.size() > self.budget {
                break;
            }
            let Some(pledger) = graph.edge_record(slot).map(|edge| edge.subject) else { continue };
            if !seen.insert(pledger) {
                continue;
            }
            found.push(pledger);
            let pledges = self.positions_of(pledger, capability, least).pledges;
            let certain = |pledge: &PledgeVar| pledge.slot.is_some_and(|slot| self.is_certain_if_given(slot));
            // Whom a group counts as may be said twice.
            needed -= u32::from(!self.is_group(pledger) && pledges.iter().any(certain));
        }
        found
    }
}
