//! Fall-out: everything that depends on an actor, directly or through the pledges of others.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use pledgegraph_model::{Capability, EntityId, Standing};

use crate::Graph;
use crate::circuit::{Gate, NEVER};
use crate::deadlocks::Names;
use crate::dependence::{DependenceBuilder, Suppose, Var};
use crate::force::reverse::Reached;
use crate::force::{BudgetSpent, Evaluation, ForceQuery};
use crate::node::Node;
use crate::view::{EdgeView, EntityView};

/// One step of a chain of dependence.
#[derive(Debug, Clone, Copy)]
pub enum Step<'g> {
    /// A condition: it looks at the actor or at the commitment before it.
    Condition(EntityView<'g>),
    /// A commitment: of the actor, or one that hangs on the condition before it.
    Commitment(EdgeView<'g>),
}

/// A commitment that depends on an actor.
#[derive(Debug)]
pub struct Dependent<'g> {
    /// The commitment.
    pub commitment: EdgeView<'g>,
    /// How many conditions and commitments a shortest chain from the actor to it has, itself included.
    pub distance: u32,
    /// Whether it cannot be in force without the actor, if all that does not hang on the actor came about: the actor has a
    /// veto. Else it has another way.
    pub decisive: bool,
    var: Var,
}

/// Everything that depends on an actor.
#[derive(Debug)]
pub struct FallOut<'g> {
    graph: &'g Graph,
    /// Nearest first, then in the order of recording.
    pub dependents: Vec<Dependent<'g>>,
    /// How many commitments hang on it that do not count, by standing.
    pub set_aside: Vec<(Standing, u64)>,
    before: HashMap<Var, Option<Var>>,
    names: Names,
}

impl Graph {
    /// Everything that depends on an actor, nearest first, then in the order of recording.
    ///
    /// Reaching is breadth first over what depends on what and is an upper bound, since a pledge may have another way
    /// ("any of"); `decisive` is decided on the AND/OR graph itself. First backwards over what hangs on what
    /// (conditions that look at pledges, pledges that hang on conditions), so that only the dependents and what they hang on are looked at. O(size of their circuit)
    /// (directed hypergraphs: Gallo et al. 1993).
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be larger than the budget of the query.
    pub fn fall_out(&self, actor: EntityId, query: &ForceQuery) -> Result<FallOut<'_>, BudgetSpent> {
        let spent = BudgetSpent { budget: query.budget as u64 };
        let reached = self.reached_from(actor, query).ok_or(spent)?;
        let Some(node) = self.node(actor).filter(|_| !reached.commitments.is_empty()) else {
            let (dependents, before, names) = (Vec::new(), HashMap::new(), Names::default());
            return Ok(FallOut { graph: self, dependents, set_aside: Vec::new(), before, names });
        };
        let suppose = Suppose { blank: true, ..query.suppose(self) };
        let slots = reached.commitments.clone();
        let mut builder = DependenceBuilder::new(self, suppose, query.budget).within(reached, node);
        for slot in slots {
            builder.commitment(slot);
        }
        let evaluation = Evaluation::new(builder.finish(), query)?;
        let names = Names::new(&evaluation);
        let dependence = &evaluation.dependence;
        let own = |slot: u32| self.edge_record(slot).is_some_and(|edge| edge.subject == node);
        let tests = |condition: Node| self.test_of(condition).is_some_and(|test| test.actor == Some(actor));
        let own_vars = dependence.commitments.iter().filter(|(slot, _)| own(**slot)).map(|(_, known)| known.var);
        let own_vars: Vec<Var> = own_vars.collect();
        let looking = dependence.conditions.iter().filter(|(node, _)| tests(**node)).map(|(_, known)| known.var);
        // Conditions first: a chain begins with the condition rather than with one of the actor's statements.
        let starts: Vec<Var> = looking.chain(own_vars.iter().copied()).collect();
        let (order, before) = reach(&evaluation, &starts);
        let decisive = decisive(&evaluation, &before, &own_vars);
        let mut distance: HashMap<Var, u32> = HashMap::new();
        let mut found: BTreeMap<(u32, u32), Dependent<'_>> = BTreeMap::new();
        let mut set_aside: BTreeMap<Standing, u64> = BTreeMap::new();
        for var in order {
            let earlier = before.get(&var).copied().flatten().and_then(|var| distance.get(&var)).copied().unwrap_or(0);
            let slot = names.commitments.get(&var).copied();
            let is_named = slot.is_some() || names.conditions.contains_key(&var);
            let distance_here = earlier + u32::from(is_named);
            distance.insert(var, distance_here);
            if let Some(slot) = slot.filter(|slot| !own(*slot))
                && let Some(commitment) = self.view(slot)
            {
                let standing = query.counted.standing_of(self, slot, commitment.record);
                if !query.counted.takes_standing(standing) {
                    *set_aside.entry(standing).or_default() += 1;
                    continue;
                }
                let dependent =
                    Dependent { commitment, distance: distance_here, decisive: decisive.contains(&var), var };
                found.insert((distance_here, slot), dependent);
            }
        }
        let set_aside = set_aside.into_iter().collect();
        Ok(FallOut { graph: self, dependents: found.into_values().collect(), set_aside, before, names })
    }
}

impl Graph {
    /// Whatever may hang on an actor: on conditions that look at it alone, or at all who pledge what it pledges too. `None`
    /// when that is more than the budget.
    fn reached_from(&self, actor: EntityId, query: &ForceQuery) -> Option<Reached> {
        let mut reached = Reached::default();
        let Some(node) = self.node(actor) else { return Some(reached) };
        self.tests.of_actor(actor).for_each(|condition| reached.condition(condition));
        let pledges = |capability: Capability| {
            let mut own = self.said_within(node, Some(capability));
            own.any(|slot| self.edge_record(slot).is_some_and(|edge| query.counted.takes(self, slot, edge)))
        };
        for condition in self.tests.of_all() {
            if self.test_of(condition).is_some_and(|test| pledges(test.capability)) {
                reached.condition(condition);
            }
        }
        self.reach_on(&mut reached, query.budget, &query.counted, &|_| false).then_some(reached)
    }
}

impl<'g> FallOut<'g> {
    /// A shortest chain from the actor to a dependent, which is the last step; of longer ones the last `most` steps.
    pub fn chain(&self, dependent: &Dependent<'g>, most: usize) -> Vec<Step<'g>> {
        let mut chain = Vec::new();
        let mut next = Some(dependent.var);
        while let Some(var) = next.filter(|_| chain.len() < most) {
            if let Some(view) = self.names.commitments.get(&var).and_then(|slot| self.graph.view(*slot)) {
                chain.push(Step::Commitment(view));
            } else if let Some(node) = self.names.conditions.get(&var) {
                chain.push(Step::Condition(self.graph.at(*node)));
            }
            next = self.before.get(&var).copied().flatten();
        }
        chain.reverse();
        chain
    }
}

/// Every value that hangs on one of the starts, nearest first, each with the one before it.
fn reach(evaluation: &Evaluation, starts: &[Var]) -> (Vec<Var>, HashMap<Var, Option<Var>>) {
    let circuit = &evaluation.dependence.circuit;
    let mut before: HashMap<Var, Option<Var>> = HashMap::new();
    let mut queue: VecDeque<Var> = VecDeque::new();
    for start in starts {
        if before.insert(*start, None).is_none() {
            queue.push_back(*start);
        }
    }
    let mut order = Vec::new();
    while let Some(var) = queue.pop_front() {
        order.push(var);
        for user in circuit.users(var.certain()).iter().chain(circuit.users(var.possible())) {
            let user = Var::of(*user);
            if let std::collections::hash_map::Entry::Vacant(place) = before.entry(user) {
                place.insert(Some(var));
                queue.push_back(user);
            }
        }
    }
    (order, before)
}

/// Which values are true when every condition is given, and not when those that hang on the actor are left to their tests
/// and the actor's own commitments are gone.
fn decisive(evaluation: &Evaluation, reached: &HashMap<Var, Option<Var>>, own: &[Var]) -> HashSet<Var> {
    let dependence = &evaluation.dependence;
    let given = |with: &dyn Fn(Var) -> bool| {
        let conditions = dependence.conditions.values().flat_map(|known| [Some(known.var), known.negated]).flatten();
        conditions.filter(|var| with(*var)).map(|var| (var.certain(), true)).collect::<Vec<(Gate, bool)>>()
    };
    let with = dependence.circuit.least(&given(&|_| true));
    let mut pinned = given(&|var| !reached.contains_key(&var));
    pinned.extend(own.iter().map(|var| (var.certain(), false)));
    let without = dependence.circuit.least(&pinned);
    let holds = |rounds: &[u32], var: Var| rounds[var.certain() as usize] != NEVER;
    let commitments = dependence.commitments.values().map(|known| known.var);
    commitments.filter(|var| holds(&with, *var) && !holds(&without, *var)).collect()
}
