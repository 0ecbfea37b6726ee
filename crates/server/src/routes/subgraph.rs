//! What lies around some entities.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::SubgraphQuery;
use pledgegraph_model::{Code as _, EdgeKind, EntityKind};
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::entity::EntityBody;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::VALID_AT;
use pledgegraph_wire::refusal::FieldError;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::Head;

const MOST_NODES: i64 = 2_000;
const MOST_EDGES: i64 = 10_000;

const ROOTS: Parameter = Parameter::new("roots", Accepts::References(EntityKind::ALL), "Where to begin; at least one.")
    .example("condition:us-backing");
const DEPTH: Parameter =
    Parameter::new("depth", Accepts::Integer { min: 0, max: 6, default: 1 }, "How many statements away, at most.");
const KINDS: Parameter = Parameter::new(
    "kinds",
    Accepts::Codes(CodeNames::of::<EdgeKind>("EdgeKindFilter")),
    "Which kinds of statements to follow and to show; absent: all.",
)
.example("commitment");
const NODES: Parameter = Parameter::new(
    "max_nodes",
    Accepts::Integer { min: 1, max: MOST_NODES, default: 200 },
    "At most so many entities, the nearest first.",
);
const EDGES: Parameter = Parameter::new(
    "max_edges",
    Accepts::Integer { min: 0, max: MOST_EDGES, default: 1_000 },
    "At most so many statements.",
);
const PARAMETERS: [&Parameter; 7] = [&ROOTS, &DEPTH, &KINDS, &NODES, &EDGES, &VALID_AT.parameter, &LANG];

/// What lies around some entities.
#[derive(Serialize, ToSchema)]
#[schema(as = Subgraph)]
pub(crate) struct SubgraphBody<'g> {
    /// Where it begins.
    roots: Vec<ReferenceBody<'g>>,
    /// The entities, nearest first.
    nodes: Vec<EntityBody<'g>>,
    /// The statements whose both ends are among the entities, in the order of recording.
    edges: Vec<EdgeBody<'g>>,
    /// Whether a limit left something out.
    truncated: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/graph/subgraph`.
pub(crate) fn get_subgraph() -> Route {
    Endpoint::get("get_subgraph", "/v1/graph/subgraph", "graph")
        .says(
            "Get what lies around some entities",
            "Breadth first from `roots`, over the ends of statements in either direction. `truncated` says when a \
            limit left something out.",
        )
        .takes(&PARAMETERS)
        .json("Subgraph")
        .problems(problems::EXPORT)
        .lists(decode, show)
}

fn show(head: &Head<'_>, query: &SubgraphQuery) -> Result<Response, ApiError> {
    let (graph, wire) = (head.graph, head.wire());
    let found = graph.subgraph(query);
    let roots = query.roots.iter().filter_map(|id| graph.entity(*id));
    let body = SubgraphBody {
        roots: roots.map(|view| wire.reference(&view)).collect(),
        nodes: found.nodes.iter().map(|view| EntityBody::new(wire, view)).collect(),
        edges: found.edges.iter().map(|view| EdgeBody::new(wire, view)).collect(),
        truncated: found.truncated,
        as_of: head.as_of(),
        warnings: Vec::new(),
    };
    head.answer(&body, None)
}

fn decode(reader: &mut ParameterReader<'_>) -> (SubgraphQuery, NaiveDate) {
    let roots = reader.references(ROOTS.name, &[]);
    if roots.is_none() && !reader.has(ROOTS.name) {
        reader.push(FieldError {
            parameter: Some(ROOTS.name.to_owned()),
            code: "bad-parameter",
            detail: "`roots` is missing: name at least one entity".to_owned(),
            hint: Some("/v1/entities?q= finds entities by any name".to_owned()),
            ..FieldError::default()
        });
    }
    let query = SubgraphQuery {
        roots: roots.unwrap_or_default(),
        depth: u32::try_from(reader.number(&DEPTH)).unwrap_or_default(),
        kinds: reader.codes(KINDS.name).unwrap_or_default(),
        max_nodes: reader.number(&NODES),
        max_edges: reader.number(&EDGES),
        valid_at: reader.day(VALID_AT.parameter.name),
    };
    let day = query.valid_at.unwrap_or(reader.today());
    (query, day)
}
