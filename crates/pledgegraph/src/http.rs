//! What the HTTP server is told: its options, and the recorder of metrics.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use axum::http::HeaderValue;
use axum::http::uri::Authority;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use pledgegraph_server::access::{Oidc, OidcOptions};
use pledgegraph_server::{ConnectionOptions, Proxies, RateLimits, ServerOptions};

use crate::config::Settings;

/// How often the recorder is tidied up.
const UPKEEP: Duration = Duration::from_secs(5);

/// The options that the settings give, but for the key of cursors, which may be that of the database.
///
/// # Errors
/// When an origin cannot be one.
pub(crate) fn options(settings: &Settings) -> Result<ServerOptions> {
    let timeout = Duration::from_secs(settings.request_seconds);
    let origins = origins(&settings.allowed_origins)?;
    Ok(ServerOptions {
        origins,
        timeout,
        hosts: hosts(settings.hosts.as_deref().unwrap_or_default())?,
        rates: RateLimits {
            reads: NonZeroU32::new(settings.reads_per_minute),
            writes: NonZeroU32::new(settings.writes_per_minute),
        },
        in_flight: settings.requests_in_flight,
        // Never all connections, and never all of an address.
        streams: settings.connections * 2 / 5,
        streams_per_address: settings.connections_per_address.div_ceil(2),
        closed_reads: settings.closed_reads,
        oidc: oidc(settings)?,
        ..ServerOptions::default()
    })
}

/// Which JWTs are accepted; none without an issuer.
fn oidc(settings: &Settings) -> Result<Option<Oidc>> {
    let (Some(issuer), audience) = (&settings.oidc_issuer, &settings.oidc_audience) else {
        let stray = settings.oidc_audience.is_some() || settings.oidc_jwks_url.is_some();
        ensure!(!stray, "oidc_audience and oidc_jwks_url mean nothing without oidc_issuer");
        return Ok(None);
    };
    let audience = audience.as_deref().context("oidc_issuer needs oidc_audience: whom its JWTs must be for")?;
    let algorithms = settings.oidc_algorithms.split(',').map(str::trim).filter(|name| !name.is_empty());
    let algorithms = algorithms.map(str::parse).collect::<Result<_, _>>().context("oidc_algorithms")?;
    let options = OidcOptions {
        jwks_url: settings.oidc_jwks_url.clone(),
        scope_claim: settings.oidc_scope_claim.clone(),
        algorithms,
        ..OidcOptions::new(issuer, audience)
    };
    Oidc::new(options).context("the settings of oidc cannot be used").map(Some)
}

/// The limits of connections that the settings give.
///
/// # Errors
/// When a proxy has no address.
pub(crate) fn connections(settings: &Settings) -> Result<ConnectionOptions> {
    let (most, most_per_address) = (settings.connections, settings.connections_per_address);
    let idle = Duration::from_secs(settings.keep_alive_seconds);
    let proxies = proxies(settings.proxies.as_deref().unwrap_or_default())?;
    Ok(ConnectionOptions { most, most_per_address, proxies, idle, ..ConnectionOptions::default() })
}

fn proxies(list: &str) -> Result<Proxies> {
    let networks = list.split(',').map(str::trim).filter(|network| !network.is_empty());
    let networks = networks.map(|network| {
        let read = network.parse().or_else(|_| network.parse().map(|address: IpAddr| address.to_canonical().into()));
        read.with_context(|| format!("proxies: `{network}` is no address and no network, such as 10.0.0.0/8"))
    });
    networks.collect::<Result<Vec<IpNet>>>().map(Proxies::new)
}

fn hosts(list: &str) -> Result<Vec<String>> {
    let hosts = list.split(',').map(str::trim).filter(|host| !host.is_empty());
    let hosts = hosts.map(|host| {
        let plain = host.parse::<Authority>().is_ok() && !host.contains('@');
        plain.then(|| host.to_owned()).with_context(|| format!("hosts: `{host}` is not a host, such as example.org"))
    });
    hosts.collect()
}

/// The origins that a list names; `*` names none, for all may read.
fn origins(list: &str) -> Result<Vec<HeaderValue>> {
    if list.trim() == "*" {
        return Ok(Vec::new());
    }
    let origins = list.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let origins = origins.map(|origin| {
        let plain = origin.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains('/'));
        let value = plain.then(|| HeaderValue::from_str(origin).ok()).flatten();
        value.with_context(|| format!("allowed_origins: `{origin}` is not an origin, such as https://example.org"))
    });
    origins.collect()
}

/// Records metrics from now on. To be called once in a process, within the runtime.
///
/// # Errors
/// When something records already.
pub(crate) fn record() -> Result<PrometheusHandle> {
    let builder = pledgegraph_server::recorder().context("cannot record metrics")?;
    let handle = builder.install_recorder().context("cannot record metrics")?;
    pledgegraph_server::describe();
    let tidied = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            tidied.run_upkeep();
        }
    });
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        assert_eq!(origins("*").ok(), Some(Vec::new()));
        let these = |list: &str| origins(list).expect("origins").len();
        assert_eq!(these("https://a.example, http://localhost:3000"), 2);
        assert_eq!(these(""), 0);
        assert_eq!(hosts("a.example, b.example:8080,[::1]").expect("hosts").len(), 3);
        assert!(hosts("http://a.example").is_err() && hosts("u@a").is_err() && hosts("").expect("none").is_empty());
        assert!(proxies("").is_ok() && proxies("10.0.0.0/8, ::1,192.0.2.1").is_ok());
        assert!(proxies("10.0.0.0/33").is_err() && proxies("balancer.example").is_err());
        for wrong in ["a.example", "https://", "https://a.example/", "https://a.example/x", "https://\u{7f}"] {
            assert!(origins(wrong).is_err(), "{wrong}");
        }
    }
}
