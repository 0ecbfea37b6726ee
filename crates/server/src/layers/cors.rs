//! Lets pages of all sites read, and those of sites that are named also write (Fetch standard, CORS protocol). Browsers never
//! send credentials of their own; a token that a page has itself is no credential of the browser's.

use axum::body::Body;
use axum::extract::{Request, State as FromState};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::endpoint::declared::Ahead;
use crate::state::State;

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-language, etag, idempotency-key, idempotency-replayed, link, location, pledgegraph-dry-run, \
     pledgegraph-truncated, pledgegraph-version, pledgegraph-warning, ratelimit, ratelimit-policy, retry-after, x-request-id",
);
const READ_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const ASK_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");
const ALL_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const READ_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, authorization, cache-control, content-type, if-none-match, last-event-id, \
     pledgegraph-at-least, pledgegraph-max-staleness, x-request-id",
);
const ALL_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, authorization, cache-control, content-type, idempotency-key, if-match, if-none-match, \
     last-event-id, pledgegraph-at-least, pledgegraph-max-staleness, x-request-id",
);
const DAY: HeaderValue = HeaderValue::from_static("86400");

/// Answers preflights, and marks answers as readable. A browser does not send what the preflight does not allow.
pub(crate) async fn layer(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        let mut response = next.run(request).await;
        vary(response.headers_mut());
        return response;
    };
    let is_named = state.options.origins.contains(&origin);
    let ahead = request.extensions().get::<Ahead>().copied();
    let mut response = if ahead.is_some() { preflight() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, if is_named { origin } else { HeaderValue::from_static("*") });
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    if let Some(ahead) = ahead {
        // Browsers keep what is allowed for an address, so a POST is allowed only where it asks.
        let (methods, names) = match (is_named, ahead.asks_by_post) {
            (true, _) => (ALL_METHODS, ALL_HEADERS),
            (false, true) => (ASK_METHODS, READ_HEADERS),
            (false, false) => (READ_METHODS, READ_HEADERS),
        };
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        headers.insert(ACCESS_CONTROL_MAX_AGE, DAY);
    }
    vary(headers);
    response
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn vary(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
}
