//! The OpenAPI document: 3.1, made from the tables that also read requests and from the bodies that are written.
//!
//! It is checked in at `openapi/openapi.json`; a test compares the two.

pub(crate) mod commitment;
mod operation;
mod parameters;
mod reference;
mod responses;

use std::collections::{BTreeMap, HashMap};

use pledgegraph_wire::answers;
use pledgegraph_wire::answers::problem::ProblemBody;
use pledgegraph_wire::openapi::schemas::normalise;
use pledgegraph_wire::refusal::FieldError;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::{RefOr, Schema};

use crate::endpoint::Endpoint;
use operation::{Operation, security};
use parameters::Parameters;

/// The bodies that schemas are derived from.
#[derive(OpenApi)]
#[openapi(components(schemas(
    FieldError,
    ProblemBody,
    answers::codes::EdgeKind,
    answers::codes::EntityKind,
    answers::edge::EdgeBody,
    answers::entity::EntityBody,
    answers::included::IncludedBody,
    pledgegraph_wire::import::report::LineBody,
    pledgegraph_wire::import::report::SummaryBody,
    answers::list::AsOfBody,
    answers::list::PageBody,
    answers::list::TotalBody,
    answers::warning::WarningBody,
    answers::service::HealthBody,
    answers::service::ProblemTypeListBody,
    answers::service::ReadinessBody,
    answers::service::ServiceBody,
    answers::vocabulary::CodeListBody,
    crate::routes::actor_positions::HistoryPageBody,
    crate::routes::adjacent::NeighbourhoodBody,
    crate::routes::bridges::BridgesBody,
    crate::routes::conflicts::ConflictPageBody,
    crate::routes::deadlocks::DeadlocksBody,
    crate::routes::fall_out::FallOutBody,
    crate::routes::audit::AuditPageBody,
    crate::routes::goals::GoalSetsBody,
    crate::routes::goals::PivotalityBody,
    crate::routes::matrix::MatrixBody,
    crate::routes::paths::PathsBody,
    crate::routes::positions::PositionPageBody,
    crate::routes::provenance::ProvenanceBody,
    crate::routes::query::QueryAnswerBody,
    answers::question::OutcomeBody,
    crate::routes::scenario_evaluations::ScenarioBody,
    crate::routes::subgraph::SubgraphBody,
    crate::routes::vocabulary::VocabularyBody,
    crate::routes::changes::ChangePageBody,
    crate::routes::history::PatchStepBody,
    crate::routes::write::MergeBody,
)))]
struct Bodies;

/// Answers over the bundled data, cut short, by the names of their schemas. A test makes and compares them.
const EXAMPLES: &str = include_str!("openapi/examples.json");

const DESCRIPTION: &str = "Coalitions and their conditional pledges as sourced statements: who pledged what, to whom, how \
firmly, on which conditions, and who says so.\n\n\
Lists are pages of `items`; `.csv` and `.ndjson` give the same list whole. A comma joins values by OR, different parameters are joined \
by AND, and nothing is ignored silently: an unknown parameter is an error that names the nearest one. Errors are \
`application/problem+json` (RFC 9457), all at once. Entities are named by `kind:slug` or by identifier; \
`/v1/entities?q=` finds them by any usual spelling in any language. Answers carry `Pledgegraph-Version`, an `ETag`, and \
follow `Accept-Language` or `lang=`. Connections that break HTTP itself (oversized headers, two lengths) are closed or \
answered without a problem body.";

const TOKEN: &str = "A token of `pledgegraph token create`, or a JWT of the configured issuer. Reads are open unless the \
service says otherwise; writes need the scope `write`.";

/// The tags, in the order in which the page shows them.
const TAGS: [(&str, &str); 8] = [
    ("statements", "Sourced statements: commitments and everything else that a source says."),
    ("entities", "Who and what the statements are about."),
    ("graph", "Questions over several statements: neighbourhoods and positions."),
    ("questions", "Questions to the whole graph. Nothing is stored."),
    ("analyses", "What is in force, what would be, and what holds it back. Nothing is stored."),
    ("vocabulary", "Code lists with labels and definitions in English and Arabic."),
    ("service", "The service itself."),
    ("operations", "For those who run it."),
];

/// Members in an order of their own.
struct Ordered<T>(Vec<(String, T)>);

impl<T> Ordered<T> {
    /// The member of a name, made where it is not yet there.
    fn entry(&mut self, name: &str, make: impl FnOnce() -> T) -> &mut T {
        let at = self.0.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), make()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The document. Paths are in the order in which the router has them.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    security: Value,
    tags: Vec<Value>,
    paths: Ordered<Ordered<Operation>>,
    components: Components,
}

/// What operations refer to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    schemas: BTreeMap<String, RefOr<Schema>>,
    parameters: BTreeMap<String, Value>,
    headers: Map<String, Value>,
    responses: Value,
    security_schemes: Value,
}

/// The document of these operations.
fn complete(endpoints: &[&Endpoint]) -> Document {
    let mut schemas = schemas(endpoints);
    let parameters = Parameters::new(endpoints, closed_sets(&schemas));
    let mut paths = Ordered(Vec::new());
    for endpoint in endpoints {
        let methods: &mut Ordered<Operation> = paths.entry(&endpoint.path, || Ordered(Vec::new()));
        methods.0.push((endpoint.method.as_str().to_ascii_lowercase(), Operation::new(endpoint, &parameters)));
    }
    for (name, set) in parameters.sets {
        schemas.entry(name).or_insert(set);
    }
    Document {
        openapi: "3.1.0",
        info: json!({
            "title": "Pledgegraph",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "contact": { "name": "The Pledgegraph authors" },
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        }),
        servers: json!([{ "url": "/", "description": "This service" }]),
        security: security(),
        tags: TAGS.iter().map(|(name, text)| json!({ "name": name, "description": text })).collect(),
        paths,
        components: Components {
            schemas,
            parameters: parameters.components,
            headers: responses::headers(),
            responses: responses::shared(endpoints),
            security_schemes: json!({ "token": { "type": "http", "scheme": "bearer", "description": TOKEN } }),
        },
    }
}

/// The schemas of bodies and answers, normalised for generators of clients.
fn schemas(endpoints: &[&Endpoint]) -> BTreeMap<String, RefOr<Schema>> {
    let mut all = Bodies::openapi().components.unwrap_or_default().schemas;
    all.extend(endpoints.iter().flat_map(|endpoint| endpoint.schemas.iter().cloned()));
    // A patch removes a field by `null`, so its fields are nullable.
    let answers = all.iter_mut().filter(|(name, _)| !name.ends_with("Patch"));
    answers.for_each(|(_, schema)| normalise(schema));
    let examples: BTreeMap<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (name, example) in examples {
        if let Some(RefOr::T(Schema::Object(object))) = all.get_mut(&name) {
            object.examples = vec![example];
        }
    }
    all
}

/// The closed sets among schemas, each with its name.
fn closed_sets(schemas: &BTreeMap<String, RefOr<Schema>>) -> HashMap<Value, String> {
    let sets = schemas.iter().filter_map(|(name, schema)| match schema {
        RefOr::T(Schema::Object(set)) => Some((json!(set.enum_values.as_ref()?), name.clone())),
        _ => None,
    });
    sets.collect()
}

/// The document as it is served and checked in.
pub fn text() -> String {
    let routes = crate::routes::all();
    let endpoints: Vec<&Endpoint> = routes.iter().map(|route| &route.endpoint).collect();
    let mut text = serde_json::to_string_pretty(&complete(&endpoints)).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as a value.
pub fn document() -> Value {
    serde_json::from_str(&text()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
