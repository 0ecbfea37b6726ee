//! Refuses requests when too many are being answered already, before their bodies are read.

use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::problem::Problem;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::layers::rate::{UNCOUNTED, retry_after};

/// How many more requests are taken up.
pub(crate) type Places = Arc<Semaphore>;

/// A request on a connection beyond the most that may be open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowded;

/// Answers 503 when no place is free, and ends a connection that is one too many; those who ask whether the service lives
/// need none. A place is free again when an answer begins, so that streams of any length do not keep theirs.
pub(crate) async fn layer(FromState(places): FromState<Places>, request: Request, next: Next) -> Response {
    if UNCOUNTED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    if request.extensions().get::<Crowded>().is_some() {
        let mut response = refused("too many connections are open");
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    let Ok(_place) = places.try_acquire() else { return refused("too many requests are being answered") };
    next.run(request).await
}

fn refused(detail: &'static str) -> Response {
    let mut response = ApiError::new(Problem::Overloaded, detail).into_response();
    retry_after(&mut response, 1);
    response
}
