//! Answers that must tell all that bears on them (`sets/truth.ndjson`, over `sets/truth.toml`).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_questions::{Questions, Status};
use serde::Deserialize;

use crate::{LATER, LIMITS, other};

/// A question and what its answer says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    /// What the answer is easily wrong about: `without` a condition, what is told `beside` answers, `sets` of conditions,
    /// `standing`.
    kind: String,
    lang: String,
    question: String,
    /// Parts of the answer's text.
    tells: Vec<String>,
    /// What the text must not have.
    #[serde(default)]
    never: Vec<String>,
    /// How it begins.
    begins: Option<String>,
    /// Parts that stand in it once.
    #[serde(default)]
    once: Vec<String>,
}

/// The answer to a question in words; why there is none where it is not understood.
pub(crate) fn told(graph: &Graph, questions: &Questions, question: &str, today: NaiveDate) -> Result<String> {
    let outcome = questions.ask(graph, question, today, LIMITS)?;
    Ok(match outcome.status {
        Status::Answered | Status::NoMatch => outcome.text,
        status => status.as_str().to_owned(),
    })
}

fn fault(case: &Case, said: &str) -> Option<String> {
    let lacks = case.tells.iter().find(|part| !said.contains(*part)).map(|part| format!("lacks `{part}`"));
    let has = case.never.iter().find(|part| said.contains(*part)).map(|part| format!("has `{part}`"));
    let begins =
        case.begins.iter().find(|part| !said.starts_with(*part)).map(|part| format!("begins not with `{part}`"));
    let once =
        case.once.iter().find(|part| said.matches(*part).count() != 1).map(|part| format!("has not once `{part}`"));
    lacks.or(has).or(begins).or(once)
}

#[test]
fn answers_tell_all_that_bears_on_them() -> Result<()> {
    let graph = other("truth.toml")?;
    let questions = Questions::new()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sets/truth.ndjson");
    let mut faults = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let case: Case = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let said = told(&graph, &questions, &case.question, LATER)?;
        if std::env::var_os("SHOW_ANSWERS").is_some() {
            println!("{} {}\n    {said}", case.id, case.question);
        }
        faults.extend(
            fault(&case, &said).map(|why| format!("{} {} ({}): {why}\n    {said}", case.id, case.question, case.kind)),
        );
        ensure!(["en", "ar"].contains(&&*case.lang), "{}: no language `{}`", case.id, case.lang);
    }
    println!("{}", faults.join("\n"));
    ensure!(faults.is_empty(), "{} faults", faults.len());
    Ok(())
}
