//! Refuses requests when too many are being answered already, before their bodies are read.

use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::layers::rate::{UNCOUNTED, retry_after};
use crate::problem::Problem;

/// How many more requests are taken up.
pub(crate) type Places = Arc<Semaphore>;

/// Answers 503 when no place is free; those who ask whether the service lives need none. A place is free again when an
/// answer begins, so that streams of any length do not keep theirs.
pub(crate) async fn layer(FromState(places): FromState<Places>, request: Request, next: Next) -> Response {
    if UNCOUNTED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let Ok(_place) = places.try_acquire() else {
        let mut response = ApiError::new(Problem::Overloaded, "too many requests are being answered").into_response();
        retry_after(&mut response, 1);
        return response;
    };
    next.run(request).await
}
