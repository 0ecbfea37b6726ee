//! The extractor of bodies: JSON in UTF-8, not encoded, at most 1 MiB.

use std::error::Error;
use std::io;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use futures_util::StreamExt;
use pledgegraph_wire::body::json::parse;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::echo;
use serde_json::Value;

use crate::error::ApiError;
use crate::lanes::{Lane, beside};
use crate::request::ask::{asker, is_short};
use crate::state::State;

/// The longest body, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// The JSON of a request: `application/json`, and with PATCH `application/merge-patch+json` too.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl FromRequest<State> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        let asker = asker(request.extensions());
        let bytes = received(request).await?;
        if is_short(bytes.len() as u64) {
            return Ok(Self(parse(&bytes)?));
        }
        Ok(Self(beside(state, (Lane::Lists, asker), || parse(&bytes)).await??))
    }
}

/// The bytes of a body that may be JSON.
async fn received(request: Request) -> Result<Vec<u8>, ApiError> {
    let patch = request.method() == Method::PATCH;
    let types: &[&str] =
        if patch { &["application/merge-patch+json", "application/json"] } else { &["application/json"] };
    check_type(request.headers(), types)?;
    check_encoding(request.headers())?;
    collect(request).await
}

/// Refuses a body that is not of one of these media types, in UTF-8.
pub(crate) fn check_type(headers: &HeaderMap, types: &[&str]) -> Result<(), ApiError> {
    let refuse = |given: &str| {
        let given = if given.is_empty() { "no `Content-Type`".to_owned() } else { format!("`{}`", echo(given)) };
        let detail = format!("the body is read as {} in UTF-8; the request has {given}", types.join(" or "));
        Err(ApiError::new(Problem::UnsupportedMediaType, detail))
    };
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return refuse("") };
    let Ok(given) = value.to_str() else { return refuse("") };
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let charset_ok = parts.filter(|part| !part.is_empty()).all(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if charset_ok && types.iter().any(|t| t.eq_ignore_ascii_case(essence)) { Ok(()) } else { refuse(given) }
}

/// Refuses a body that is compressed.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().all(plain) {
        return Ok(());
    }
    let error = ApiError::new(Problem::UnsupportedMediaType, "bodies are read without `Content-Encoding`");
    Err(error.with_header(ACCEPT_ENCODING, "identity"))
}

async fn collect(request: Request) -> Result<Vec<u8>, ApiError> {
    let too_large = || ApiError::new(Problem::ContentTooLarge, "the body has more than 1 MiB (1048576 bytes)");
    let stated = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > LONGEST as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(stated.and_then(|length| usize::try_from(length).ok()).unwrap_or(1024));
    let mut stream = Body::into_data_stream(request.into_body());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| broken(&error))?;
        if bytes.len() + chunk.len() > LONGEST {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A body that did not arrive whole.
pub(crate) fn broken(error: &(dyn Error + 'static)) -> ApiError {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return ApiError::of(Problem::RequestTimeout);
        }
        next = cause.source();
    }
    ApiError::new(Problem::MalformedJson, "the body broke off")
}

#[cfg(test)]
mod tests {
    use axum::response::{IntoResponse, Response};

    use super::*;

    async fn read(method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Value, Response> {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        received(request).await.and_then(|bytes| Ok(parse(&bytes)?)).map_err(IntoResponse::into_response)
    }

    #[tokio::test]
    async fn media_types() {
        for (method, media_type, status) in [
            ("POST", "application/json", 200),
            ("POST", "Application/JSON; charset=UTF-8", 200),
            ("POST", "application/json;charset=\"utf-8\"", 200),
            ("PATCH", "application/merge-patch+json", 200),
            ("PATCH", "application/json", 200),
            ("POST", "application/merge-patch+json", 415),
            ("POST", "application/json; charset=utf-16", 415),
            ("POST", "text/plain", 415),
            ("POST", "application/x-www-form-urlencoded", 415),
            ("POST", "", 415),
        ] {
            let answer = read(method, &[("content-type", media_type)], b"{}".to_vec()).await;
            assert_eq!(answer.map_or_else(|r| r.status().as_u16(), |_| 200), status, "{method} {media_type}");
        }
        assert!(read("POST", &[], b"{}".to_vec()).await.is_err_and(|r| r.status() == 415));
        let twice = [("content-type", "application/json"), ("content-type", "application/json")];
        assert!(read("POST", &twice, b"{}".to_vec()).await.is_err());
    }

    #[tokio::test]
    async fn encodings_and_lengths() {
        let json = ("content-type", "application/json");
        let zipped = read("POST", &[json, ("content-encoding", "gzip")], b"{}".to_vec()).await.expect_err("refused");
        assert_eq!(
            (zipped.status().as_u16(), &zipped.headers()[ACCEPT_ENCODING]),
            (415, &HeaderValue::from_static("identity"))
        );
        assert!(read("POST", &[json, ("content-encoding", "identity")], b"{}".to_vec()).await.is_ok());
        let string = |length: usize| format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
        assert!(read("POST", &[json], string(LONGEST)).await.is_ok());
        for headers in [&[json][..], &[json, ("content-length", "1048577")]] {
            let answer = read("POST", headers, string(LONGEST + 1)).await;
            assert!(answer.is_err_and(|r| r.status() == 413));
        }
    }
}
