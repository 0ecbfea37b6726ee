//! `GET /v1/export`.

use std::sync::Arc;

use axum::response::Response;
use pledgegraph_wire::answers::list::version;
use pledgegraph_wire::media::{Answer, NDJSON};
use pledgegraph_wire::request::reader::ParameterReader;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::export::lines;
use crate::list::attach;
use crate::reply::{VERSION, revalidated, set};
use crate::request::ask::Ask;

const DESCRIPTION: &str = "One entity or statement a line, first the entities, then the statements, each in the order of \
recording, whole: with identifiers, evidence and quotations, links, and the references that lead to an entity since a \
merge or a renaming. All of one version, that of the header `Pledgegraph-Version`; streamed. `/v1/import` reads it: into \
an empty graph it gives the same content, to the digest.";

/// `GET /v1/export`.
pub(crate) fn export_records() -> Route {
    Endpoint::get("export_records", "/v1/export", "operations")
        .says("Export the whole graph", DESCRIPTION)
        .answers(Answer::Lines)
        .problems(problems::EXPORT)
        .on(handle)
}

async fn handle(ask: Ask) -> Result<Response, ApiError> {
    ParameterReader::new(&ask.given(&[]), &ask.current, None).finish()?;
    let graph = Arc::clone(&ask.current);
    let version = version(&graph);
    let mut response = Response::new(lines(ask.state, ask.asker, graph));
    attach(&mut response, NDJSON, "pledgegraph.ndjson");
    revalidated(&mut response, false);
    set(&mut response, VERSION, &version);
    Ok(response)
}
