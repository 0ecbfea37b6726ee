//! What it would take and what holds it back: unlocking and blocking sets of a goal, and how much each condition matters.

use crate::Graph;
use crate::banzhaf::banzhaf;
use crate::circuit::Gate;
use crate::force::BudgetSpent;
use crate::goal::{ConditionLiteral, GoalFunction, GoalQuery};
use crate::implicants::{Literal, prime_implicants};
use crate::sets::{Bits, Monotone, minimal_sets};
use crate::view::{EdgeView, EntityView};

/// The minimal sets of conditions that decide a goal.
#[derive(Debug)]
pub struct GoalSets<'g> {
    /// Each is enough for the goal, and no part of it is: minimal path sets, or prime implicants of the goal where a `not`
    /// occurs. One empty set: the goal needs nothing. None: nothing is enough.
    pub unlocking: Vec<Vec<ConditionLiteral>>,
    /// Each makes the goal impossible, and no part of it does: minimal cut sets, or prime implicants of its opposite. One
    /// empty set: it is impossible anyhow. None: nothing can prevent it.
    pub blocking: Vec<Vec<ConditionLiteral>>,
    /// Whether the budget left sets out. Each set that is there is minimal all the same, unless `prime` is false.
    pub truncated: bool,
    /// Whether every set is known to be minimal.
    pub prime: bool,
    /// Steps taken: wires followed and sets compared.
    pub spent: u64,
    /// The commitments that the goal is about.
    pub rests_on: Vec<EdgeView<'g>>,
    /// The conditions that were varied.
    pub varied: Vec<EntityView<'g>>,
}

/// How much a condition matters to a goal.
#[derive(Debug, Clone, Copy)]
pub struct Share<'g> {
    /// The condition.
    pub condition: EntityView<'g>,
    /// The absolute Banzhaf index: in which share of all cases of the other conditions the goal turns on this one, from 0
    /// to 1.
    pub banzhaf: f64,
}

/// How much each condition matters to a goal.
#[derive(Debug)]
pub struct Pivotality<'g> {
    /// The conditions, the most pivotal first, then in the order of recording.
    pub conditions: Vec<Share<'g>>,
    /// Whether every case was counted; else the shares are estimated from samples.
    pub exact: bool,
    /// How many cases were looked at.
    pub samples: u64,
    /// Half the width of the interval that holds each share with 95 % probability; 0 when exact.
    pub half_width: f64,
    /// Steps taken.
    pub spent: u64,
    /// The commitments that the goal is about.
    pub rests_on: Vec<EdgeView<'g>>,
}

impl Graph {
    /// All minimal sets of conditions that unlock a goal, and all that block it.
    ///
    /// Without `not` the goal is a monotone function, and both come from one run of dualize and advance (`sets.rs`): its time
    /// grows with the number of sets, which can be exponential in the number of conditions, so there is a budget. Where a
    /// `not` occurs each condition is two variables (it holds, it does not), and the sets are completed to prime implicants
    /// by consensus. Terms and sets: Vesely et al., Fault Tree Handbook, 1981.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{ActorGoal, Counted, Goal, GoalQuery};
    /// use pledgegraph_model::{Capability, Stance};
    ///
    /// // Three actors are to stand with forces.
    /// let goal = ActorGoal {
    ///     actors: Vec::new(),
    ///     kinds: Vec::new(),
    ///     capability: Some(Capability::MilitaryForces),
    ///     mission: None,
    ///     coalition: None,
    ///     beneficiary: None,
    ///     among: None,
    ///     at_least: Some(3),
    /// };
    /// let query = GoalQuery {
    ///     goal: Goal::Actors(goal),
    ///     stance_min: Stance::Willing,
    ///     counted: Counted::on(graph.day()),
    ///     include_implied: true,
    ///     assume: Vec::new(),
    ///     withdraw: Vec::new(),
    ///     budget: 1_000_000,
    ///     steps: 1_000_000,
    /// };
    /// let sets = graph.goal_sets(&query)?;
    /// let names = |set: &Vec<pledgegraph_graph::ConditionLiteral>| -> Vec<&str> {
    ///     set.iter().map(|literal| graph.at(literal.condition).label("en").0).collect()
    /// };
    /// assert_eq!(sets.unlocking.iter().map(names).collect::<Vec<_>>(), [["Ceasefire", "US backing"]]);
    /// assert_eq!(sets.blocking.iter().map(names).collect::<Vec<_>>(), [["Ceasefire"], ["US backing"]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be too large, or when the steps ended before there was any set.
    pub fn goal_sets(&self, query: &GoalQuery) -> Result<GoalSets<'_>, BudgetSpent> {
        let mut function = self.goal_function(query)?;
        let gates = function.literals();
        let found = minimal_sets(&mut Given { function: &mut function, gates: &gates }, query.steps);
        let literals = |sets: Vec<Vec<u32>>, holds: bool| {
            let literal = |at: u32| {
                let (variable, positive, _) = gates[at as usize];
                Literal { variable, positive: positive == holds }
            };
            sets.into_iter().map(|set| set.into_iter().map(literal).collect()).collect::<Vec<Vec<Literal>>>()
        };
        let mut unlocking = literals(found.unlocking, true);
        let mut blocking = literals(found.blocking, false);
        let mut truncated = found.truncated;
        let mut prime = true;
        if function.has_not() {
            let left = query.steps.saturating_sub(found.spent);
            let (completed, cut) = prime_implicants(unlocking, left / 2);
            let (opposite, cut_too) = prime_implicants(blocking, left / 2);
            (unlocking, blocking) = (completed, opposite);
            // Of a part of the terms the consensus may leave some that are not minimal.
            prime = !(truncated || cut || cut_too);
            truncated |= cut || cut_too;
        }
        if truncated && unlocking.is_empty() && blocking.is_empty() {
            return Err(BudgetSpent { budget: query.steps });
        }
        let named = |terms: Vec<Vec<Literal>>| {
            let literal = |literal: Literal| ConditionLiteral {
                condition: function.conditions[literal.variable as usize].0,
                holds: literal.positive,
            };
            terms.into_iter().map(|term| term.into_iter().map(literal).collect()).collect()
        };
        Ok(GoalSets {
            unlocking: named(unlocking),
            blocking: named(blocking),
            truncated,
            prime,
            spent: function.spent,
            rests_on: function.rests_on(),
            varied: function.varied(),
        })
    }

    /// How much each condition matters to a goal: the absolute Banzhaf index (Banzhaf, Weighted voting doesn't work, Rutgers
    /// Law Review 19, 1965; Dubey & Shapley 1979), every case counted where the budget allows, else estimated
    /// (`banzhaf.rs`).
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be too large for one sample.
    pub fn pivotality(&self, query: &GoalQuery) -> Result<Pivotality<'_>, BudgetSpent> {
        let mut function = self.goal_function(query)?;
        let n = function.conditions.len();
        let gates = function.literals();
        let mut of_variable: Vec<(Option<Gate>, Option<Gate>)> = vec![(None, None); n];
        for (variable, positive, gate) in &gates {
            let pair = &mut of_variable[*variable as usize];
            *(if *positive { &mut pair.0 } else { &mut pair.1 }) = Some(*gate);
        }
        let mut eval = |on: &Bits| {
            let before = function.spent;
            let given = of_variable.iter().enumerate();
            let given = given.filter_map(|(v, (holds, fails))| if on.contains(v) { *holds } else { *fails });
            let value = function.holds(given.collect::<Vec<_>>().into_iter());
            (value, function.spent - before)
        };
        let found = banzhaf(n, &mut eval, query.steps, SEED);
        if !found.exact && found.samples == 0 {
            return Err(BudgetSpent { budget: query.steps });
        }
        let condition = |v: usize| self.at(function.conditions[v].0);
        let shares = found.shares.iter().enumerate();
        let mut conditions: Vec<Share<'_>> =
            shares.map(|(v, share)| Share { condition: condition(v), banzhaf: *share }).collect();
        conditions.sort_by(|a, b| b.banzhaf.total_cmp(&a.banzhaf));
        Ok(Pivotality {
            conditions,
            exact: found.exact,
            samples: found.samples,
            half_width: found.half_width,
            spent: found.spent,
            rests_on: function.rests_on(),
        })
    }
}

/// The seed of estimates, so that the same question has the same answer.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// The goal as a monotone function of what is given.
struct Given<'a, 'g> {
    function: &'a mut GoalFunction<'g>,
    /// By input: the variable, whether the input says that it holds, and its gate.
    gates: &'a [(u32, bool, Gate)],
}

impl Monotone for Given<'_, '_> {
    fn inputs(&self) -> usize {
        self.gates.len()
    }

    fn eval(&mut self, on: &Bits) -> bool {
        let gates = self.gates;
        self.function.holds(on.iter().map(|input| gates[input].2))
    }

    fn spent(&self) -> u64 {
        self.function.spent
    }
}
