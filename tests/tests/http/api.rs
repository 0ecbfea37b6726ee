//! The read API over the bundled data: the real router, a real PostgreSQL.

mod analyses;
mod caching;
mod changes;
mod collections;
mod commitments;
mod contract;
mod csv;
mod errors;
mod examples;
mod filters;
mod graph;
mod language;
mod ndjson;
mod operations;
mod paging;
mod protocol;
mod query;
mod questions;
mod same_rows;
mod search;
mod standing;
