//! Extractors whose rejections are problems.

use axum::extract::FromRequestParts;
#[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
use axum::extract::Path as AxumPath;
use axum::http::request::Parts;
use pledgegraph_wire::problem::Problem;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// What the path says, percent-decoded. A path that is not UTF-8 is `bad-path`; one that names nothing is `not-found`.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        use axum::extract::path::ErrorKind;
        use axum::extract::rejection::PathRejection;
        match AxumPath::from_request_parts(parts, state).await {
            Ok(AxumPath(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(rejection))
                if matches!(rejection.kind(), ErrorKind::InvalidUtf8InPathParam { .. }) =>
            {
                Err(ApiError::of(Problem::BadPath))
            }
            Err(_) => Err(ApiError::of(Problem::NotFound)),
        }
    }
}
