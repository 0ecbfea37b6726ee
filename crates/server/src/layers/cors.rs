//! Lets browsers on other sites read, and on sites that are listed also write (Fetch standard, CORS protocol). Browsers
//! never send credentials of their own; a token that a page has itself is no credential of the browser's.

use axum::body::Body;
use axum::extract::{Request, State as FromState};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::options::AllowedOrigins;
use crate::state::State;

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-language, etag, idempotency-key, idempotency-replayed, link, location, pledgegraph-truncated, \
     pledgegraph-version, pledgegraph-warning, ratelimit, ratelimit-policy, retry-after, x-request-id",
);
const READ_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const READ_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, if-none-match, pledgegraph-at-least, pledgegraph-max-staleness, x-request-id",
);
const ALL_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const ALL_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, authorization, content-type, idempotency-key, if-match, if-none-match, \
     pledgegraph-at-least, pledgegraph-max-staleness, x-request-id",
);
const DAY: HeaderValue = HeaderValue::from_static("86400");

/// Answers preflights, and marks answers as readable by allowed origins. Others get no mark, which is no error.
pub(crate) async fn layer(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        let mut response = next.run(request).await;
        vary(response.headers_mut());
        return response;
    };
    let asks_ahead =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks_ahead { preflight() } else { next.run(request).await };
    if let Some(allowed) = allowed(&state.options.origins, origin) {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if asks_ahead {
            // A site that nobody chose may not write, nor bring a token.
            let listed = matches!(state.options.origins, AllowedOrigins::These(_));
            let (methods, names) = if listed { (ALL_METHODS, ALL_HEADERS) } else { (READ_METHODS, READ_HEADERS) };
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            headers.insert(ACCESS_CONTROL_MAX_AGE, DAY);
        }
    }
    vary(response.headers_mut());
    response
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn allowed(origins: &AllowedOrigins, origin: HeaderValue) -> Option<HeaderValue> {
    match origins {
        AllowedOrigins::Any => Some(HeaderValue::from_static("*")),
        AllowedOrigins::These(list) => list.contains(&origin).then_some(origin),
    }
}

fn vary(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
}
