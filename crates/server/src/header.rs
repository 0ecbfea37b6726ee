//! Headers of answers.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// The header that names the version of an answer.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("pledgegraph-version");

/// The header that says that an answer without room for warnings leaves something out.
pub(crate) const TRUNCATED: HeaderName = HeaderName::from_static("pledgegraph-truncated");

/// Sets a header whose value is made of characters that headers may hold.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
