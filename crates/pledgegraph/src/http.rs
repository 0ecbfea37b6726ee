//! What the HTTP server is told: its options, and the recorder of metrics.

use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::http::HeaderValue;
use metrics_exporter_prometheus::PrometheusHandle;
use pledgegraph_server::{AllowedOrigins, CursorKey, ServerOptions};

use crate::config::Settings;

/// How often the recorder is tidied up.
const UPKEEP: Duration = Duration::from_secs(5);

/// The options that the settings give.
///
/// # Errors
/// When an origin cannot be one.
pub(crate) fn options(settings: &Settings) -> Result<ServerOptions> {
    let cursor_key = match &settings.cursor_key {
        Some(secret) => CursorKey::of_secret(secret.reveal().as_bytes()),
        None => CursorKey::random(),
    };
    let timeout = Duration::from_secs(settings.request_seconds);
    Ok(ServerOptions { origins: origins(&settings.allowed_origins)?, cursor_key, timeout })
}

fn origins(list: &str) -> Result<AllowedOrigins> {
    if list.trim() == "*" {
        return Ok(AllowedOrigins::Any);
    }
    let origins = list.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let origins = origins.map(|origin| {
        let plain = origin.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains('/'));
        let value = plain.then(|| HeaderValue::from_str(origin).ok()).flatten();
        value.with_context(|| format!("allowed_origins: `{origin}` is not an origin, such as https://example.org"))
    });
    Ok(AllowedOrigins::These(origins.collect::<Result<_>>()?))
}

/// Records metrics from now on. To be called once in a process, within the runtime.
///
/// # Errors
/// When something records already.
pub(crate) fn record() -> Result<PrometheusHandle> {
    let builder = pledgegraph_server::recorder().context("cannot record metrics")?;
    let handle = builder.install_recorder().context("cannot record metrics")?;
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
    fn origins_are_read() {
        assert!(matches!(origins("*"), Ok(AllowedOrigins::Any)));
        let these = |list: &str| match origins(list) {
            Ok(AllowedOrigins::These(these)) => these.len(),
            other => panic!("{list}: {other:?}"),
        };
        assert_eq!(these("https://a.example, http://localhost:3000"), 2);
        assert_eq!(these(""), 0);
        for wrong in ["a.example", "https://", "https://a.example/", "https://a.example/x", "https://\u{7f}"] {
            assert!(origins(wrong).is_err(), "{wrong}");
        }
    }
}
