//! Pledges that wait for each other.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Deadlock, ForceQuery};
use pledgegraph_model::Where;
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::summary::{CommitmentListBody, ConditionListBody};
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::analyses::{INCLUDE_IMPLIED, commitments, force, too_expensive};
use pledgegraph_wire::filters::{MODALITY, VALID_AT};
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::Head;
use crate::set_aside::{self, COMMITMENTS};

const LIMIT: Parameter = Parameter::new(
    "limit",
    Accepts::Integer { min: 1, max: 10_000, default: 200 },
    "At most so many items in each list of the answer; each says how many there are.",
);
const PARAMETERS: [&Parameter; 5] = [&MODALITY.parameter, &VALID_AT.parameter, &INCLUDE_IMPLIED, &LIMIT, &LANG];

/// A group of commitments that wait for each other.
#[derive(Serialize, ToSchema)]
#[schema(as = Deadlock)]
pub(crate) struct DeadlockBody<'g> {
    /// The commitments: none of them moves before another one of them.
    commitments: CommitmentListBody<'g>,
    /// The conditions through which they wait.
    conditions: ConditionListBody<'g>,
    /// Those of the conditions whose waiver alone lets the whole group be what it is when everyone moves together.
    waivers: ConditionListBody<'g>,
    /// Whether there was no time to try all conditions as waivers.
    waivers_truncated: bool,
}

/// A step in which pledges can activate.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivationRound)]
pub(crate) struct RoundBody<'g> {
    /// From 1.
    #[schema(value_type = i64)]
    round: usize,
    /// The commitments that can be in force in this round, because of those before it.
    commitments: CommitmentListBody<'g>,
}

/// The deadlocks, and who can move first.
#[derive(Serialize, ToSchema)]
#[schema(as = Deadlocks)]
pub(crate) struct DeadlocksBody<'g> {
    /// The groups, in the order of recording; at most `limit`.
    deadlocks: Vec<DeadlockBody<'g>>,
    /// How many groups there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Commitments outside the groups that wait for one of them.
    behind: CommitmentListBody<'g>,
    /// The order in which pledges can activate if every condition without a test is met and nobody moves on trust; at most
    /// `limit` rounds.
    activation: Vec<RoundBody<'g>>,
    /// How many rounds there are.
    #[schema(value_type = i64)]
    rounds: usize,
    /// Those that cannot activate even then: deadlocked, refused, interrupted, or hanging on what nobody pledges.
    never: CommitmentListBody<'g>,
    /// Whether conditions that a source only implies were taken in.
    include_implied: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/analyses/deadlocks`.
pub(crate) fn list_deadlocks() -> Route {
    Endpoint::get("list_deadlocks", "/v1/analyses/deadlocks", "analyses")
        .says("List the pledges that wait for each other", "Groups of commitments each of which waits for another one of the group: at the cautious (least) \
            fixpoint they are less true than at the coordinated (greatest) one. For each group, which single condition, if it \
            were waived, breaks it; and the order in which pledges can activate. The day is today unless `valid_at` says \
            otherwise.")
        .takes(&PARAMETERS)
        .json("Deadlocks")
        .problems(problems::ANALYSIS)
        .lists(decode, show)
}

fn decode(reader: &mut ParameterReader<'_>) -> (ForceQuery, NaiveDate) {
    let query = force(reader);
    let day = query.counted.day;
    (query, day)
}

fn show(head: &Head<'_>, query: &ForceQuery) -> Result<Response, ApiError> {
    let (graph, limit) = (head.graph, head.page.limit);
    let evaluation = graph.evaluate(query).map_err(too_expensive)?;
    let found = graph.deadlocks(&evaluation, head.ask.state.options.steps);
    let activation = graph.activation(query).map_err(too_expensive)?;
    let left_out = set_aside::of_query(head.ask, graph, COMMITMENTS, &commitments(Where::all(), &query.counted));
    let wire = head.wire();
    let rounds = (1..).zip(activation.rounds.iter().take(limit));
    let body = DeadlocksBody {
        deadlocks: found
            .deadlocks
            .iter()
            .take(limit)
            .map(|deadlock| DeadlockBody::new(wire, deadlock, limit))
            .collect(),
        total: found.deadlocks.len(),
        behind: CommitmentListBody::new(wire, &found.behind, limit),
        activation: rounds
            .map(|(round, views)| RoundBody { round, commitments: CommitmentListBody::new(wire, views, limit) })
            .collect(),
        rounds: activation.rounds.len(),
        never: CommitmentListBody::new(wire, &activation.never, limit),
        include_implied: query.include_implied,
        as_of: head.as_of(),
        warnings: left_out.into_iter().collect(),
    };
    head.answer(&body, None)
}

impl<'g> DeadlockBody<'g> {
    fn new(wire: Wire<'g>, deadlock: &Deadlock<'g>, limit: usize) -> Self {
        Self {
            commitments: CommitmentListBody::new(wire, &deadlock.commitments, limit),
            conditions: ConditionListBody::new(wire, &deadlock.conditions, limit),
            waivers: ConditionListBody::new(wire, &deadlock.waivers, limit),
            waivers_truncated: deadlock.waivers_truncated,
        }
    }
}
