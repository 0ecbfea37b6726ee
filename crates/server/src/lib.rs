//! HTTP: routes, JSON, CSV, OpenAPI and its page. The only crate that knows the wire.
//!
//! A handler decodes, asks the snapshot, and encodes. One request sees one snapshot, and no read touches PostgreSQL.
//! Parameters are data (`filters`, `routes`): the same table reads a request and documents it.

pub mod access;
mod answer;
mod body;
mod collections;
mod connections;
mod csv;
mod differences;
mod endpoint;
mod error;
mod evaluations;
mod export;
mod extract;
mod filters;
mod format;
mod formats;
mod header;
mod import;
mod items;
mod json_body;
mod lanes;
mod layers;
mod list;
mod listing;
mod openapi;
mod options;
mod pieces;
mod problem;
mod recorder;
mod refusal;
mod reply;
mod request;
mod router;
mod routes;
mod set_aside;
mod shares;
mod state;
mod streams;
mod wire;

pub use body::line::{edge_line, entity_line};
pub use connections::{ConnectionOptions, Proxies, serve};
pub use error::ApiError;
pub use layers::rate::RateLimits;
pub use metrics_exporter_prometheus::PrometheusHandle;
pub use openapi::{document, text as openapi};
pub use options::{AllowedOrigins, ServerOptions};
pub use recorder::{describe, recorder};
pub use request::cursor::CursorKey;
pub use router::build;
pub use state::AppState;
