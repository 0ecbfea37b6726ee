//! Who may do what: tokens, scopes, JWTs, and the audit.

mod audit;
mod issuer;
mod jwts;
mod scopes;
mod tokens;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use pledgegraph_server::access::ClientAddress;
use serde_json::Value;
use tower::ServiceExt as _;

/// A path that everybody may read.
const OPEN: &str = "/v1/countries?limit=1";

/// What an answer says: enough to compare two of them.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    status: StatusCode,
    /// Slug of the problem; empty for none.
    problem: String,
    /// The body without the identifier of the request.
    body: Value,
    challenge: String,
    retry_after: String,
}

impl Said {
    fn is(&self, status: u16, problem: &str) -> bool {
        (self.status.as_u16(), self.problem.as_str()) == (status, problem)
    }
}

/// Asks from an address of its own, so that failures do not add up.
async fn ask(router: &Router, method: Method, path: &str, headers: &HeaderMap) -> Result<Said> {
    static ADDRESSES: AtomicU32 = AtomicU32::new(1);
    let number = ADDRESSES.fetch_add(1, Ordering::Relaxed);
    ask_from(router, Ipv4Addr::from(0x0A00_0000 + number).into(), method, path, headers).await
}

async fn ask_from(router: &Router, from: IpAddr, method: Method, path: &str, headers: &HeaderMap) -> Result<Said> {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty())?;
    *request.headers_mut() = headers.clone();
    request.headers_mut().insert("host", "localhost".parse()?);
    request.extensions_mut().insert(ClientAddress(from));
    let response = router.clone().oneshot(request).await?;
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (status, challenge, retry_after) = (response.status(), header("www-authenticate"), header("retry-after"));
    let bytes = to_bytes(response.into_body(), 1 << 22).await?;
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    let problem = body["type"].as_str().and_then(|uri| uri.strip_prefix("/problems/")).unwrap_or_default().to_owned();
    Ok(Said { status, problem, body, challenge, retry_after })
}

/// The headers of a request with this token.
fn bearer(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().expect("a value"));
    headers
}
