//! Which statements count.

use chrono::NaiveDate;
use pledgegraph_model::{Code, Modality, Polarity, Rank, Standing, Where};

use crate::Graph;
use crate::record::EdgeRecord;

/// Whether these are the modalities that count unless something else is asked.
pub(crate) fn are_those_that_count(modalities: &[Modality]) -> bool {
    Modality::ALL.iter().all(|m| m.counts() == modalities.contains(m))
}

/// Which statements count, on which day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The day.
    pub day: NaiveDate,
    /// The modalities that count, in place of own and reported statements; empty = these. They say which statements are
    /// taken, never who takes back whom: when what others *expect* of a country is asked for too, their expectation still
    /// takes back nothing that the country pledged itself.
    pub modalities: Vec<Modality>,
    /// The standings that count, in place of `stands` and `may_stand`; empty = these.
    pub standings: Vec<Standing>,
}

impl Counted {
    /// What counts on a day unless something else is asked.
    pub fn on(day: NaiveDate) -> Self {
        Self { day, modalities: Vec::new(), standings: Vec::new() }
    }

    /// What counts of that which a filter lets through: the standings that it names, else those that count anyway and what it
    /// names by `polarity` or `rank` itself: who asks for denials has them count.
    pub(crate) fn of_filter(which: &Where, day: NaiveDate) -> Self {
        Self::on(day).of(which.modality.clone()).standing(asked_standings(which))
    }

    /// With other modalities; none = as before.
    #[must_use]
    pub fn of(self, modalities: Vec<Modality>) -> Self {
        Self { modalities, ..self }
    }

    /// With other standings; none = as before.
    #[must_use]
    pub fn standing(self, standings: Vec<Standing>) -> Self {
        Self { standings, ..self }
    }

    /// Whether a standing counts.
    pub fn takes_standing(&self, standing: Standing) -> bool {
        if self.standings.is_empty() { standing.counts() } else { self.standings.contains(&standing) }
    }

    /// The standings that count, in the order of the code list.
    pub(crate) fn standings(&self) -> impl Iterator<Item = Standing> + '_ {
        Standing::ALL.iter().copied().filter(|standing| self.takes_standing(*standing))
    }

    /// Whether the modalities are those that count anyway.
    pub(crate) fn has_usual_modalities(&self) -> bool {
        self.modalities.is_empty() || are_those_that_count(&self.modalities)
    }

    /// The standing of a statement, on this day and with these modalities.
    pub(crate) fn standing_of(&self, graph: &Graph, slot: u32, edge: &EdgeRecord) -> Standing {
        graph.standing_of(slot, edge, self.day, &self.modalities)
    }

    /// Whether a statement counts.
    pub(crate) fn takes(&self, graph: &Graph, slot: u32, edge: &EdgeRecord) -> bool {
        self.takes_standing(self.standing_of(graph, slot, edge))
    }
}

fn asked_standings(which: &Where) -> Vec<Standing> {
    if !which.standing.is_empty() {
        return which.standing.clone();
    }
    let named = [
        (which.polarity.contains(&Polarity::Denied), Standing::Denied),
        (which.polarity.contains(&Polarity::Unknown), Standing::Unverified),
        (which.rank.contains(&Rank::Deprecated), Standing::Deprecated),
    ];
    let also: Vec<Standing> =
        named.into_iter().filter(|(is_named, _)| *is_named).map(|(_, standing)| standing).collect();
    if also.is_empty() {
        return also;
    }
    Standing::ALL.iter().copied().filter(|standing| standing.counts() || also.contains(standing)).collect()
}

/// Whether a filter leaves it to whoever answers which standings are taken.
pub(crate) fn names_none(which: &Where) -> bool {
    asked_standings(which).is_empty()
}
