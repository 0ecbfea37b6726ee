//! What every request can reach.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use pledgegraph_live::Live;
use pledgegraph_questions::Questions;

use crate::access::{Access, Oidc, Principal};
use crate::evaluations::Evaluations;
use crate::lanes::Lanes;
use crate::layers::rate::RateLimits;
use crate::request::cursor::CursorKey;
use crate::streams::Streams;

/// The parts of the service that the router serves.
#[derive(Clone)]
pub struct AppState {
    /// The published snapshots and their status.
    pub live: Live,
    /// Renders `/metrics`; without it that path does not exist.
    pub metrics: Option<PrometheusHandle>,
}

/// From which origins browsers may read and write.
#[derive(Debug, Clone, Default)]
pub enum AllowedOrigins {
    /// Read from any, without a token.
    #[default]
    Any,
    /// Read and write from these alone.
    These(Vec<HeaderValue>),
}

/// How the router serves.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// From which origins browsers may read.
    pub origins: AllowedOrigins,
    /// Seals cursors; replicas behind one address share it.
    pub cursor_key: CursorKey,
    /// The answer to a read that takes longer to begin is given up with 504.
    pub timeout: Duration,
    /// A request whose body brings less than 1 KiB/s over this time is given up with 408.
    pub pace: Duration,
    /// The hosts that the service answers for, with or without a port; none means any.
    pub hosts: Vec<String>,
    /// How often one may ask.
    pub rates: RateLimits,
    /// The most requests that are answered at a time; further ones get 503 before their bodies are read.
    pub in_flight: usize,
    /// The most streams of events that are open, in all and of one address; further ones get 503.
    pub streams: usize,
    /// See `streams`.
    pub streams_per_address: usize,
    /// How many steps an analysis may take: wires followed and sets compared. Beyond it is 422, or a part that says so.
    pub steps: u64,
    /// Whether reading needs a token with the scope `read` too.
    pub closed_reads: bool,
    /// JWTs of this issuer are accepted beside tokens.
    pub oidc: Option<Oidc>,
    /// Tokens that are good without being in the database, and whose they are: for tests, and for a service that one
    /// person runs for themselves. They need not look like ours.
    pub fixed_tokens: Vec<(String, Principal)>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            origins: AllowedOrigins::Any,
            cursor_key: CursorKey::random(),
            timeout: Duration::from_secs(10),
            pace: Duration::from_secs(10),
            hosts: Vec::new(),
            rates: RateLimits::default(),
            in_flight: 1_024,
            streams: 400,
            streams_per_address: 50,
            steps: 50_000_000,
            closed_reads: false,
            oidc: None,
            fixed_tokens: Vec::new(),
        }
    }
}

/// [`AppState`] and [`ServerOptions`] as handlers share them.
pub(crate) struct Shared {
    pub(crate) live: Live,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) options: ServerOptions,
    /// Who may do what.
    pub(crate) access: Access,
    /// The streams of events that are open.
    pub(crate) streams: Arc<Streams>,
    /// Places for long work.
    pub(crate) lanes: Lanes,
    /// What is in force.
    pub(crate) evaluations: Evaluations,
    /// The grammars of questions.
    pub(crate) questions: Questions,
    /// `/openapi.json`.
    pub(crate) document: Bytes,
    /// The paths of the document, for the hint of a 404.
    pub(crate) paths: Vec<String>,
}

/// The state of the router.
pub(crate) type State = Arc<Shared>;
