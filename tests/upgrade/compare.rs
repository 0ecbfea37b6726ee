//! What differs between an answer as it was and as it is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_tests::app::Answer;
use serde_json::{Map, Value};

use crate::difference::{Difference, Kind};
use crate::pattern::{matches, without_query};
use crate::recording::RecordedAnswer;

/// The headers that are compared. The date, the length and what is said about caches do not belong to what was answered.
const HEADERS: [&str; 13] = [
    "content-disposition",
    "content-language",
    "content-type",
    "etag",
    "idempotency-key",
    "idempotency-replayed",
    "link",
    "location",
    "pledgegraph-truncated",
    "pledgegraph-dry-run",
    "pledgegraph-version",
    "www-authenticate",
    "x-request-id",
];

/// What is of the moment of asking, by path and place, as in `changed.toml`: that it is there is compared, and nothing
/// else of it.
const OF_THE_MOMENT: [(&str, &str); 2] = [
    // A cursor holds the day on which it was given, under a seal.
    ("/v1/**", "/**/next_cursor"),
    // Of entities there is no day to ask for; it is today.
    ("/v1/query", "/as_of/valid_at"),
];

/// All differences between two answers to a path. A repetition under an idempotency key must be the same bytes.
pub(crate) fn answers(path: &str, old: &RecordedAnswer, new: &Answer) -> Result<Vec<Difference>> {
    let mut found = Differences(Vec::new());
    if old.status != new.status.as_u16() {
        // Then it is another answer altogether.
        found.add("status", Kind::Changed, &old.status, &format!("{}: {}", new.status.as_u16(), new.text()));
        return Ok(found.0);
    }
    for name in HEADERS {
        let (old, new) = (old.headers.get(name), new.headers.get(name).map(|value| value.to_str()).transpose()?);
        let comparable = |text: &str| header(name, text);
        found.texts(
            &format!("header {name}"),
            old.map(|text| comparable(text)).as_deref(),
            new.map(comparable).as_deref(),
        );
    }
    let text = std::str::from_utf8(&new.body)?;
    let media_type = old.headers.get("content-type").map(String::as_str).unwrap_or_default();
    if old.headers.contains_key("idempotency-replayed") {
        found.texts("", Some(&old.body), Some(text));
    } else {
        let (mut old, mut new) = (body(media_type, &old.body)?, body(media_type, text)?);
        let columns = (old.columns.take(), new.columns.take());
        if let (Some(old), Some(new)) = columns {
            found.columns(&old, &new);
        }
        for body in [&mut old.value, &mut new.value] {
            leave_out_the_moment(path, "", body);
        }
        found.values("", &old.value, &new.value);
    }
    Ok(found.0)
}

/// A header as far as it can be compared.
fn header(name: &str, value: &str) -> String {
    match name {
        // After the dot stands a hash of the bytes, which are compared themselves; before it what `If-Match` needs. The
        // tag of a list is a hash of the question and, in some, of the day.
        "etag" => value.split_once('.').map(|(row, _)| row.to_owned()).unwrap_or_default(),
        "link" => match value.split_once("cursor=") {
            Some((before, after)) => {
                format!("{before}cursor={}", after.trim_start_matches(|c: char| !"&>".contains(c)))
            }
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

/// Takes out of a body, or of the value in it at this place, what is of the moment.
fn leave_out_the_moment(path: &str, at: &str, value: &mut Value) {
    let path = without_query(path);
    if OF_THE_MOMENT.iter().any(|(paths, places)| matches(paths, path) && matches(places, at)) {
        *value = Value::from("of the moment");
    }
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| leave_out_the_moment(path, &pointer(at, name), value));
        }
        Value::Array(items) => {
            let places = items.iter_mut().enumerate();
            places.for_each(|(n, value)| leave_out_the_moment(path, &format!("{at}/{n}"), value));
        }
        _ => {}
    }
}

/// A body as values. Lines are a list of them; rows of CSV too, by the names of their columns.
struct Body {
    value: Value,
    columns: Option<Vec<String>>,
}

fn body(media_type: &str, text: &str) -> Result<Body> {
    let plain = |value| Ok(Body { value, columns: None });
    if text.is_empty() {
        return plain(Value::Null);
    }
    match media_type.split(';').next().unwrap_or_default() {
        "application/json" | "application/problem+json" => plain(serde_json::from_str(text).context("JSON")?),
        "application/x-ndjson" => plain(text.lines().map(serde_json::from_str::<Value>).collect::<Result<_, _>>()?),
        "text/csv" => table(text),
        _ => plain(Value::from(text)),
    }
}

fn table(text: &str) -> Result<Body> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    ensure!(columns.iter().collect::<BTreeSet<_>>().len() == columns.len(), "a column twice: {columns:?}");
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let row: Map<String, Value> = columns.iter().cloned().zip(record.iter().map(Value::from)).collect();
        rows.push(Value::Object(row));
    }
    Ok(Body { value: Value::Array(rows), columns: Some(columns) })
}

struct Differences(Vec<Difference>);

impl Differences {
    fn add(&mut self, at: &str, kind: Kind, old: &dyn ToString, new: &dyn ToString) {
        let short = |value: &dyn ToString| {
            let text = value.to_string();
            match text.char_indices().nth(200) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        };
        self.0.push(Difference { at: at.to_owned(), kind, old: short(old), new: short(new) });
    }

    fn texts(&mut self, at: &str, old: Option<&str>, new: Option<&str>) {
        match (old, new) {
            (Some(old), Some(new)) if old != new => self.add(at, Kind::Changed, &old, &new),
            (Some(old), None) => self.add(at, Kind::Removed, &old, &""),
            (None, Some(new)) => self.add(at, Kind::Added, &"", &new),
            _ => {}
        }
    }

    fn values(&mut self, at: &str, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                let old: BTreeMap<_, _> = old.iter().map(|(name, value)| (pointer(at, name), value)).collect();
                let new: BTreeMap<_, _> = new.iter().map(|(name, value)| (pointer(at, name), value)).collect();
                self.members(&old, &new);
            }
            (Value::Array(old), Value::Array(new)) => {
                let old: BTreeMap<_, _> =
                    old.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), value)).collect();
                let new: BTreeMap<_, _> =
                    new.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), value)).collect();
                self.members(&old, &new);
            }
            _ if old == new => {}
            _ => self.add(at, Kind::Changed, old, new),
        }
    }

    fn members(&mut self, old: &BTreeMap<String, &Value>, new: &BTreeMap<String, &Value>) {
        for (at, old) in old {
            match new.get(at) {
                Some(new) => self.values(at, old, new),
                None => self.add(at, Kind::Removed, old, &""),
            }
        }
        for (at, new) in new.iter().filter(|(at, _)| !old.contains_key(*at)) {
            self.add(at, Kind::Added, &"", new);
        }
    }

    /// The columns that were there come in the order in which they came, and those that did not are new.
    fn columns(&mut self, old: &[String], new: &[String]) {
        let kept: Vec<_> = new.iter().filter(|name| old.contains(name)).collect();
        let expected: Vec<_> = old.iter().filter(|name| new.contains(name)).collect();
        if kept != expected {
            self.add("", Kind::Changed, &format!("{expected:?}"), &format!("{kept:?}"));
        }
        for name in new.iter().filter(|name| !old.contains(name)) {
            self.add(&format!("/header/{name}"), Kind::Added, &"", name);
        }
        for name in old.iter().filter(|name| !new.contains(name)) {
            self.add(&format!("/header/{name}"), Kind::Removed, name, &"");
        }
    }
}

fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests;
