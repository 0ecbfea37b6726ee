//! What depends on what: commitments on conditions, tested conditions on positions, positions on commitments.
//!
//! Everything three-valued is a [`Var`]: two gates of a monotone [`Circuit`], `certain` (it is true) and `possible` (it is
//! not false). "At least k of n" is the same threshold at both levels; constants are gates without inputs. `not` stands only
//! over conditions without a test, so it is pushed down to them (De Morgan) and the circuit stays monotone whatever cycles
//! the pledges form. Only what the commitments asked for depend on is looked at.

pub(crate) mod found;
mod ground;
pub(crate) mod position;
mod tested;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use pledgegraph_model::{Capability, ConditionNode, ConditionOp, Ground, OutcomeValue, Relation, Stance, Truth};

use crate::Graph;
use crate::circuit::{CircuitBuilder, Gate, NEVER, Var};
use crate::force::kept::KeptForce;
use crate::force::reverse::Reached;
use crate::force::value::Force;
use crate::node::Node;
use found::{CommitmentVar, ConditionVar, Dependence, Suppose, if_given};
use position::{Matter, OnMatters, TestKey, Tested, TestedPosition, matter_of};

/// What hangs on an actor. `by_pledger`: the matters of the commitments among it: of France its forces, which hang on the
/// actor, and not its demining, which does not.
struct Within {
    actor: Node,
    reached: Reached,
    by_pledger: BTreeMap<Node, BTreeSet<Matter>>,
}

/// What still has to be wired.
enum Task {
    Commitment(u32, Var),
    Condition(Node, Var),
}

/// Builds the circuit from commitments backwards.
pub(crate) struct DependenceBuilder<'g> {
    graph: &'g Graph,
    suppose: Suppose,
    /// All positions of actors within capabilities, as far as they were looked at.
    positions: HashMap<(Node, Capability), Rc<Vec<Rc<TestedPosition>>>>,
    /// The same on one matter.
    on_matters: OnMatters,
    circuit: CircuitBuilder,
    tasks: Vec<Task>,
    commitments: HashMap<u32, CommitmentVar>,
    conditions: HashMap<Node, ConditionVar>,
    tests: HashMap<TestKey, Tested>,
    /// Whether tests hold whatever conditions come to.
    anyway: HashMap<TestKey, bool>,
    pledgers: HashMap<Capability, Arc<Vec<Node>>>,
    constants: [Option<Var>; 3],
    /// What is known of commitments already; it is taken as it is.
    known: Option<&'g KeptForce>,
    /// What is wired; everything else is taken as it would be if every condition were given.
    within: Option<Within>,
    known_vars: HashMap<Force, Var>,
    known_least: Vec<(Gate, bool)>,
    known_greatest: Vec<(Gate, bool)>,
    budget: usize,
    exceeded: bool,
}

impl<'g> DependenceBuilder<'g> {
    /// `budget`: how large the circuit may become, in gates and wires.
    pub(crate) fn new(graph: &'g Graph, suppose: Suppose, budget: usize) -> Self {
        Self {
            graph,
            suppose,
            positions: HashMap::new(),
            on_matters: OnMatters::default(),
            circuit: CircuitBuilder::default(),
            tasks: Vec::new(),
            commitments: HashMap::new(),
            conditions: HashMap::new(),
            tests: HashMap::new(),
            anyway: HashMap::new(),
            pledgers: HashMap::new(),
            constants: [None; 3],
            known: None,
            within: None,
            known_vars: HashMap::new(),
            known_least: Vec::new(),
            known_greatest: Vec::new(),
            budget,
            exceeded: false,
        }
    }

    /// Takes what is known of commitments as it is, in place of what they depend on. That is sound: where A hangs on B, and B
    /// was found true at the least fixpoint, a circuit with B pinned true has the same least value for A.
    pub(crate) fn knowing(self, known: &'g KeptForce) -> Self {
        Self { known: Some(known), ..self }
    }

    /// Wires only these commitments and conditions, which hang on an actor. Of the others the commitments are what they
    /// would be if every condition were given, no more than a test needs, and the conditions are left open, to be pinned.
    pub(crate) fn within(self, reached: Reached, actor: Node) -> Self {
        let mut by_pledger: BTreeMap<Node, BTreeSet<Matter>> = BTreeMap::from([(actor, BTreeSet::new())]);
        for (pledger, matter) in reached.commitments.iter().filter_map(|slot| matter_of(self.graph.edge_record(*slot)?))
        {
            by_pledger.entry(pledger).or_default().insert(matter);
        }
        Self { within: Some(Within { actor, reached, by_pledger }), ..self }
    }

    /// The value of a commitment that is known.
    fn known(&mut self, force: Force) -> Var {
        if let Some(var) = self.known_vars.get(&force) {
            return *var;
        }
        let var = self.fresh();
        for (pinned, truth) in [(&mut self.known_least, force.cautious), (&mut self.known_greatest, force.coordinated)]
        {
            pinned.extend([(var.certain(), truth == Truth::True), (var.possible(), truth != Truth::False)]);
        }
        self.known_vars.insert(force, var);
        var
    }

    /// The value of a commitment by slot; what it depends on is wired before the circuit is finished.
    pub(crate) fn commitment(&mut self, slot: u32) -> Var {
        if let Some(known) = self.commitments.get(&slot) {
            return known.var;
        }
        if let Some(known) = self.known.and_then(|known| known.get(slot)) {
            return self.known(known.force);
        }
        let var = self.fresh();
        self.commitments.insert(
            slot,
            CommitmentVar { var, ground: Ground::NotCounted, stance: Stance::NotStated, most: Truth::True },
        );
        self.tasks.push(Task::Commitment(slot, var));
        var
    }

    /// The value of a condition.
    pub(crate) fn condition(&mut self, node: Node) -> Var {
        if let Some(known) = self.conditions.get(&node) {
            return known.var;
        }
        let var = self.fresh();
        let known = ConditionVar { var, negated: None, disputed: false, test: None, said: None, outcomes: Vec::new() };
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
            known_least: self.known_least,
            known_greatest: self.known_greatest,
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
        let (ground, most) = self.ground(slot, edge, commitment);
        if let Some(known) = self.commitments.get_mut(&slot) {
            known.ground = ground;
            known.stance = commitment.stance;
            known.most = most;
        }
        let is_within = self.within.as_ref().is_none_or(|within| within.reached.commitments.contains(&slot));
        let conditions = commitment.conditions.as_deref().filter(|_| is_within && ground == Ground::Conditions);
        match conditions.and_then(|own| Some((own.relation, self.tree(&own.root, false)?))) {
            None => self.set(var, if_given(ground, edge).min(most)),
            Some((Relation::Necessary, tree)) => {
                self.circuit.set_threshold(var.possible(), 1);
                self.circuit.wire(tree.possible(), var.possible());
                self.let_be_true(var, tree, most);
            }
            Some((Relation::Sufficient, tree)) => {
                self.set(var, Truth::Unknown);
                self.let_be_true(var, tree, most);
            }
        }
    }

    /// A value that is true when a tree is, if it may be true at all.
    fn let_be_true(&mut self, var: Var, tree: Var, most: Truth) {
        if most == Truth::True {
            self.circuit.set_threshold(var.certain(), 1);
            self.circuit.wire(tree.certain(), var.certain());
        }
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
        // Not (k of n) = (n - k + 1) of the opposites: that not two of three hold takes two of three that do not.
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
                None if self.graph.test_of(condition).is_some() => Truth::Unknown,
                None => self.outcome(condition).0,
            };
            self.set(var, !truth);
        }
        if let Some(known) = self.conditions.get_mut(&condition) {
            known.negated = Some(var);
        }
        var
    }

    /// What outcomes say of a condition: the truth, whether they disagree, and the statements.
    fn outcome(&self, condition: Node) -> (Truth, bool, Vec<u32>) {
        let standing = self.graph.standing_outcomes(condition, &self.suppose.counted);
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
        if self.within.as_ref().is_some_and(|within| !within.reached.conditions.contains(&condition)) {
            return;
        }
        let tested = self.graph.test_of(condition).map(|test| self.tested(test));
        let (said, mut disputed, outcomes) =
            if self.suppose.blank { (Truth::False, false, Vec::new()) } else { self.outcome(condition) };
        let said = if outcomes.is_empty() { None } else { Some(said) };
        if let Some(truth) = self.suppose.assume.get(&condition) {
            self.set(var, *truth);
            disputed = false;
        } else if let Some(tested) = &tested {
            self.join(var, tested, said, disputed);
            disputed |= tested.disputed;
        } else {
            let unsaid = if self.suppose.blank { Truth::False } else { Truth::Unknown };
            self.set(var, said.unwrap_or(unsaid));
        }
        if let Some(known) = self.conditions.get_mut(&condition) {
            *known = ConditionVar { disputed, test: tested, said, outcomes, ..*known };
        }
    }

    /// Puts a test and what outcomes say together. "Met" is on record and the test holds or is open: true. "Met" is on
    /// record and the test fails: they disagree, unknown. "Unmet" likewise. Without outcomes the test decides.
    ///
    /// Where the statements that the test looks at disagree (`tested.disputed`), an open test does not do: "met" makes it
    /// true only if the test holds anyway, as by other actors who are enough for it.
    fn join(&mut self, var: Var, tested: &Tested, said: Option<Truth>, disputed: bool) {
        let test = tested.var;
        match said {
            Some(_) if disputed => self.set(var, Truth::Unknown),
            // True unless the test is false, and then unknown.
            Some(Truth::True) => {
                self.set(var, Truth::Unknown);
                self.circuit.set_threshold(var.certain(), 1);
                self.circuit.wire(if tested.disputed { test.certain() } else { test.possible() }, var.certain());
            }
            // False unless the test is true, and then unknown.
            Some(Truth::False) => {
                self.circuit.set_threshold(var.possible(), 1);
                self.circuit.wire(if tested.disputed { test.possible() } else { test.certain() }, var.possible());
            }
            Some(Truth::Unknown) | None => self.set_at_least(var, 1, &[test]),
        }
    }
}
