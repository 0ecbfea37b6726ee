//! The whole API on one page.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as FromState;
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use bytes::Bytes;
use pledgegraph_questions::Questions;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::nearest;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use crate::access::Access;
use crate::endpoint::declared::{self, Declared};
use crate::error::ApiError;
use crate::evaluations::Evaluations;
use crate::lanes::Lanes;
use crate::layers::{
    access, compression, cors, guards, headers, negotiation, pace, problems, rate, request_id, shed, target, unread,
    version,
};
use crate::openapi;
use crate::options::ServerOptions;
use crate::routes::{self, docs};
use crate::state::{AppState, Shared, State};
use crate::streams::Streams;

/// The service as a router, every layer included.
///
/// # Panics
/// When a lexicon that is part of the program is not well formed: never in a released one, a test reads them.
pub fn build(state: AppState, options: ServerOptions) -> Router {
    let routes = routes::all();
    let endpoints = || routes.iter().map(|route| &route.endpoint);
    let pace = options.pace;
    let quotas = rate::Quotas::new(options.rates);
    let hosts: target::Hosts = options.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
    let places: shed::Places = Arc::new(Semaphore::new(options.in_flight));
    let declared = Declared::new(endpoints(), &docs::PAGES);
    let shared: State = Arc::new(Shared {
        access: Access::new(state.live.clone(), &options),
        lanes: Lanes::new(),
        streams: Streams::new(options.streams, options.streams_per_address),
        evaluations: Evaluations::default(),
        questions: Questions::new().expect("the lexicons are well formed: a test reads them"),
        live: state.live,
        metrics: state.metrics,
        options,
        paths: endpoints().map(|endpoint| endpoint.path.clone()).collect(),
        document: Bytes::from(openapi::text()),
    });
    // The last layer is the outermost: it sees the request first and the answer last.
    let api = routes.into_iter().fold(Router::new(), |api, route| api.route(&route.endpoint.path, route.handler));
    api.merge(docs::pages())
        .layer(from_fn(negotiation::layer))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&shared), version::layer))
        .layer(from_fn_with_state(Arc::clone(&shared), guards::timeout))
        .layer(from_fn_with_state(pace, pace::layer))
        .layer(from_fn_with_state(quotas, rate::layer))
        .layer(from_fn_with_state(Arc::clone(&shared), crate::access::layer))
        .layer(from_fn_with_state(hosts, target::layer))
        .layer(from_fn_with_state(places, shed::layer))
        .layer(CatchPanicLayer::custom(guards::panicked))
        .layer(from_fn(problems::layer))
        .layer(from_fn_with_state(Arc::clone(&shared), compression::layer))
        .layer(CompressionLayer::new().compress_when(compression::IsShort.and(DefaultPredicate::new())))
        .layer(map_response(compression::weaken_tag))
        .layer(from_fn_with_state(Arc::clone(&shared), headers::layer))
        .layer(from_fn_with_state(Arc::clone(&shared), cors::layer))
        .layer(from_fn(access::layer))
        .layer(from_fn(request_id::layer))
        .layer(from_fn_with_state(declared, declared::layer))
        .layer(from_fn(unread::layer))
        .with_state(shared)
}

async fn not_found(FromState(state): FromState<State>, uri: Uri) -> ApiError {
    let path = uri.path().trim_end_matches('/');
    let known = state.paths.iter().map(String::as_str).filter(|known| known.len() > 1 && !known.contains('{'));
    match nearest(path, known) {
        Some(known) => {
            ApiError::new(Problem::NotFound, format!("there is nothing at this path; did you mean {known}?"))
        }
        None => ApiError::new(Problem::NotFound, "there is nothing at this path; / lists where to begin"),
    }
}

async fn method_not_allowed() -> ApiError {
    ApiError::of(Problem::MethodNotAllowed)
}
