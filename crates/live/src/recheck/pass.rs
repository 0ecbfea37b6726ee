//! A pass over all rows.

use std::collections::{BTreeMap, BTreeSet};

use pledgegraph_graph::{Graph, HeldRow};
use pledgegraph_model::Removed;
use pledgegraph_store::recheck::Table;
use uuid::Uuid;

use super::differing::{Differing, row};

/// How many rows are read in one transaction, at most.
pub(super) const AT_ONCE: usize = 200;

/// How far a pass over all rows has come.
pub(super) struct Pass {
    /// How often a graph had been loaded anew: rows have other places since.
    pub(super) loads: u64,
    pub(super) table: Table,
    /// Where both sides of the comparison go on: the snapshot at this place in its order, for rows that the database changed
    /// or lost; the database after the identifier `after`, for rows that it has and the snapshot does not.
    place: usize,
    pub(super) after: Uuid,
    /// The rows that differ.
    pub(super) found: BTreeSet<Removed>,
    /// Rows that break a rule of the model, and are not asked for again.
    pub(super) broken: BTreeSet<Removed>,
    /// Whether loading anew has failed.
    pub(super) failed: bool,
    /// Differences for which loading anew is of no use, as was found out by doing it: an edge that somebody inserted past all
    /// checks, to an entity that does not exist, is left out of the graph however often it is loaded.
    pub(super) in_vain: Differing,
}

impl Pass {
    pub(super) fn new(loads: u64) -> Self {
        Self {
            loads,
            table: Table::Entities,
            place: 0,
            after: Uuid::nil(),
            found: BTreeSet::new(),
            broken: BTreeSet::new(),
            failed: false,
            in_vain: BTreeMap::new(),
        }
    }

    /// Begins anew, in a graph that was loaded since.
    pub(super) fn begin_again(&mut self, loads: u64) {
        *self = Self { in_vain: std::mem::take(&mut self.in_vain), ..Self::new(loads) };
    }

    /// The rows that come next.
    pub(super) fn held(&self, graph: &Graph) -> Vec<(usize, HeldRow)> {
        match self.table {
            Table::Entities => graph.held_entities(self.place).take(AT_ONCE).collect(),
            Table::Edges => graph.held_edges(self.place).take(AT_ONCE).collect(),
        }
    }

    /// Goes on behind what was compared; gives whether that were all rows.
    pub(super) fn go_on(&mut self, held: &[(usize, HeldRow)], next: &[(Uuid, i64)]) -> bool {
        if let Some((last, _)) = held.last() {
            self.place = last + 1;
        }
        if let Some((last, _)) = next.last() {
            self.after = *last;
        }
        if held.len() == AT_ONCE || next.len() == AT_ONCE {
            return false;
        }
        if self.table == Table::Edges {
            return true;
        }
        (self.table, self.place, self.after) = (Table::Edges, 0, Uuid::nil());
        false
    }

    /// Whether a row with this identifier is one of those asked for.
    pub(super) fn is_asked(&self, held: &[(usize, HeldRow)], id: Uuid) -> bool {
        let row = row(self.table, id);
        !self.broken.contains(&row) && held.iter().any(|(_, held)| held.row == row)
    }
}
