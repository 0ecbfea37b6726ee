//! Why a commitment is in force or not.

use pledgegraph_graph::{EntityView, Evaluation, Force, Reason};
use pledgegraph_model::{Code, EdgeId, Stance, Truth};
use serde::Serialize;
use utoipa::ToSchema;

use super::reference::ReferenceBody;
use super::{Wire, codes};

/// The most statements that a reason names.
const MOST_STATEMENTS: usize = 20;

/// The truth when nobody moves on trust, and when everyone moves if everyone moves.
#[derive(Serialize, ToSchema)]
#[schema(as = Fixpoints)]
pub struct FixpointsBody {
    /// The least fixpoint: only what follows from facts.
    #[schema(value_type = codes::Truth)]
    cautious: &'static str,
    /// The greatest fixpoint: everyone moves if everyone moves.
    #[schema(value_type = codes::Truth)]
    coordinated: &'static str,
}

impl FixpointsBody {
    /// Only where they differ.
    pub fn gap(force: Force) -> Option<Self> {
        let both = Self { cautious: force.cautious.as_str(), coordinated: force.coordinated.as_str() };
        force.is_gap().then_some(both)
    }
}

/// A condition of a commitment, with its truth and what decides it.
#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonBody<'g> {
    /// The condition.
    condition: ReferenceBody<'g>,
    /// Whether the source states or implies it.
    #[schema(value_type = codes::Explicitness)]
    explicitness: &'static str,
    /// Whether it holds.
    #[schema(value_type = codes::Truth)]
    truth: &'static str,
    /// The truth at both fixpoints, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixpoints: Option<FixpointsBody>,
    /// Set where sources disagree, or its test and an outcome.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    disputed: bool,
    /// Whether commitments decide it by its test.
    tested: bool,
    /// The statements that decide it.
    decided_by: DecidedByBody,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// The reasons of a commitment, and the conditions that alone could change it.
pub fn because<'g>(
    wire: Wire<'g>,
    evaluation: &Evaluation,
    id: EdgeId,
) -> (Vec<ReasonBody<'g>>, Vec<ReferenceBody<'g>>) {
    let reasons = evaluation.reasons(wire.graph, id);
    let mut sensitive: Vec<_> =
        reasons.iter().filter(|reason| reason.sensitive).map(|reason| reason.condition).collect();
    sensitive.sort_by_key(EntityView::node);
    sensitive.dedup_by_key(|view| EntityView::node(view));
    (
        reasons.iter().map(|reason| ReasonBody::new(wire, evaluation, reason)).collect(),
        sensitive.iter().map(|view| wire.reference(view)).collect(),
    )
}

impl<'g> ReasonBody<'g> {
    fn new(wire: Wire<'g>, evaluation: &Evaluation, reason: &Reason<'g>) -> Self {
        let known = evaluation.condition(wire.graph, reason.condition.node());
        let force = known.as_ref().map_or(Force { cautious: reason.truth, coordinated: reason.truth }, |c| c.force);
        let statements = known.as_ref().map(|c| c.statements.clone()).unwrap_or_default();
        Self {
            condition: wire.reference(&reason.condition),
            explicitness: reason.explicitness.as_str(),
            truth: force.truth().as_str(),
            fixpoints: FixpointsBody::gap(force),
            disputed: known.as_ref().is_some_and(|c| c.disputed),
            tested: known.as_ref().is_some_and(|c| c.tested),
            decided_by: DecidedByBody::new(statements),
        }
    }
}

/// How many commitments of a stance hang on a condition.
#[derive(Serialize, ToSchema)]
#[schema(as = StanceCount)]
pub(crate) struct StanceCountBody {
    /// The stance.
    #[schema(value_type = codes::Stance)]
    stance: &'static str,
    /// How many.
    #[schema(value_type = i64)]
    count: usize,
}

/// The commitments that hang on a condition: own or reported, asserted, and holding on the day.
#[derive(Serialize, ToSchema)]
#[schema(as = Dependents)]
pub(crate) struct DependentsBody {
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// The same by stance; stances without any are left out.
    by_stance: Vec<StanceCountBody>,
}

impl DependentsBody {
    pub(crate) fn new(counts: &[(Stance, usize)]) -> Self {
        Self {
            total: counts.iter().map(|(_, count)| count).sum(),
            by_stance: counts.iter().map(|(s, count)| StanceCountBody { stance: s.as_str(), count: *count }).collect(),
        }
    }
}

/// The statements that decide a condition.
#[derive(Serialize, ToSchema)]
#[schema(as = DecidedBy)]
pub(crate) struct DecidedByBody {
    /// The first ones, at most 20: outcomes, and positions that its test looks at.
    #[schema(value_type = Vec<uuid::Uuid>)]
    statements: Vec<EdgeId>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
}

impl DecidedByBody {
    pub(crate) fn new(statements: Vec<EdgeId>) -> Self {
        Self { total: statements.len(), statements: statements.into_iter().take(MOST_STATEMENTS).collect() }
    }
}

/// How many are in force, perhaps, and not.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = TruthCounts)]
pub struct TruthCountsBody {
    /// How many are in force.
    #[schema(value_type = i64)]
    in_force: usize,
    /// Of how many it is not known.
    #[schema(value_type = i64)]
    unknown: usize,
    /// How many are not.
    #[schema(value_type = i64)]
    not_in_force: usize,
}

impl TruthCountsBody {
    /// Counts one.
    pub fn add(&mut self, truth: Truth) {
        match truth {
            Truth::True => self.in_force += 1,
            Truth::Unknown => self.unknown += 1,
            Truth::False => self.not_in_force += 1,
        }
    }
}
