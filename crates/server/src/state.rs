//! What every request can reach.

use std::sync::Arc;

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use pledgegraph_live::Live;
use pledgegraph_questions::Questions;

use crate::access::Access;
use crate::evaluations::Evaluations;
use crate::lanes::Lanes;
use crate::options::ServerOptions;
use crate::streams::Streams;

/// The parts of the service that the router serves.
#[derive(Clone)]
pub struct AppState {
    /// The published snapshots and their status.
    pub live: Live,
    /// Renders `/metrics`; without it that path does not exist.
    pub metrics: Option<PrometheusHandle>,
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
