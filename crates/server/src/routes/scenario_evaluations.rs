//! What would be: commitments evaluated under suppositions.

use std::collections::BTreeMap;

use axum::response::Response;
use pledgegraph_graph::{EdgeQuery, EdgeView, Evaluation, Graph, Page};
use pledgegraph_model::{Code, EdgeId, Truth, Where};
use pledgegraph_wire::answers::condition::ConditionTruthBody;
use pledgegraph_wire::answers::force::{FixpointsBody, ReasonBody, TruthCountsBody, because};
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::body::question::Question;
use pledgegraph_wire::body::tables::questions::SCENARIO;
use pledgegraph_wire::filters::analyses::{commitments, too_expensive};
use pledgegraph_wire::problem::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::endpoint::question::lang;
use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::reply::asked;
use crate::request::ask::Ask;
use crate::set_aside::{self, COMMITMENTS};

/// The most commitments that one question is about.
const MOST: usize = 200_000;

/// A commitment as it is and as it would be.
#[derive(Serialize, ToSchema)]
#[schema(as = ScenarioItem)]
pub(crate) struct ItemBody<'g> {
    /// The commitment: `/v1/commitments/{id}` has it whole.
    commitment: Uuid,
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
    /// Whether it is in force as things are.
    #[schema(value_type = codes::Truth)]
    before: &'static str,
    /// Whether it would be.
    #[schema(value_type = codes::Truth)]
    after: &'static str,
    /// Whether these differ, at either fixpoint.
    changed: bool,
    /// As things are, at both fixpoints, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_fixpoints: Option<FixpointsBody>,
    /// As it would be, at both fixpoints, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_fixpoints: Option<FixpointsBody>,
    /// What decides it under the suppositions.
    #[schema(value_type = codes::Ground)]
    ground: &'static str,
    /// Its conditions under the suppositions.
    because: Vec<ReasonBody<'g>>,
    /// The conditions each of which alone could change it.
    sensitive_to: Vec<ReferenceBody<'g>>,
}

/// Commitments of one capability and stance, counted.
#[derive(Serialize, ToSchema)]
#[schema(as = ScenarioTotal)]
pub(crate) struct ScenarioTotalBody {
    /// The capability.
    #[schema(value_type = codes::Capability)]
    capability: &'static str,
    /// The stance.
    #[schema(value_type = codes::Stance)]
    stance: &'static str,
    /// As things are.
    before: TruthCountsBody,
    /// As they would be.
    after: TruthCountsBody,
}

/// What would be.
#[derive(Serialize, ToSchema)]
#[schema(as = ScenarioEvaluation)]
pub(crate) struct ScenarioBody<'g> {
    /// The commitments in the order of recording, at most `limit`.
    items: Vec<ItemBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether there are more than are shown.
    truncated: bool,
    /// All of them counted, by capability and stance.
    totals: Vec<ScenarioTotalBody>,
    /// The commitments that wait for each other under the suppositions, or for such: cautious and coordinated truth differ.
    /// At most `limit`; `/v1/analyses/deadlocks` names the groups.
    #[schema(value_type = Vec<Uuid>)]
    gaps: Vec<EdgeId>,
    /// How many there are.
    #[schema(value_type = i64)]
    gaps_total: usize,
    /// What was supposed of conditions.
    assumed: Vec<ConditionTruthBody<'g>>,
    /// Whose commitments were supposed to be withdrawn.
    withdrawn: Vec<ReferenceBody<'g>>,
    /// The least stance of the items.
    #[schema(value_type = codes::Stance)]
    stance_min: &'static str,
    /// Whether conditions that a source only implies were taken in.
    include_implied: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `POST /v1/scenario-evaluations`.
pub(crate) fn evaluate_scenario() -> Route {
    Endpoint::question("evaluate_scenario", "/v1/scenario-evaluations", "analyses")
        .says("Evaluate what would be", "Which commitments would be in force if conditions had the truth that is supposed and actors withdrew. A \
            commitment less firm than `stance_min` is absent. Where pledges are mutual, both fixpoints are given. Stores \
            nothing.")
        .json("ScenarioEvaluation")
        .asks(&SCENARIO, answer)
}

fn answer(ask: &Ask, body: &Value) -> Result<Response, ApiError> {
    let graph = &*ask.current;
    let lang = lang(ask)?;
    let question = Question::scenario(graph, body, ask.day())?;
    let query = asked_about(&question);
    let found = graph.edges(&query, Page::first(MOST));
    if found.more {
        let detail = format!("more than {MOST} commitments match; narrow by `capability`, `mission` or `coalition`");
        return Err(ApiError::new(Problem::QueryTooExpensive, detail));
    }
    let ids: Vec<EdgeId> = found.items.iter().map(EdgeView::id).collect();
    let before = graph.evaluate(&question.force(ids.clone(), false)).map_err(too_expensive)?;
    let after = graph.evaluate(&question.force(ids, true)).map_err(too_expensive)?;
    let wire = Wire::new(graph, &lang);
    let mut totals: BTreeMap<_, (TruthCountsBody, TruthCountsBody)> = BTreeMap::new();
    let mut gaps = Vec::new();
    for view in &found.items {
        let Some(commitment) = view.detail().commitment() else { continue };
        let counts = totals.entry((commitment.capability, commitment.stance)).or_default();
        counts.0.add(truth(graph, &before, view));
        counts.1.add(truth(graph, &after, view));
        if after.commitment(graph, view.id()).is_some_and(|known| known.force.is_gap()) {
            gaps.push(view.id());
        }
    }
    let limit = question.limit();
    let body = ScenarioBody {
        items: found.items.iter().take(limit).filter_map(|view| ItemBody::new(wire, view, &before, &after)).collect(),
        total: found.items.len(),
        truncated: found.items.len() > limit,
        totals: totals
            .into_iter()
            .map(|((capability, stance), (before, after))| ScenarioTotalBody {
                capability: capability.as_str(),
                stance: stance.as_str(),
                before,
                after,
            })
            .collect(),
        gaps_total: gaps.len(),
        gaps: gaps.into_iter().take(limit).collect(),
        assumed: ConditionTruthBody::assumed(wire, &question.assume),
        withdrawn: question.withdraw.iter().filter_map(|id| Some(wire.reference(&graph.entity(*id)?))).collect(),
        stance_min: question.stance_min().as_str(),
        include_implied: question.include_implied(),
        as_of: AsOfBody::new(graph, question.day()),
        warnings: set_aside::of_query(ask, graph, COMMITMENTS, &query).into_iter().collect(),
    };
    asked(graph, &lang, &body)
}

/// The commitments that a scenario is about.
fn asked_about(question: &Question) -> EdgeQuery {
    let which = Where {
        modality: question.modality.clone(),
        capability: question.capability.into_iter().collect(),
        mission: question.mission.into_iter().collect(),
        coalition: question.coalition.into_iter().collect(),
        object: question.beneficiary.into_iter().collect(),
        stance_min: Some(question.stance_min()),
        ..Where::all()
    };
    commitments(which, &question.counted())
}

fn truth(graph: &Graph, evaluation: &Evaluation, view: &EdgeView<'_>) -> Truth {
    evaluation.commitment(graph, view.id()).map_or(Truth::Unknown, |known| known.force.truth())
}

impl<'g> ItemBody<'g> {
    fn new(wire: Wire<'g>, view: &EdgeView<'g>, before: &Evaluation, after: &Evaluation) -> Option<Self> {
        let commitment = view.detail().commitment()?;
        let before = before.commitment(wire.graph, view.id())?.force;
        let known = after.commitment(wire.graph, view.id())?;
        let (because, sensitive_to) = because(wire, after, view.id());
        Some(Self {
            commitment: view.id().0,
            pledger: wire.reference(&view.subject()),
            beneficiary: wire.reference(&view.object()),
            capability: commitment.capability.as_str(),
            mission: commitment.mission.as_str(),
            stance: commitment.stance.as_str(),
            before: before.truth().as_str(),
            after: known.force.truth().as_str(),
            changed: before != known.force,
            before_fixpoints: FixpointsBody::gap(before),
            after_fixpoints: FixpointsBody::gap(known.force),
            ground: known.ground.as_str(),
            because,
            sensitive_to,
        })
    }
}
