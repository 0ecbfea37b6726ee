//! What an answer leaves out because it does not count, said with the request that shows it.

use axum::http::HeaderName;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pledgegraph_graph::{EdgeFilter, Graph, SetAside};
use pledgegraph_model::{Code, EntityId, Standing};

use crate::filters::edges::{
    BENEFICIARY, CAPABILITY, COALITION, MISSION, MODALITY, PLEDGER, Q, STANCE, STANDING, VALID_AT,
};
use crate::reply::set;
use crate::request::ask::Ask;
use crate::request::given::Given;
use crate::request::known_at::KNOWN_AT;
use crate::wire::list::WarningBody;

/// The header of CSV answers: an RFC 8941 dictionary of standings with their numbers, and the request that shows them.
pub(crate) const SET_ASIDE: HeaderName = HeaderName::from_static("pledgegraph-set-aside");

/// The list of what analyses are about.
pub(crate) const COMMITMENTS: &str = "/v1/commitments";

/// How many statements were left out, by standing; `false`: counting stopped at its budget.
pub(crate) type Counts = (Vec<(Standing, u64)>, bool);

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

/// The warning of an answer that counts what a filter lets through: the list at `path` with the same filter, on the same day
/// and as known at the same moment, shows what was left out.
pub(crate) fn of_filter(ask: &Ask, graph: &Graph, path: &str, filter: &EdgeFilter) -> Option<WarningBody> {
    let counts = graph.set_aside(filter);
    list_of(ask, graph, path, filter, counts)
}

/// The same with counts of its own.
pub(crate) fn list_of(
    ask: &Ask,
    graph: &Graph,
    path: &str,
    filter: &EdgeFilter,
    counts: Counts,
) -> Option<WarningBody> {
    fn codes<C: Code>(codes: Option<&Vec<C>>) -> Option<String> {
        codes.map(|codes| codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(","))
    }
    let references = |ids: &Option<Vec<EntityId>>| {
        let named = |id: &EntityId| graph.entity(*id).map(|entity| entity.reference().to_string());
        ids.as_ref().map(|ids| ids.iter().filter_map(named).collect::<Vec<_>>().join(","))
    };
    let day = filter.counted.as_ref().map(|counted| counted.day).filter(|day| *day != ask.day());
    let modalities = filter.counted.as_ref().map(|counted| &counted.modalities).filter(|all| !all.is_empty());
    let parameters = [
        (STANDING.parameter.name, Some(names(&counts.0))),
        (PLEDGER.parameter.name, references(&filter.subject)),
        (BENEFICIARY.parameter.name, references(&filter.object)),
        (COALITION.parameter.name, references(&filter.coalition)),
        (CAPABILITY.parameter.name, codes(filter.capability.as_ref())),
        (MISSION.parameter.name, codes(filter.mission.as_ref())),
        (STANCE.parameter.name, codes(filter.stance.as_ref())),
        (MODALITY.parameter.name, codes(modalities)),
        (Q.parameter.name, filter.text.as_ref().map(|text| encoded(text))),
        (VALID_AT.parameter.name, day.map(|day| day.to_string())),
        (KNOWN_AT.name, ask.known_at().map(|text| encoded(&text))),
    ];
    let given = parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    shown_by(format!("{path}?{}", given.collect::<Vec<_>>().join("&")), counts)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
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
