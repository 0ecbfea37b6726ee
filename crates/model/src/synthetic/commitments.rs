//! The commitments.

use std::sync::Arc;

use super::Synthetic;
use super::random::{Random, text};
use crate::{
    Commitment, ConditionNode, ConditionOp, Conditionality, Conditions, Count, CountOp, Date, Edge, EdgeDetail, Edtf,
    EntityId, EntityKind, Explicitness, Link, LinkType, Mission, Modality, Polarity, Rank, Relation, Specificity,
    Stage, Stance, Text,
};

/// How many earlier statements are looked at for one to revise.
const TRIES: usize = 64;

/// What a commitment does to an earlier one of the same pledger on the same matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    /// Takes it back.
    Withdraws,
    /// Takes its place, and says so.
    Supersedes,
}

impl Synthetic {
    pub(super) fn commitment(self, random: &mut Random) -> EdgeDetail {
        let conditional = random.chance(50);
        EdgeDetail::Commitment(Commitment {
            capability: random.skewed_code(),
            mission: random.skewed_code::<Mission>(),
            specificity: random.skewed_code::<Specificity>(),
            stance: random.code::<Stance>(),
            stage: random.skewed_code::<Stage>(),
            conditionality: if conditional { Conditionality::Conditional } else { Conditionality::NotStated },
            conditions: conditional.then(|| Arc::new(self.conditions(random))),
            coalition: random.chance(60).then(|| self.pick(random, EntityKind::Coalition)),
            quantity: None,
            count: random.chance(3).then_some(Count { op: CountOp::Gt, value: 30 }),
            place: None,
            area: None,
            meeting: random.chance(10).then(|| self.pick(random, EntityKind::Meeting)),
            acting_through: random.chance(5).then(|| self.pick(random, EntityKind::Person)),
            due: None,
            rationale: if random.chance(5) { text(random) } else { Text::default() },
        })
    }

    fn conditions(self, random: &mut Random) -> Conditions<EntityId> {
        let leaf = |random: &mut Random| {
            let how = if random.chance(60) { Explicitness::Explicit } else { Explicitness::Implied };
            ConditionNode::leaf(self.leaf(random), how)
        };
        let first = leaf(random);
        let root = if random.chance(50) {
            first
        } else {
            let op = if random.chance(70) { ConditionOp::AllOf } else { ConditionOp::AnyOf };
            ConditionNode { op, of: vec![first, leaf(random)], k: None, condition: None, explicitness: None }
        };
        Conditions { relation: if random.chance(90) { Relation::Necessary } else { Relation::Sufficient }, root }
    }

    /// A condition, of which one in twenty has a test.
    fn leaf(self, random: &mut Random) -> EntityId {
        let count = self.count(EntityKind::Condition);
        if random.chance(5) {
            return Self::id(EntityKind::Condition, random.skewed(count / 4) * 4 + 2);
        }
        let n = random.skewed(count);
        Self::id(EntityKind::Condition, if Self::is_tested(n) { n - 1 } else { n })
    }

    /// What the commitment of this number does to which earlier one: two in a hundred take one back, one takes its place.
    pub(super) fn target(self, n: usize) -> Option<(Revision, usize)> {
        let kind = self.kind_of_revision(n)?;
        let random = &mut self.revising(n, 1);
        let suits = |earlier: &usize| {
            let edge = self.plain(*earlier);
            let is_pledge =
                edge.detail.commitment().is_some_and(|commitment| commitment.stance.at_least(Stance::Willing));
            is_pledge && edge.said_at.latest().is_some() && self.kind_of_revision(*earlier).is_none()
        };
        let earlier = (0..TRIES).map(|_| random.below(n)).find(suits)?;
        Some((kind, earlier))
    }

    fn kind_of_revision(self, n: usize) -> Option<Revision> {
        match self.revising(n, 0).below(100) {
            0..2 if n > 0 => Some(Revision::Withdraws),
            2 if n > 0 => Some(Revision::Supersedes),
            _ => None,
        }
    }

    fn revising(self, n: usize, what: u64) -> Random {
        Random(self.seed ^ 0x5E_C04D ^ (n as u64).wrapping_mul(0x2545_F491_4F6C_DD1D) ^ what << 56)
    }

    /// The commitment of this number, if it revises an earlier one.
    pub(super) fn revision(self, n: usize, edge: &Edge) -> Option<Edge> {
        let own = edge.detail.commitment()?;
        let (kind, earlier) = self.target(n)?;
        let before = self.plain(earlier);
        let was = before.detail.commitment()?;
        let random = &mut self.revising(n, 2);
        let mut commitment = Commitment {
            capability: was.capability,
            mission: was.mission,
            specificity: was.specificity,
            coalition: was.coalition,
            ..own.clone()
        };
        let mut links = Vec::new();
        match kind {
            Revision::Supersedes => links.push(Link { link_type: LinkType::Supersedes, edge: self.edge_id(earlier) }),
            Revision::Withdraws => {
                (commitment.stance, commitment.stage) = match random.below(3) {
                    0 => (Stance::Withdrawn, Stage::None),
                    1 => (Stance::Declined, Stage::None),
                    _ => (was.stance, Stage::Cancelled),
                };
                commitment.conditionality = Conditionality::NotStated;
                commitment.conditions = None;
            }
        }
        Some(Edge {
            subject: before.subject,
            object: before.object,
            detail: EdgeDetail::Commitment(commitment),
            polarity: Polarity::Asserted,
            modality: Modality::ReportedByOthers,
            rank: Rank::Normal,
            said_at: later(&before.said_at, 1 + random.below(200)),
            links,
            ..edge.clone()
        })
    }
}

/// So many days after a date.
fn later(date: &Date, days: usize) -> Date {
    let day = date.latest().and_then(|day| day.checked_add_days(chrono::Days::new(days as u64)));
    day.and_then(|day| day.to_string().parse::<Edtf>().ok()).map(Date::from).unwrap_or_default()
}
