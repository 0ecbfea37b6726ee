//! The recorder of metrics, with the buckets that our histograms need.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

/// Upper bounds of latencies in seconds: reads take microseconds to milliseconds.
const LATENCIES: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Upper bounds of steps: a light list takes hundreds, an analysis of a large graph millions.
const STEPS: [f64; 7] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// A builder of the recorder; the binary installs it once and hands its handle to [`crate::AppState`].
///
/// # Errors
/// Never in fact: the buckets are given.
pub fn recorder() -> Result<PrometheusBuilder, BuildError> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)?;
    builder.set_buckets_for_metric(Matcher::Suffix("_steps".to_owned()), &STEPS)
}

/// Says what each metric is, and makes those that are only counted now and then, so that they can be watched from the start:
/// once, after the recorder is installed.
pub fn describe() {
    describe_counter!("http_requests_total", "Requests that were answered, by method, route and status.");
    describe_histogram!("http_request_duration_seconds", "How long answers took to begin, by method and route.");
    describe_histogram!(
        "pledgegraph_work_steps",
        "Steps that long work took, by lane: statements and entities looked at."
    );
    describe_gauge!("pledgegraph_entities", "Entities of the newest snapshot, by kind.");
    describe_gauge!("pledgegraph_edges", "Statements of the newest snapshot.");
    describe_gauge!("pledgegraph_seq", "The newest commit that is published here.");
    describe_gauge!("pledgegraph_lag_commits", "Commits that the database has and this process does not yet.");
    describe_gauge!("pledgegraph_ready", "1 when `/readyz` is 200.");
    describe_gauge!("pledgegraph_database_connections", "Connections to the database, by state: idle or used.");
    describe_gauge!("pledgegraph_build_info", "1, with the version of the program.");
    describe_counter!("pledgegraph_commits_total", "Commits that this process made.");
    describe_counter!(
        "pledgegraph_reloads_total",
        "How often the graph was loaded anew, since it was not that of the database."
    );
    describe_histogram!("pledgegraph_batch_writes", "Writes of a transaction.");
    describe_histogram!("pledgegraph_publish_seconds", "How long it took to make and publish a snapshot.");
    describe_histogram!("pledgegraph_past_seconds", "How long it took to make a graph of the past.");
    metrics_process::Collector::default().describe();
    for name in ["pledgegraph_commits_total", "pledgegraph_reloads_total"] {
        counter!(name).increment(0);
    }
    gauge!("pledgegraph_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
