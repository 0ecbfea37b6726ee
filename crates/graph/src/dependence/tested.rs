//! The tests of conditions: what pledges of actors decide.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use pledgegraph_model::{
    Capability, Commitment, ConditionTest, Conditionality, EdgeId, EdgeKind, EntityId, EntityKind, Stance, Standing,
    Truth,
};

use super::position::{Matter, Matters, PledgeVar, Tested, TestedPosition, TestedStatement, matter_of};
use super::{DependenceBuilder, Within};
use crate::circuit::Var;
use crate::indexes::Index;
use crate::node::{Incidence, Node};
use crate::positions::latest;
use crate::record::EdgeRecord;
use crate::standing::matters::Side;
use crate::view::EdgeView;

/// How many statements with a capability are looked at for actors whose pledges hang on nothing.
const MOST_OF_ALL: usize = 4_096;
/// How many statements of an actor, and of it on one matter, are looked at for such a pledge.
const MOST_OF_ACTOR: usize = 64;

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
        // What is only to be known needs no explanation.
        if self.known.is_some() && self.is_known_to_hold(test) {
            let var = self.constant(Truth::True);
            return Tested { var, disputed: false, statements: Arc::default(), pledges: Arc::default() };
        }
        match (test.n, test.actor.and_then(|id| self.graph.node(id))) {
            (Some(n), _) => self.distinct_actors(n, test.capability, test.min_stance),
            (None, Some(actor)) => self.positions_of(actor, test.capability, test.min_stance),
            (None, None) => self.undecided(),
        }
    }

    /// Whether a test holds whatever any condition comes to; conditions with the same one share it.
    fn is_known_to_hold(&mut self, test: &ConditionTest<EntityId>) -> bool {
        let key = (test.actor.and_then(|id| self.graph.node(id)), test.capability, test.min_stance, test.n);
        if let Some(known) = self.anyway.get(&key) {
            return *known;
        }
        let holds = self.holds_anyway(test, &Matters::new());
        self.anyway.insert(key, holds);
        holds
    }

    /// Whether a test holds whatever any condition comes to: it asks for two actors with forces, and two pledge them without
    /// conditions. `false` also where it would take a look at very many statements to know. `but`: matters that are left
    /// out, such as those on which something has just changed.
    pub(crate) fn holds_anyway(&self, test: &ConditionTest<EntityId>, but: &Matters) -> bool {
        let pledges = |actor: Node| self.pledges_anyway(actor, test.capability, test.min_stance, but);
        let Some(n) = test.n else {
            return test.actor.and_then(|id| self.graph.node(id)).is_some_and(pledges);
        };
        let mut seen = HashSet::new();
        let subjects = self.graph.indexes.get(Index::Capability, test.capability);
        let subjects = subjects.iter().take(MOST_OF_ALL).filter_map(|slot| self.graph.edge_record(slot));
        // Whom a group counts as may be said twice.
        let actors = subjects.map(|edge| edge.subject).filter(|actor| seen.insert(*actor) && !self.is_group(*actor));
        let n = n as usize;
        actors.filter(|actor| pledges(*actor)).take(n).count() == n
    }

    /// Whether an actor has a position that reaches a stance and hangs on nothing.
    fn pledges_anyway(&self, actor: Node, capability: Capability, least: Stance, but: &Matters) -> bool {
        let graph = self.graph;
        let mut seen = HashSet::new();
        graph.pledged_within(actor, capability).take(MOST_OF_ACTOR).any(|slot| {
            let Some(edge) = graph.edge_record(slot) else { return false };
            let Some(commitment) = edge.detail.commitment() else { return false };
            let is_plain = commitment.conditions.is_none() && commitment.conditionality != Conditionality::Conditional;
            let Some(matter) = matter_of(edge).filter(|_| is_plain && commitment.stance.at_least(least)) else {
                return false;
            };
            if but.contains(&matter) || !seen.insert(matter) {
                return false;
            }
            let said: Vec<u32> = graph.said_on(actor, matter.1).take(MOST_OF_ACTOR + 1).collect();
            let position = if said.len() > MOST_OF_ACTOR { None } else { self.position(said) };
            position.is_some_and(|position| position.is_decided_by(least, |said| self.hangs_on_nothing(said.slot)))
        })
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
        let positions = match &self.within {
            // Of what a group pledges, each member may say no to another part.
            Some(within) if !self.is_group(actor) => Rc::new(self.enough_positions(within, actor, capability, least)),
            _ => self.positions(actor, capability),
        };
        let mut values = Vec::new();
        for position in positions.iter() {
            Arc::make_mut(&mut tested.statements).extend(position.current.iter().map(|said| said.slot));
            let reaching = || position.reaching(least);
            let mut negative = position.negative();
            match (reaching().next().is_none(), position.negative().next().is_some()) {
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
    fn positions(&mut self, actor: Node, capability: Capability) -> Rc<Vec<Rc<TestedPosition>>> {
        if let Some(known) = self.positions.get(&(actor, capability)) {
            return Rc::clone(known);
        }
        let mut matters: BTreeMap<Matter, Vec<u32>> = BTreeMap::new();
        for slot in self.graph.said_within(actor, Some(capability)) {
            if let Some(matter) = self.matter(slot) {
                matters.entry(matter).or_default().push(slot);
            }
        }
        let found = Rc::new(matters.into_values().filter_map(|slots| self.position(slots).map(Rc::new)).collect());
        self.positions.insert((actor, capability), Rc::clone(&found));
        found
    }

    /// What a commitment is about and for whom.
    fn matter(&self, slot: u32) -> Option<Matter> {
        matter_of(self.graph.edge_record(slot)?).map(|(_, matter)| matter)
    }

    /// The position that the commitments of an actor on one matter come to, where any counts.
    fn position(&self, slots: impl IntoIterator<Item = u32>) -> Option<TestedPosition> {
        let (graph, counted) = (self.graph, &self.suppose.counted);
        let mut views = Vec::new();
        let mut stands: HashMap<EdgeId, (u32, bool)> = HashMap::new();
        for (slot, view) in slots.into_iter().filter_map(|slot| Some((slot, graph.view(slot)?))) {
            let standing = counted.standing_of(graph, slot, view.record);
            if counted.takes_standing(standing) {
                stands.insert(view.id(), (slot, standing == Standing::Stands));
                views.push(view);
            }
        }
        let said = |view: &EdgeView<'_>| {
            let (slot, stands) = *stands.get(&view.id())?;
            Some(TestedStatement { slot, stance: view.detail().commitment()?.stance, stands })
        };
        let current: Vec<TestedStatement> =
            latest(views, |view| view.has_begun(counted.day)).0.iter().filter_map(said).collect();
        (!current.is_empty()).then_some(TestedPosition { current })
    }

    /// The position of an actor on one matter, where any statement counts. O(what it says on it) the first time.
    fn position_on(&self, actor: Node, matter: Matter) -> Option<Rc<TestedPosition>> {
        let mut known = self.on_matters.borrow_mut();
        let found = known.entry((actor, matter));
        found.or_insert_with(|| self.position(self.graph.said_on(actor, matter)).map(Rc::new)).clone()
    }

    /// Whether what a commitment comes to hangs on its conditions, and may decide a test: it is of its actor's position, and
    /// none of that says no.
    pub(crate) fn may_decide(&self, slot: u32) -> bool {
        let Some(edge) = self.graph.edge_record(slot) else { return false };
        let position = || matter_of(edge).and_then(|(actor, matter)| self.position_on(actor, matter));
        self.hangs_on_conditions(slot, edge)
            && position().is_some_and(|position| {
                position.negative().next().is_none() && position.current.iter().any(|said| said.slot == slot)
            })
    }

    /// The positions of an actor that decide whether it pledges something, of what hangs on one actor: those with
    /// commitments that do, and of the others one that is enough. O(what it says on these matters).
    fn enough_positions(
        &self,
        within: &Within,
        actor: Node,
        capability: Capability,
        least: Stance,
    ) -> Vec<Rc<TestedPosition>> {
        let position = |matter| self.position_on(actor, matter);
        let own = within.by_pledger.get(&actor).into_iter().flatten().copied();
        let mut seen: BTreeSet<Matter> = own.filter(|(matter, ..)| matter.is_within(capability)).collect();
        let mut found: Vec<Rc<TestedPosition>> = seen.iter().filter_map(|matter| position(*matter)).collect();
        // What the actor itself pledges is gone, so one of it is enough to be seen to hang on it.
        let is_enough = |said: &TestedStatement| actor == within.actor || self.is_certain_if_given(said.slot);
        for slot in self.graph.reaching_within(actor, capability) {
            let commitment = self.graph.edge_record(slot).and_then(|edge| edge.detail.commitment());
            let reaches = commitment.is_some_and(|commitment| commitment.stance.at_least(least));
            let Some(matter) = self.matter(slot).filter(|_| reaches) else { continue };
            let other = if seen.insert(matter) { position(matter) } else { None };
            if let Some(other) = other.filter(|other| other.is_decided_by(least, is_enough)) {
                found.push(other);
                break;
            }
        }
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
        let mut found: Vec<Node> = self.within.iter().flat_map(|within| within.by_pledger.keys().copied()).collect();
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
            let own = self.positions_of(pledger, capability, least).pledges;
            let certain = |pledge: &PledgeVar| pledge.slot.is_some_and(|slot| self.is_certain_if_given(slot));
            // Whom a group counts as may be said twice.
            needed -= u32::from(!self.is_group(pledger) && own.iter().any(certain));
        }
        found
    }
}
