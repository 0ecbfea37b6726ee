//! Answers: bytes with their headers.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use pledgegraph_graph::Graph;
use pledgegraph_wire::answers::list::version;
use pledgegraph_wire::request::given::Given;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::ApiError;
pub(crate) use crate::header::{TRUNCATED, VERSION, set};
use crate::request::ask::Ask;

/// Writes a body as JSON.
pub(crate) fn bytes<T: Serialize>(body: &T) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::with_capacity(16 * 1024);
    serde_json::to_writer(&mut bytes, body).map_err(ApiError::internal)?;
    Ok(bytes)
}

/// A JSON answer with status 200.
pub(crate) fn json<T: Serialize>(body: &T) -> Result<Response, ApiError> {
    Ok(json_bytes(bytes(body)?))
}

/// JSON bytes with status 200.
pub(crate) fn json_bytes(bytes: impl Into<Body>) -> Response {
    let mut response = Response::new(bytes.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    revalidated(&mut response, true);
    response
}

/// The cache may keep the answer and must ask each time whether it still holds; and keeps one for each wish of the client,
/// where these change it.
pub(crate) fn revalidated(response: &mut Response, varies: bool) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if varies {
        response.headers_mut().append(VARY, HeaderValue::from_static("accept, accept-language"));
    }
}

/// 304.
pub(crate) fn not_modified(etag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    revalidated(&mut response, true);
    set(&mut response, ETAG, etag);
    response
}

/// The weak entity tag of a list: of version, question, form, language and day, and of what is really held, so that it is
/// another one when the database is corrected that somebody changed past the log.
pub(crate) fn list_tag(ask: &Ask, given: &Given, graph: &Graph, lang: &str, day: chrono::NaiveDate) -> String {
    let question = given.question_and_form(ask.uri.path());
    let rest = format!("{lang} {day} {:?} {:x}", graph.chain(), graph.computed_digest());
    format!("W/\"{}-{:016x}\"", graph.seq(), question ^ xxh3_64(rest.as_bytes()))
}

/// The answer to a question with a body; it is not for caches.
pub(crate) fn asked<T: Serialize>(graph: &Graph, lang: &str, body: &T) -> Result<Response, ApiError> {
    let mut response = json(body)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set(&mut response, VERSION, &version(graph));
    set(&mut response, CONTENT_LANGUAGE, lang);
    Ok(response)
}

/// The strong entity tag of a record: its version and its bytes.
pub(crate) fn record_tag(row: i64, bytes: &[u8]) -> String {
    format!("\"{row}.{:016x}\"", xxh3_64(bytes))
}

/// One record: strong entity tag of its version and its bytes, so that a change of any label in it shows. The part
/// before the dot is the version of the row, for `If-Match`.
pub(crate) fn record<T: Serialize>(
    ask: &Ask,
    graph: &Graph,
    lang: &str,
    row: i64,
    body: &T,
) -> Result<Response, ApiError> {
    let bytes = bytes(body)?;
    let etag = record_tag(row, &bytes);
    let mut response = if ask.has(&etag) { not_modified(&etag) } else { json_bytes(bytes) };
    set(&mut response, ETAG, &etag);
    set(&mut response, VERSION, &version(graph));
    set(&mut response, CONTENT_LANGUAGE, lang);
    Ok(response)
}

/// A record that does not come from the graph: entity tag of its bytes.
pub(crate) fn plain_record<T: Serialize>(ask: &Ask, body: &T) -> Result<Response, ApiError> {
    let bytes = bytes(body)?;
    let etag = format!("\"{:016x}\"", xxh3_64(&bytes));
    if ask.has(&etag) {
        return Ok(not_modified(&etag));
    }
    let mut response = json_bytes(bytes);
    set(&mut response, ETAG, &etag);
    Ok(response)
}
