//! On what grounds a commitment is in force, before its conditions are looked at.

use pledgegraph_model::{
    Commitment, ConditionNode, Conditionality, Conditions, Explicitness, Ground, Relation, Stage, Stance, Standing,
    Truth,
};

use super::DependenceBuilder;
use super::found::if_given;
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::standing::Rule;

impl DependenceBuilder<'_> {
    /// Whether a commitment would certainly be in force if every condition were given.
    pub(super) fn is_certain_if_given(&self, slot: u32) -> bool {
        let edge = self.graph.edge_record(slot);
        let said = edge.and_then(|edge| Some((edge, edge.detail.commitment()?)));
        said.is_some_and(|(edge, commitment)| {
            let (ground, most) = self.ground(slot, edge, commitment);
            if_given(ground, edge).min(most) == Truth::True
        })
    }

    /// Whether a commitment is in force, and hangs on no condition.
    pub(super) fn hangs_on_nothing(&self, slot: u32) -> bool {
        let edge = self.graph.edge_record(slot);
        let said = edge.and_then(|edge| Some((edge, edge.detail.commitment()?)));
        said.is_some_and(|(edge, own)| self.ground(slot, edge, own) == (Ground::NoConditions, Truth::True))
    }

    /// Whether what a commitment comes to hangs on its conditions.
    pub(super) fn hangs_on_conditions(&self, slot: u32, edge: &EdgeRecord) -> bool {
        let Some(commitment) = edge.detail.commitment() else { return false };
        let (ground, most) = self.ground(slot, edge, commitment);
        let relation = commitment.conditions.as_deref().map(|conditions| conditions.relation);
        ground == Ground::Conditions && (most == Truth::True || relation == Some(Relation::Necessary))
    }

    /// What decides whether a commitment is in force, and the most that it can be: what may stand, or states no stance, is
    /// at most unknown.
    pub(super) fn ground(&self, slot: u32, edge: &EdgeRecord, commitment: &Commitment<Node>) -> (Ground, Truth) {
        if self.suppose.withdraw.contains(&edge.subject) {
            return (Ground::Supposed, Truth::True);
        }
        let counted = &self.suppose.counted;
        let standing = counted.standing_of(self.graph, slot, edge);
        let set_aside = match standing {
            Standing::Denied | Standing::Unverified | Standing::NotCounted => Some(Ground::NotCounted),
            Standing::Deprecated => Some(Ground::Deprecated),
            Standing::NotYet | Standing::Over => Some(Ground::NotValid),
            Standing::Superseded => Some(Ground::Superseded),
            Standing::TakenBack => Some(Ground::TakenBack),
            Standing::MayStand | Standing::Stands if !counted.takes_standing(standing) => Some(Ground::NotCounted),
            Standing::MayStand | Standing::Stands => None,
        };
        if let Some(ground) = set_aside {
            return (ground, Truth::True);
        }
        let stated = commitment.stance != Stance::NotStated;
        let most = if stated && standing == Standing::Stands { Truth::True } else { Truth::Unknown };
        let ground = if commitment.stance.rank().is_some_and(|rank| rank <= 0) {
            Ground::NoPledge
        } else if self.is_interrupted(slot, edge, commitment) {
            Ground::Interrupted
        } else {
            match (commitment.conditions.as_deref(), commitment.conditionality) {
                (Some(Conditions { root, .. }), _) if self.has_leaves(root) => Ground::Conditions,
                (None, Conditionality::Conditional) => Ground::ConditionsNotStated,
                _ => Ground::NoConditions,
            }
        };
        (ground, most)
    }

    /// Whether what is pledged was interrupted, by this statement or by a later one.
    pub(super) fn is_interrupted(&self, slot: u32, edge: &EdgeRecord, commitment: &Commitment<Node>) -> bool {
        matches!(commitment.stage, Stage::Suspended | Stage::Halted | Stage::Cancelled)
            || Rule::new(self.graph, self.suppose.counted.day).is_interrupted(slot, edge, commitment)
    }

    pub(super) fn counts(&self, explicitness: Option<Explicitness>) -> bool {
        self.suppose.include_implied || explicitness != Some(Explicitness::Implied)
    }

    /// Whether a leaf is left when implied ones may be left out.
    pub(super) fn has_leaves(&self, root: &ConditionNode<Node>) -> bool {
        root.leaves().iter().any(|(_, explicitness)| self.counts(Some(*explicitness)))
    }
}
