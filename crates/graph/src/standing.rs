//! Whether a statement counts on a day: one rule, the first row that applies.
//!
//! No row asks for the standing of another statement, so there is nothing to resolve: what supersedes, takes back or
//! contradicts another does so by what it says itself. A statement is *sound* if it is asserted, not deprecated and of a
//! modality that counts. Every comparison with the day goes through [`Rule::reached`], which remembers the next day on which
//! one would come out otherwise: until then the standing stays what it is.

pub(crate) mod covering;
pub(crate) mod kept;
pub(crate) mod matters;
pub(crate) mod order;
pub(crate) mod remembered;
mod renewal;
pub(crate) mod same;

use std::cell::Cell;

use chrono::{Days, NaiveDate};
use pledgegraph_model::{
    Commitment, Conditionality, Date, EdgeDetail, IntervalEnd, LinkType, Modality, Polarity, Rank, Stage, Stance,
    StanceSet, Standing,
};

use crate::Graph;
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::work;
use covering::{Said, covers};
use matters::{Side, is_negative};
use order::Order;

/// Decides standings of one graph on one day.
pub(crate) struct Rule<'g> {
    graph: &'g Graph,
    day: NaiveDate,
    next: Cell<Option<NaiveDate>>,
}

/// How another statement bears on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    /// Not at all.
    None,
    /// Perhaps.
    Perhaps,
    /// It takes its place, or takes it back.
    Certain,
}

impl Graph {
    /// The day for which the standings are kept at hand; on any other they are found when asked.
    pub fn day(&self) -> NaiveDate {
        self.standings.day()
    }

    /// Whether a statement counts on a day. `modalities`: those that count; empty = own and reported statements.
    pub(crate) fn standing_of(
        &self,
        slot: u32,
        edge: &EdgeRecord,
        day: NaiveDate,
        modalities: &[Modality],
    ) -> Standing {
        let as_kept = modalities.is_empty() || modalities.contains(&edge.modality) == edge.modality.counts();
        if as_kept && day == self.day() {
            return self.standings.get(slot);
        }
        work::steps(work::STANDING);
        Rule::new(self, day).standing(slot, edge, modalities)
    }
}

/// Whether a statement is the word of its subject: asserted, not known to be wrong, of a modality that counts.
pub(crate) fn is_sound(edge: &EdgeRecord) -> bool {
    edge.polarity == Polarity::Asserted && edge.rank != Rank::Deprecated && edge.modality.counts()
}

/// Whether one statement takes the other back by its sign, whatever it is about.
fn is_opposite(taking: &Commitment<Node>, taken: &Commitment<Node>) -> bool {
    if taken.stage == Stage::Delivered {
        return false;
    }
    let cancels = taking.stage == Stage::Cancelled;
    if is_negative(taken) {
        !cancels && StanceSet::Positive.contains(taking.stance)
    } else {
        taken.stance.rank().is_some_and(|rank| rank >= 1)
            && (cancels || matches!(taking.stance, Stance::Withdrawn | Stance::Declined))
    }
}

fn is_conditional(commitment: &Commitment<Node>) -> bool {
    commitment.conditions.is_some() || commitment.conditionality == Conditionality::Conditional
}

impl<'g> Rule<'g> {
    pub(crate) fn new(graph: &'g Graph, day: NaiveDate) -> Self {
        Self { graph, day, next: Cell::new(None) }
    }

    /// The next day on which a standing that was asked for may change without any write.
    pub(crate) fn next(&self) -> Option<NaiveDate> {
        self.next.get()
    }

    /// Whether the day is this one or a later one.
    fn reached(&self, date: NaiveDate) -> bool {
        if date > self.day {
            self.next.set(Some(self.next.get().map_or(date, |next| next.min(date))));
        }
        date <= self.day
    }

    /// The standing of a statement. O(log statements), and what its actor says on the matter and wider ones.
    pub(crate) fn standing(&self, slot: u32, edge: &EdgeRecord, modalities: &[Modality]) -> Standing {
        match (edge.polarity, edge.rank) {
            (Polarity::Denied, _) => return Standing::Denied,
            (Polarity::Unknown, _) => return Standing::Unverified,
            (Polarity::Asserted, Rank::Deprecated) => return Standing::Deprecated,
            (Polarity::Asserted, _) => {}
        }
        let commitment = edge.detail.commitment();
        if self.is_before(edge) {
            return Standing::NotYet;
        }
        if self.is_over(edge) {
            return Standing::Over;
        }
        let superseded = self.superseded(slot, edge);
        if superseded == Effect::Certain {
            return Standing::Superseded;
        }
        let taken_back = commitment.map_or(Effect::None, |commitment| self.taken_back(slot, edge, commitment));
        if taken_back == Effect::Certain {
            return Standing::TakenBack;
        }
        let counts = if modalities.is_empty() { edge.modality.counts() } else { modalities.contains(&edge.modality) };
        if !counts {
            return Standing::NotCounted;
        }
        let doubtful = superseded.max(taken_back) == Effect::Perhaps
            || self.is_vague(edge)
            || self.is_contradicted(edge)
            || self.is_denied_elsewhere(slot, edge);
        if doubtful { Standing::MayStand } else { Standing::Stands }
    }

    /// Whether the day lies outside what the statement itself says of its time, for certain.
    pub(crate) fn is_outside(&self, edge: &EdgeRecord) -> bool {
        self.is_before(edge) || self.is_over(edge)
    }

    /// Whether the day lies within what the statement itself says of its time, for certain: it states when it begins, and
    /// nothing leaves it open.
    pub(crate) fn is_certainly_within(&self, edge: &EdgeRecord) -> bool {
        let begins = edge.circumstances().valid_from.edtf.is_some();
        begins && !self.is_outside(edge) && !self.is_vague(edge)
    }

    /// Whether the day is certainly before the statement holds; a commitment does not before it is said.
    fn is_before(&self, edge: &EdgeRecord) -> bool {
        let circumstances = edge.circumstances();
        let is_ahead = |date: &Date| date.earliest().is_some_and(|first| !self.reached(first));
        is_ahead(&circumstances.valid_from) || (edge.detail.commitment().is_some() && is_ahead(&circumstances.said_at))
    }

    /// Whether the day is certainly after the end.
    fn is_over(&self, edge: &EdgeRecord) -> bool {
        let until = &edge.circumstances().valid_until;
        match (&until.edtf, until.ended) {
            (Some(edtf), _) => edtf
                .latest()
                .and_then(|last| last.checked_add_days(Days::new(1)))
                .is_some_and(|after| self.reached(after)),
            (None, true) => self.reached(self.day_of_source(edge)),
            (None, false) => false,
        }
    }

    /// From when it is known that something has ended whose end is not: the publication, else the saying, else the record.
    fn day_of_source(&self, edge: &EdgeRecord) -> NaiveDate {
        let published = self.graph.published(edge).and_then(|order| order.last);
        let said = || edge.circumstances().said_at.latest();
        published.or_else(said).unwrap_or_else(|| edge.stamp.recorded_at.date_naive())
    }

    /// Whether a bound that the source states leaves open if the statement holds on the day: "until 2025" does on 10 July
    /// 2025, since the end may lie before or after it; "until 2026" does not.
    fn is_vague(&self, edge: &EdgeRecord) -> bool {
        let circumstances = edge.circumstances();
        let (from, until) = (&circumstances.valid_from, &circumstances.valid_until);
        let has_begun = from.is_unknown() || from.latest().is_some_and(|last| self.reached(last));
        !has_begun || !self.goes_on(until)
    }

    /// Whether the day is certainly not after this end.
    fn goes_on(&self, until: &Date) -> bool {
        let Some(edtf) = &until.edtf else { return until.is_unknown() };
        if edtf.end() == IntervalEnd::Open {
            return true;
        }
        let after = edtf.earliest().and_then(|first| first.checked_add_days(Days::new(1)));
        after.is_some_and(|after| !self.reached(after))
    }

    /// Whether what a statement does to others has begun: from `valid_from` on, else from when it was said.
    fn begun(&self, edge: &EdgeRecord) -> Effect {
        let Some(order) = self.graph.begins(edge) else { return Effect::Certain };
        if order.first.is_some_and(|first| !self.reached(first)) {
            return Effect::None;
        }
        if order.last.is_some_and(|last| self.reached(last)) { Effect::Certain } else { Effect::Perhaps }
    }

    /// The sound statements that supersede one, each with the slot; links within a cycle count for nothing.
    fn superseding(&self, slot: u32, edge: &EdgeRecord) -> impl Iterator<Item = &'g EdgeRecord> {
        let graph = self.graph;
        let links = graph.links_to.get(&edge.id).map_or(&[][..], |links| links.as_slice());
        let by = links.iter().filter(|(_, link)| *link == LinkType::Supersedes);
        by.filter_map(move |(id, _)| {
            let by = graph.slot(*id)?;
            let edge = graph.edge_record(by)?;
            (is_sound(edge) && !graph.standings.share_a_cycle(slot, by)).then_some(edge)
        })
    }

    /// Whether a sound statement takes its place. One that takes it back does not: see [`Rule::taken_back`].
    fn superseded(&self, slot: u32, edge: &EdgeRecord) -> Effect {
        let mut most = Effect::None;
        // A withdrawal that links to the pledge takes it back. Was it itself superseded since, it does not any more, and has
        // taken the pledge's place all the same.
        for by in self.superseding(slot, edge).filter(|by| !takes_back(by, edge) || self.is_superseded(by)) {
            most = most.max(self.begun(by));
        }
        most
    }

    /// Whether a later statement of the same actor says the opposite of the same matter or a wider one.
    fn taken_back(&self, slot: u32, edge: &EdgeRecord, commitment: &Commitment<Node>) -> Effect {
        let linked = self.superseding(slot, edge).filter(|by| takes_back(by, edge));
        let mut most = Effect::None;
        for by in linked {
            if !self.is_superseded(by) {
                most = most.max(self.strength(by));
            }
        }
        let sides: &[Side] = if is_negative(commitment) {
            &[Side::Positive, Side::Open]
        } else if commitment.stance.rank().is_some_and(|rank| rank >= 1) {
            &[Side::Negative]
        } else {
            &[]
        };
        let order = self.graph.order(edge);
        for side in sides {
            for by in self.graph.covering(edge, commitment, *side) {
                if most == Effect::Certain {
                    return most;
                }
                most = most.max(self.bears_on(by, (slot, edge, commitment), order));
            }
        }
        most
    }

    /// What one statement that covers another does to it; `order`: when the other was said.
    fn bears_on(&self, (by_slot, by, taking): Said<'_>, (slot, edge, taken): Said<'_>, order: Option<Order>) -> Effect {
        if by_slot == slot || !is_sound(by) || taken.stage == Stage::Delivered {
            return Effect::None;
        }
        let (Some(orders), is_taking) = (self.graph.order(by).zip(order), is_opposite(taking, taken)) else {
            return self.unordered((by, taking), (edge, taken));
        };
        let is_later = orders.0.is_after(orders.1);
        let effect = match (is_taking, is_later) {
            // Who pledged 100 tanks and later refuses "tanks" may have been asked for 200; who refused troops and later does
            // not rule out "forces" may mean trainers.
            (false, true) => self.begun(by).min(Effect::Perhaps),
            (false, false) => Effect::None,
            (true, true) => self.strength(by),
            (true, false) if orders.1.is_after(orders.0) => Effect::None,
            (true, false) => return self.unordered((by, taking), (edge, taken)),
        };
        if effect == Effect::None || self.is_superseded(by) || (is_taking && self.names_what_it_takes_back(by, taking))
        {
            return Effect::None;
        }
        effect
    }

    fn orders(&self, one: &EdgeRecord, other: &EdgeRecord) -> Option<(Order, Order)> {
        Some((self.graph.order(one)?, self.graph.order(other)?))
    }

    /// What a statement of the opposite does to one where neither is known to come first: both may stand. Said at one
    /// time, the narrower one is an exception of the wider one, and both stand.
    fn unordered(
        &self,
        (by, taking): (&EdgeRecord, &Commitment<Node>),
        (edge, taken): (&EdgeRecord, &Commitment<Node>),
    ) -> Effect {
        let is_exception = || self.graph.said_at_one_time(by, edge) && !covers((edge, taken), (by, taking));
        if !is_opposite(taking, taken) || self.begun(by) == Effect::None || is_exception() {
            return Effect::None;
        }
        if self.is_superseded(by) || self.names_what_it_takes_back(by, taking) { Effect::None } else { Effect::Perhaps }
    }

    /// What a taking back comes to by itself: nothing before it begins, and less than certain with conditions.
    fn strength(&self, by: &EdgeRecord) -> Effect {
        let conditional = by.detail.commitment().is_some_and(is_conditional);
        self.begun(by).min(if conditional { Effect::Perhaps } else { Effect::Certain })
    }

    /// Whether a sound statement has begun that links to it with `supersedes`, be it by taking it back.
    fn is_superseded(&self, edge: &EdgeRecord) -> bool {
        let slot = || self.graph.slot(edge.id);
        self.graph.links_to.contains_key(&edge.id)
            && slot().is_some_and(|slot| self.superseding(slot, edge).any(|by| self.begun(by) == Effect::Certain))
    }

    /// Whether a statement names by `supersedes` what it takes back. Then it takes that back alone: a withdrawal that names
    /// the pledge of March leaves the pledge of May, on the same matter, as it is.
    fn names_what_it_takes_back(&self, by: &EdgeRecord, taking: &Commitment<Node>) -> bool {
        let links = by.circumstances().links.iter().filter(|link| link.link_type == LinkType::Supersedes);
        let targets = links.filter_map(|link| self.graph.edge_record(self.graph.slot(link.edge)?));
        targets.into_iter().any(|target| {
            let taken = target.detail.commitment();
            target.subject == by.subject && taken.is_some_and(|taken| is_opposite(taking, taken))
        })
    }

    /// Whether a later statement interrupted what this one pledges, and none since has it run again.
    pub(crate) fn is_interrupted(&self, slot: u32, edge: &EdgeRecord, commitment: &Commitment<Node>) -> bool {
        let graph = self.graph;
        let after = |later: &EdgeRecord, earlier: &EdgeRecord| {
            is_sound(later) && self.orders(later, earlier).is_some_and(|(later, earlier)| later.is_after(earlier))
        };
        let acts = |by: &EdgeRecord| self.begun(by) == Effect::Certain && !self.is_superseded(by);
        let mut paused = graph.covering(edge, commitment, Side::Paused);
        paused.any(|(by_slot, pause, _)| {
            let resumed = || {
                let sides = [Side::Positive, Side::Open, Side::Other].into_iter();
                let mut all = sides.flat_map(|side| graph.covering(edge, commitment, side));
                all.any(|(_, by, resuming)| is_running(resuming.stage) && after(by, pause) && acts(by))
            };
            by_slot != slot && after(pause, edge) && acts(pause) && !resumed()
        })
    }

    /// Whether a sound statement contradicts it or reads the same sentence otherwise, unless this one alone is preferred.
    fn is_contradicted(&self, edge: &EdgeRecord) -> bool {
        let disputes = |link: LinkType| matches!(link, LinkType::Contradicts | LinkType::AlternativeReading);
        let own = edge.circumstances().links.iter().map(|link| (link.edge, link.link_type));
        let others = self.graph.links_to.get(&edge.id).into_iter().flat_map(|links| links.iter().copied());
        own.chain(others).filter(|(_, link)| disputes(*link)).any(|(id, _)| {
            let partner = self.graph.slot(id).and_then(|slot| self.graph.edge_record(slot));
            partner.is_some_and(|partner| {
                is_sound(partner) && (edge.rank != Rank::Preferred || partner.rank == Rank::Preferred)
            })
        })
    }

    /// Whether another statement denies the same, and not certainly before this one was made.
    fn is_denied_elsewhere(&self, slot: u32, edge: &EdgeRecord) -> bool {
        self.graph.denials_of(edge).any(|(other, denial)| {
            let earlier = self.orders(denial, edge).is_some_and(|(denial, asserted)| asserted.is_after(denial));
            other != slot
                && denial.rank != Rank::Deprecated
                && denial.modality.counts()
                && !earlier
                && same::says_the_same(edge, denial)
        })
    }
}

/// Whether one statement, of the same actor, takes another back by its sign.
fn takes_back(by: &EdgeRecord, edge: &EdgeRecord) -> bool {
    match (&*by.detail, &*edge.detail) {
        (EdgeDetail::Commitment(taking), EdgeDetail::Commitment(taken)) => {
            by.subject == edge.subject && is_opposite(taking, taken)
        }
        _ => false,
    }
}

/// Whether something is being done.
fn is_running(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::Planned | Stage::Allocated | Stage::InDelivery | Stage::PartiallyDelivered | Stage::Delivered
    )
}
