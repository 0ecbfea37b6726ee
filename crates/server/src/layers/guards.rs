//! Limits: answers that take too long, handlers that panic.

use std::any::Any;

use axum::extract::{Request, State as FromState};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::problem::Problem;

use crate::endpoint::declared::reads;
use crate::error::ApiError;
use crate::state::State;

/// Gives up reads and questions that take too long to begin their answer. A write ends by itself: its idempotency key tells
/// what became of it, and an import takes as long as it takes.
pub(crate) async fn timeout(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    if !reads(request.method(), request.extensions()) {
        return next.run(request).await;
    }
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::layers::{problems, request_id};

    /// The layers around handlers that fail, in the order of `router::build`.
    fn router() -> Router {
        Router::new()
            .route("/panic", get(async || -> Response { panic!("secret {}", 42) }))
            .route("/broken", get(async || ApiError::internal(std::io::Error::other("secret"))))
            .route("/teapot", get(async || StatusCode::IM_A_TEAPOT))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn(problems::layer))
            .layer(from_fn(request_id::layer))
    }

    async fn ask(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    #[tokio::test]
    async fn a_panic_is_a_500_that_tells_nothing_and_the_process_lives() {
        let router = router();
        for path in ["/panic", "/broken", "/panic"] {
            let (status, body) = ask(&router, path).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(body.contains("/problems/internal") && !body.contains("secret"), "{body}");
        }
    }

    #[tokio::test]
    async fn a_failure_without_a_body_gets_one() {
        let (status, body) = ask(&router(), "/teapot").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body.contains("/problems/bad-parameter"), "{body}");
    }
}
