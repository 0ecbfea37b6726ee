//! Reads structured queries.

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_model::{Code, MAX_QUERY_DEPTH, Narrows, Query, QueryAsk, QueryTarget, Rows, filter, spans};
use serde_json::{Map, Value};

use super::question::contradictions;
use super::reader::BodyReader;
use super::tables::query::QUERY;
use crate::filters::no_day;
use crate::refusal::Refusal;

/// How many nodes the tree of a query may have: each is a set over all statements or entities.
const MOST_NODES: usize = 200;

/// A query and how many rows it asks for.
pub fn read(graph: &Graph, body: &Value) -> Result<(Query, usize), Refusal> {
    let mut reader = BodyReader::new(graph);
    let read = reader.object(&QUERY, body).filter(|_| reader.is_sound());
    let Some(mut read) = read else { return Err(Refusal::fields(reader.finish())) };
    let limit = read.remove("limit").and_then(|limit| usize::try_from(limit.as_u64()?).ok()).unwrap_or(1_000);
    let query: Query = serde_json::from_value(Value::Object(read.clone())).map_err(Refusal::internal)?;
    check(&mut reader, &query, &read);
    if reader.is_sound() { Ok((query, limit)) } else { Err(Refusal::fields(reader.finish())) }
}

/// What a table cannot say.
fn check(reader: &mut BodyReader<'_>, query: &Query, read: &Map<String, Value>) {
    let statements = is_of_statements(query.find);
    let mut nodes = 0;
    if let Some(which) = read.get("where") {
        check_where(reader, "/where", which, statements, (1, &mut nodes));
    }
    if nodes > MOST_NODES {
        reader.fail_at("where", "validation", format!("it has {nodes} nodes; at most {MOST_NODES}"));
    }
    for (given, name) in
        [(!query.select.is_empty(), "select"), (query.group_by.is_some(), "group_by"), (query.by_stance, "by_stance")]
    {
        if given && !statements {
            reader.fail_at(name, "validation", format!("`{}` are entities: this is for statements", query.find));
        }
    }
    let truth = query.ask == QueryAsk::Truth;
    let sets = matches!(query.ask, QueryAsk::UnlockingSets | QueryAsk::BlockingSets);
    if sets && query.find != QueryTarget::Commitments {
        reader.fail_at("ask", "validation", format!("`{}` are asked of `commitments`", query.ask));
    }
    if query.ask == QueryAsk::Conflicts && !statements {
        reader.fail_at("ask", "validation", "`conflicts` are asked of statements");
    }
    if query.at_least.is_some() && !sets {
        reader.fail_at("at_least", "validation", "only with `unlocking_sets` or `blocking_sets`");
    }
    if truth && !matches!(query.find, QueryTarget::Commitments | QueryTarget::Conditions) {
        let detail = "`truth` is asked of `commitments` or `conditions`";
        reader.fail_at("ask", "validation", detail);
    }
    let analysis = truth || sets || query.ask == QueryAsk::Conflicts;
    if analysis && (!query.select.is_empty() || query.group_by.is_some()) {
        reader.fail_at("ask", "validation", format!("`{}`: not with `select` or `group_by`", query.ask));
    }
    for (given, name) in [(!query.assume.is_empty(), "assume"), (!query.withdraw.is_empty(), "withdraw")] {
        if given && !truth && !sets {
            reader.fail_at(name, "validation", "only with `truth`, `unlocking_sets` or `blocking_sets`");
        }
    }
    contradictions(reader, &query.assume);
}

fn is_of_statements(find: QueryTarget) -> bool {
    matches!(find.rows(), Rows::Statements(_))
}

/// The latest beginning and the earliest end of spans that must hold together, each with where it stands.
fn span(pointer: &str, which: &Value, names: (&str, &str)) -> [Option<(NaiveDate, String)>; 2] {
    let own = |name: &str| {
        let day = which.get(name).and_then(Value::as_str)?.parse::<NaiveDate>().ok()?;
        Some((day, format!("{pointer}/{name}")))
    };
    let [mut from, mut to] = [own(names.0), own(names.1)];
    for (part, at) in parts(pointer, which) {
        let [other_from, other_to] = span(&at, part, names);
        from = from.into_iter().chain(other_from).max_by_key(|(day, _)| *day);
        to = to.into_iter().chain(other_to).min_by_key(|(day, _)| *day);
    }
    [from, to]
}

/// The parts that must hold too.
fn parts<'a>(pointer: &'a str, which: &'a Value) -> impl Iterator<Item = (&'a Value, String)> {
    let parts = which.get("all_of").and_then(Value::as_array).into_iter().flatten().enumerate();
    parts.map(move |(at, part)| (part, format!("{pointer}/all_of/{at}")))
}

/// A span does not end before it begins. It was read and is not allowed: 422, like an end before its beginning in a
/// statement. It is said where its two bounds come together.
fn check_span(reader: &mut BodyReader<'_>, pointer: &str, which: &Value, names: (&str, &str)) {
    let ends_before = |[from, to]: &[Option<(NaiveDate, String)>; 2]| {
        from.as_ref().zip(to.as_ref()).is_some_and(|((from, _), (to, _))| from > to)
    };
    let both = span(pointer, which, names);
    if !ends_before(&both) || parts(pointer, which).any(|(part, at)| ends_before(&span(&at, part, names))) {
        return;
    }
    if let [Some((from, _)), Some((to, _))] = &both {
        for (_, at) in both.iter().flatten() {
            reader.fail_under(at, "bad-date", no_day(names, from, to));
        }
    }
}

/// One node and those under it; `depth` is its own.
fn check_where(
    reader: &mut BodyReader<'_>,
    pointer: &str,
    which: &Value,
    statements: bool,
    (depth, nodes): (usize, &mut usize),
) {
    *nodes += 1;
    if depth > MAX_QUERY_DEPTH {
        reader.fail_under(pointer, "validation", format!("it is nested deeper than {MAX_QUERY_DEPTH}"));
        return;
    }
    spans().for_each(|names| check_span(reader, pointer, which, names));
    for (name, value) in which.as_object().into_iter().flatten() {
        let own = format!("{pointer}/{name}");
        // The table has let no other name through.
        if matches!((filter(name).narrows, statements), (Narrows::Statements(_), false) | (Narrows::Entities(_), true))
        {
            let (there, here) = if statements { ("entities", "statements") } else { ("statements", "entities") };
            reader.fail_under(&own, "validation", format!("`{name}` narrows {there}; these are {here}"));
            continue;
        }
        match name.as_str() {
            "all_of" | "any_of" | "none_of" => {
                for (at, part) in value.as_array().into_iter().flatten().enumerate() {
                    check_where(reader, &format!("{own}/{at}"), part, statements, (depth + 1, nodes));
                }
            }
            "subject_is" | "object_is" => check_where(reader, &own, value, false, (depth + 1, nodes)),
            "subject_of" | "object_of" | "about" => {
                let find = value.get("find").and_then(Value::as_str).and_then(|find| QueryTarget::parse(find).ok());
                if find.is_some_and(|find| !is_of_statements(find)) {
                    reader.fail_under(&format!("{own}/find"), "validation", "this is no collection of statements");
                } else if let Some(which) = value.get("where") {
                    check_where(reader, &format!("{own}/where"), which, true, (depth + 1, nodes));
                }
            }
            _ => {}
        }
    }
}
