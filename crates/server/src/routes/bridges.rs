//! Who links blocs that nothing else links.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Bloc, Bridge, BridgeQuery};
use pledgegraph_model::EdgeKind;
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::VALID_AT;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::Head;

/// The most statements that are looked at, each from both ends.
const BUDGET: usize = 10_000_000;

const KINDS: Parameter = Parameter::new(
    "kinds",
    Accepts::Codes(CodeNames::of::<EdgeKind>("EdgeKindFilter")),
    "Which kinds of statements link; absent: all.",
)
.example("membership");
const LIMIT: Parameter =
    Parameter::new("limit", Accepts::Integer { min: 1, max: 1_000, default: 50 }, "At most so many bridges.");
const MEMBERS: Parameter = Parameter::new(
    "max_members",
    Accepts::Integer { min: 0, max: 100, default: 10 },
    "At most so many members of each bloc, and so many blocs of each bridge.",
);
const PARAMETERS: [&Parameter; 5] = [&KINDS, &LIMIT, &MEMBERS, &VALID_AT.parameter, &LANG];

/// A part of the graph that only the bridge links to the rest.
#[derive(Serialize, ToSchema)]
#[schema(as = Bloc)]
pub(crate) struct BlocBody<'g> {
    /// The first of its members.
    members: Vec<ReferenceBody<'g>>,
    /// How many it has.
    #[schema(value_type = i64)]
    size: usize,
}

/// An entity that links blocs which nothing else links.
#[derive(Serialize, ToSchema)]
#[schema(as = Bridge)]
pub(crate) struct BridgeBody<'g> {
    /// The entity.
    entity: ReferenceBody<'g>,
    /// The blocs, the largest first; at most `max_members`.
    blocs: Vec<BlocBody<'g>>,
    /// How many blocs it links.
    #[schema(value_type = i64)]
    blocs_total: usize,
    /// How many pairs of entities only it links.
    #[schema(value_type = i64)]
    pairs: u64,
}

/// Who links blocs.
#[derive(Serialize, ToSchema)]
#[schema(as = Bridges)]
pub(crate) struct BridgesBody<'g> {
    /// The bridges; those that link the most pairs first, at most `limit`.
    items: Vec<BridgeBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether there are more than are shown.
    truncated: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/graph/bridges`.
pub(crate) fn list_bridges() -> Route {
    Endpoint::get("list_bridges", "/v1/graph/bridges", "graph")
        .says(
            "List who links blocs",
            "Entities without which the graph of the chosen statements falls apart (articulation points), each with \
            the blocs that only it links. Statements link either way.",
        )
        .takes(&PARAMETERS)
        .json("Bridges")
        .problems(problems::ANALYSIS)
        .lists(decode, show)
}

fn decode(reader: &mut ParameterReader<'_>) -> (BridgeQuery, NaiveDate) {
    let query = BridgeQuery {
        kinds: reader.codes(KINDS.name).unwrap_or_default(),
        valid_at: reader.day(VALID_AT.parameter.name),
        max_members: reader.number(&MEMBERS),
        budget: BUDGET,
    };
    let day = query.valid_at.unwrap_or(reader.today());
    (query, day)
}

fn show(head: &Head<'_>, query: &BridgeQuery) -> Result<Response, ApiError> {
    let found = head.graph.bridges(query);
    if found.exceeded {
        let detail = format!("the graph has more than {BUDGET} links of these kinds; narrow by `kinds`");
        return Err(ApiError::new(Problem::QueryTooExpensive, detail));
    }
    let (wire, limit) = (head.wire(), head.page.limit);
    let body = BridgesBody {
        items: found
            .bridges
            .iter()
            .take(limit)
            .map(|bridge| BridgeBody::new(wire, bridge, query.max_members))
            .collect(),
        total: found.bridges.len(),
        truncated: found.bridges.len() > limit,
        as_of: head.as_of(),
        warnings: Vec::new(),
    };
    head.answer(&body, None)
}

impl<'g> BridgeBody<'g> {
    fn new(wire: Wire<'g>, bridge: &Bridge<'g>, most: usize) -> Self {
        let bloc = |bloc: &Bloc<'g>| BlocBody {
            members: bloc.members.iter().map(|view| wire.reference(view)).collect(),
            size: bloc.size,
        };
        Self {
            entity: wire.reference(&bridge.entity),
            blocs: bridge.blocs.iter().take(most).map(bloc).collect(),
            blocs_total: bridge.blocs.len(),
            pairs: bridge.pairs,
        }
    }
}
