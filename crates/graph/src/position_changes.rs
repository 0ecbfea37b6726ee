//! How an actor's position on a matter changed over time.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use pledgegraph_model::{Capability, Mission, Stance, StanceSet};

use crate::positions::{PositionQuery, said};
use crate::view::{EdgeView, EntityView};
use crate::{Graph, Position};

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
    /// The first and the last day on which it may have been said, by its own date or that of its sources.
    pub said: Option<(NaiveDate, NaiveDate)>,
    /// What it changed.
    pub change: Change,
    /// Whether it stands now.
    pub current: bool,
}

/// What an actor said on one capability and mission, the earliest first, those without a date last.
#[derive(Debug)]
pub struct PositionHistory<'g> {
    /// The actor.
    pub actor: EntityView<'g>,
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
    /// By actor in the order of recording, then capability, then mission.
    pub histories: Vec<PositionHistory<'g>>,
    /// Whether statements were left out because the budget was spent.
    pub truncated: bool,
}

impl Graph {
    /// The statements behind each position in the order in which they were said, and what each changed.
    ///
    /// O(statements x log statements), at most the budget of the query.
    pub fn position_changes(&self, query: &PositionQuery) -> PositionHistoryAnswer<'_> {
        let found = self.positions(query);
        PositionHistoryAnswer {
            histories: found.positions.into_iter().map(history).collect(),
            truncated: found.truncated,
        }
    }
}

fn history(position: Position<'_>) -> PositionHistory<'_> {
    let current = position.current.into_iter().map(|edge| (edge, true));
    let all = current.chain(position.passed_over.into_iter().map(|edge| (edge, false)));
    let mut dated = BTreeMap::new();
    let mut undated = BTreeMap::new();
    for (edge, current) in all {
        match said(&edge) {
            Some(days) => dated.insert((days, edge.id()), (edge, current)).map(drop),
            None => undated.insert(edge.id(), (edge, current)).map(drop),
        };
    }
    let mut steps: Vec<PositionStep<'_>> = Vec::new();
    // The last statements before: any with a rank, and any that was positive or negative.
    let mut last: Option<((NaiveDate, NaiveDate), i8)> = None;
    let mut signed: Option<((NaiveDate, NaiveDate), bool)> = None;
    for ((days, _), (edge, current)) in dated {
        let stance = edge.detail().commitment().map_or(Stance::NotStated, |commitment| commitment.stance);
        let sign = sign(stance);
        let change = match (stance.rank(), last) {
            (None, _) => Change::NotStated,
            (Some(_), None) => Change::First,
            (Some(rank), Some((before, earlier))) => {
                let turned =
                    |((_, end), was): ((NaiveDate, NaiveDate), bool)| end < days.0 && sign.is_some_and(|is| is != was);
                if signed.is_some_and(turned) {
                    Change::UTurn
                } else if before.1 >= days.0 {
                    Change::Incomparable
                } else {
                    match rank.cmp(&earlier) {
                        std::cmp::Ordering::Greater => Change::Firmer,
                        std::cmp::Ordering::Less => Change::Softer,
                        std::cmp::Ordering::Equal => Change::Same,
                    }
                }
            }
        };
        last = stance.rank().map(|rank| (days, rank)).or(last);
        signed = sign.map(|sign| (days, sign)).or(signed);
        steps.push(PositionStep { edge, said: Some(days), change, current });
    }
    steps.extend(undated.into_values().map(|(edge, current)| PositionStep {
        edge,
        said: None,
        change: Change::Undated,
        current,
    }));
    PositionHistory {
        actor: position.actor,
        capability: position.capability,
        mission: position.mission,
        u_turns: steps.iter().filter(|step| step.change == Change::UTurn).count(),
        steps,
    }
}

/// Whether a stance is positive or negative; `None` where it is neither.
fn sign(stance: Stance) -> Option<bool> {
    if StanceSet::Positive.contains(stance) {
        Some(true)
    } else {
        StanceSet::Negative.contains(stance).then_some(false)
    }
}
