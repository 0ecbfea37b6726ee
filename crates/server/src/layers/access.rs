//! One line in the log and one count in the metrics for every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};

use crate::layers::request_id::RequestId;

/// Counts and logs. Routes are named by their pattern, so that the number of series stays small.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let path: String = request.uri().path().chars().take(256).collect();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let seconds = begun.elapsed().as_secs_f64();
    let labels = [("method", name_of(&method)), ("route", route), ("status", status.to_string())];
    counter!("http_requests_total", &labels).increment(1);
    histogram!("http_request_duration_seconds", &labels[..2]).record(seconds);
    let milliseconds = seconds * 1e3;
    tracing::info!(request_id = id, %method, path, status, milliseconds, "request");
    response
}

/// Unknown methods share one name: clients may invent any.
fn name_of(method: &axum::http::Method) -> String {
    use axum::http::Method;
    let known = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    if known.contains(method) { method.to_string() } else { "other".to_owned() }
}
