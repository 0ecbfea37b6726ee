//! `GET /v1/export`.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ApiError;
use crate::export::lines;
use crate::openapi::endpoint::{Answer, EXPORT_PROBLEMS, Endpoint};
use crate::reply::{VERSION, set};
use crate::request::ask::Ask;
use crate::routes::import::NDJSON;
use crate::state::State;
use crate::wire::list::version;

const DESCRIPTION: &str = "One entity or statement a line, first the entities, then the statements, each in the order of \
recording, whole: with identifiers, evidence and quotations, links, and the references that lead to an entity since a \
merge or a renaming. All of one version, that of the header `Pledgegraph-Version`; streamed. `/v1/import` reads it: into \
an empty graph it gives the same content, to the digest.";

/// `GET /v1/export`.
pub(crate) fn export_records() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "export_records".to_owned(),
        path: "/v1/export".to_owned(),
        tag: "operations",
        summary: "Export the whole graph".to_owned(),
        description: DESCRIPTION.to_owned(),
        path_parameter: None,
        parameters: Vec::new(),
        names: Vec::new(),
        answer: Answer::Text(NDJSON),
        problems: EXPORT_PROBLEMS,
        write: None,
    };
    endpoint.on(get(handle))
}

async fn handle(ask: Ask) -> Result<Response, ApiError> {
    let errors = ask.given(&[]).errors;
    if !errors.is_empty() {
        return Err(ApiError::parameters(errors));
    }
    let graph = Arc::clone(&ask.current);
    let version = version(&graph);
    let mut response = Response::new(lines(ask.state, ask.asker, graph));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"pledgegraph.ndjson\""));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    set(&mut response, VERSION, &version);
    Ok(response)
}
