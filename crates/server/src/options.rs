//! How the service is served.

use std::time::Duration;

use axum::http::HeaderValue;
use pledgegraph_wire::request::cursor::CursorKey;

use crate::access::{Oidc, Principal};
use crate::layers::rate::RateLimits;

/// How the router serves.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The origins whose pages may write in browsers; those of all may read.
    pub origins: Vec<HeaderValue>,
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
            origins: Vec::new(),
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
