//! The recorder of metrics, with the buckets that our histograms need.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

/// Upper bounds of latencies in seconds: reads take microseconds to milliseconds.
const LATENCIES: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// A builder of the recorder; the binary installs it once and hands its handle to [`crate::AppState`].
///
/// # Errors
/// Never in fact: the buckets are given.
pub fn recorder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)
}
