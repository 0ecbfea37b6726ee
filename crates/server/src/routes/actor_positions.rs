//! How the positions of an actor changed.

use crate::openapi::commitment::CommitmentSchema;
use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{EntityView, PositionHistory, PositionQuery, PositionStep, Total};
use pledgegraph_model::{Code, EntityKind};
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody};
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{CURSOR, LANG, LIMIT};
use pledgegraph_wire::request::parameter::Parameter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::lanes::Lane;
use crate::listing::{Head, Listing, counted, rest};
use crate::request::ask::Ask;
use crate::routes::named::{find, moved};
use crate::routes::positions::{RULE, cut, decode, parameters};
use crate::set_aside;

const PROBLEMS: &[Problem] =
    &[Problem::Moved, Problem::NotFound, Problem::CursorExpired, Problem::HistoryDiverged, Problem::ForbiddenCharacter];

fn own_parameters() -> Vec<&'static Parameter> {
    parameters(&[], &[&LIMIT, &CURSOR, &LANG])
}

/// A statement in its place in time.
#[derive(Serialize, ToSchema)]
#[schema(as = PositionStep)]
pub(crate) struct StepBody<'g> {
    /// The first day on which it may have been said, by its own date or that of its sources; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, value_type = Option<String>)]
    from: Option<NaiveDate>,
    /// The last such day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, value_type = Option<String>)]
    to: Option<NaiveDate>,
    /// What it changed: `first`, `firmer`, `softer`, `same`, `u_turn` (from positive to negative or back), `incomparable`
    /// (its date overlaps with that of the one before), `undated` or `not_stated`. An open set.
    #[schema(example = "u_turn")]
    change: &'static str,
    /// Whether it is the position on the day.
    current: bool,
    /// The statement.
    #[schema(value_type = CommitmentSchema)]
    commitment: EdgeBody<'g>,
}

/// What the actor said to one beneficiary on one capability and mission.
#[derive(Serialize, ToSchema)]
#[schema(as = PositionHistory)]
pub(crate) struct HistoryBody<'g> {
    /// Towards whom.
    beneficiary: ReferenceBody<'g>,
    /// The capability.
    #[schema(value_type = codes::Capability)]
    capability: &'static str,
    /// The mission.
    #[schema(value_type = codes::Mission)]
    mission: &'static str,
    /// How many of the steps are U-turns.
    #[schema(value_type = i64)]
    u_turns: usize,
    /// The statements, the earliest first; those without a date last.
    steps: Vec<StepBody<'g>>,
}

/// How the positions of an actor changed.
#[derive(Serialize, ToSchema)]
#[schema(as = PositionHistoryPage)]
pub(crate) struct HistoryPageBody<'g> {
    /// The actor.
    actor: ReferenceBody<'g>,
    /// What it said, by capability and mission.
    items: Vec<HistoryBody<'g>>,
    /// Which page it is.
    page: PageBody,
    /// How many there are.
    total: TotalBody,
    /// The rule by which a statement stands.
    rule: &'static str,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/actors/{ref}/positions`.
pub(crate) fn list_actor_positions() -> Route {
    Endpoint::get("list_actor_positions", "/v1/actors/{ref}/positions", "graph")
        .says("List how the positions of an actor changed", format!(
            "The counted statements of an actor on each capability and mission in the order in which they were said, and what \
             each changed; U-turns are marked. {RULE}"
        ))
        .at(PathParameter {
            name: "ref",
            description: "The actor: `kind:slug`, an identifier, or a bare slug.",
            example: "US".to_owned(),
        })
        .takes(&own_parameters())
        .json("PositionHistoryPage")
        .problems(PROBLEMS)
        .on(async |Path(reference): Path<String>, ask: Ask| {
        ask.aside(Lane::Analyses, move |ask| answer(ask, &reference)).await
    })
}

fn answer(ask: &Ask, reference: &str) -> Result<Response, ApiError> {
    let listing = Listing::new(ask, &own_parameters())?;
    let mut reader = listing.reader();
    let mut query = decode(&mut reader);
    let head = listing.head(reader, query.counted.day)?;
    let actor = find(head.graph, reference, EntityKind::ACTORS_AND_GROUPS)?;
    moved(ask, &actor, reference)?;
    query.actors = vec![actor.id()];
    query.part = counted(head.page);
    head.unless_held(|| show(&head, &actor, &query))
}

fn show(head: &Head<'_>, actor: &EntityView<'_>, query: &PositionQuery) -> Result<Response, ApiError> {
    let graph = head.graph;
    let found = graph.position_changes(query);
    let (page, next) = head.next(rest(&query.part, found.total));
    let wire = head.wire().with_standing(&query.counted);
    let left_out = set_aside::warning(head.ask.uri.path(), head.given, graph.set_aside(&query.with_what_was().edges()));
    let body = HistoryPageBody {
        actor: wire.reference(actor),
        items: found.histories.iter().map(|history| HistoryBody::new(wire, history)).collect(),
        page,
        total: Total { value: found.total as u64, exact: !found.truncated }.into(),
        rule: RULE,
        as_of: head.as_of(),
        warnings: found.truncated.then(cut).into_iter().chain(left_out).collect(),
    };
    head.answer(&body, next)
}

impl<'g> HistoryBody<'g> {
    fn new(wire: Wire<'g>, history: &PositionHistory<'g>) -> Self {
        Self {
            beneficiary: wire.reference(&history.beneficiary),
            capability: history.capability.as_str(),
            mission: history.mission.as_str(),
            u_turns: history.u_turns,
            steps: history.steps.iter().map(|step| StepBody::new(wire, step)).collect(),
        }
    }
}

impl<'g> StepBody<'g> {
    fn new(wire: Wire<'g>, step: &PositionStep<'g>) -> Self {
        Self {
            from: step.said.and_then(|(first, _)| first),
            to: step.said.and_then(|(_, last)| last),
            change: step.change.as_str(),
            current: step.current,
            commitment: EdgeBody::commitment(wire, &step.edge),
        }
    }
}
