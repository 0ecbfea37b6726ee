//! What is in force: the truth of every condition and of every commitment that hangs on them.

pub(crate) mod conditions;
mod forget;
pub(crate) mod kept;
pub(crate) mod reverse;
pub(crate) mod value;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use pledgegraph_model::{Code, EdgeId, EdgeKind, EntityId, EntityKind, Ground, Stance, StanceSet, Truth};

use crate::Graph;
use crate::circuit::{NEVER, Var};
use crate::counted::Counted;
use crate::dependence::DependenceBuilder;
use crate::dependence::found::{CommitmentVar, Dependence, Suppose};
use crate::filter::Chosen;
use crate::indexes::Index;
use crate::node::Node;
use crate::postings::Postings;
use kept::Known;
use value::Force;

/// What to evaluate, and what to suppose.
#[derive(Debug, Clone)]
pub struct ForceQuery {
    /// The commitments; absent: all, and all conditions.
    pub commitments: Option<Vec<EdgeId>>,
    /// Conditions beside those that these commitments hang on.
    pub conditions: Vec<EntityId>,
    /// Which statements count.
    pub counted: Counted,
    /// What is less firm is not shown as in force: `willing`, unless something less is asked about. Statements with a
    /// negative stance, or none, never are.
    pub stance_min: Stance,
    /// Whether conditions that a source only implies are taken in.
    pub include_implied: bool,
    /// Conditions whose truth is supposed, whatever is on record.
    pub assume: Vec<(EntityId, Truth)>,
    /// Actors whose commitments are supposed to be withdrawn.
    pub withdraw: Vec<EntityId>,
    /// At most so many gates and wires: about four for each leaf of a tree of conditions.
    pub budget: usize,
}

/// A budget was spent before there was an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetSpent {
    /// The budget, in the units of the question.
    pub budget: u64,
}

impl std::fmt::Display for BudgetSpent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the budget of {} was spent before there was an answer", self.budget)
    }
}

impl std::error::Error for BudgetSpent {}

/// A commitment, evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitmentForce {
    /// Whether it is in force.
    pub force: Force,
    /// What decides it.
    pub ground: Ground,
    /// Order of becoming true at the least fixpoint; absent where it does not. Smaller ones can come first.
    pub round: Option<u32>,
}

/// A condition, evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionForce {
    /// Whether it holds.
    pub force: Force,
    /// Whether sources disagree, or a test and an outcome, so that it is unknown.
    pub disputed: bool,
    /// Whether a test decides it, and not outcomes alone.
    pub tested: bool,
    /// The statements that decide it: its outcomes and the positions that its test looks at.
    pub statements: Vec<EdgeId>,
}

/// What is shown of commitments of one snapshot.
#[derive(Debug, Default)]
pub struct Forces(HashMap<u32, Force>);

impl Forces {
    /// Whether a commitment is in force, if it was asked for.
    pub fn of(&self, graph: &Graph, id: EdgeId) -> Option<Force> {
        self.0.get(&graph.slot(id)?).copied()
    }
}

/// Commitments and conditions with their truth, of one snapshot.
#[derive(Debug)]
pub struct Evaluation {
    pub(crate) dependence: Dependence,
    rounds: Vec<u32>,
    greatest: Vec<bool>,
    pub(crate) include_implied: bool,
    stance_min: Stance,
}

impl Graph {
    /// Evaluates commitments: each is what its tree of conditions is, in strong Kleene logic, at the least fixpoint and at
    /// the greatest. Conditions with a test are decided by counted positions that are themselves in force, others by
    /// outcomes.
    ///
    /// O(size of what they depend on): least and greatest fixpoint of a monotone circuit by counting (Dowling & Gallier
    /// 1984; Kleene logic: Kleene 1952, section 64; fixpoints of logic programs: Fitting, A Kripke-Kleene semantics for
    /// logic programs, Journal of Logic Programming 2(4), 1985).
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::ForceQuery;
    /// use pledgegraph_model::{EdgeId, Ground, Truth};
    ///
    /// // What if both conditions of the British pledge held?
    /// let id = |reference: &str| Some(graph.find(&reference.parse().ok()?)?.id());
    /// let conditions = ["condition:ceasefire", "condition:us-backing"].into_iter().filter_map(id);
    /// let query = ForceQuery {
    ///     assume: conditions.map(|condition| (condition, Truth::True)).collect(),
    ///     ..ForceQuery::all(graph.day(), 1_000_000)
    /// };
    /// let evaluation = graph.evaluate(&query)?;
    /// let pledge = evaluation.commitment(&graph, EdgeId::of_key("l21-gb-forces")).expect("it was evaluated");
    /// assert_eq!((pledge.force.truth(), pledge.ground), (Truth::True, Ground::Conditions));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be larger than the budget.
    pub fn evaluate(&self, query: &ForceQuery) -> Result<Evaluation, BudgetSpent> {
        let mut builder = DependenceBuilder::new(self, query.suppose(self), query.budget);
        if let Some(ids) = &query.commitments {
            for slot in ids.iter().filter_map(|id| self.slot(*id)) {
                builder.commitment(slot);
            }
        } else {
            for slot in self.indexes.get(Index::Kind, EdgeKind::Commitment).iter() {
                builder.commitment(slot);
            }
            for number in self.kinds[EntityKind::Condition.index()].iter() {
                builder.condition(Node::new(number));
            }
        }
        for node in query.conditions.iter().filter_map(|id| self.node(*id)) {
            builder.condition(node);
        }
        Evaluation::new(builder.finish(), query)
    }

    /// What is shown of some commitments, or of all where the query names none. With the default parameters, on the day of
    /// the graph, what is known of this version already is not found again.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::ForceQuery;
    /// use pledgegraph_model::{EdgeId, Truth};
    ///
    /// // Of the conditions of this pledge, the article says that the backing was refused.
    /// let pledge = EdgeId::of_key("l21-gb-forces");
    /// let query = ForceQuery { commitments: Some(vec![pledge]), ..ForceQuery::all(graph.day(), 1_000_000) };
    /// let force = graph.forces(&query)?.of(&graph, pledge).expect("it was asked for");
    /// assert_eq!(force.truth(), Truth::False);
    /// assert!(!force.is_gap());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit of what is not known would be larger than the budget.
    pub fn forces(&self, query: &ForceQuery) -> Result<Forces, BudgetSpent> {
        let all = self.indexes.get(Index::Kind, EdgeKind::Commitment);
        let is_commitment = |slot: &u32| all.contains(*slot);
        let asked: Vec<u32> = match &query.commitments {
            Some(ids) => ids.iter().filter_map(|id| self.slot(*id)).filter(is_commitment).collect(),
            None => all.iter().collect(),
        };
        if !self.is_kept(query) {
            return self.evaluate(query).map(|evaluation| evaluation.forces());
        }
        let missing: Vec<u32> = asked.iter().copied().filter(|slot| self.force.get(*slot).is_none()).collect();
        self.find_out(&missing, query.budget)?;
        Ok(Forces(asked.iter().filter_map(|slot| Some((*slot, self.force.get(*slot)?.shown()))).collect()))
    }

    /// The commitments that are shown with one of these truths, on the day of the graph and with the default parameters,
    /// for a list to be narrowed to. O(what is not known of this version yet).
    ///
    /// # Errors
    /// As [`Graph::forces`].
    pub fn having_force(&self, truths: &[Truth], budget: usize) -> Result<Arc<Chosen>, BudgetSpent> {
        let all = self.indexes.get(Index::Kind, EdgeKind::Commitment);
        self.find_out(&self.force.missing(all), budget)?;
        let sets = self.force.by_truth(all).into_iter().zip(Truth::ALL);
        let chosen = sets.filter(|(_, truth)| truths.contains(truth)).map(|(set, _)| set);
        Ok(Arc::new(Chosen(chosen.collect())))
    }

    /// Whether everything that a query asks is known of this version, so that nothing has to be evaluated.
    pub fn has_forces(&self, query: &ForceQuery) -> bool {
        let known = |id: &EdgeId| self.slot(*id).is_none_or(|slot| self.force.get(slot).is_some());
        self.is_kept(query) && query.commitments.as_ref().is_some_and(|asked| asked.iter().all(known))
    }

    /// Whether what a query asks is kept: nothing is supposed, and what counts is what counts anyway, on the day of the graph.
    fn is_kept(&self, query: &ForceQuery) -> bool {
        query.include_implied
            && query.assume.is_empty()
            && query.withdraw.is_empty()
            && query.conditions.is_empty()
            && query.stance_min == Stance::Willing
            && query.counted == Counted::on(self.day())
    }

    /// Finds out of which commitments nothing is known whether they are in force, and keeps it.
    pub(crate) fn find_out(&self, missing: &[u32], budget: usize) -> Result<(), BudgetSpent> {
        if missing.is_empty() {
            return Ok(());
        }
        let query = ForceQuery::all(self.day(), budget);
        let mut builder = DependenceBuilder::new(self, query.suppose(self), budget).knowing(&self.force);
        for slot in missing {
            builder.commitment(*slot);
        }
        let evaluation = Evaluation::new(builder.finish(), &query)?;
        for (slot, known) in &evaluation.dependence.commitments {
            self.force.fill(*slot, evaluation.known(*known));
        }
        Ok(())
    }

    /// The truth of one commitment; `None` when there is none with this identifier.
    pub fn in_force(&self, id: EdgeId, query: &ForceQuery) -> Result<Option<CommitmentForce>, BudgetSpent> {
        let query = ForceQuery { commitments: Some(vec![id]), ..query.clone() };
        Ok(self.evaluate(&query)?.commitment(self, id))
    }
}

impl ForceQuery {
    /// Of all commitments on a day, nothing supposed.
    pub fn all(day: NaiveDate, budget: usize) -> Self {
        Self {
            commitments: None,
            conditions: Vec::new(),
            counted: Counted::on(day),
            stance_min: Stance::Willing,
            include_implied: true,
            assume: Vec::new(),
            withdraw: Vec::new(),
            budget,
        }
    }

    pub(crate) fn suppose(&self, graph: &Graph) -> Suppose {
        Suppose {
            counted: self.counted.clone(),
            include_implied: self.include_implied,
            assume: self.assume.iter().filter_map(|(id, truth)| Some((graph.node(*id)?, *truth))).collect(),
            withdraw: self.withdraw.iter().filter_map(|id| graph.node(*id)).collect(),
            blank: false,
        }
    }
}

impl Evaluation {
    pub(crate) fn new(dependence: Dependence, query: &ForceQuery) -> Result<Self, BudgetSpent> {
        if dependence.exceeded {
            return Err(BudgetSpent { budget: query.budget as u64 });
        }
        let rounds = dependence.circuit.least(&dependence.known_least);
        let greatest = dependence.circuit.greatest(&dependence.known_greatest);
        let (include_implied, stance_min) = (query.include_implied, query.stance_min);
        Ok(Self { dependence, rounds, greatest, include_implied, stance_min })
    }

    /// A commitment that was asked for, or that one depends on.
    pub fn commitment(&self, graph: &Graph, id: EdgeId) -> Option<CommitmentForce> {
        let known = *self.dependence.commitments.get(&graph.slot(id)?)?;
        let force = self.shown(known);
        let round = self.round(known.var).filter(|_| force.cautious == Truth::True);
        Some(CommitmentForce { force, ground: self.ground(known), round })
    }

    /// A condition that a commitment asked for depends on.
    pub fn condition(&self, graph: &Graph, node: Node) -> Option<ConditionForce> {
        let known = self.dependence.conditions.get(&node)?;
        let force = self.force(known.var);
        let disagree = |test: Var| {
            let said = known.said.unwrap_or(Truth::Unknown);
            said != Truth::Unknown && self.force(test).cautious == !said
        };
        let disputed = known.disputed || known.test.as_ref().is_some_and(|test| disagree(test.var));
        let positions = known.test.iter().flat_map(|test| test.statements.iter());
        let statements = known.outcomes.iter().chain(positions);
        Some(ConditionForce {
            force,
            disputed: disputed && force.truth() == Truth::Unknown,
            tested: known.test.is_some(),
            statements: statements.filter_map(|slot| Some(graph.edge_record(*slot)?.id)).collect(),
        })
    }

    /// All commitments evaluated, in the order of recording.
    pub fn commitments<'a>(&'a self, graph: &'a Graph) -> impl Iterator<Item = EdgeId> + 'a {
        self.dependence.commitments.keys().filter_map(|slot| Some(graph.edge_record(*slot)?.id))
    }

    /// What is shown of all commitments evaluated.
    pub fn forces(&self) -> Forces {
        Forces(self.dependence.commitments.iter().map(|(slot, known)| (*slot, self.shown(*known))).collect())
    }

    /// The commitments with one of these truths, for a list to be narrowed to.
    pub fn having(&self, truths: &[Truth]) -> Chosen {
        let commitments = self.dependence.commitments.iter();
        let chosen = commitments.filter(|(_, known)| truths.contains(&self.shown(**known).truth()));
        Chosen(vec![Postings::from_sorted(&chosen.map(|(slot, _)| *slot).collect::<Vec<_>>())])
    }

    /// All conditions evaluated, in the order of recording.
    pub fn conditions(&self) -> impl Iterator<Item = Node> + '_ {
        self.dependence.conditions.keys().copied()
    }

    /// All values of the circuit.
    pub(crate) fn vars(&self) -> impl Iterator<Item = Var> + use<> {
        (0..self.dependence.circuit.gates()).step_by(2).filter_map(|gate| u32::try_from(gate).ok()).map(Var::of)
    }

    /// In which round a value becomes true at the least fixpoint.
    pub(crate) fn round(&self, var: Var) -> Option<u32> {
        let round = self.rounds[var.certain() as usize];
        (round != NEVER).then_some(round)
    }

    /// What decides it, as it is shown.
    fn ground(&self, known: CommitmentVar) -> Ground {
        if self.known(known).is_open { Ground::NoPledge } else { known.ground }
    }

    /// What is shown of a commitment: what pledges nothing is not in force.
    fn shown(&self, known: CommitmentVar) -> Force {
        self.known(known).shown()
    }

    pub(crate) fn known(&self, known: CommitmentVar) -> Known {
        // Where nothing else is wrong with it, it only leaves open what others pledge.
        let decides = [Ground::Conditions, Ground::NoConditions, Ground::ConditionsNotStated].contains(&known.ground);
        let is_open = StanceSet::Open.contains(known.stance) && !known.stance.at_least(self.stance_min);
        Known { force: self.force(known.var), is_open: decides && is_open }
    }

    pub(crate) fn force(&self, var: Var) -> Force {
        let truth = |certain: bool, possible: bool| match (certain, possible) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        };
        let least = |gate: u32| self.rounds[gate as usize] != NEVER;
        let greatest = |gate: u32| self.greatest[gate as usize];
        Force {
            cautious: truth(least(var.certain()), least(var.possible())),
            coordinated: truth(greatest(var.certain()), greatest(var.possible())),
        }
    }
}
