//! What depends on an actor.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Dependent, FallOut, ForceQuery, Step, Total};
use pledgegraph_model::{Code as _, EntityId, EntityKind, Stance, Where};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody};
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::summary::CommitmentSummaryBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::analyses::{INCLUDE_IMPLIED, commitments, force, too_expensive};
use pledgegraph_wire::filters::{MODALITY, STANCE_MIN, VALID_AT};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{CURSOR, LANG, LIMIT};
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::{Head, counted, rest};
use crate::set_aside::{self, COMMITMENTS};

/// The most steps of a chain that an answer shows.
const MOST_STEPS: usize = 50;

const ACTOR: Parameter =
    Parameter::new("actor", Accepts::References(EntityKind::ACTORS_AND_GROUPS), "On whom; one.").example("US");
const PARAMETERS: [&Parameter; 8] =
    [&ACTOR, &STANCE_MIN.parameter, &MODALITY.parameter, &VALID_AT.parameter, &INCLUDE_IMPLIED, &LIMIT, &CURSOR, &LANG];

/// One step of a chain of dependence: a condition or a commitment.
#[derive(Serialize, ToSchema)]
#[schema(as = DependenceStep)]
pub(crate) struct StepBody<'g> {
    /// `condition` or `commitment`. An open set.
    #[schema(example = "condition")]
    kind: &'static str,
    /// The condition: its test looks at the actor, or at the commitment before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<ReferenceBody<'g>>,
    /// The commitment: it hangs on the condition before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<CommitmentSummaryBody<'g>>,
}

/// A commitment that depends on the actor.
#[derive(Serialize, ToSchema)]
#[schema(as = Dependent)]
pub(crate) struct DependentBody<'g> {
    /// The commitment.
    commitment: CommitmentSummaryBody<'g>,
    /// How many conditions and commitments a shortest chain from the actor to it has, itself included.
    distance: u32,
    /// Whether it cannot be in force without the actor even if everything came about that does not hang on the actor.
    decisive: bool,
    /// A shortest chain from the actor; the commitment is the last step.
    chain: Vec<StepBody<'g>>,
    /// Whether the chain is longer and only its last steps are shown.
    chain_truncated: bool,
}

/// Everything that depends on an actor.
#[derive(Serialize, ToSchema)]
#[schema(as = FallOut)]
pub(crate) struct FallOutBody<'g> {
    /// The actor.
    actor: ReferenceBody<'g>,
    /// The commitments of others that depend on the actor, nearest first.
    items: Vec<DependentBody<'g>>,
    /// Which page it is.
    page: PageBody,
    /// How many there are.
    total: TotalBody,
    /// How many of them cannot do without the actor.
    #[schema(value_type = i64)]
    decisive: usize,
    /// The least stance of the commitments that are listed.
    #[schema(value_type = pledgegraph_wire::answers::codes::Stance)]
    stance_min: &'static str,
    /// Whether conditions that a source only implies were taken in.
    include_implied: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/analyses/fall-out`.
pub(crate) fn list_fall_out() -> Route {
    Endpoint::get("list_fall_out", "/v1/analyses/fall-out", "analyses")
        .says("List everything that depends on an actor", "Commitments of others that depend on an actor: directly, through a condition whose test looks at it, \
            or through the pledges of others, each with a shortest chain. Reaching is an upper bound, since a pledge may have \
            another way; `decisive` says which ones have none. `stance_min` is `willing` unless it is given, the day today \
            unless `valid_at` says otherwise.")
        .takes(&PARAMETERS)
        .json("FallOut")
        .problems(problems::ANALYSIS_LIST)
        .lists(decode, show)
}

/// What is asked: of whom, on what, and the least stance.
type Asked = (Option<EntityId>, ForceQuery, Stance);

fn decode(reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
    let actors = reader.references(ACTOR.name, EntityKind::ACTORS_AND_GROUPS);
    if actors.as_ref().is_none_or(|actors| actors.len() > 1) && reader.is_sound() {
        reader.fail(ACTOR.name, "`actor` is needed: one reference, such as `US`".to_owned());
    }
    let query = force(reader);
    let day = query.counted.day;
    ((actors.and_then(|actors| actors.first().copied()), query, reader.stance_min()), day)
}

fn show(head: &Head<'_>, (actor, query, stance_min): &Asked) -> Result<Response, ApiError> {
    let graph = head.graph;
    let actor = actor.and_then(|id| graph.entity(id)).ok_or_else(|| ApiError::of(Problem::BadParameter))?;
    let mut found = graph.fall_out(actor.id(), query).map_err(too_expensive)?;
    found.dependents.retain(|dependent| {
        let commitment = dependent.commitment.detail().commitment();
        commitment.is_some_and(|commitment| commitment.stance.at_least(*stance_min))
    });
    let part = counted(head.page);
    let (page, next) = head.next(rest(&part, found.dependents.len()));
    let wire = head.wire();
    let items = found.dependents.iter().take(part.end).skip(part.start);
    let counts = (found.set_aside.clone(), true);
    let left_out = set_aside::list_of(head.ask, graph, COMMITMENTS, &commitments(Where::all(), &query.counted), counts);
    let body = FallOutBody {
        actor: wire.reference(&actor),
        items: items.map(|dependent| DependentBody::new(wire, &found, dependent)).collect(),
        page,
        total: Total { value: found.dependents.len() as u64, exact: true }.into(),
        decisive: found.dependents.iter().filter(|dependent| dependent.decisive).count(),
        stance_min: stance_min.as_str(),
        include_implied: query.include_implied,
        as_of: head.as_of(),
        warnings: left_out.into_iter().collect(),
    };
    head.answer(&body, next)
}

impl<'g> DependentBody<'g> {
    fn new(wire: Wire<'g>, found: &FallOut<'g>, dependent: &Dependent<'g>) -> Self {
        let chain = found.chain(dependent, MOST_STEPS);
        Self {
            commitment: CommitmentSummaryBody::new(wire, &dependent.commitment),
            distance: dependent.distance,
            decisive: dependent.decisive,
            chain_truncated: chain.len() < dependent.distance as usize,
            chain: chain.into_iter().map(|step| StepBody::new(wire, step)).collect(),
        }
    }
}

impl<'g> StepBody<'g> {
    fn new(wire: Wire<'g>, step: Step<'g>) -> Self {
        match step {
            Step::Condition(view) => {
                Self { kind: "condition", condition: Some(wire.reference(&view)), commitment: None }
            }
            Step::Commitment(view) => {
                Self { kind: "commitment", condition: None, commitment: Some(CommitmentSummaryBody::new(wire, &view)) }
            }
        }
    }
}
