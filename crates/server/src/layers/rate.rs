//! Limits of how often one may ask, told in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10).

mod quota;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::problem::Problem;

use self::quota::{Quota, Taken};
use crate::access::{ClientAddress, Principal, network};
use crate::error::ApiError;
use crate::reply::set;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Paths that never count: those who watch the service ask often.
pub(crate) const UNCOUNTED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How often one may ask in a minute: who has a token by the token, others by their address (a whole /64 of IPv6 is one
/// address). Requests spread over the minute or come at once, as the client likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests that only read; `None` is without limit.
    pub reads: Option<NonZeroU32>,
    /// Requests that may write; `None` is without limit.
    pub writes: Option<NonZeroU32>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Asker {
    Principal(String),
    Address(IpAddr),
    /// Within the process, as tests do.
    Nobody,
}

/// The quotas of a router.
pub(crate) struct Quotas {
    reads: Option<Quota<Asker>>,
    writes: Option<Quota<Asker>>,
}

impl Quotas {
    pub(crate) fn new(limits: RateLimits) -> Arc<Self> {
        Arc::new(Self { reads: limits.reads.map(Quota::new), writes: limits.writes.map(Quota::new) })
    }
}

/// Counts a request against its quota. It stands behind the layer that knows who asks. What has not changed (304) is
/// not counted.
pub(crate) async fn layer(FromState(quotas): FromState<Arc<Quotas>>, request: Request, next: Next) -> Response {
    let reads = request.method().is_safe();
    let (name, quota) = if reads { ("reads", &quotas.reads) } else { ("writes", &quotas.writes) };
    let Some(quota) = quota.as_ref().filter(|_| !UNCOUNTED.contains(&request.uri().path())) else {
        return next.run(request).await;
    };
    let asker = request.extensions().get::<Principal>().map(|principal| Asker::Principal(principal.key()));
    let asker = asker.unwrap_or_else(|| by_address(&request));
    let taken = quota.take(&asker);
    let mut response = if taken.refused {
        let detail = format!("the quota `{name}` allows {} requests in {} s", quota.most(), quota.window().as_secs());
        let mut response = ApiError::new(Problem::QuotaExceeded, detail).into_response();
        retry_after(&mut response, taken.seconds);
        response
    } else {
        next.run(request).await
    };
    if response.status() == StatusCode::NOT_MODIFIED {
        quota.give_back(&asker);
    } else {
        tell(&mut response, name, quota, &taken);
    }
    response
}

/// Says after how many seconds asking again has a chance.
pub(crate) fn retry_after(response: &mut Response, seconds: u64) {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
}

fn tell(response: &mut Response, name: &str, quota: &Quota<Asker>, taken: &Taken) {
    let window = quota.window().as_secs();
    set(response, RATE_LIMIT_POLICY, &format!("\"{name}\";q={};w={window}", quota.most()));
    set(response, RATE_LIMIT, &format!("\"{name}\";r={};t={}", taken.left, taken.seconds));
}

fn by_address(request: &Request) -> Asker {
    match request.extensions().get::<ClientAddress>() {
        Some(ClientAddress(address)) => Asker::Address(network(*address)),
        None => Asker::Nobody,
    }
}
