//! The one error of the server, rendered as RFC 9457.

use std::borrow::Cow;
use std::error::Error;
use std::io::ErrorKind;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pledgegraph_live::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The most characters of a request that an answer repeats.
const ECHO: usize = 64;

/// What is wrong with one parameter or field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// JSON pointer into the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The kind of error, stable; most are slugs of problem types.
    #[schema(example = "bad-parameter")]
    pub code: &'static str,
    /// What is wrong with it.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The nearest name or value that would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "military.forces")]
    pub did_you_mean: Option<String>,
    /// The values that are allowed, where they are a closed set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<String>>)]
    pub allowed: Vec<&'static str>,
}

/// What went wrong (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// The kind of problem: a stable URI reference that the service answers with an explanation.
    #[serde(rename = "type")]
    #[schema(example = "/problems/bad-parameter")]
    kind: &'static str,
    /// The kind in one line.
    #[schema(example = "A parameter cannot be read")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    status: u16,
    /// What went wrong this time.
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
    /// Identifier of the request, as in `X-Request-Id`.
    pub(crate) instance: String,
    /// Each parameter or field that is wrong, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FieldError>>)]
    errors: Vec<FieldError>,
    /// What failed, for the log alone.
    #[serde(skip)]
    cause: Option<String>,
}

impl ProblemBody {
    /// Logs what failed, once, with the identifier of the request: a fault of ours as an error.
    pub(crate) fn log(&self) {
        let Some(cause) = &self.cause else { return };
        let (request_id, problem) = (&self.instance, self.kind);
        if self.status == StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
            tracing::error!(request_id, problem, cause, "a request failed");
        } else {
            tracing::warn!(request_id, problem, cause, "a request failed");
        }
    }
}

/// Why a request is not answered as asked.
#[derive(Debug)]
pub struct ApiError {
    problem: Problem,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, String)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error of a kind, with what went wrong this time.
    pub fn new(problem: Problem, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { problem, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), cause: None }
    }

    /// An error of a kind whose meaning says it all.
    pub fn of(problem: Problem) -> Self {
        Self::new(problem, problem.meaning())
    }

    /// A fault of ours. The cause is logged once and never shown.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::of(Problem::Internal) }
    }

    /// The same, with a cause that is logged once and never shown.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The same, with everything that is wrong with a body.
    #[must_use]
    pub fn with_errors(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    /// The error as an answer that has begun can tell it; its cause is logged.
    pub(crate) fn told(self) -> serde_json::Value {
        if let Some(cause) = self.causes() {
            tracing::error!(problem = self.problem.slug(), cause, "an answer that had begun failed");
        }
        serde_json::json!({
            "type": self.problem.uri(),
            "title": self.problem.title(),
            "status": self.problem.status().as_u16(),
            "detail": self.detail,
        })
    }

    /// The kind.
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// The database could not be read.
    pub(crate) fn of_store(error: StoreError) -> Self {
        let problem = if error.is_transient() { Problem::StoreUnavailable } else { Problem::Internal };
        Self { cause: Some(error.into()), ..Self::of(problem) }
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

    /// Everything that is wrong with the parameters. The kind is theirs if they share it, else `bad-parameter`.
    pub fn parameters(errors: Vec<FieldError>) -> Self {
        let first = errors.first().map_or("", |e| e.code);
        let shared = errors.iter().all(|e| e.code == first);
        let problem = if shared { Problem::of_slug(first) } else { None }.unwrap_or(Problem::BadParameter);
        let detail = match &errors[..] {
            [only] => Cow::Owned(only.detail.clone()),
            several => Cow::Owned(format!("{} parameters are wrong; see `errors`", several.len())),
        };
        Self { errors, ..Self::new(problem, detail) }
    }

    /// Everything that is wrong with a body. The kind is that of its faults if they share one, else `validation`.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let first = errors.first().map_or("", |e| e.code);
        let shared = errors.iter().all(|e| e.code == first);
        let problem = if shared { Problem::of_slug(first) } else { None }.unwrap_or(Problem::Validation);
        let detail = match &errors[..] {
            [only] => Cow::Owned(only.detail.clone()),
            several => Cow::Owned(format!("{} fields are wrong; see `errors`", several.len())),
        };
        Self { errors, ..Self::new(problem, detail) }
    }

    /// What failed, with its causes, on one line.
    fn causes(&self) -> Option<String> {
        let cause: &(dyn Error + 'static) = self.cause.as_deref()?;
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(error) = next {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            next = error.source();
        }
        Some(chain)
    }
}

impl IntoResponse for ApiError {
    /// Leaves the body to the layer `problems`, which knows the request's identifier.
    fn into_response(self) -> Response {
        let cause = self.causes();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.problem.status();
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response.extensions_mut().insert(ProblemBody {
            kind: self.problem.uri(),
            title: self.problem.title(),
            status: self.problem.status().as_u16(),
            detail: self.detail,
            instance: String::new(),
            errors: self.errors,
            cause,
        });
        response
    }
}

/// Input as an answer may repeat it: at most 64 characters, controls escaped.
pub(crate) fn echo(input: &str) -> String {
    let mut shown: String = input.chars().take(ECHO).flat_map(char::escape_debug).collect();
    shown.truncate(shown.char_indices().nth(ECHO).map_or(shown.len(), |(at, _)| at));
    if input.chars().nth(ECHO).is_some() {
        shown.push('…');
    }
    shown
}

/// The nearest of some names, if one is near enough to be meant.
pub(crate) fn nearest<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let given: String = given.chars().take(ECHO).collect::<String>().to_lowercase();
    let scored = names.into_iter().map(|name| (strsim::jaro_winkler(&given, name), name));
    scored.filter(|(score, _)| *score >= 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_at_most_64_characters() {
        assert_eq!(echo("short"), "short");
        assert_eq!(echo(&"é".repeat(70)).chars().count(), 65);
        assert_eq!(echo("a\u{0}b"), "a\\0b");
    }

    #[test]
    fn names_the_nearest_or_none() {
        let names = ["capability", "stance", "stance_min", "mission"];
        assert_eq!(nearest("capabilty", names), Some("capability"));
        assert_eq!(nearest("Stance", names), Some("stance"));
        assert_eq!(nearest("zzz", names), None);
    }
}
