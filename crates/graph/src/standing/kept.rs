//! The standings of one day, kept at hand.

use chrono::NaiveDate;
use imbl::OrdMap;
use pledgegraph_model::{Code, Standing};

use crate::postings::Postings;
use crate::record::EdgeRecord;

/// Statements by standing, on one day.
#[derive(Debug, Clone)]
pub(crate) struct Standings {
    pub(super) day: NaiveDate,
    /// By [`Standing`].
    pub(super) lists: Vec<Postings>,
    /// On which day a standing may change without any write, by slot.
    pub(super) due: OrdMap<u32, NaiveDate>,
    /// Statements that supersede each other in a cycle, each with the first of it.
    pub(super) cycles: OrdMap<u32, u32>,
}

/// An edge that a commit changed, as it was before.
pub(crate) struct Touched {
    pub(crate) slot: u32,
    pub(crate) before: Option<EdgeRecord>,
}

impl Standings {
    /// Of no statement, on a day.
    pub(crate) fn none(day: NaiveDate) -> Self {
        let lists = vec![Postings::default(); Standing::ALL.len()];
        Self { day, lists, due: OrdMap::new(), cycles: OrdMap::new() }
    }

    pub(crate) fn day(&self) -> NaiveDate {
        self.day
    }

    /// The statements with a standing.
    pub(crate) fn list(&self, standing: Standing) -> &Postings {
        &self.lists[standing.index()]
    }

    /// The standing of a statement. The commonest come first; one that is nowhere is gone and does not count.
    pub(crate) fn get(&self, slot: u32) -> Standing {
        let known = Standing::ALL.iter().rev().find(|standing| self.list(**standing).contains(slot));
        known.copied().unwrap_or(Standing::Deprecated)
    }

    /// Whether two statements supersede each other in a cycle, so that the links between them count for nothing.
    pub(crate) fn share_a_cycle(&self, one: u32, other: u32) -> bool {
        self.cycles.get(&one).is_some_and(|cycle| self.cycles.get(&other) == Some(cycle))
    }

    /// What differs from other standings of the same day, for `verify`.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let list = |postings: &Postings| postings.iter().collect::<Vec<_>>();
        self.due != other.due
            || self.cycles != other.cycles
            || self.lists.iter().zip(&other.lists).any(|(own, anew)| list(own) != list(anew))
    }

    /// Enters the standing of a statement, none where it is gone, and on which day it may change.
    pub(super) fn put(&mut self, slot: u32, standing: Option<Standing>, due: Option<NaiveDate>) {
        for (list, of) in self.lists.iter_mut().zip(Standing::ALL) {
            // Only a list that changes is copied.
            match (list.contains(slot), standing == Some(*of)) {
                (true, false) => list.remove(slot),
                (false, true) => list.insert(slot),
                _ => false,
            };
        }
        if self.due.get(&slot).copied() != due {
            match due {
                Some(day) => self.due.insert(slot, day),
                None => self.due.remove(&slot),
            };
        }
    }
}
