//! One operation of the document, from its declaration.

use serde::Serialize;
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::reference::Reference;
use super::responses::responses;
use crate::endpoint::{Body, Endpoint, Headers, Needs, problems};

/// An operation as OpenAPI has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    tags: [&'static str; 1],
    summary: String,
    description: String,
    #[serde(rename = "operationId")]
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Value>,
    responses: Value,
    /// Where it is not that of most operations.
    #[serde(skip_serializing_if = "Option::is_none")]
    security: Option<Value>,
    /// Which problems it can answer with beside those of every operation.
    #[serde(rename = "x-problems", skip_serializing_if = "Vec::is_empty")]
    problems: Vec<&'static str>,
}

impl Operation {
    /// The operation, by the names that its parameters have.
    pub(super) fn new(endpoint: &Endpoint, parameters: &Parameters) -> Self {
        Self {
            tags: [endpoint.tag],
            summary: endpoint.summary.clone(),
            description: endpoint.description.clone(),
            id: endpoint.id.clone(),
            parameters: parameters.of(endpoint),
            request_body: endpoint.body.as_ref().map(request_body),
            responses: responses(endpoint),
            security: match endpoint.needs {
                Needs::Nothing => Some(json!([{}])),
                Needs::Read => None,
                Needs::Write | Needs::Admin => Some(json!([{ "token": [] }])),
            },
            problems: problems(endpoint),
        }
    }
}

/// What is needed where an operation does not say otherwise: nothing, and a token is looked at (RFC 6750).
pub(super) fn security() -> Value {
    json!([{}, { "token": [] }])
}

fn request_body(body: &Body) -> Value {
    json!({ "content": { body.media_type: { "schema": body_schema(body) } }, "required": true })
}

/// Lines are bytes to a generator of clients: what it can send and read as they come.
fn body_schema(body: &Body) -> Value {
    match &body.schema {
        Some(schema) => json!(Reference::new("schemas", schema)),
        None => super::responses::bytes(),
    }
}

fn problems(endpoint: &Endpoint) -> Vec<&'static str> {
    let bodies = if endpoint.body.is_some() { problems::BODIES } else { &[] };
    let writes = if endpoint.reads() { &[] } else { problems::WRITES };
    let conditional = if endpoint.headers == Headers::KeyAndMatch { problems::CONDITIONAL } else { &[] };
    let all = [endpoint.problems, conditional, writes, bodies].concat();
    all.into_iter().map(pledgegraph_wire::problem::Problem::slug).collect()
}
