//! What every request can reach.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use pledgegraph_live::Live;

use crate::request::cursor::CursorKey;

/// The parts of the service that the router serves.
#[derive(Clone)]
pub struct AppState {
    /// The published snapshots and their status.
    pub live: Live,
    /// Renders `/metrics`; without it that path does not exist.
    pub metrics: Option<PrometheusHandle>,
}

/// From which origins browsers may read.
#[derive(Debug, Clone, Default)]
pub enum AllowedOrigins {
    /// From any. Nothing here depends on who asks, and no credentials are ever sent.
    #[default]
    Any,
    /// From these alone.
    These(Vec<HeaderValue>),
}

/// How the router serves.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// From which origins browsers may read.
    pub origins: AllowedOrigins,
    /// Seals cursors; replicas behind one address share it.
    pub cursor_key: CursorKey,
    /// An answer that takes longer is given up with 504.
    pub timeout: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { origins: AllowedOrigins::Any, cursor_key: CursorKey::random(), timeout: Duration::from_secs(10) }
    }
}

/// [`AppState`] and [`ServerOptions`] as handlers share them.
pub(crate) struct Shared {
    pub(crate) live: Live,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) options: ServerOptions,
    /// `/openapi.json`.
    pub(crate) document: Bytes,
    /// The paths of the document, for the hint of a 404.
    pub(crate) paths: Vec<String>,
}

/// The state of the router.
pub(crate) type State = Arc<Shared>;
