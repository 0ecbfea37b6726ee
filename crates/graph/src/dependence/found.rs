//! What is asked of the dependence of commitments, and what is found.

use std::collections::{BTreeMap, BTreeSet};

use pledgegraph_model::{Ground, Polarity, Stance, Truth};

use super::position::Tested;
use crate::circuit::{Circuit, Gate, Var};
use crate::counted::Counted;
use crate::node::Node;
use crate::record::EdgeRecord;

/// What is taken as given.
#[derive(Debug, Clone)]
pub(crate) struct Suppose {
    pub(crate) counted: Counted,
    /// Whether leaves that a source only implies are there; without them they are left out of their trees.
    pub(crate) include_implied: bool,
    /// Conditions with a truth that overrides their tests and outcomes.
    pub(crate) assume: BTreeMap<Node, Truth>,
    /// Actors whose commitments are taken as withdrawn.
    pub(crate) withdraw: BTreeSet<Node>,
    /// Whether the question is what it would take, whatever is on record: no outcome is looked at, and each condition is
    /// false unless its test makes it true. So a ceasefire that holds today is among what it takes all the same.
    pub(crate) blank: bool,
}

/// What is known of a commitment beside its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitmentVar {
    pub(crate) var: Var,
    pub(crate) ground: Ground,
    /// How firm it is. What is not ruled out is no pledge, so it is not shown as in force unless the query has a
    /// `stance_min` that low; yet a condition whose test asks for `not_ruled_out` may hold by it.
    pub(crate) stance: Stance,
    /// The most that it can be, whatever its conditions come to.
    pub(crate) most: Truth,
}

/// What is known of a condition beside its value.
#[derive(Debug, Clone)]
pub(crate) struct ConditionVar {
    pub(crate) var: Var,
    /// The value of "the condition does not hold"; only where a tree has it under a `not`, as in "unless sanctions end".
    pub(crate) negated: Option<Var>,
    /// Whether what decides it disagrees by itself: outcomes, or statements of one actor on one matter.
    pub(crate) disputed: bool,
    /// What its test comes to, where it has one.
    pub(crate) test: Option<Tested>,
    /// What its outcomes say, where there are any.
    pub(crate) said: Option<Truth>,
    /// The outcomes that stand, by slot.
    pub(crate) outcomes: Vec<u32>,
}

/// The dependence of some commitments, as a circuit.
#[derive(Debug)]
pub(crate) struct Dependence {
    pub(crate) circuit: Circuit,
    /// By slot.
    pub(crate) commitments: BTreeMap<u32, CommitmentVar>,
    /// By node.
    pub(crate) conditions: BTreeMap<Node, ConditionVar>,
    /// The gates of commitments that an earlier evaluation found, with their values at the least fixpoint and at the
    /// greatest: they are pinned in place of wiring what those commitments depend on.
    pub(crate) known_least: Vec<(Gate, bool)>,
    pub(crate) known_greatest: Vec<(Gate, bool)>,
    /// Whether the budget ended the construction: values are not to be used then.
    pub(crate) exceeded: bool,
}

/// What a commitment comes to by its ground, if every condition were given.
pub(super) fn if_given(ground: Ground, edge: &EdgeRecord) -> Truth {
    match ground {
        Ground::NoConditions | Ground::Conditions => Truth::True,
        Ground::ConditionsNotStated => Truth::Unknown,
        Ground::NotCounted if edge.polarity != Polarity::Denied => Truth::Unknown,
        _ => Truth::False,
    }
}
