//! What an answer leaves out because it does not count, said with the request that shows it.

use axum::http::HeaderName;
use axum::response::Response;
use pledgegraph_graph::{EdgeQuery, Graph, SetAside};
use pledgegraph_model::{Code, EntityId, Rows, Standing};
use pledgegraph_questions::encoded;
use pledgegraph_wire::answers::warning::{Counts, WarningBody};
use pledgegraph_wire::filters::STANDING;
use pledgegraph_wire::request::given::Given;
use pledgegraph_wire::request::known_at::KNOWN_AT;

use crate::reply::set;
use crate::request::ask::Ask;

/// The header of answers without room for warnings, as CSV: an RFC 8941 dictionary of standings with their numbers, and the request that shows them.
pub(crate) const SET_ASIDE: HeaderName = HeaderName::from_static("pledgegraph-set-aside");

/// The list of what analyses are about.
pub(crate) const COMMITMENTS: &str = "/v1/commitments";

/// The warning of an answer to parameters: the same request with `standing` shows what was left out.
pub(crate) fn warning(path: &str, given: &Given, counts: Counts) -> Option<WarningBody> {
    let names = names(&counts.0);
    shown_by(format!("{path}?{}", given.again_with(STANDING.parameter.name, &names)), counts)
}

/// The warning with a request of its own.
pub(crate) fn shown_by(request: String, (counts, exact): Counts) -> Option<WarningBody> {
    if counts.is_empty() {
        return None;
    }
    let several: Vec<String> = counts.iter().map(|(standing, count)| format!("{count} {standing}")).collect();
    let least = if exact { "" } else { "at least " };
    let detail = format!("left out since they do not count: {least}{}; `request` shows them", several.join(", "));
    Some(WarningBody {
        standings: Some(counts.iter().map(|(standing, count)| (standing.as_str(), *count)).collect()),
        relation: Some(if exact { "eq" } else { "gte" }),
        request: Some(request),
        ..WarningBody::new("set-aside", detail)
    })
}

/// The warning of an answer that counts statements: the list at `path` of the same, on the same day and as known at the same
/// moment, shows what was left out.
pub(crate) fn of_query(ask: &Ask, graph: &Graph, path: &str, query: &EdgeQuery) -> Option<WarningBody> {
    list_of(ask, graph, path, query, graph.set_aside(query))
}

/// The same with counts of its own.
pub(crate) fn list_of(ask: &Ask, graph: &Graph, path: &str, query: &EdgeQuery, counts: Counts) -> Option<WarningBody> {
    let mut which = query.which.clone();
    which.standing = counts.0.iter().map(|(standing, _)| *standing).collect();
    if let Some(counted) = &query.counted {
        which.modality.clone_from(&counted.modalities);
        which.valid_at = Some(counted.day).filter(|day| *day != ask.day());
    }
    let named = |id: &EntityId| graph.entity(*id).map(|entity| entity.reference().to_string()).ok_or(());
    let narrowed = which.try_map(&mut { named }).ok()?.parameters(Rows::Statements(&query.kinds))?;
    let known_at = ask.known_at().map(|text| (KNOWN_AT.name, text));
    let parameters = narrowed.into_iter().chain(known_at);
    let given: Vec<String> = parameters.map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
    shown_by(format!("{path}?{}", given.join("&")), counts)
}

/// The warning of a set that a question with a body names.
pub(crate) fn of_set(set: &SetAside) -> Option<WarningBody> {
    let quoted: Vec<String> = set.standings.iter().map(|(standing, _)| format!("\"{standing}\"")).collect();
    shown_by(format!("\"standing\":[{}] in {}", quoted.join(","), set.path), (set.standings.clone(), true))
}

/// Says it in the header of an answer that has no place for warnings.
pub(crate) fn put(response: &mut Response, warning: Option<&WarningBody>) {
    let Some(WarningBody { standings: Some(standings), relation, request: Some(request), .. }) = warning else {
        return;
    };
    let counts = standings.iter().map(|(standing, count)| format!("{standing}={count}"));
    let rest = [format!("relation={}", relation.unwrap_or_default()), format!("request=\"{request}\"")];
    set(response, SET_ASIDE, &counts.chain(rest).collect::<Vec<_>>().join(", "));
}

fn names(counts: &[(Standing, u64)]) -> String {
    counts.iter().map(|(standing, _)| standing.as_str()).collect::<Vec<_>>().join(",")
}
