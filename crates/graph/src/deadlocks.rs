//! Deadlocks: pledges that wait for each other, what would break each, and the order in which pledges can activate.

use std::collections::HashMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use pledgegraph_model::{EdgeId, EntityId, Truth};

use crate::Graph;
use crate::circuit::Run;
use crate::circuit::Var;
use crate::force::{BudgetSpent, Evaluation, ForceQuery};
use crate::node::Node;
use crate::view::{EdgeView, EntityView};

/// A group of commitments that wait for each other.
#[derive(Debug)]
pub struct Deadlock<'g> {
    /// The commitments, in the order of recording.
    pub commitments: Vec<EdgeView<'g>>,
    /// The conditions through which they wait, in the order of recording.
    pub conditions: Vec<EntityView<'g>>,
    /// Those of the conditions whose waiver alone lets the whole group be what it is when everyone moves together.
    pub waivers: Vec<EntityView<'g>>,
    /// Whether the budget left waivers untried.
    pub waivers_truncated: bool,
}

/// The deadlocks of a snapshot, and what waits behind them.
#[derive(Debug)]
pub struct DeadlockAnswer<'g> {
    /// The groups, by their first commitment in the order of recording.
    pub deadlocks: Vec<Deadlock<'g>>,
    /// Commitments outside the groups that wait for one of them.
    pub behind: Vec<EdgeView<'g>>,
}

/// Who can move first.
#[derive(Debug)]
pub struct Activation<'g> {
    /// Commitments that can be in force, in rounds: each hangs only on conditions and on commitments of earlier rounds.
    pub rounds: Vec<Vec<EdgeView<'g>>>,
    /// Those that cannot, although every condition without a test was supposed to be met.
    pub never: Vec<EdgeView<'g>>,
}

impl Graph {
    /// The groups of commitments that wait for each other: strongly connected components of what depends on what, among
    /// those whose cautious truth is less than their coordinated one. Then, for each condition of a group, whether waiving
    /// it (taking it as given) gives the whole group its coordinated truth.
    ///
    /// O(size) for the groups (Sharir 1981, "Kosaraju"; iterative), and O(what a waiver changes) for each condition, together
    /// at most `budget` steps.
    pub fn deadlocks<'g>(&'g self, evaluation: &Evaluation, budget: u64) -> DeadlockAnswer<'g> {
        let names = Names::new(evaluation);
        let (components, gap) = components(evaluation);
        let mut run = Run::new(&evaluation.dependence.circuit, &[]);
        let mut spent = run.close(&evaluation.dependence.circuit);
        let mut grouped = std::collections::BTreeSet::new();
        let mut found = Vec::new();
        for component in components {
            let mut slots: Vec<u32> = component.iter().filter_map(|var| names.commitments.get(var).copied()).collect();
            let mut nodes: Vec<Node> = component.iter().filter_map(|var| names.conditions.get(var).copied()).collect();
            slots.sort_unstable();
            nodes.sort_unstable();
            let Some(first) = slots.first().copied() else { continue };
            let mut waivers = Vec::new();
            let mut truncated = false;
            for node in &nodes {
                if spent >= budget {
                    truncated = true;
                    break;
                }
                let (breaks, steps) = breaks(evaluation, &mut run, *node, &slots);
                spent += steps;
                if breaks {
                    waivers.push(self.at(*node));
                }
            }
            grouped.extend(slots.iter().copied());
            let deadlock = Deadlock {
                commitments: slots.iter().filter_map(|slot| self.view(*slot)).collect(),
                conditions: nodes.iter().map(|node| self.at(*node)).collect(),
                waivers,
                waivers_truncated: truncated,
            };
            found.push((first, deadlock));
        }
        found.sort_by_key(|(first, _)| *first);
        let mut behind: Vec<u32> = gap.iter().filter_map(|var| names.commitments.get(var).copied()).collect();
        behind.retain(|slot| !grouped.contains(slot));
        behind.sort_unstable();
        DeadlockAnswer {
            deadlocks: found.into_iter().map(|(_, deadlock)| deadlock).collect(),
            behind: behind.into_iter().filter_map(|slot| self.view(slot)).collect(),
        }
    }

    /// The order in which commitments can activate if every condition without a test is met and nobody moves on trust:
    /// the rounds of the least fixpoint (a topological order of what depends on what, by layers: Kahn 1962). O(size).
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be larger than the budget of the query.
    pub fn activation(&self, query: &ForceQuery) -> Result<Activation<'_>, BudgetSpent> {
        let now = self.evaluate(query)?;
        let mut supposed = query.clone();
        let untested = now.dependence.conditions.iter().filter(|(_, condition)| condition.test.is_none());
        let untested: Vec<(EntityId, Truth)> = untested.map(|(node, _)| (self.at(*node).id(), Truth::True)).collect();
        // What the question assumes comes last and stands.
        supposed.assume = untested.into_iter().chain(query.assume.iter().copied()).collect();
        let then = self.evaluate(&supposed)?;
        let (mut ordered, mut never) = (Vec::new(), Vec::new());
        for (slot, commitment) in &then.dependence.commitments {
            let Some(view) = self.view(*slot) else { continue };
            match then.round(commitment.var) {
                Some(round) => ordered.push((round, view)),
                None => never.push(view),
            }
        }
        ordered.sort_by_key(|(round, _)| *round);
        let mut rounds: Vec<Vec<EdgeView<'_>>> = Vec::new();
        let mut last = None;
        for (round, view) in ordered {
            if last != Some(round) {
                rounds.push(Vec::new());
                last = Some(round);
            }
            if let Some(layer) = rounds.last_mut() {
                layer.push(view);
            }
        }
        Ok(Activation { rounds, never })
    }
}

/// Whose values are whose.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) commitments: HashMap<Var, u32>,
    pub(crate) conditions: HashMap<Var, Node>,
}

impl Names {
    pub(crate) fn new(evaluation: &Evaluation) -> Self {
        let dependence = &evaluation.dependence;
        Self {
            commitments: dependence.commitments.iter().map(|(slot, known)| (known.var, *slot)).collect(),
            conditions: dependence.conditions.iter().map(|(node, known)| (known.var, *node)).collect(),
        }
    }
}

/// Components of more than one value among those whose fixpoints differ, and all such values.
fn components(evaluation: &Evaluation) -> (Vec<Vec<Var>>, Vec<Var>) {
    let circuit = &evaluation.dependence.circuit;
    let mut gap: Vec<Var> = Vec::new();
    let mut index: HashMap<Var, NodeIndex> = HashMap::new();
    let mut graph: DiGraph<Var, ()> = DiGraph::new();
    for var in evaluation.vars().filter(|var| evaluation.force(*var).is_gap()) {
        gap.push(var);
        index.insert(var, graph.add_node(var));
    }
    for var in &gap {
        for user in circuit.users(var.certain()).iter().chain(circuit.users(var.possible())) {
            if let (Some(from), Some(to)) = (index.get(var), index.get(&Var::of(*user))) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    let components = kosaraju_scc(&graph).into_iter().filter(|component| component.len() > 1);
    (components.map(|component| component.into_iter().map(|at| graph[at]).collect()).collect(), gap)
}

/// Whether taking a condition as given makes commitments what they are when everyone moves; and how many steps that took.
fn breaks(evaluation: &Evaluation, run: &mut Run, condition: Node, slots: &[u32]) -> (bool, u64) {
    let circuit = &evaluation.dependence.circuit;
    let Some(known) = evaluation.dependence.conditions.get(&condition) else { return (false, 1) };
    let mark = run.mark();
    let coordinated = evaluation.force(known.var).coordinated;
    if coordinated == Truth::True {
        run.raise(known.var.certain());
    }
    if coordinated != Truth::False {
        run.raise(known.var.possible());
    }
    let steps = run.close(circuit) + slots.len() as u64 + 1;
    let there = |slot: &u32| {
        let Some(commitment) = evaluation.dependence.commitments.get(slot) else { return true };
        let wanted = evaluation.force(commitment.var).coordinated;
        (wanted < Truth::True || run.holds(commitment.var.certain()))
            && (wanted < Truth::Unknown || run.holds(commitment.var.possible()))
    };
    let breaks = slots.iter().all(there);
    (breaks, steps + run.back(circuit, mark))
}

/// The commitments of a deadlock by identifier.
impl Deadlock<'_> {
    /// Which commitments wait for each other.
    pub fn ids(&self) -> Vec<EdgeId> {
        self.commitments.iter().map(EdgeView::id).collect()
    }
}
