//! The declarations as a request meets them: found once by route and method, and read by every layer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State as FromState};
use axum::http::header::ACCESS_CONTROL_REQUEST_METHOD;
use axum::http::{Extensions, Method};
use axum::middleware::Next;
use axum::response::Response;
use pledgegraph_wire::format::Format;
use pledgegraph_wire::formats::FORMATS;

use super::{Endpoint, Needs};

/// What layers ask of the operation that a request is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// What the caller needs.
    pub(crate) needs: Needs,
    /// Whether it only asks.
    pub(crate) reads: bool,
    /// The media type that it is made in, where other paths make the same in others; elsewhere `Accept` is no choice.
    pub(crate) makes: Option<&'static str>,
}

/// What an operation is about which a browser asks ahead of a request (a preflight of the CORS protocol).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead {
    /// Whether it is a POST that only asks.
    pub(crate) asks_by_post: bool,
}

/// The operations of every route.
#[derive(Clone)]
pub(crate) struct Declared(Arc<HashMap<String, Vec<(Method, Facts)>>>);

impl Declared {
    /// Those of these operations, and of `pages`, which are beside the API and open to everybody.
    pub(crate) fn new<'e>(endpoints: impl Iterator<Item = &'e Endpoint>, pages: &[&str]) -> Self {
        let page = Facts { needs: Needs::Nothing, reads: true, makes: None };
        let mut routes: HashMap<String, Vec<(Method, Facts)>> =
            pages.iter().map(|path| ((*path).to_owned(), vec![(Method::GET, page)])).collect();
        let endpoints: Vec<&Endpoint> = endpoints.collect();
        let paths: HashSet<&str> = endpoints.iter().map(|endpoint| &*endpoint.path).collect();
        for endpoint in &endpoints {
            let is_made = |format: &&Format| paths.contains(&*format!("{}{}", endpoint.path, format.suffix));
            let is_one_of_several = FORMATS.iter().skip(1).any(is_made);
            let makes = endpoint.answer.made().filter(|_| is_one_of_several);
            let facts = Facts { needs: endpoint.needs, reads: endpoint.reads(), makes };
            routes.entry(endpoint.path.clone()).or_default().push((endpoint.method.clone(), facts));
        }
        Self(Arc::new(routes))
    }

    /// The operation of a route and method; HEAD is GET without its body.
    fn facts(&self, route: &str, method: &Method) -> Option<Facts> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.0.get(route)?.iter().find(|(known, _)| known == method).map(|(_, facts)| *facts)
    }
}

/// Tells the layers further in what the request is for, where there is such an operation.
pub(crate) async fn layer(FromState(declared): FromState<Declared>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let facts = |method: &Method| declared.facts(route.as_ref()?.as_str(), method);
    if let Some(facts) = facts(request.method()) {
        request.extensions_mut().insert(facts);
    }
    if let Some(method) = asked_ahead(&request) {
        let asks_by_post = method == Method::POST && facts(&method).is_some_and(|facts| facts.reads);
        request.extensions_mut().insert(Ahead { asks_by_post });
    }
    next.run(request).await
}

/// The method about which a preflight asks.
fn asked_ahead(request: &Request) -> Option<Method> {
    let asked = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| request.method() == Method::OPTIONS)?;
    Method::from_bytes(asked.as_bytes()).ok()
}

/// Whether a request only asks.
pub(crate) fn reads(method: &Method, extensions: &Extensions) -> bool {
    extensions.get::<Facts>().map_or(method.is_safe(), |facts| facts.reads)
}
