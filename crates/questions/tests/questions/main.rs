//! Questions in words against the bundled data, without a database. `SHOW_ANSWERS=1` and `--nocapture` print the answers;
//! `LONG=1` tries what is random far more often.

#![expect(clippy::print_stdout, reason = "tests print what they measured")]

mod outcomes;
mod paraphrase;
mod robust;
mod set;
mod totals;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use pledgegraph_bundle::{Bundle, COUNTRIES, DataFile};
use pledgegraph_graph::{Builder, Graph, Value as Answered};
use pledgegraph_model::{Query, QueryAsk};
use pledgegraph_questions::{Budget, Digits, Grade, Limits, Outcome, Questions, Status};
use serde_json::Value;

use crate::set::{Case, cases};

/// How often something random is tried: in every run, and where `LONG` is set.
fn tries(short: u32, long: u32) -> u32 {
    if std::env::var_os("LONG").is_some() { long } else { short }
}

/// The bundled data as a graph.
fn bundled() -> Result<Graph> {
    Ok(graph_of(pledgegraph_bundle::bundled()?))
}

/// Another data set: other countries, another coalition, other conditions.
fn other(name: &str) -> Result<Graph> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sets").join(name))?;
    let other = DataFile { name: "other.toml", text: &text };
    Ok(graph_of(pledgegraph_bundle::parse(&[COUNTRIES, other])?))
}

fn graph_of(bundle: Bundle) -> Graph {
    Builder::one_commit(bundle.entities, bundle.edges)
}

/// A query with references instead of identifiers, as JSON.
fn shown(graph: &Graph, query: &Query) -> Result<Value> {
    let reference = |id: &pledgegraph_model::EntityId| {
        graph.entity(*id).map(|view| view.reference().to_string()).context("an entity of the graph")
    };
    Ok(serde_json::to_value(query.try_map(&mut { reference })?)?)
}

/// How a question came out.
struct Verdict {
    /// Whether it was read as the set says, where it says so.
    exact_query: bool,
    /// Whether it was understood, as something else.
    silent: bool,
    fault: Option<String>,
}

fn verdict(graph: &Graph, questions: &Questions, case: &Case, today: NaiveDate) -> Result<Verdict> {
    let outcome = questions.ask(graph, &case.question, today, LIMITS)?;
    let understood = matches!(outcome.status, Status::Answered | Status::NoMatch);
    let is_expected = match case.status.as_str() {
        "answered" | "no_match" => understood,
        // What must not be taken for understood; how much of it is placed is left open.
        "unread" => matches!(outcome.status, Status::PartlyUnderstood | Status::NotUnderstood),
        expected => outcome.status.as_str() == expected,
    };
    let read = outcome.interpretation.as_ref().map(|read| shown(graph, &read.query)).transpose()?;
    let exact_query = is_expected && (case.query.is_none() || case.query == read);
    let silent = understood && !exact_query;
    let failed = |fault| Ok(Verdict { exact_query, silent, fault: Some(fault) });
    if !exact_query {
        let words = outcome.unplaced.iter().map(|part| part.text).collect::<Vec<_>>().join(", ");
        let wanted = case.query.as_ref().map(ToString::to_string).unwrap_or_default();
        return failed(format!(
            "{:?} and not {}; without a place: {words}; read as {read:?}\n      and not as {wanted}",
            outcome.status, case.status
        ));
    }
    let Some((read, expected)) = outcome.interpretation.as_ref().zip(case.answer.as_ref()) else {
        return Ok(Verdict { exact_query, silent, fault: None });
    };
    if std::env::var_os("SHOW_ANSWERS").is_some() {
        println!("{}\n    {}", case.question, outcome.text);
    }
    let given = given(graph, &read.query, &outcome);
    if given == *expected {
        return Ok(Verdict { exact_query, silent, fault: None });
    }
    failed(format!("answered {given} and not {expected}: {}", outcome.text))
}

/// All answers are told.
const LIMITS: Limits = Limits {
    budget: Budget { circuit: 20_000_000, steps: 50_000_000 },
    answers: usize::MAX,
    statements: 20,
    beside: 20,
    readings: 20,
    digits: Digits::Western,
};
/// When the bundled article appeared.
const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2025, 7, 10).expect("a day");
/// After all that the other data sets tell.
const LATER: NaiveDate = NaiveDate::from_ymd_opt(2026, 7, 10).expect("a day");

/// The values of the best answers: references, codes, texts, as the set has them.
fn given(graph: &Graph, query: &Query, outcome: &Outcome<'_>) -> Value {
    let answers = || outcome.answers.items.iter().map(|told| &told.answer);
    let firm = answers().filter(|answer| answer.grade != Grade::Relaxed).count();
    if query.ask == QueryAsk::Exists {
        let word = match (firm, outcome.status) {
            (0, Status::NoMatch) => "not_in_record",
            (0, _) => "no",
            _ => "yes",
        };
        return Value::from(word);
    }
    if query.ask == QueryAsk::Count {
        return Value::from(vec![format!("eq {firm}")]);
    }
    let mut found: Vec<String> = Vec::new();
    for row in answers() {
        if let Some(set) = &row.set {
            let members: Vec<String> = set.iter().map(|(condition, _)| condition.reference().to_string()).collect();
            found.push(members.join("+"));
        }
        if !row.against.is_empty() {
            found.extend(row.statements.iter().map(|view| view.subject().reference().to_string()));
        } else if let (Some(truth), Some(entity)) = (row.truth, row.entity) {
            found.push(format!("{truth} {}", entity.reference()));
        } else if let Some(entity) = row.entity {
            found.push(entity.reference().to_string());
        }
        if query.select.is_empty() {
            found.extend(row.statements.iter().map(|view| view.subject().reference().to_string()));
        }
        for value in row.values.iter().take(1).flatten() {
            found.extend(words(graph, *value));
        }
    }
    found.sort_unstable();
    found.dedup();
    Value::from(found)
}

fn words(graph: &Graph, value: Answered<'_>) -> Vec<String> {
    let reference = |node| graph.at(node).reference().to_string();
    match value {
        Answered::Entity(node) => vec![reference(*node)],
        Answered::Code(entry) => vec![entry.code.to_owned()],
        Answered::Text(text) => text.get("en").into_iter().map(str::to_owned).collect(),
        Answered::Name(name) => vec![name.to_owned()],
        Answered::Date(date) => {
            let edtf = date.edtf.as_ref().map(|edtf| edtf.as_str().to_owned());
            edtf.or_else(|| date.verbatim.as_deref().map(str::to_owned)).into_iter().collect()
        }
        Answered::Quantity(quantity) => vec![format!("{} {}", quantity.value, quantity.unit)],
        Answered::Count(count) => vec![format!("{} {}", count.op, count.value)],
        Answered::Conditions(conditions) => {
            conditions.root.leaves().iter().map(|(node, _)| reference(**node)).collect()
        }
        other => panic!("no question asks for {other:?}"),
    }
}

/// Reads and answers a file of questions, and prints what came of each class.
fn check(graph: &Graph, file: &str, today: NaiveDate) -> Result<()> {
    let questions = Questions::new()?;
    let mut classes: BTreeMap<String, Verdicts> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases(file)? {
        let verdict = verdict(graph, &questions, &case, today)?;
        let class = classes.entry(case.class.clone()).or_default();
        class.all += 1;
        class.exact_query += usize::from(verdict.exact_query);
        class.right += usize::from(verdict.fault.is_none());
        class.silent += usize::from(verdict.silent);
        faults.extend(verdict.fault.map(|fault| format!("{}: {}\n      {fault}", case.id, case.question)));
    }
    println!("{:16} {:>5} {:>11} {:>6} {:>17}", file, "all", "exact query", "right", "silent misreading");
    for (class, Verdicts { all, exact_query, right, silent }) in &classes {
        println!("{class:16} {all:5} {exact_query:11} {right:6} {silent:17}");
    }
    println!("{}", faults.join("\n"));
    ensure!(faults.is_empty(), "{} faults", faults.len());
    Ok(())
}

/// How the questions of a class came out.
#[derive(Default)]
struct Verdicts {
    all: usize,
    exact_query: usize,
    right: usize,
    silent: usize,
}

#[test]
fn questions_on_the_bundled_data_are_answered() -> Result<()> {
    check(&bundled()?, "bundled.ndjson", TODAY)
}

#[test]
fn questions_on_other_data_are_answered() -> Result<()> {
    check(&other("second.toml")?, "second.ndjson", LATER)
}

/// Written by others from the data alone.
#[test]
fn questions_of_strangers_are_read_as_they_are_meant() -> Result<()> {
    check(&bundled()?, "strangers.ndjson", TODAY)
}

#[test]
fn questions_of_strangers_on_other_data_are_read_as_they_are_meant() -> Result<()> {
    check(&other("third.toml")?, "third.ndjson", LATER)?;
    check(&other("fourth.toml")?, "fourth.ndjson", LATER)
}

/// Written to be misread: each had a reading once that dropped or turned what it says.
#[test]
fn questions_that_were_misread_are_no_more() -> Result<()> {
    check(&bundled()?, "adversary.ndjson", TODAY)
}
