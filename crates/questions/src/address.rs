//! Queries as addresses of the lists that give the same statements.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pledgegraph_model::{Code, Query, QueryAsk, QueryTarget, Rows};

/// The list and its parameters that find the same statements; `None` where no list can: trees, joins, suppositions.
pub fn address(query: &Query<String>) -> Option<String> {
    let (list, kind) = match query.find {
        QueryTarget::Statements => ("edges", None),
        QueryTarget::Locations => ("relations", Some("location")),
        QueryTarget::Sidelines => ("relations", Some("sidelines")),
        QueryTarget::Parts => ("relations", Some("part_of")),
        QueryTarget::Actors | QueryTarget::Sources => return None,
        _ => (query.find.as_str(), None),
    };
    if !matches!(query.ask, QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists) {
        return None;
    }
    // A collection of entities of one kind is not asked for their kind.
    if matches!(query.find.rows(), Rows::Entities(_)) && !query.which.kind.is_empty() {
        return None;
    }
    let narrowed = query.which.parameters(query.find.rows())?;
    let parameters: Vec<String> = kind
        .map(|kind| format!("kind={kind}"))
        .into_iter()
        .chain(narrowed.iter().map(|(name, value)| format!("{name}={}", encoded(value))))
        .collect();
    let question = if parameters.is_empty() { "" } else { "?" };
    Some(format!("/v1/{list}{question}{}", parameters.join("&")))
}

/// The value of a parameter, percent-encoded.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, PLAIN).to_string()
}

/// Everything is encoded but the unreserved characters (RFC 3986, section 2.3), the colon of references and the comma between
/// values.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b',');
