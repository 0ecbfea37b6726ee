//! How an actor's position on a matter changed over time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use pledgegraph_model::{Capability, EdgeId, Mission, Stance, StanceSet, Standing};

use crate::Graph;
use crate::positions::{Matters, PositionQuery, latest};
use crate::standing::order::Order;
use crate::view::{EdgeView, EntityView};

/// What a statement changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is the first one with a date.
    First,
    /// Firmer than the one before.
    Firmer,
    /// Less firm than the one before.
    Softer,
    /// As firm as the one before.
    Same,
    /// From positive to negative or back: against the last statement before it that was either.
    UTurn,
    /// Its date overlaps with that of the one before, so that neither is known to come first.
    Incomparable,
    /// Neither it nor its sources have a date.
    Undated,
    /// It states no stance.
    NotStated,
}

impl Change {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Firmer => "firmer",
            Self::Softer => "softer",
            Self::Same => "same",
            Self::UTurn => "u_turn",
            Self::Incomparable => "incomparable",
            Self::Undated => "undated",
            Self::NotStated => "not_stated",
        }
    }
}

/// A statement in its place in time.
#[derive(Debug)]
pub struct PositionStep<'g> {
    /// The statement.
    pub edge: EdgeView<'g>,
    /// The first and the last day on which it may have been said, by its own date or that of its sources; either may be
    /// open, not both.
    pub said: Option<(Option<NaiveDate>, Option<NaiveDate>)>,
    /// What it changed.
    pub change: Change,
    /// Whether it is the position on the day.
    pub current: bool,
}

/// What an actor said to one beneficiary on one capability and mission, the earliest first, those without a date last.
#[derive(Debug)]
pub struct PositionHistory<'g> {
    /// The actor.
    pub actor: EntityView<'g>,
    /// Towards whom.
    pub beneficiary: EntityView<'g>,
    /// The capability.
    pub capability: Capability,
    /// The mission.
    pub mission: Mission,
    /// The statements.
    pub steps: Vec<PositionStep<'g>>,
    /// How many of them are U-turns.
    pub u_turns: usize,
}

/// Histories, and whether the budget left statements out.
#[derive(Debug)]
pub struct PositionHistoryAnswer<'g> {
    /// Those wanted, by actor in the order of recording, then capability, mission and beneficiary.
    pub histories: Vec<PositionHistory<'g>>,
    /// How many there are.
    pub total: usize,
    /// Whether statements were left out because the budget was spent.
    pub truncated: bool,
}

impl PositionQuery {
    /// The same, with what was superseded, taken back or is over since, unless other standings are asked for.
    #[must_use]
    pub fn with_what_was(&self) -> Self {
        let mut all = self.clone();
        if all.counted.standings.is_empty() {
            let was = [Standing::Over, Standing::Superseded, Standing::TakenBack];
            all.counted.standings = [&was[..], &[Standing::MayStand, Standing::Stands]].concat();
        }
        all
    }
}

impl Graph {
    /// The statements behind each position in the order in which they were said, and what each changed: those that were
    /// superseded, taken back or are over since have their place, unless other standings are asked for. What is a position
    /// now is marked.
    ///
    /// O(statements x log statements), at most the budget of the query.
    pub fn position_changes(&self, query: &PositionQuery) -> PositionHistoryAnswer<'_> {
        let Matters { wanted, total, truncated } = self.matters(&query.with_what_was());
        let counts =
            |edge: &EdgeView<'_>| self.slot(edge.id()).is_some_and(|slot| query.counted.takes(self, slot, edge.record));
        let histories = wanted.into_iter().map(|((actor, capability, mission, beneficiary), edges)| {
            let counted = edges.iter().copied().filter(counts).collect();
            let now = latest(counted, |edge| edge.has_begun(query.counted.day)).0;
            let (steps, u_turns) = steps(edges, &now.iter().map(EdgeView::id).collect());
            let (actor, beneficiary) = (self.at(actor), self.at(beneficiary));
            PositionHistory { actor, beneficiary, capability, mission, steps, u_turns }
        });
        PositionHistoryAnswer { histories: histories.collect(), total, truncated }
    }
}

/// Statements on one matter in their places in time, and how many of them are U-turns.
fn steps<'g>(edges: Vec<EdgeView<'g>>, now: &HashSet<EdgeId>) -> (Vec<PositionStep<'g>>, usize) {
    let mut dated = BTreeMap::new();
    let mut undated = BTreeMap::new();
    for edge in edges {
        match edge.order().filter(|order| order.first.is_some() || order.last.is_some()) {
            Some(order) => dated.insert((order.first, order.last, edge.id()), (order, edge)).map(drop),
            None => undated.insert(edge.id(), edge).map(drop),
        };
    }
    let mut steps: Vec<PositionStep<'_>> = Vec::new();
    // The last statements before: any with a rank, and any that was positive or negative.
    let mut last: Option<(Order, i8)> = None;
    let mut signed: Option<(Order, bool)> = None;
    for (order, edge) in dated.into_values() {
        let stance = edge.detail().commitment().map_or(Stance::NotStated, |commitment| commitment.stance);
        let sign = sign(stance);
        let change = match (stance.rank(), last) {
            (None, _) => Change::NotStated,
            (Some(_), None) => Change::First,
            (Some(rank), Some((before, earlier))) => {
                let turned = |(turn, was): (Order, bool)| order.is_after(turn) && sign.is_some_and(|is| is != was);
                match rank.cmp(&earlier) {
                    _ if signed.is_some_and(turned) => Change::UTurn,
                    _ if !order.is_after(before) => Change::Incomparable,
                    Ordering::Greater => Change::Firmer,
                    Ordering::Less => Change::Softer,
                    Ordering::Equal => Change::Same,
                }
            }
        };
        last = stance.rank().map(|rank| (order, rank)).or(last);
        signed = sign.map(|sign| (order, sign)).or(signed);
        let said = Some((order.first, order.last));
        steps.push(PositionStep { edge, said, change, current: now.contains(&edge.id()) });
    }
    steps.extend(undated.into_values().map(|edge| PositionStep {
        edge,
        said: None,
        change: Change::Undated,
        current: now.contains(&edge.id()),
    }));
    let u_turns = steps.iter().filter(|step| step.change == Change::UTurn).count();
    (steps, u_turns)
}

/// Whether a stance is positive or negative; `None` where it is neither.
fn sign(stance: Stance) -> Option<bool> {
    if StanceSet::Positive.contains(stance) {
        Some(true)
    } else {
        StanceSet::Negative.contains(stance).then_some(false)
    }
}
