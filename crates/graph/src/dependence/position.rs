//! Positions of actors as tests of conditions look at them, and what tests come to.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use pledgegraph_model::{Capability, Mission, Stance, StanceSet};

use crate::circuit::Var;
use crate::node::Node;
use crate::record::EdgeRecord;

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
    pub(super) pledges: Arc<[PledgeVar]>,
}

/// A value that counts for an actor, and the commitment that has it, where one does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PledgeVar {
    pub(crate) slot: Option<u32>,
    pub(crate) var: Var,
}

/// What was found of positions, by actor and what they are on.
pub(super) type OnMatters = RefCell<HashMap<(Node, Matter), Option<Rc<TestedPosition>>>>;

/// What a position is on.
pub(super) type Matter = (Capability, Mission, Node);

/// Matters of actors.
pub(crate) type Matters = HashSet<(Node, Matter)>;

/// The matter of a commitment, with its actor.
pub(crate) fn matter_of(edge: &EdgeRecord) -> Option<(Node, Matter)> {
    let commitment = edge.detail.commitment()?;
    Some((edge.subject, (commitment.capability, commitment.mission, edge.object)))
}

/// A position of an actor, as tests look at it.
#[derive(Debug)]
pub(super) struct TestedPosition {
    pub(super) current: Vec<TestedStatement>,
}

/// A statement of a position.
#[derive(Debug)]
pub(super) struct TestedStatement {
    pub(super) slot: u32,
    pub(super) stance: Stance,
    /// Whether it stands, and not only may.
    pub(super) stands: bool,
}

impl TestedPosition {
    /// The statements that reach a stance.
    pub(super) fn reaching(&self, least: Stance) -> impl Iterator<Item = &TestedStatement> {
        self.current.iter().filter(move |said| said.stance.at_least(least))
    }

    /// Whether a position that reaches a stance is decided by one of its statements: none of them says no, and for one that
    /// reaches the stance `is_enough` holds, such as that it hangs on nothing.
    pub(super) fn is_decided_by(&self, least: Stance, is_enough: impl Fn(&TestedStatement) -> bool) -> bool {
        self.negative().next().is_none() && self.reaching(least).any(is_enough)
    }

    /// The statements that say no.
    pub(super) fn negative(&self) -> impl Iterator<Item = &TestedStatement> {
        self.current.iter().filter(|said| StanceSet::Negative.contains(said.stance))
    }
}
