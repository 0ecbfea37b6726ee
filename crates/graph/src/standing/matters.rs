//! What actors say on a matter: their commitments by side, capability, beneficiary and mission.

use imbl::OrdSet;
use pledgegraph_model::{Code, Commitment, EdgeKind, Mission, Polarity, Stage, StanceSet};

use crate::node::Node;
use crate::record::EdgeRecord;

/// On which side a commitment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Refused, declined, withdrawn or cancelled.
    Negative,
    /// In discussion, not ruled out.
    Open,
    /// Willing and firmer.
    Positive,
    /// No position, or none stated.
    Other,
    /// Suspended or halted; beside the side of its stance.
    Paused,
}

impl Side {
    /// The sides of which each commitment has one.
    pub(crate) const OF_STANCE: [Self; 4] = [Self::Negative, Self::Open, Self::Positive, Self::Other];
    pub(super) const ALL: [Self; 5] = [Self::Negative, Self::Open, Self::Positive, Self::Other, Self::Paused];

    fn of(commitment: &Commitment<Node>) -> Self {
        if is_negative(commitment) {
            Self::Negative
        } else if StanceSet::Positive.contains(commitment.stance) {
            Self::Positive
        } else if StanceSet::Open.contains(commitment.stance) {
            Self::Open
        } else {
            Self::Other
        }
    }
}

/// Whether it says that nothing will come: a negative stance, or a stage that ended it.
pub(super) fn is_negative(commitment: &Commitment<Node>) -> bool {
    commitment.stage == Stage::Cancelled || StanceSet::Negative.contains(commitment.stance)
}

/// A commitment in its place among those of its actor, in 16 bytes: what an actor pledges of forces to Ukraine stands
/// together in the sorted set. Mission and coalition are there to pass by, without a look at the record, what cannot cover
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Matter {
    pub(super) actor: Node,
    /// [`Side`], then the capability by its place in the code list, where children follow their parent.
    pub(super) side: u8,
    pub(super) capability: u8,
    pub(super) object: Node,
    pub(super) mission: u8,
    pub(super) slot: u32,
    pub(super) coalition: u8,
}

/// A number from 1 to 255 for a coalition, 0 where there is none. Two coalitions may have the same number, so it can only
/// tell that two commitments are *not* of one coalition.
fn mark(coalition: Option<Node>) -> u8 {
    coalition.map_or(0, |node| number(1 + node.index() % usize::from(u8::MAX)))
}

impl Matter {
    /// Whether the mission and the coalition let it cover a commitment; the record decides.
    pub(super) fn may_cover(&self, commitment: &Commitment<Node>) -> bool {
        let same = |own: u8, none: usize, other: u8| own == number(none) || own == other;
        same(self.mission, Mission::Unspecified.index(), number(commitment.mission.index()))
            && same(self.coalition, 0, mark(commitment.coalition))
    }
}

/// The place of a code in its list, in a byte.
pub(super) fn number(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

/// The places of a commitment.
pub(crate) fn places(slot: u32, edge: &EdgeRecord) -> impl Iterator<Item = Matter> {
    let places = edge.detail.commitment().map(|commitment| {
        let at = |side: Side| Matter {
            actor: edge.subject,
            side: side as u8,
            capability: number(commitment.capability.index()),
            object: edge.object,
            mission: number(commitment.mission.index()),
            slot,
            coalition: mark(commitment.coalition),
        };
        let paused = matches!(commitment.stage, Stage::Suspended | Stage::Halted).then(|| at(Side::Paused));
        [Some(at(Side::of(commitment))), paused]
    });
    places.into_iter().flatten().flatten()
}

/// A statement that denies, by its ends and kind.
pub(crate) type Denial = (Node, Node, EdgeKind, u32);

pub(crate) fn denial(edge: &EdgeRecord, slot: u32) -> Denial {
    (edge.subject, edge.object, edge.kind(), slot)
}

/// Enters a statement among what actors say and what is denied, or takes it out.
pub(crate) fn change(
    matters: &mut OrdSet<Matter>,
    denials: &mut OrdSet<Denial>,
    (slot, edge): (u32, &EdgeRecord),
    add: bool,
) {
    for place in places(slot, edge) {
        if add {
            matters.insert(place)
        } else {
            matters.remove(&place)
        };
    }
    if edge.polarity == Polarity::Denied {
        if add {
            denials.insert(denial(edge, slot))
        } else {
            denials.remove(&denial(edge, slot))
        };
    }
}
