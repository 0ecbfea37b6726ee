//! `/metrics`: for Prometheus.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use metrics::gauge;
use metrics_process::Collector;
use pledgegraph_model::{Code, EntityKind};
use pledgegraph_wire::media::Answer;
use pledgegraph_wire::problem::Problem;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::reply::set;
use crate::request::ask::Ask;

/// `GET /metrics`.
pub(crate) fn get_metrics() -> Route {
    Endpoint::get("get_metrics", "/metrics", "operations")
        .says(
            "Get the metrics",
            "Prometheus text format: requests, latencies, sizes of the graph, lag, rows that were compared with the \
            database and rows that differ, and what the process takes of the machine. 404 where it is closed.",
        )
        .answers(Answer::Text)
        .problems(problems::RECORD)
        .on(async |ask: Ask| render(&ask))
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
fn render(ask: &Ask) -> Result<Response, ApiError> {
    ask.plain()?;
    let handle = ask.state.metrics.as_ref().ok_or_else(|| ApiError::of(Problem::NotFound))?;
    let status = ask.state.live.status();
    for kind in EntityKind::ALL {
        gauge!("pledgegraph_entities", "kind" => kind.as_str()).set(ask.current.entity_count_of(*kind) as f64);
    }
    gauge!("pledgegraph_edges").set(ask.current.edge_count() as f64);
    gauge!("pledgegraph_seq").set(status.seq as f64);
    gauge!("pledgegraph_lag_commits").set(status.head_seq.saturating_sub(status.seq).max(0) as f64);
    let (connections, idle) = ask.state.live.database_connections();
    gauge!("pledgegraph_database_connections", "state" => "idle").set(idle as f64);
    gauge!("pledgegraph_database_connections", "state" => "used").set(connections.saturating_sub(idle) as f64);
    let differences = ask.state.live.differences();
    gauge!("pledgegraph_rows_differing").set(differences.rows as f64);
    gauge!("pledgegraph_content_differs").set(if differences.is_none() { 0.0 } else { 1.0 });
    gauge!("pledgegraph_ready").set(if status.is_ready() { 1.0 } else { 0.0 });
    Collector::default().collect();
    let mut response = Response::new(Body::from(handle.render()));
    set(&mut response, CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}
