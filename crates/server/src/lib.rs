//! HTTP: routes, access, limits, and the OpenAPI document and its page. What goes over the wire is `pledgegraph-wire`.
//!
//! A handler decodes, asks the snapshot, and encodes. One request sees one snapshot, and no read touches PostgreSQL.
//! Parameters are data: the same table reads a request and documents it.

pub mod access;
mod collections;
mod connections;
mod differences;
mod endpoint;
mod error;
mod evaluations;
mod export;
mod extract;
mod header;
mod import;
mod json_body;
mod lanes;
mod layers;
mod list;
mod listing;
mod openapi;
mod options;
mod pieces;
mod recorder;
mod reply;
mod request;
mod router;
mod routes;
mod set_aside;
mod shares;
mod state;
mod streams;

pub use connections::{ConnectionOptions, Proxies, serve};
pub use error::ApiError;
pub use layers::rate::RateLimits;
pub use metrics_exporter_prometheus::PrometheusHandle;
pub use openapi::{document, text as openapi};
pub use options::ServerOptions;
pub use pledgegraph_wire::request::cursor::CursorKey;
pub use recorder::{describe, recorder};
pub use router::build;
pub use state::AppState;
