//! Limits: addresses that are too long, answers that take too long, handlers that panic.

use std::any::Any;

use axum::extract::{Request, State as FromState};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::State;

/// The longest address, in bytes of path and query.
const LONGEST_URI: usize = 8 * 1024;

/// Refuses addresses over 8 KiB.
pub(crate) async fn uri_length(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length > LONGEST_URI { ApiError::of(Problem::UriTooLong).into_response() } else { next.run(request).await }
}

/// Gives up answers that take too long.
pub(crate) async fn timeout(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(state.options.timeout, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::of(Problem::Timeout).into_response())
}

/// What a handler that panicked answers. The panic hook has already logged where.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    ApiError::internal(format!("a handler panicked: {message}")).into_response()
}
