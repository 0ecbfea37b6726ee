//! Refuses requests that are not clearly meant for this service: the host, the form of the target, the length of the
//! body, a path that is not UTF-8.

use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::header::{CONNECTION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use pledgegraph_wire::problem::Problem;

use crate::access::ClientAddress;
use crate::connections::{Fault, LONGEST_TARGET};
use crate::error::ApiError;

/// Probes ask for these by the address of the machine.
const FOR_ANY_HOST: [&str; 2] = ["/healthz", "/readyz"];

/// The hosts that the service answers for, in lower case, with or without a port; none means any.
pub(crate) type Hosts = Arc<[String]>;

/// Refuses what is not for us. What makes the end of the request doubtful ends the connection too.
pub(crate) async fn layer(FromState(hosts): FromState<Hosts>, request: Request, next: Next) -> Response {
    let fault = match request.extensions().get::<Fault>() {
        Some(Fault::AmbiguousLength) => Some(Problem::AmbiguousLength),
        Some(Fault::UriTooLong) => Some(Problem::UriTooLong),
        None => None,
    };
    if let Some(problem) = fault {
        let mut response = ApiError::of(problem).into_response();
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    match check(&request, &hosts) {
        Err(problem) => ApiError::of(problem).into_response(),
        Ok(()) => next.run(request).await,
    }
}

fn check(request: &Request, hosts: &[String]) -> Result<(), Problem> {
    let uri = request.uri();
    if uri.path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_TARGET) {
        return Err(Problem::UriTooLong);
    }
    // A request that was made within the process has no host.
    if request.extensions().get::<ClientAddress>().is_some() {
        let host = host(request)?;
        let for_us = hosts.is_empty() || host.as_ref().is_some_and(|host| is_one_of(host, hosts));
        let absolute = request.version() <= Version::HTTP_11 && uri.authority().is_some();
        if absolute && !for_us {
            return Err(Problem::BadHost);
        }
        if !for_us && !FOR_ANY_HOST.contains(&uri.path()) {
            return Err(Problem::Misdirected);
        }
    }
    percent_decode_str(uri.path()).decode_utf8().map(|_| ()).or(Err(Problem::BadPath))
}

/// The host that a request names; `None` where HTTP/1.0 names none (RFC 9112 3.2, RFC 9113 8.3.1).
fn host(request: &Request) -> Result<Option<Authority>, Problem> {
    let mut named = request.headers().get_all(HOST).iter();
    let host = named.next().map(|value| authority(value.as_bytes())).transpose()?;
    if named.next().is_some() {
        return Err(Problem::BadHost);
    }
    let target = request.uri().authority();
    match (request.version(), target, host) {
        (Version::HTTP_11, _, None) => Err(Problem::BadHost),
        // The form of CONNECT, which is for proxies.
        (Version::HTTP_10 | Version::HTTP_11, Some(_), _)
            if request.uri().scheme().is_none() || request.method() == Method::CONNECT =>
        {
            Err(Problem::BadHost)
        }
        (_, Some(target), Some(host)) if !same(target, &host) => Err(Problem::BadHost),
        (_, None, host) => Ok(host),
        (_, Some(target), _) => authority(target.as_str().as_bytes()).map(Some),
    }
}

/// A host with or without a port, without a user.
fn authority(text: &[u8]) -> Result<Authority, Problem> {
    let authority = Authority::try_from(text).or(Err(Problem::BadHost))?;
    let plain = !authority.host().is_empty() && !authority.as_str().contains('@');
    plain.then_some(authority).ok_or(Problem::BadHost)
}

fn same(a: &Authority, b: &Authority) -> bool {
    a.as_str().eq_ignore_ascii_case(b.as_str())
}

fn is_one_of(host: &Authority, hosts: &[String]) -> bool {
    let whole = host.as_str().to_ascii_lowercase();
    let name = host.host().trim_end_matches('.').to_ascii_lowercase();
    hosts.iter().any(|ours| *ours == whole || *ours == name)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn problem(version: Version, target: &str, named: &[&str], hosts: &[&str]) -> Option<&'static str> {
        let mut request = Request::builder().version(version).uri(target);
        for host in named {
            request = request.header(HOST, *host);
        }
        let address = ClientAddress([127, 0, 0, 1].into());
        let request = request.extension(address).body(Body::empty()).expect("a request");
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        check(&request, &hosts).err().map(Problem::slug)
    }

    #[test]
    fn hosts_are_compared() {
        let (v0, v1, v2) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
        let ours: &[&str] = &["api.example", "[::1]", "other.example:8080"];
        for (version, target, named, hosts, expected) in [
            (v1, "/", &["anything:1"][..], &[][..], None),
            (v1, "/", &[], &[], Some("bad-host")),
            (v0, "/", &[], &[], None),
            (v1, "/", &[""], &[], Some("bad-host")),
            (v1, "/", &["a", "a"], &[], Some("bad-host")),
            (v1, "/", &["u@a"], &[], Some("bad-host")),
            (v1, "/", &["a/b"], &[], Some("bad-host")),
            (v1, "/", &["API.example.:80"], ours, None),
            (v1, "/", &["[::1]:80"], ours, None),
            (v1, "/", &["other.example:8080"], ours, None),
            (v1, "/", &["other.example"], ours, Some("misdirected")),
            (v1, "/", &["evil.example"], ours, Some("misdirected")),
            (v1, "/healthz", &["10.0.0.7"], ours, None),
            (v0, "/", &[], ours, Some("misdirected")),
            (v1, "http://a/", &["a"], &[], None),
            (v1, "http://b/", &["a"], &[], Some("bad-host")),
            (v1, "http://api.example/", &["api.example"], ours, None),
            (v1, "http://evil.example/", &["evil.example"], ours, Some("bad-host")),
            (v1, "a:443", &["a:443"], &[], Some("bad-host")),
            (v2, "http://api.example/", &[], ours, None),
            (v2, "http://evil.example/", &[], ours, Some("misdirected")),
            (v2, "/", &[], &[], None),
            (v1, "/v1/%C3%A9", &["a"], &[], None),
            (v1, "/v1/%FF", &["a"], &[], Some("bad-path")),
        ] {
            assert_eq!(problem(version, target, named, hosts), expected, "{version:?} {target} {named:?}");
        }
    }
}
