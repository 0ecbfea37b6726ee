//! Why a request is not answered as asked, whoever says so.

use std::borrow::Cow;
use std::error::Error;

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

/// Why a request is not answered as asked.
#[derive(Debug)]
pub struct Refusal {
    /// The kind.
    pub problem: Problem,
    /// What went wrong this time.
    pub detail: Cow<'static, str>,
    /// Each parameter or field that is wrong.
    pub errors: Vec<FieldError>,
    /// What failed: it is logged once and never shown.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal of a kind, with what went wrong this time.
    pub fn new(problem: Problem, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { problem, detail: detail.into(), errors: Vec::new(), cause: None }
    }

    /// A refusal of a kind whose meaning says it all.
    pub fn of(problem: Problem) -> Self {
        Self::new(problem, problem.meaning())
    }

    /// A fault of ours. The cause is logged once and never shown.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::of(Problem::Internal) }
    }

    /// Everything that is wrong with the parameters. The kind is theirs if they share it, else `bad-parameter`.
    pub fn parameters(errors: Vec<FieldError>) -> Self {
        Self::several(errors, "parameters", Problem::BadParameter)
    }

    /// Everything that is wrong with a body. The kind is that of its faults if they share one, else `validation`.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self::several(errors, "fields", Problem::Validation)
    }

    fn several(errors: Vec<FieldError>, what: &str, mixed: Problem) -> Self {
        let first = errors.first().map_or("", |e| e.code);
        let shared = errors.iter().all(|e| e.code == first);
        let problem = if shared { Problem::of_slug(first) } else { None }.unwrap_or(mixed);
        let detail = match &errors[..] {
            [only] => only.detail.clone(),
            all => format!("{} {what} are wrong; see `errors`", all.len()),
        };
        Self { errors, ..Self::new(problem, detail) }
    }

    /// What failed, with its causes, on one line.
    pub fn causes(&self) -> Option<String> {
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

/// Input as an answer may repeat it: at most 64 characters, controls escaped.
pub fn echo(input: &str) -> String {
    let mut shown: String = input.chars().take(ECHO).flat_map(char::escape_debug).collect();
    shown.truncate(shown.char_indices().nth(ECHO).map_or(shown.len(), |(at, _)| at));
    if input.chars().nth(ECHO).is_some() {
        shown.push('…');
    }
    shown
}

/// The nearest of some names, if one is near enough to be meant.
pub fn nearest<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
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
