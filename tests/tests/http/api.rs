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
mod in_force;
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

use anyhow::{Result, ensure};
use axum::http::{Method, StatusCode};
use pledgegraph_tests::app::TestApp;
use serde_json::Value;

/// Records something.
async fn created(app: &TestApp, path: &str, body: &Value) -> Result<Value> {
    let answer = app.send_body(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await?;
    ensure!(answer.status == StatusCode::CREATED, "{path} {body}: {}", answer.text());
    answer.json()
}
