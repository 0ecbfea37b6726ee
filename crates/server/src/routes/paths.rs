//! How one entity is linked to another.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Hop, PathQuery};
use pledgegraph_model::{Code as _, EdgeKind, EntityId, EntityKind};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::edge::EdgeBody;
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
use uuid::Uuid;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::Head;

/// The most steps of a search: statements looked at.
const BUDGET: usize = 5_000_000;

const FROM: Parameter =
    Parameter::new("from", Accepts::References(EntityKind::ALL), "Where the paths begin; one.").example("country:GB");
const TO: Parameter =
    Parameter::new("to", Accepts::References(EntityKind::ALL), "Where they end; one.").example("person:zelensky");
const K: Parameter = Parameter::new("k", Accepts::Integer { min: 1, max: 20, default: 3 }, "At most so many paths.");
const HOPS: Parameter =
    Parameter::new("max_hops", Accepts::Integer { min: 1, max: 10, default: 6 }, "At most so many hops each.");
const EDGES: Parameter = Parameter::new(
    "max_edges",
    Accepts::Integer { min: 1, max: 100, default: 10 },
    "At most so many statements of each hop.",
);
const KINDS: Parameter = Parameter::new(
    "kinds",
    Accepts::Codes(CodeNames::of::<EdgeKind>("EdgeKindFilter")),
    "Which kinds of statements to follow; absent: all.",
)
.example("commitment");
const PARAMETERS: [&Parameter; 8] = [&FROM, &TO, &K, &HOPS, &EDGES, &KINDS, &VALID_AT.parameter, &LANG];

/// One hop of a path.
#[derive(Serialize, ToSchema)]
#[schema(as = Hop)]
pub(crate) struct HopBody<'g> {
    /// Where it begins.
    from: ReferenceBody<'g>,
    /// Where it ends.
    to: ReferenceBody<'g>,
    /// The statements between the two, either way, in the order of recording; at most `max_edges`.
    edges: Vec<EdgeBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
}

/// A path.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectingPath)]
pub(crate) struct PathBody<'g> {
    /// How many hops it has.
    #[schema(value_type = i64)]
    length: usize,
    /// The hops.
    hops: Vec<HopBody<'g>>,
}

/// How one entity is linked to another.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectingPaths)]
pub(crate) struct PathsBody<'g> {
    /// Where the paths begin.
    from: ReferenceBody<'g>,
    /// Where they end.
    to: ReferenceBody<'g>,
    /// The paths, the shortest first; of the same length in the order of recording of what lies on them.
    paths: Vec<PathBody<'g>>,
    /// Whether the budget ended the search: further paths may be missing.
    truncated: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/graph/paths`.
pub(crate) fn list_paths() -> Route {
    Endpoint::get("list_paths", "/v1/graph/paths", "graph")
        .says(
            "List how one entity is linked to another",
            "The `k` shortest paths without a loop between two entities, over the ends of statements in either \
            direction. Several statements between the same two entities are one hop.",
        )
        .takes(&PARAMETERS)
        .json("ConnectingPaths")
        .problems(problems::ANALYSIS)
        .lists(decode, show)
}

fn decode(reader: &mut ParameterReader<'_>) -> (PathQuery, NaiveDate) {
    let (from, to) = (one(reader, &FROM), one(reader, &TO));
    let kinds = reader.codes(KINDS.name).unwrap_or_default();
    let valid_at = reader.day(VALID_AT.parameter.name);
    let (k, max_hops, max_edges) = (reader.number(&K), reader.number(&HOPS), reader.number(&EDGES));
    let day = valid_at.unwrap_or(reader.today());
    // An end that is missing is a fault, and is never looked for.
    let [from, to] = [from, to].map(|end| end.unwrap_or(EntityId(Uuid::nil())));
    (PathQuery { from, to, k, max_hops, kinds, valid_at, max_edges, budget: BUDGET }, day)
}

fn show(head: &Head<'_>, query: &PathQuery) -> Result<Response, ApiError> {
    let graph = head.graph;
    let ends = graph.entity(query.from).zip(graph.entity(query.to));
    let (from, to) = ends.ok_or_else(|| ApiError::of(Problem::BadParameter))?;
    let found = graph.paths(query);
    if found.truncated && found.paths.is_empty() {
        let detail = format!("{BUDGET} statements were looked at without a path; narrow by `kinds` or `max_hops`");
        return Err(ApiError::new(Problem::QueryTooExpensive, detail));
    }
    let wire = head.wire();
    let paths = found
        .paths
        .iter()
        .map(|hops| PathBody { length: hops.len(), hops: hops.iter().map(|hop| HopBody::new(wire, hop)).collect() });
    let body = PathsBody {
        from: wire.reference(&from),
        to: wire.reference(&to),
        paths: paths.collect(),
        truncated: found.truncated,
        as_of: head.as_of(),
        warnings: Vec::new(),
    };
    head.answer(&body, None)
}

/// The one entity that a parameter names.
fn one(reader: &mut ParameterReader<'_>, parameter: &'static Parameter) -> Option<EntityId> {
    let name = parameter.name;
    let found = reader.references(name, EntityKind::ALL);
    if !reader.has(name) || found.as_ref().is_some_and(|found| found.len() > 1) {
        reader.fail(name, format!("`{name}` is needed: one reference, such as `{}`", parameter.example));
    }
    found?.first().copied()
}

impl<'g> HopBody<'g> {
    fn new(wire: Wire<'g>, hop: &Hop<'g>) -> Self {
        Self {
            from: wire.reference(&hop.from),
            to: wire.reference(&hop.to),
            edges: hop.edges.iter().map(|view| EdgeBody::new(wire, view)).collect(),
            total: hop.total,
        }
    }
}
