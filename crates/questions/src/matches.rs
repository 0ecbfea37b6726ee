//! Matches of parts of the grammar, and which of them are the better ones.

use std::cmp::Reverse;
use std::rc::Rc;

use pledgegraph_model::EntityId;

use crate::meaning::{Lists, Means, merged, weight};

/// How many matches of a rule at a node are kept.
const MOST_MATCHES: usize = 120;
/// How many of them that end at one node.
const MOST_ENDING: usize = 24;

/// What a part of the question was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The entity, where it is one.
    pub entity: Option<EntityId>,
    /// Whether the entity is only described: by a noun for its kind, an office, a part of its name.
    pub described: bool,
}

/// A match of a part of the grammar.
#[derive(Debug, Clone)]
pub(crate) struct Match {
    pub(crate) end: usize,
    pub(crate) means: Rc<Means>,
    /// Tokens passed over, ascending.
    pub(crate) skipped: Vec<usize>,
    /// How much it says: the members of the query that it gives a value.
    pub(crate) weight: usize,
    /// How many words and names: fewer is the same in longer pieces.
    pub(crate) pieces: usize,
    /// The places of its ways in the lexicon, summed.
    pub(crate) order: usize,
    pub(crate) spans: Vec<Span>,
    pub(crate) described: bool,
}

/// How good a match is but for the order of the lexicon, the best first.
pub(crate) type Fullness = (usize, bool, usize, Reverse<usize>);

/// How good a match is, the best first.
pub(crate) type Rank = (Fullness, usize);

impl Match {
    pub(crate) fn nothing(node: usize) -> Self {
        let means = Rc::new(Means::new());
        Self {
            end: node,
            means,
            skipped: Vec::new(),
            weight: 0,
            pieces: 0,
            order: 0,
            spans: Vec::new(),
            described: false,
        }
    }

    /// This and then that; `None` when they contradict each other.
    pub(crate) fn then(&self, next: &Self, lists: Lists) -> Option<Self> {
        let means = if next.means.is_empty() {
            Rc::clone(&self.means)
        } else if self.means.is_empty() {
            Rc::clone(&next.means)
        } else {
            Rc::new(merged(&self.means, &next.means, lists)?)
        };
        Some(Self {
            end: next.end,
            weight: weight(&means),
            means,
            skipped: [&self.skipped[..], &next.skipped].concat(),
            pieces: self.pieces + next.pieces,
            order: self.order + next.order,
            spans: [&self.spans[..], &next.spans].concat(),
            described: self.described || next.described,
        })
    }

    /// Of two readings the better: it passes over fewer words, names more of its entities, in longer pieces, says more of what
    /// is looked for, and its rules stand first.
    pub(crate) fn rank(&self) -> Rank {
        (self.fullness(), self.order)
    }

    pub(crate) fn fullness(&self) -> Fullness {
        (self.skipped.len(), self.described, self.pieces, Reverse(self.weight))
    }
}

/// The best of some matches, each once.
pub(crate) fn fewest(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(Match::rank);
    let mut kept: Vec<Match> = Vec::new();
    for found in matches {
        let ending = kept.iter().filter(|known| known.end == found.end);
        if ending.clone().count() < MOST_ENDING && !ending.clone().any(|known| known.means == found.means) {
            kept.push(found);
            if kept.len() == MOST_MATCHES {
                break;
            }
        }
    }
    kept
}
