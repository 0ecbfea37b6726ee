//! Writes the bodies of problems, and gives one to every failure that has none.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::answers::problem::ProblemBody;
use pledgegraph_wire::problem::Problem;

use crate::error::ApiError;
use crate::layers::request_id::RequestId;

/// Writes the body of a problem with the identifier of the request as its instance, and its cause into the log.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let without_body = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    if let Some(missing) = nameless(&response) {
        let (mut parts, _) = missing.into_response().into_parts();
        parts.headers.extend(
            response.headers().iter().filter(|(name, _)| *name != CONTENT_LENGTH).map(|(n, v)| (n.clone(), v.clone())),
        );
        response = Response::from_parts(parts, Body::empty());
    }
    let Some(mut problem) = response.extensions_mut().remove::<ProblemBody>() else { return response };
    problem.instance = id;
    log(&problem);
    let bytes = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(VARY, HeaderValue::from_static("accept, accept-language"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *response.body_mut() = if without_body { Body::empty() } else { Body::from(bytes) };
    response
}

/// Logs what failed, once, with the identifier of the request: a fault of ours as an error.
fn log(ProblemBody { cause, instance: request_id, kind: problem, status, .. }: &ProblemBody) {
    let Some(cause) = cause else { return };
    if *status == Problem::Internal.status() {
        tracing::error!(request_id, problem, cause, "a request failed");
    } else {
        tracing::warn!(request_id, problem, cause, "a request failed");
    }
}

/// The problem of a failure that none of our handlers gave: it has no content of its own.
fn nameless(response: &Response) -> Option<ApiError> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let named = response.extensions().get::<ProblemBody>().is_some();
    let written = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    (failed && !named && !written).then(|| ApiError::of(Problem::of_status(status.as_u16())))
}
