//! The one error of the server, answered as RFC 9457.

use std::borrow::Cow;
use std::error::Error;
use std::io::ErrorKind;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pledgegraph_live::StoreError;
use pledgegraph_wire::answers::problem::ProblemBody;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::{FieldError, Refusal};

/// Why a request is not answered as asked, with the headers that go with it.
#[derive(Debug)]
pub struct ApiError {
    refusal: Refusal,
    headers: Vec<(HeaderName, String)>,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, headers: Vec::new() }
    }
}

impl ApiError {
    /// An error of a kind, with what went wrong this time.
    pub fn new(problem: Problem, detail: impl Into<Cow<'static, str>>) -> Self {
        Refusal::new(problem, detail).into()
    }

    /// An error of a kind whose meaning says it all.
    pub fn of(problem: Problem) -> Self {
        Refusal::of(problem).into()
    }

    /// A fault of ours. The cause is logged once and never shown.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Refusal::internal(cause).into()
    }

    /// Everything that is wrong with a body.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        Refusal::fields(errors).into()
    }

    /// The same, with a cause that is logged once and never shown.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.refusal.cause = Some(cause.into());
        self
    }

    /// The same, with everything that is wrong with a body.
    #[must_use]
    pub(crate) fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.refusal.errors = errors;
        self
    }

    /// The error as an answer that has begun can tell it; its cause is logged.
    pub(crate) fn told(self) -> serde_json::Value {
        let problem = self.refusal.problem;
        if let Some(cause) = self.refusal.causes() {
            tracing::error!(problem = problem.slug(), cause, "an answer that had begun failed");
        }
        serde_json::json!({
            "type": problem.uri(),
            "title": problem.title(),
            "status": problem.status(),
            "detail": self.refusal.detail,
        })
    }

    /// The kind.
    pub fn problem(&self) -> Problem {
        self.refusal.problem
    }

    /// The database could not be read.
    pub(crate) fn of_store(error: StoreError) -> Self {
        let problem = if error.is_transient() { Problem::StoreUnavailable } else { Problem::Internal };
        Self::of(problem).caused_by(error)
    }

    /// A temporary file cannot be made or written.
    pub(crate) fn of_temporary_file(error: std::io::Error) -> Self {
        let is_refused = matches!(
            error.kind(),
            ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::PermissionDenied
                | ErrorKind::NotFound
        );
        if !is_refused {
            return Self::internal(error);
        }
        let detail =
            "the service cannot write temporary files where `TMPDIR` says, else in `/tmp`; what was committed stands";
        Self::new(Problem::StoreFull, detail).caused_by(error)
    }

    /// With a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The status of answers of a kind.
pub(crate) fn status(problem: Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for ApiError {
    /// Leaves the body to the layer `problems`, which knows the request's identifier.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.refusal.problem);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response.extensions_mut().insert(ProblemBody::from(self.refusal));
        response
    }
}
