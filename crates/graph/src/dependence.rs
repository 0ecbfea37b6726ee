//! What depends on what: commitments on conditions, tested conditions on positions, positions on commitments.
//!
//! Everything three-valued is a [`Var`]: two gates of a monotone [`Circuit`], `certain` (it is true) and `possible` (it is
//! not false). "At least k of n" is the same threshold at both levels; constants are gates without inputs. `not` stands only
//! over conditions without a test, so it is pushed down to them (De Morgan) and the circuit stays monotone whatever cycles
//! the pledges form. Only what the commitments asked for depend on is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pledgegraph_model::{
    Capability, Commitment, ConditionNode, ConditionOp, ConditionTest, Conditionality, Conditions, EdgeKind,
    EntityDetail, EntityKind, Explicitness, Ground, OutcomeValue, Polarity, Rank, Relation, Stage, Stance, Truth,
};

use crate::Graph;
use crate::circuit::{Circuit, CircuitBuilder, Gate, NEVER};
use crate::indexes::Index;
use crate::node::{Incidence, Node};
use crate::record::EdgeRecord;
use crate::standings::{Counted, Standings};

/// A value of Kleene's logic in the circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var(u32);

impl Var {
    /// The gate that is true when the value is true.
    pub(crate) fn certain(self) -> Gate {
        self.0 * 2
    }

    /// The gate that is true unless the value is false.
    pub(crate) fn possible(self) -> Gate {
        self.0 * 2 + 1
    }

    /// The value of a gate's variable.
    pub(crate) fn of(gate: Gate) -> Self {
        Self(gate / 2)
    }
}

/// What is taken as given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suppose {
    pub(crate) counted: Counted,
    /// Whether leaves that a source only implies are there; without them they are left out of their trees.
    pub(crate) include_implied: bool,
    /// Conditions with a truth that overrides their tests and outcomes.
    pub(crate) assume: BTreeMap<Node, Truth>,
    /// Actors whose commitments are taken as withdrawn.
    pub(crate) withdraw: BTreeSet<Node>,
    /// Whether no outcome is looked at, and each condition is false but for its test: the question of what it would take.
    pub(crate) blank: bool,
}

/// What is known of a commitment beside its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitmentVar {
    pub(crate) var: Var,
    pub(crate) ground: Ground,
}

/// What is known of a condition beside its value.
#[derive(Debug, Clone)]
pub(crate) struct ConditionVar {
    pub(crate) var: Var,
    /// What the condition would be false of; only where a tree has it under a `not`.
    pub(crate) negated: Option<Var>,
    /// Whether what decides it disagrees by itself: outcomes, or statements of one actor on one matter.
    pub(crate) disputed: bool,
    /// The value of its test, where it has one.
    pub(crate) test: Option<Var>,
    /// What its outcomes say, where there are any.
    pub(crate) said: Option<Truth>,
    /// The statements that decide it, by slot: outcomes, and positions that its test looks at.
    pub(crate) statements: Vec<u32>,
}

/// The dependence of some commitments, as a circuit.
#[derive(Debug)]
pub(crate) struct Dependence {
    pub(crate) circuit: Circuit,
    /// By slot.
    pub(crate) commitments: BTreeMap<u32, CommitmentVar>,
    /// By node.
    pub(crate) conditions: BTreeMap<Node, ConditionVar>,
    /// Whether the budget ended the construction: values are not to be used then.
    pub(crate) exceeded: bool,
}

/// What still has to be wired.
enum Task {
    Commitment(u32, Var),
    Condition(Node, Var),
}

/// A test, so that conditions with the same one share it.
type TestKey = (Option<Node>, Capability, Stance, Option<u32>);

/// What a test comes to.
#[derive(Debug, Clone)]
struct Tested {
    var: Var,
    disputed: bool,
    statements: Vec<u32>,
}

/// Builds the circuit from commitments backwards.
pub(crate) struct DependenceBuilder<'g> {
    graph: &'g Graph,
    suppose: Suppose,
    standings: Standings<'g>,
    circuit: CircuitBuilder,
    tasks: Vec<Task>,
    commitments: HashMap<u32, CommitmentVar>,
    conditions: HashMap<Node, ConditionVar>,
    tests: HashMap<TestKey, Tested>,
    constants: [Option<Var>; 3],
    budget: usize,
    exceeded: bool,
}

impl<'g> DependenceBuilder<'g> {
    /// `budget`: how large the circuit may become, in gates and wires.
    pub(crate) fn new(graph: &'g Graph, suppose: Suppose, budget: usize) -> Self {
        let standings = Standings::new(graph, suppose.counted.clone());
        Self {
            graph,
            suppose,
            standings,
            circuit: CircuitBuilder::default(),
            tasks: Vec::new(),
            commitments: HashMap::new(),
            conditions: HashMap::new(),
            tests: HashMap::new(),
            constants: [None; 3],
            budget,
            exceeded: false,
        }
    }

    /// The value of a commitment by slot; what it depends on is wired before the circuit is finished.
    pub(crate) fn commitment(&mut self, slot: u32) -> Var {
        if let Some(known) = self.commitments.get(&slot) {
            return known.var;
        }
        let var = self.fresh();
        self.commitments.insert(slot, CommitmentVar { var, ground: Ground::NotCounted });
        self.tasks.push(Task::Commitment(slot, var));
        var
    }

    /// The value of a condition.
    pub(crate) fn condition(&mut self, node: Node) -> Var {
        if let Some(known) = self.conditions.get(&node) {
            return known.var;
        }
        let var = self.fresh();
        let known =
            ConditionVar { var, negated: None, disputed: false, test: None, said: None, statements: Vec::new() };
        self.conditions.insert(node, known);
        self.tasks.push(Task::Condition(node, var));
        var
    }

    /// A value that is true when at least `k` of the others are, and so on: the k-th greatest.
    pub(crate) fn at_least(&mut self, k: usize, of: &[Var]) -> Var {
        let var = self.fresh();
        self.set_at_least(var, k, of);
        var
    }

    /// How many distinct actors have a commitment within a capability that reaches a stance: each with the values of
    /// these. A group counts for its listed members.
    pub(crate) fn actors(
        &mut self,
        wanted: impl Fn(&EdgeRecord, &Commitment<Node>) -> bool,
        capability: Capability,
    ) -> BTreeMap<Node, Vec<u32>> {
        let graph = self.graph;
        let mut found: BTreeMap<Node, Vec<u32>> = BTreeMap::new();
        for slot in graph.indexes.get(Index::Capability, capability).iter() {
            let Some(edge) = graph.edge_record(slot) else { continue };
            let Some(commitment) = edge.detail.commitment() else { continue };
            if !self.standings.counted().takes(edge) || !wanted(edge, commitment) {
                continue;
            }
            for actor in self.counted_as(edge.subject) {
                found.entry(actor).or_default().push(slot);
            }
        }
        found
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

    /// Wires everything that was asked for. O(what it depends on).
    pub(crate) fn finish(mut self) -> Dependence {
        while let Some(task) = self.tasks.pop() {
            if self.circuit.size() > self.budget {
                self.exceeded = true;
                break;
            }
            match task {
                Task::Commitment(slot, var) => self.wire_commitment(slot, var),
                Task::Condition(node, var) => self.wire_condition(node, var),
            }
        }
        Dependence {
            circuit: self.circuit.finish(),
            commitments: self.commitments.into_iter().collect(),
            conditions: self.conditions.into_iter().collect(),
            exceeded: self.exceeded,
        }
    }

    /// A value without inputs, false until it is set.
    fn fresh(&mut self) -> Var {
        let gate = self.circuit.gate(NEVER);
        self.circuit.gate(NEVER);
        Var::of(gate)
    }

    fn set(&mut self, var: Var, truth: Truth) {
        self.circuit.set_threshold(var.certain(), if truth == Truth::True { 0 } else { NEVER });
        self.circuit.set_threshold(var.possible(), if truth == Truth::False { NEVER } else { 0 });
    }

    fn constant(&mut self, truth: Truth) -> Var {
        if let Some(known) = self.constants[truth as usize] {
            return known;
        }
        let var = self.fresh();
        self.set(var, truth);
        self.constants[truth as usize] = Some(var);
        var
    }

    fn set_at_least(&mut self, var: Var, k: usize, of: &[Var]) {
        let k = u32::try_from(k).unwrap_or(NEVER);
        self.circuit.set_threshold(var.certain(), k);
        self.circuit.set_threshold(var.possible(), k);
        for input in of {
            self.circuit.wire(input.certain(), var.certain());
            self.circuit.wire(input.possible(), var.possible());
        }
    }

    fn wire_commitment(&mut self, slot: u32, var: Var) {
        let graph = self.graph;
        let Some(edge) = graph.edge_record(slot) else { return };
        let Some(commitment) = edge.detail.commitment() else { return };
        let ground = self.ground(slot, edge, commitment);
        if let Some(known) = self.commitments.get_mut(&slot) {
            known.ground = ground;
        }
        let truth = match ground {
            Ground::NoConditions => Truth::True,
            Ground::ConditionsNotStated => Truth::Unknown,
            Ground::NotCounted if edge.polarity != Polarity::Denied => Truth::Unknown,
            _ => Truth::False,
        };
        let Some(conditions) = commitment.conditions.as_deref().filter(|_| ground == Ground::Conditions) else {
            return self.set(var, truth);
        };
        match self.tree(&conditions.root, false) {
            None => self.set(var, Truth::True),
            Some(tree) => match conditions.relation {
                Relation::Necessary => self.set_at_least(var, 1, &[tree]),
                Relation::Sufficient => {
                    self.set(var, Truth::Unknown);
                    self.circuit.set_threshold(var.certain(), 1);
                    self.circuit.wire(tree.certain(), var.certain());
                }
            },
        }
    }

    fn ground(&mut self, slot: u32, edge: &EdgeRecord, commitment: &Commitment<Node>) -> Ground {
        if self.suppose.withdraw.contains(&edge.subject) {
            return Ground::Supposed;
        }
        if !self.standings.counted().holds(edge) {
            return Ground::NotValid;
        }
        if !self.standings.counted().takes(edge) {
            return Ground::NotCounted;
        }
        if commitment.stance.rank().is_some_and(|rank| rank <= 0) {
            return Ground::NoPledge;
        }
        if matches!(commitment.stage, Stage::Suspended | Stage::Halted | Stage::Cancelled) {
            return Ground::Interrupted;
        }
        if self.standings.of(edge.subject).take_back(slot, commitment.capability, commitment.mission) {
            return Ground::TakenBack;
        }
        match (commitment.conditions.as_deref(), commitment.conditionality) {
            (Some(Conditions { root, .. }), _) if self.has_leaves(root) => Ground::Conditions,
            (None, Conditionality::Conditional) => Ground::ConditionsNotStated,
            _ => Ground::NoConditions,
        }
    }

    fn counts(&self, explicitness: Option<Explicitness>) -> bool {
        self.suppose.include_implied || explicitness != Some(Explicitness::Implied)
    }

    /// Whether a leaf is left when implied ones may be left out.
    fn has_leaves(&self, root: &ConditionNode<Node>) -> bool {
        root.leaves().iter().any(|(_, explicitness)| self.counts(Some(*explicitness)))
    }

    /// The value of a tree, or of what its `not` says; `None` when all its leaves are left out. The depth of a tree is at
    /// most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
    fn tree(&mut self, node: &ConditionNode<Node>, negated: bool) -> Option<Var> {
        if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
            return self.counts(node.explicitness).then(|| self.literal(condition, negated));
        }
        if node.op == ConditionOp::Not {
            return self.tree(node.of.first()?, !negated);
        }
        let of: Vec<Var> = node.of.iter().filter_map(|child| self.tree(child, negated)).collect();
        let n = of.len();
        if n == 0 {
            return None;
        }
        let k = match node.op {
            ConditionOp::AllOf => n,
            ConditionOp::AnyOf => 1,
            _ => node.k.map_or(n, |k| k as usize).min(n),
        };
        // Not (k of n) = (n - k + 1) of the opposites.
        Some(self.at_least(if negated { n - k + 1 } else { k }, &of))
    }

    /// The value of a condition or of its opposite.
    fn literal(&mut self, condition: Node, negated: bool) -> Var {
        let positive = self.condition(condition);
        if !negated {
            return positive;
        }
        if let Some(known) = self.conditions.get(&condition).and_then(|known| known.negated) {
            return known;
        }
        let var = self.fresh();
        if !self.suppose.blank {
            let truth = match self.suppose.assume.get(&condition) {
                Some(truth) => *truth,
                // A model that is well-formed has no test here.
                None if self.test_of(condition).is_some() => Truth::Unknown,
                None => self.outcome(condition).0,
            };
            self.set(var, !truth);
        }
        if let Some(known) = self.conditions.get_mut(&condition) {
            known.negated = Some(var);
        }
        var
    }

    fn test_of(&self, condition: Node) -> Option<&'g ConditionTest<pledgegraph_model::EntityId>> {
        match &self.graph.record(condition)?.entity.detail {
            EntityDetail::Condition { test, .. } => test.as_ref(),
            _ => None,
        }
    }

    /// What outcomes say of a condition: the truth, whether they disagree, and the statements.
    fn outcome(&self, condition: Node) -> (Truth, bool, Vec<u32>) {
        let standing = self.graph.standing_outcomes(condition, self.standings.counted());
        let says = |value| standing.iter().any(|(_, said)| *said == value);
        let (met, unmet) = (says(OutcomeValue::Met), says(OutcomeValue::Unmet));
        let truth = match (met, unmet) {
            (true, false) => Truth::True,
            (false, true) => Truth::False,
            _ => Truth::Unknown,
        };
        (truth, met && unmet, standing.into_iter().map(|(slot, _)| slot).collect())
    }

    fn wire_condition(&mut self, condition: Node, var: Var) {
        let tested = self.test_of(condition).map(|test| self.tested(test));
        let (said, mut disputed, mut statements) =
            if self.suppose.blank { (Truth::False, false, Vec::new()) } else { self.outcome(condition) };
        let said_something = !statements.is_empty();
        if let Some(truth) = self.suppose.assume.get(&condition) {
            self.set(var, *truth);
            disputed = false;
        } else {
            match &tested {
                None => self.set(var, said),
                Some(tested) => {
                    disputed |= tested.disputed;
                    self.join(var, tested.var, said, !said_something, disputed);
                }
            }
        }
        statements.extend(tested.iter().flat_map(|tested| &tested.statements));
        if let Some(known) = self.conditions.get_mut(&condition) {
            known.disputed = disputed;
            known.test = tested.map(|tested| tested.var);
            known.said = said_something.then_some(said);
            known.statements = statements;
        }
    }

    /// A test and what outcomes say: agreeing or undecided ones decide, disagreeing ones leave it unknown.
    fn join(&mut self, var: Var, test: Var, said: Truth, nothing_said: bool, disputed: bool) {
        match said {
            _ if nothing_said => self.set_at_least(var, 1, &[test]),
            _ if disputed => self.set(var, Truth::Unknown),
            // True unless the test is false, and then unknown.
            Truth::True => {
                self.set(var, Truth::Unknown);
                self.circuit.set_threshold(var.certain(), 1);
                self.circuit.wire(test.possible(), var.certain());
            }
            // False unless the test is true, and then unknown.
            Truth::False => {
                self.circuit.set_threshold(var.possible(), 1);
                self.circuit.wire(test.certain(), var.possible());
            }
            Truth::Unknown => self.set_at_least(var, 1, &[test]),
        }
    }

    fn tested(&mut self, test: &ConditionTest<pledgegraph_model::EntityId>) -> Tested {
        let actor = test.actor.and_then(|id| self.graph.node(id));
        let key = (actor, test.capability, test.min_stance, test.n);
        if let Some(known) = self.tests.get(&key) {
            return known.clone();
        }
        let mut tested = Tested { var: self.constant(Truth::Unknown), disputed: false, statements: Vec::new() };
        if let Some(n) = test.n {
            self.test_threshold(n as usize, test.capability, test.min_stance, &mut tested);
        } else if let Some(actor) = actor {
            let values = self.test_actor(actor, test.capability, test.min_stance, &mut tested);
            if !values.is_empty() {
                tested.var = self.at_least(1, &values);
            }
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
            tested.statements.extend(matter.current.iter().map(|(slot, _)| *slot));
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
    fn test_threshold(&mut self, n: usize, capability: Capability, least: Stance, tested: &mut Tested) {
        let mut actors: BTreeMap<Node, Vec<Var>> = BTreeMap::new();
        let mut pledgers: Vec<Node> = self
            .actors(|_, _| true, capability)
            .into_values()
            .flatten()
            .filter_map(|slot| self.graph.edge_record(slot).map(|edge| edge.subject))
            .collect();
        pledgers.sort_unstable();
        pledgers.dedup();
        for pledger in pledgers {
            let values = self.test_actor(pledger, capability, least, tested);
            for actor in self.counted_as(pledger) {
                actors.entry(actor).or_default().extend_from_slice(&values);
            }
        }
        let best: Vec<Var> = actors.into_values().map(|values| self.at_least(1, &values)).collect();
        tested.var = self.at_least(n, &best);
    }
}

impl Graph {
    /// The outcomes of a condition that stand, by slot: those that count, of each actor the latest, and none that was said
    /// before the moment since which another says the opposite. Preferred ones pass over all others.
    fn standing_outcomes(&self, condition: Node, counted: &Counted) -> Vec<(u32, OutcomeValue)> {
        let group = self.record(condition).and_then(|r| r.group(Incidence::Object(EdgeKind::Outcome)));
        let slots = group.into_iter().flat_map(|slots| slots.iter());
        let mut by_actor: BTreeMap<Node, Vec<_>> = BTreeMap::new();
        for view in slots.filter_map(|slot| self.view(slot)) {
            let begun = |since: &pledgegraph_model::Date| {
                counted.valid_at.is_none_or(|day| since.earliest().is_none_or(|first| first <= day))
            };
            let pledgegraph_model::EdgeDetail::Outcome(outcome) = view.detail() else { continue };
            if counted.takes(view.record) && view.rank() != Rank::Deprecated && outcome.since.as_ref().is_none_or(begun)
            {
                by_actor.entry(view.record.subject).or_default().push(view);
            }
        }
        let mut standing: Vec<_> =
            by_actor.into_values().flat_map(|statements| crate::positions::latest(statements).0).collect();
        if standing.iter().any(|view| view.rank() == Rank::Preferred) {
            standing.retain(|view| view.rank() == Rank::Preferred);
        }
        let outcome = |view: &crate::EdgeView<'_>| match view.detail() {
            pledgegraph_model::EdgeDetail::Outcome(outcome) => Some((self.slot(view.id())?, outcome.clone())),
            _ => None,
        };
        let since = |value| {
            let all = standing.iter().filter_map(outcome).filter(move |(_, outcome)| outcome.value != value);
            all.filter_map(|(_, outcome)| outcome.since?.earliest()).max()
        };
        let opposed = [since(OutcomeValue::Met), since(OutcomeValue::Unmet)];
        let kept = standing.iter().filter_map(|view| {
            let (slot, outcome) = outcome(view)?;
            let said = crate::positions::said(view).map(|(_, last)| last);
            let overtaken =
                matches!((said, opposed[outcome.value as usize]), (Some(said), Some(since)) if said < since);
            (!overtaken).then_some((slot, outcome.value))
        });
        kept.collect()
    }
}
