//! Refuses requests for media types that a path cannot make.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::problem::Problem;

use crate::endpoint::declared::Facts;
use crate::error::ApiError;
use crate::request::language::weighted;

/// Answers 406 where `Accept` leaves out what the operation makes.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let made = request.extensions().get::<Facts>().and_then(|facts| facts.makes);
    match made.filter(|made| !accepts(request.headers(), made)) {
        Some(made) => ApiError::new(Problem::NotAcceptable, format!("this path makes {made}")).into_response(),
        None => next.run(request).await,
    }
}

/// Whether `Accept` takes a media type.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let (kind, subkind) = media_type.split_once('/').unwrap_or((media_type, "*"));
    quality(headers, kind, subkind) > 0
}

/// How much `Accept` wants a media type, from 0 to 1000: the most specific range that matches decides (RFC 9110 12.5.1).
pub(crate) fn quality(headers: &HeaderMap, kind: &str, subkind: &str) -> u32 {
    let mut values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if values.peek().is_none() {
        return 1000;
    }
    let mut best = None;
    for range in values.flat_map(|value| value.split(',')) {
        let (name, weight) = weighted(range);
        let specificity = match name.split_once('/') {
            Some((k, s)) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subkind) => 3,
            Some((k, "*")) if k.eq_ignore_ascii_case(kind) => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        best = best.max(Some((specificity, weight)));
    }
    best.map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        for (accept, expected) in [
            ("*/*", true),
            ("application/json", true),
            ("application/*;q=0.1", true),
            ("text/html", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("application/json;q=0, */*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().expect("a header"));
            assert_eq!(accepts(&headers, "application/json"), expected, "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), "application/json"));
    }
}
