//! The OpenAPI document: 3.1, made from the tables that also read requests and from the bodies that are written.
//!
//! It is checked in at `openapi/openapi.json`; a test compares the two.

pub(crate) mod collection;
pub(crate) mod endpoint;
pub(crate) mod members;
pub(crate) mod question;
pub(crate) mod schemas;

use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::info::{ContactBuilder, Info, InfoBuilder, LicenseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{OpenApi as Document, ServerBuilder};

use crate::error::{FieldError, ProblemBody};
use crate::wire;

/// The bodies that schemas are derived from.
#[derive(OpenApi)]
#[openapi(components(schemas(
    FieldError,
    ProblemBody,
    wire::codes::EdgeKind,
    wire::codes::EntityKind,
    wire::edge::EdgeBody,
    wire::entity::EntityBody,
    wire::included::IncludedBody,
    crate::import::report::LineBody,
    crate::import::report::SummaryBody,
    crate::import::report::LinesBody,
    wire::list::AsOfBody,
    wire::list::PageBody,
    wire::list::TotalBody,
    wire::warning::WarningBody,
    wire::service::HealthBody,
    wire::service::ProblemTypeListBody,
    wire::service::ReadinessBody,
    wire::service::ServiceBody,
    wire::vocabulary::CodeListBody,
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
    wire::question::OutcomeBody,
    crate::routes::scenario_evaluations::ScenarioBody,
    crate::routes::subgraph::SubgraphBody,
    crate::routes::vocabulary::VocabularyBody,
    crate::routes::changes::ChangePageBody,
    crate::routes::history::PatchStepBody,
    crate::routes::write::MergeBody,
)))]
struct Bodies;

const DESCRIPTION: &str = "Coalitions and their conditional pledges as sourced statements: who pledged what, to whom, how \
firmly, on which conditions, and who says so.\n\n\
Lists are pages of `items`; `.csv` gives the same list whole. A comma joins values by OR, different parameters are joined \
by AND, and nothing is ignored silently: an unknown parameter is an error that names the nearest one. Errors are \
`application/problem+json` (RFC 9457), all at once. Entities are named by `kind:slug` or by identifier; \
`/v1/entities?q=` finds them by any usual spelling in any language. Answers carry `Pledgegraph-Version`, an `ETag`, and \
follow `Accept-Language` or `lang=`. Connections that break HTTP itself (oversized headers, two lengths) are closed or \
answered without a problem body.";

const TOKEN: &str = "A token of `pledgegraph token create`, or a JWT of the configured issuer. Reads are open unless the \
service says otherwise; writes need the scope `write`.";

fn info() -> Info {
    InfoBuilder::new()
        .title("Pledgegraph")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(ContactBuilder::new().name(Some("The Pledgegraph authors")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build()
}

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

fn tags() -> Vec<Tag> {
    TAGS.iter().map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build()).collect()
}

/// The document of an API: its paths with the bodies, normalised for generators of clients.
pub(crate) fn complete(api: Document) -> Document {
    let mut document = Bodies::openapi();
    document.info = info();
    document.tags = Some(tags());
    document.servers = Some(vec![ServerBuilder::new().url("/").description(Some("This service")).build()]);
    document.paths = api.paths;
    let components = document.components.get_or_insert_default();
    components.schemas.extend(api.components.unwrap_or_default().schemas);
    // A patch removes a field by `null`, so its fields are nullable.
    let answers = components.schemas.iter_mut().filter(|(name, _)| !name.ends_with("Patch"));
    answers.for_each(|(_, schema)| schemas::normalise(schema));
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(TOKEN)).build();
    components.security_schemes.insert("token".to_owned(), SecurityScheme::Http(token).into());
    document
}

/// The document as it is served and checked in.
///
/// # Panics
/// Never: the document is made of strings and numbers.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&complete(crate::router::api().into_openapi())).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as a value.
pub fn document() -> Value {
    serde_json::from_str(&text()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
