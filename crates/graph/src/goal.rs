//! Goals: what is asked to be in force, as a function of the conditions that it hangs on.
//!
//! Nothing on record is taken for met here: the question is what it would take. A condition without a test is given or not;
//! one with a test is given, or comes about by its test from pledges that are in force (least fixpoint).

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use pledgegraph_model::{Capability, Commitment, EdgeId, EntityId, EntityKind, Mission, Stance, Truth};

use crate::Graph;
use crate::circuit::Var;
use crate::circuit::{Gate, Run};
use crate::counted::Counted;
use crate::dependence::DependenceBuilder;
use crate::dependence::found::{Dependence, Suppose};
use crate::dependence::position::PledgeVar;
use crate::force::BudgetSpent;
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::view::{EdgeView, EntityView};

/// What is to be in force.
#[derive(Debug, Clone)]
pub enum Goal {
    /// So many of these commitments.
    Commitments {
        /// The commitments.
        ids: Vec<EdgeId>,
        /// How many of them; absent: all.
        at_least: Option<usize>,
    },
    /// So many distinct actors, each with a commitment that is in force. A group counts for its listed members.
    Actors(ActorGoal),
}

/// Whose commitments on what.
#[derive(Debug, Clone, Default)]
pub struct ActorGoal {
    /// The actors; empty = all.
    pub actors: Vec<EntityId>,
    /// Their kinds; empty = all.
    pub kinds: Vec<EntityKind>,
    /// The capability, children included.
    pub capability: Option<Capability>,
    /// The mission.
    pub mission: Option<Mission>,
    /// The coalition.
    pub coalition: Option<EntityId>,
    /// The beneficiary.
    pub beneficiary: Option<EntityId>,
    /// Only these commitments, where some were chosen before.
    pub among: Option<Vec<EdgeId>>,
    /// How many of the actors; absent: all that are named, or one where none is.
    pub at_least: Option<usize>,
}

/// A goal, and what is taken as given.
#[derive(Debug, Clone)]
pub struct GoalQuery {
    /// What is to be in force.
    pub goal: Goal,
    /// Only commitments at least as firm count.
    pub stance_min: Stance,
    /// Which statements count.
    pub counted: Counted,
    /// Whether conditions that a source only implies are taken in.
    pub include_implied: bool,
    /// Conditions that are fixed and not to be varied.
    pub assume: Vec<(EntityId, Truth)>,
    /// Actors whose commitments are supposed to be withdrawn.
    pub withdraw: Vec<EntityId>,
    /// At most so many gates and wires.
    pub budget: usize,
    /// At most so many steps of the analysis: wires followed and sets compared.
    pub steps: u64,
}

/// A condition that is given, or that is known not to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConditionLiteral {
    /// The condition.
    pub condition: Node,
    /// Whether it holds.
    pub holds: bool,
}

/// A goal as a boolean function of conditions.
pub(crate) struct GoalFunction<'g> {
    pub(crate) graph: &'g Graph,
    dependence: Dependence,
    goal: Var,
    /// The conditions that can be varied, by their variable: the gates of the condition and of its opposite.
    pub(crate) conditions: Vec<(Node, Gate, Option<Gate>)>,
    /// The commitments that the goal is about, by slot.
    pub(crate) slots: Vec<u32>,
    run: Run,
    pub(crate) spent: u64,
}

impl Graph {
    pub(crate) fn goal_function(&self, query: &GoalQuery) -> Result<GoalFunction<'_>, BudgetSpent> {
        let suppose = Suppose {
            counted: query.counted.clone(),
            include_implied: query.include_implied,
            assume: query.assume.iter().filter_map(|(id, truth)| Some((self.node(*id)?, *truth))).collect(),
            withdraw: query.withdraw.iter().filter_map(|id| self.node(*id)).collect(),
            blank: true,
        };
        let fixed = suppose.assume.clone();
        let mut builder = DependenceBuilder::new(self, suppose, query.budget);
        let (goal, slots) = self.goal_var(&mut builder, query);
        let dependence = builder.finish();
        if dependence.exceeded {
            return Err(BudgetSpent { budget: query.budget as u64 });
        }
        let free = dependence.conditions.iter().filter(|(node, _)| !fixed.contains_key(node));
        let conditions = free.map(|(node, known)| (*node, known.var.certain(), known.negated.map(Var::certain)));
        let conditions = conditions.collect();
        let mut run = Run::new(&dependence.circuit, &[]);
        let spent = run.close(&dependence.circuit);
        Ok(GoalFunction { graph: self, dependence, goal, conditions, slots, run, spent })
    }

    fn goal_var(&self, builder: &mut DependenceBuilder<'_>, query: &GoalQuery) -> (Var, Vec<u32>) {
        match &query.goal {
            Goal::Commitments { ids, at_least } => {
                let firm = |slot: &u32| {
                    let commitment = self.edge_record(*slot).and_then(|edge| edge.detail.commitment());
                    commitment.is_some_and(|commitment| commitment.stance.at_least(query.stance_min))
                };
                let mut slots: Vec<u32> = ids.iter().filter_map(|id| self.slot(*id)).filter(firm).collect();
                slots.sort_unstable();
                slots.dedup();
                let vars: Vec<Var> = slots.iter().map(|slot| builder.commitment(*slot)).collect();
                // One that is not firm enough is never in force at this stance; one that is named twice is one.
                (builder.at_least(at_least.unwrap_or(distinct(ids)), &vars), slots)
            }
            Goal::Actors(goal) => self.actors_var(builder, goal, query.stance_min),
        }
    }

    fn actors_var(&self, builder: &mut DependenceBuilder<'_>, goal: &ActorGoal, stance_min: Stance) -> (Var, Vec<u32>) {
        let node = |id: Option<EntityId>| id.map(|id| self.node(id));
        let (coalition, beneficiary) = (node(goal.coalition), node(goal.beneficiary));
        let among: Option<HashSet<EdgeId>> = goal.among.as_ref().map(|ids| ids.iter().copied().collect());
        let wanted = |edge: &EdgeRecord, commitment: &Commitment<Node>| {
            among.as_ref().is_none_or(|among| among.contains(&edge.id))
                && commitment.stance.at_least(stance_min)
                && goal.mission.is_none_or(|mission| commitment.mission == mission)
                && coalition.is_none_or(|coalition| coalition.is_some() && commitment.coalition == coalition)
                && beneficiary.is_none_or(|beneficiary| Some(edge.object) == beneficiary)
        };
        let named: Vec<Node> = goal.actors.iter().filter_map(|id| self.node(*id)).collect();
        let is_asked_for = |actor: &Node| {
            (goal.actors.is_empty() || named.contains(actor))
                && (goal.kinds.is_empty() || goal.kinds.contains(&self.at(*actor).kind()))
        };
        let mut pledgers = builder.pledgers(wanted, goal.capability);
        pledgers.retain(|pledger, _| builder.counted_as(*pledger).iter().any(is_asked_for));
        let mut slots: Vec<u32> = pledgers.values().flatten().copied().collect();
        slots.sort_unstable();
        let any_of_own = pledgers.into_iter().map(|(pledger, own)| {
            let own = own.into_iter().map(|slot| PledgeVar { slot: Some(slot), var: builder.commitment(slot) });
            (pledger, own.collect())
        });
        let any_of_own: Vec<(Node, Arc<[PledgeVar]>)> = any_of_own.collect();
        let mut actors = builder.by_actor(any_of_own);
        actors.retain(|actor, _| is_asked_for(actor));
        let vars: Vec<Var> = actors.into_values().map(|values| builder.at_least(1, &values)).collect();
        (builder.at_least(goal.at_least.unwrap_or(distinct(&goal.actors).max(1)), &vars), slots)
    }
}

/// How many different ones are named.
fn distinct<I: Eq + Hash>(ids: &[I]) -> usize {
    ids.iter().collect::<HashSet<_>>().len()
}

impl<'g> GoalFunction<'g> {
    /// Whether a `not` stands over any condition, so that the goal may fail because a condition holds.
    pub(crate) fn has_not(&self) -> bool {
        self.conditions.iter().any(|(.., negated)| negated.is_some())
    }

    /// Whether the goal is reached when these gates are given. O(what becomes true).
    pub(crate) fn holds(&mut self, given: impl Iterator<Item = Gate>) -> bool {
        let circuit = &self.dependence.circuit;
        let mark = self.run.mark();
        for gate in given {
            self.run.raise(gate);
            self.spent += 1;
        }
        self.spent += self.run.close(circuit) + 1;
        let holds = self.run.holds(self.goal.certain());
        self.spent += self.run.back(circuit, mark);
        holds
    }

    /// The commitments that the goal is about.
    pub(crate) fn rests_on(&self) -> Vec<EdgeView<'g>> {
        self.slots.iter().filter_map(|slot| self.graph.view(*slot)).collect()
    }

    /// The conditions that can be varied.
    pub(crate) fn varied(&self) -> Vec<EntityView<'g>> {
        self.conditions.iter().map(|(node, ..)| self.graph.at(*node)).collect()
    }

    /// What can be given, by variable: that a condition holds, and where a `not` stands over it that it does not.
    pub(crate) fn literals(&self) -> Vec<(u32, bool, Gate)> {
        let conditions = (0u32..).zip(&self.conditions);
        let both = conditions.flat_map(|(variable, (_, holds, fails))| {
            [Some((variable, true, *holds)), fails.map(|gate| (variable, false, gate))]
        });
        both.flatten().collect()
    }
}
