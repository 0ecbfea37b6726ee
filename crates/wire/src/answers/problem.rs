//! What a problem looks like.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::{FieldError, Refusal};

/// What went wrong (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The kind of problem: a stable URI reference that the service answers with an explanation.
    #[serde(rename = "type")]
    #[schema(example = "/problems/bad-parameter")]
    pub kind: &'static str,
    /// The kind in one line.
    #[schema(example = "A parameter cannot be read")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// What went wrong this time.
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
    /// Identifier of the request, as in `X-Request-Id`.
    pub instance: String,
    /// Each parameter or field that is wrong, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FieldError>>)]
    errors: Vec<FieldError>,
    /// What failed, for the log alone.
    #[serde(skip)]
    pub cause: Option<String>,
}

impl From<Refusal> for ProblemBody {
    fn from(refusal: Refusal) -> Self {
        let cause = refusal.causes();
        let Refusal { problem, detail, errors, .. } = refusal;
        Self {
            kind: problem.uri(),
            title: problem.title(),
            status: problem.status(),
            detail,
            instance: String::new(),
            errors,
            cause,
        }
    }
}
