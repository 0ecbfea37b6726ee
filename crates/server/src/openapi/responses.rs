//! What operations answer with, in the document.

use axum::http::{Method, StatusCode};
use pledgegraph_wire::media::{Answer, JSON, NDJSON};
use pledgegraph_wire::problem::Problem;
use serde_json::{Map, Value, json};

use super::reference::Reference;
use crate::endpoint::{Endpoint, Headers, problems};

/// The headers of answers: name in the components, name on the wire, what it is.
const HEADERS: [(&str, &str, &str); 9] = [
    ("Version", "Pledgegraph-Version", "The version of the data that answered: `<seq>.<chain>`."),
    (
        "Warning",
        "Pledgegraph-Warning",
        "`content-differs` where the database was changed past its log, so that answers may tell what was never \
         committed; `/` says what differs. Absent otherwise. An open set.",
    ),
    ("ETag", "ETag", "What to send as `If-None-Match`, and of a record as `If-Match`."),
    ("Link", "Link", "The next page, as `<...>; rel=\"next\"`. Absent on the last one."),
    ("Location", "Location", "Where the record is."),
    (
        "IdempotencyKey",
        "Idempotency-Key",
        "The key under which the answer is kept: that of the request, or one made for it.",
    ),
    ("DryRun", "Pledgegraph-Dry-Run", "What the write would do, with `dry_run`; it changed nothing. Absent otherwise."),
    ("RetryAfter", "Retry-After", "After how many seconds to try again. Absent where it makes no sense."),
    ("Truncated", "Pledgegraph-Truncated", "`true` where the rows are not all. Absent otherwise."),
];

/// The headers as components.
pub(super) fn headers() -> Map<String, Value> {
    let headers = HEADERS
        .iter()
        .map(|(name, _, text)| ((*name).to_owned(), json!({ "description": text, "schema": { "type": "string" } })));
    headers.collect()
}

fn referred(names: &[&str]) -> Value {
    let of = |name: &&str| HEADERS.iter().find(|(known, ..)| known == name);
    let headers = names.iter().filter_map(of);
    headers
        .map(|(name, wire, _)| ((*wire).to_owned(), json!(Reference::new("headers", name))))
        .collect::<Map<_, _>>()
        .into()
}

/// The answers that operations share, as components.
pub(super) fn shared(endpoints: &[&Endpoint]) -> Value {
    let slugs = |problems: &[Problem]| {
        problems.iter().map(|problem| format!("`{}`", problem.slug())).collect::<Vec<_>>().join(", ")
    };
    let description = format!(
        "A problem (RFC 9457); `/problems` says what each `type` means. Every operation can answer with {}; `x-problems` \
         names what else an operation can.",
        slugs(problems::EVERYWHERE)
    );
    let mut all = json!({
        "Problem": {
            "description": description,
            "headers": referred(&["RetryAfter"]),
            "content": { "application/problem+json": { "schema": Reference::new("schemas", "Problem") } },
        },
        "NotModified": {
            "description": "The client has this answer already (`If-None-Match`).",
            "headers": referred(&["ETag", "Version"]),
        },
    });
    for (endpoint, name) in endpoints.iter().filter_map(|endpoint| Some((endpoint, written(endpoint)?))) {
        all[name] = success(endpoint);
    }
    all
}

/// The name of what a change of a record answers with, which is alike however the record is changed.
fn written(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.answer {
        _ if endpoint.headers == Headers::None => None,
        Answer::Nothing => Some("Done".to_owned()),
        Answer::Json(schema) | Answer::Untagged(schema) if endpoint.status == StatusCode::OK => {
            Some(format!("{schema}Written"))
        }
        _ => None,
    }
}

/// The answers of an operation, by status.
pub(super) fn responses(endpoint: &Endpoint) -> Value {
    let answer = written(endpoint).map_or_else(|| success(endpoint), |name| json!(Reference::new("responses", &name)));
    let mut all = Map::from_iter([(endpoint.status.as_str().to_owned(), answer)]);
    if endpoint.method == Method::GET && endpoint.answer.has_tag() {
        all.insert("304".to_owned(), json!(Reference::new("responses", "NotModified")));
    }
    if let Answer::JsonOr503(schema) = &endpoint.answer {
        let mut unavailable = success(endpoint);
        unavailable["content"] = json!({
            JSON: { "schema": Reference::new("schemas", schema) },
            "application/problem+json": { "schema": Reference::new("schemas", "Problem") },
        });
        all.insert("503".to_owned(), unavailable);
    }
    all.insert("default".to_owned(), json!(Reference::new("responses", "Problem")));
    all.into()
}

fn success(endpoint: &Endpoint) -> Value {
    let mut answer = json!({ "description": described(endpoint), "headers": referred(&headers_of(endpoint)) });
    let content = content(&endpoint.answer);
    if content.as_object().is_some_and(|content| !content.is_empty()) {
        answer["content"] = content;
    }
    answer
}

fn headers_of(endpoint: &Endpoint) -> Vec<&'static str> {
    let mut names = vec!["Version", "Warning"];
    let record = endpoint.headers != Headers::None && endpoint.status != StatusCode::NO_CONTENT;
    if record || (endpoint.method == Method::GET && endpoint.answer.has_tag()) {
        names.push("ETag");
    }
    if endpoint.answer.has_tag() && endpoint.parameters.iter().any(|parameter| parameter.name == "cursor") {
        names.push("Link");
    }
    if endpoint.headers != Headers::None {
        names.extend(["IdempotencyKey", "DryRun"]);
    }
    if endpoint.status == StatusCode::CREATED {
        names.push("Location");
    }
    if matches!(endpoint.answer, Answer::Whole(_)) {
        names.push("Truncated");
    }
    names
}

fn described(endpoint: &Endpoint) -> String {
    match &endpoint.answer {
        Answer::Nothing => "Done.".to_owned(),
        Answer::Whole(list) => list.description.clone(),
        _ => "The answer.".to_owned(),
    }
}

/// The media types of an answer, each with its schema.
fn content(answer: &Answer) -> Value {
    let json = |schema: &str| json!({ "schema": Reference::new("schemas", schema) });
    let text = || json!({ "schema": { "type": "string" } });
    let lines = || json!({ "schema": bytes() });
    let lines_of = |line: &str| {
        // What a line is; a generator of clients passes over it.
        let mut schema = bytes();
        schema["contentSchema"] = json!(Reference::new("schemas", line));
        json!({ "schema": schema })
    };
    match answer {
        Answer::Json(schema) | Answer::Untagged(schema) | Answer::JsonOr503(schema) => json!({ JSON: json(schema) }),
        Answer::Document => json!({ JSON: { "schema": { "type": "object" } } }),
        Answer::Whole(list) => json!({ (list.media_type): list.line.as_deref().map_or_else(lines, lines_of) }),
        Answer::Lines => json!({ NDJSON: lines() }),
        Answer::Text => json!({ "text/plain": text() }),
        Answer::LinesOrJson(line, schema) => json!({ NDJSON: lines_of(line), JSON: json(schema) }),
        Answer::Feed(item, schema) => {
            json!({ JSON: json(schema), NDJSON: lines_of(item), "text/event-stream": text() })
        }
        Answer::Nothing => json!({}),
    }
}

/// What is long, and read as it comes.
pub(super) fn bytes() -> Value {
    json!({ "type": "string", "format": "binary" })
}
