//! Where statements come from.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::Witness;
use pledgegraph_model::EdgeId;
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::refusal::echo;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::Head;

const EDGES: Parameter = Parameter::new(
    "edges",
    Accepts::Texts,
    "Identifiers of statements, separated by commas, at most 100: one, or all that an answer rests on.",
);
const PARAMETERS: [&Parameter; 2] = [&EDGES, &LANG];

/// What a report passes through on its way to a statement.
#[derive(Serialize, ToSchema)]
#[schema(as = Witness)]
pub(crate) struct WitnessBody<'g> {
    /// `agent` (an entity that speaks or reports), `name` (someone whom a document only names) or `document`. An open set.
    #[schema(example = "agent")]
    kind: &'static str,
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<ReferenceBody<'g>>,
    /// The name, as the document has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The document, or the one that has the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<ReferenceBody<'g>>,
}

/// Where statements come from.
#[derive(Serialize, ToSchema)]
#[schema(as = Provenance)]
pub(crate) struct ProvenanceBody<'g> {
    /// How many statements were asked about.
    #[schema(value_type = i64)]
    statements: usize,
    /// The documents; several with the same text are one.
    documents: Vec<ReferenceBody<'g>>,
    /// Who spoke first, as far as the documents say; where one says nothing, the document itself.
    origins: Vec<WitnessBody<'g>>,
    /// How many lines of report have nothing in common: neither a speaker, nor an outlet, nor a document.
    #[schema(value_type = i64)]
    independent: usize,
    /// Whether all reports go back to one origin or pass through one document or person.
    single_sourced: bool,
    /// What every line of report passes through, from the origin on.
    all_through: Vec<WitnessBody<'g>>,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/provenance`.
pub(crate) fn get_provenance() -> Route {
    Endpoint::get("get_provenance", "/v1/provenance", "graph")
        .says(
            "Get where statements come from",
            "How many independent sources some statements have together, and what all reports of them go back to: \
            the chains of attribution and the documents as one graph.",
        )
        .takes(&PARAMETERS)
        .json("Provenance")
        .problems(problems::EXPORT)
        .lists(decode, show)
}

fn show(head: &Head<'_>, Statements(ids): &Statements) -> Result<Response, ApiError> {
    let found = head.graph.provenance(ids);
    let wire = head.wire();
    let witnesses = |all: &[Witness<'_>]| all.iter().map(|witness| WitnessBody::new(wire, witness)).collect();
    let body = ProvenanceBody {
        statements: ids.len(),
        documents: found.documents.iter().map(|view| wire.reference(view)).collect(),
        origins: witnesses(&found.origins),
        independent: found.independent,
        single_sourced: found.independent == 1,
        all_through: witnesses(&found.through),
        as_of: head.as_of(),
        warnings: Vec::new(),
    };
    head.answer(&body, None)
}

/// The statements that are asked about.
struct Statements(Vec<EdgeId>);

fn decode(reader: &mut ParameterReader<'_>) -> (Statements, NaiveDate) {
    let name = EDGES.name;
    let values = reader.values(name).unwrap_or_default();
    if values.is_empty() && reader.is_sound() {
        reader.fail(name, "`edges` is needed: identifiers of statements, separated by commas".to_owned());
    }
    let (graph, mut ids) = (reader.graph(), Vec::new());
    for value in values {
        match value.parse::<EdgeId>().ok().filter(|id| graph.edge(*id).is_some()) {
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
            None => reader.fail(name, format!("`{name}`: no statement has the identifier `{}`", echo(value))),
        }
    }
    (Statements(ids), reader.today())
}

impl<'g> WitnessBody<'g> {
    fn new(wire: Wire<'g>, witness: &Witness<'_>) -> Self {
        let view = |node| wire.node(node);
        match witness {
            Witness::Agent(agent) => {
                Self { kind: "agent", agent: Some(view(agent.node())), name: None, document: None }
            }
            Witness::Name(name, document) => {
                Self { kind: "name", agent: None, name: Some(name.clone()), document: Some(view(document.node())) }
            }
            Witness::Document(document) => {
                Self { kind: "document", agent: None, name: None, document: Some(view(document.node())) }
            }
        }
    }
}
