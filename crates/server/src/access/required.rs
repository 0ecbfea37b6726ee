//! Which scope a call needs: decided here for all operations, from method, route and `cascade`.

use std::collections::HashMap;

use axum::http::Method;
use pledgegraph_live::Scope;
use utoipa::openapi::path::{PathItem, Paths};

use crate::request::given::decode;

/// Routes that answer everybody, whatever is sent along: health checks must not depend on tokens, and one has to be
/// able to read how to get one.
const OPEN: [&str; 6] = ["/", "/healthz", "/readyz", "/openapi.json", "/problems", "/problems/{slug}"];

/// Whether a route only asks, although it takes a body: its POST is a read.
pub(crate) fn asks(route: &str) -> bool {
    matches!(route, "/v1/query" | "/v1/scenario-evaluations") || route.starts_with("/v1/analyses/")
}

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Required {
    /// Nothing, and credentials are not looked at.
    Nothing,
    /// Nothing, but credentials that are sent must be good.
    Optional,
    /// A principal with this scope.
    Scope(Scope),
}

/// The methods of each route, as documented.
#[derive(Debug, Default)]
pub(crate) struct Operations(HashMap<String, Vec<Method>>);

impl Operations {
    /// Those of a document.
    pub(crate) fn new(paths: &Paths) -> Self {
        Self(paths.paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect())
    }

    /// Whether the route exists and the method does not: that is 405 for everybody.
    fn lacks(&self, route: &str, method: &Method) -> bool {
        self.0.get(route).is_some_and(|methods| !methods.contains(method))
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    let all = [
        (Method::GET, item.get.is_some()),
        (Method::HEAD, item.get.is_some() || item.head.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::PUT, item.put.is_some()),
        (Method::PATCH, item.patch.is_some()),
        (Method::DELETE, item.delete.is_some()),
    ];
    all.into_iter().filter(|(_, present)| *present).map(|(method, _)| method).collect()
}

/// What a call needs. `route` is the pattern that it matched, if it matched one.
pub(crate) fn required(
    operations: &Operations,
    method: &Method,
    route: Option<&str>,
    query: Option<&str>,
    closed_reads: bool,
) -> Required {
    let Some(route) = route else { return Required::Optional };
    if OPEN.contains(&route) || route == "/docs" || route.starts_with("/docs/") {
        return Required::Nothing;
    }
    if operations.lacks(route, method) {
        return Required::Optional;
    }
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) || asks(route);
    match (reads, closed_reads) {
        _ if route == "/v1/audit" => Required::Scope(Scope::Admin),
        (true, false) => Required::Optional,
        (true, true) => Required::Scope(Scope::Read),
        (false, _) if cascades(query) => Required::Scope(Scope::Admin),
        (false, _) => Required::Scope(Scope::Write),
    }
}

/// What the operation at this path needs where reads are open, for the document. `reads`: it is a GET.
pub(crate) fn documented(path: &str, reads: bool) -> Required {
    let method = if reads { Method::GET } else { Method::POST };
    required(&Operations::default(), &method, Some(path), None, false)
}

/// Whether `cascade` is given as anything but `false`, however it is encoded.
fn cascades(query: Option<&str>) -> bool {
    parameters(query).any(|(name, value)| name == "cascade" && value != "false")
}

/// The parameters of a query, decoded; those that cannot be are refused further in.
pub(super) fn parameters(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    query.unwrap_or_default().split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(name)?.into_owned(), decode(value).unwrap_or_default().into_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_needs_what_the_table_says() {
        let operations = Operations(HashMap::from([
            ("/v1/countries".to_owned(), vec![Method::GET, Method::HEAD, Method::POST]),
            ("/v1/countries/{ref}".to_owned(), vec![Method::GET, Method::HEAD, Method::PUT, Method::DELETE]),
            ("/v1/audit".to_owned(), vec![Method::GET, Method::HEAD]),
            ("/healthz".to_owned(), vec![Method::GET, Method::HEAD]),
        ]));
        let (read, write, admin) =
            (Required::Scope(Scope::Read), Required::Scope(Scope::Write), Required::Scope(Scope::Admin));
        let (nothing, optional) = (Required::Nothing, Required::Optional);
        let one = Some("/v1/countries/{ref}");
        for (method, route, query, open, closed) in [
            (Method::GET, Some("/v1/countries"), None, optional, read),
            (Method::HEAD, Some("/v1/countries"), None, optional, read),
            (Method::POST, Some("/v1/countries"), None, write, write),
            (Method::DELETE, Some("/v1/countries"), None, optional, optional),
            (Method::DELETE, one, None, write, write),
            (Method::DELETE, one, Some("cascade=true"), admin, admin),
            (Method::DELETE, one, Some("x=1&cascad%65=tru%65"), admin, admin),
            (Method::DELETE, one, Some("cascade=false"), write, write),
            (Method::GET, Some("/v1/audit"), None, admin, admin),
            (Method::POST, Some("/v1/scenario-evaluations"), None, optional, read),
            (Method::POST, Some("/v1/analyses/unlocking-sets"), None, optional, read),
            (Method::GET, Some("/healthz"), None, nothing, nothing),
            (Method::GET, Some("/docs/{*file}"), None, nothing, nothing),
            (Method::POST, Some("/not/in/the/document"), None, write, write),
            (Method::GET, None, None, optional, optional),
            (Method::POST, None, None, optional, optional),
        ] {
            for (closed_reads, expected) in [(false, open), (true, closed)] {
                let found = required(&operations, &method, route, query, closed_reads);
                assert_eq!(found, expected, "{method} {route:?} {query:?} closed: {closed_reads}");
            }
        }
    }
}
