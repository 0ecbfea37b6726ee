//! A commitment in a few words, where an answer names many.

use pledgegraph_graph::{EdgeView, EntityView};
use pledgegraph_model::Code;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reference::ReferenceBody;
use super::{Wire, codes};

/// A commitment in a few words; `/v1/commitments/{id}` has it whole, with its evidence.
#[derive(Serialize, ToSchema)]
#[schema(as = CommitmentSummary)]
pub struct CommitmentSummaryBody<'g> {
    /// Its identifier.
    id: Uuid,
    /// Who pledges.
    pledger: ReferenceBody<'g>,
    /// To whom.
    beneficiary: ReferenceBody<'g>,
    /// What.
    #[schema(value_type = codes::Capability)]
    capability: &'static str,
    /// What for.
    #[schema(value_type = codes::Mission)]
    mission: &'static str,
    /// How firm the words are.
    #[schema(value_type = codes::Stance)]
    stance: &'static str,
}

impl<'g> CommitmentSummaryBody<'g> {
    /// The commitment of a statement.
    pub fn new(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        let commitment = view.detail().commitment();
        Self {
            id: view.id().0,
            pledger: wire.reference(&view.subject()),
            beneficiary: wire.reference(&view.object()),
            capability: commitment.map(|c| c.capability.as_str()).unwrap_or_default(),
            mission: commitment.map(|c| c.mission.as_str()).unwrap_or_default(),
            stance: commitment.map(|c| c.stance.as_str()).unwrap_or_default(),
        }
    }
}

/// Commitments of an answer, the first of them.
#[derive(Serialize, ToSchema)]
#[schema(as = CommitmentList)]
pub struct CommitmentListBody<'g> {
    /// The first ones, at most `limit`.
    items: Vec<CommitmentSummaryBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether there are more than are shown.
    truncated: bool,
}

impl<'g> CommitmentListBody<'g> {
    /// The first of these.
    pub fn new(wire: Wire<'g>, views: &[EdgeView<'g>], limit: usize) -> Self {
        Self {
            items: views.iter().take(limit).map(|view| CommitmentSummaryBody::new(wire, view)).collect(),
            total: views.len(),
            truncated: views.len() > limit,
        }
    }
}

/// Conditions of an answer, the first of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionList)]
pub struct ConditionListBody<'g> {
    /// The first ones, at most `limit`.
    items: Vec<ReferenceBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether there are more than are shown.
    truncated: bool,
}

impl<'g> ConditionListBody<'g> {
    /// The first of these.
    pub fn new(wire: Wire<'g>, views: &[EntityView<'g>], limit: usize) -> Self {
        Self {
            items: views.iter().take(limit).map(|view| wire.reference(view)).collect(),
            total: views.len(),
            truncated: views.len() > limit,
        }
    }
}
