//! Queries as addresses of the lists that give the same statements.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pledgegraph_model::{Query, QueryAsk, QueryTarget};
use serde_json::Value;

/// The list and its parameters that find the same statements; `None` where no list can: trees, joins, suppositions.
pub fn address(query: &Query<String>) -> Option<String> {
    let (list, kind) = match query.find {
        QueryTarget::Statements => ("edges", None),
        QueryTarget::Locations => ("relations", Some("location")),
        QueryTarget::Sidelines => ("relations", Some("sidelines")),
        QueryTarget::Parts => ("relations", Some("part_of")),
        QueryTarget::Actors | QueryTarget::Sources => return None,
        _ => (pledgegraph_model::Code::as_str(query.find), None),
    };
    if !matches!(query.ask, QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists) {
        return None;
    }
    let which = serde_json::to_value(&query.which).ok()?;
    let mut parameters: Vec<String> = kind.map(|kind| format!("kind={kind}")).into_iter().collect();
    for (member, value) in which.as_object()? {
        let name = parameter(query.find, member)?;
        let values: Vec<&str> = match value {
            Value::String(one) => vec![one],
            Value::Array(list) => list.iter().map(Value::as_str).collect::<Option<_>>()?,
            _ => return None,
        };
        // A comma joins values.
        if values.iter().any(|value| value.contains(',')) {
            return None;
        }
        parameters.push(format!(
            "{name}={}",
            values.iter().map(|value| utf8_percent_encode(value, PLAIN).to_string()).collect::<Vec<_>>().join(",")
        ));
    }
    let question = if parameters.is_empty() { "" } else { "?" };
    Some(format!("/v1/{list}{question}{}", parameters.join("&")))
}

/// The parameter for a member of a `where`.
fn parameter(find: QueryTarget, member: &str) -> Option<&str> {
    let commitments = find == QueryTarget::Commitments;
    Some(match member {
        "subject" if commitments => "pledger",
        "object" if commitments => "beneficiary",
        "condition" => "conditional_on",
        "agent" => "speaker",
        "membership_role" | "attendance_role" => "role",
        "subject" | "object" | "source" | "modality" | "polarity" | "standing" | "said_from" | "said_to"
        | "valid_at" | "q" => member,
        "capability" if commitments || find == QueryTarget::Requests => member,
        "coalition" | "mission" | "stance" | "stance_min" | "stage" | "conditionality" | "explicitness"
        | "in_force" | "meeting" | "place" | "acting_through"
            if commitments =>
        {
            member
        }
        "region" if find == QueryTarget::Countries => member,
        "place" if find == QueryTarget::Attendances => member,
        _ => return None,
    })
}

/// Everything is encoded but the unreserved characters (RFC 3986, section 2.3) and the colon of references.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');
