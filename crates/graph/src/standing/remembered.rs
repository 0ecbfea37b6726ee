//! Standings that are not at hand, each found once.

use std::cell::RefCell;

use pledgegraph_model::{Code, Modality, Standing};

use crate::Graph;
use crate::counted::Counted;
use crate::work;

/// Standings on one day and with the modalities that count then, found when they are asked for first: a byte a statement.
pub(crate) struct Remembered<'g> {
    graph: &'g Graph,
    counted: Counted,
    /// By slot; empty before anything is asked for.
    found: RefCell<Vec<Option<Standing>>>,
}

/// What standings are found by: the day, and the modalities in the order of their list, none where they are the usual ones.
fn asked(counted: &Counted) -> Counted {
    let given = |modality: &&Modality| !counted.has_usual_modalities() && counted.modalities.contains(modality);
    Counted::on(counted.day).of(Modality::ALL.iter().filter(given).copied().collect())
}

impl<'g> Remembered<'g> {
    /// Of no statement; which standings count makes no difference.
    pub(crate) fn none(graph: &'g Graph, counted: &Counted) -> Self {
        Self { graph, counted: asked(counted), found: RefCell::default() }
    }

    /// Whether its standings are those of this day and these modalities.
    pub(crate) fn is_of(&self, counted: &Counted) -> bool {
        self.counted == asked(counted)
    }

    /// The standing of a statement; `None` where there is none in this slot.
    pub(crate) fn get(&self, slot: u32) -> Option<Standing> {
        let mut found = self.found.borrow_mut();
        if found.is_empty() {
            work::over_bits(self.graph.edges.len() * 8);
            found.resize(self.graph.edges.len(), None);
        }
        let place = found.get_mut(slot as usize)?;
        if place.is_none() {
            let edge = self.graph.edge_record(slot)?;
            *place = Some(self.counted.standing_of(self.graph, slot, edge));
        }
        *place
    }
}
