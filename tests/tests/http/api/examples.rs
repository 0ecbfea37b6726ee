//! The examples of the document: answers over the bundled data, cut short.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_server::document;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::contract::{address, answers, violations};

/// A moment, in place of those at which the data were loaded.
const WHEN: &str = "2026-11-30T12:00:00.000000Z";
/// A link of the chain of commits, likewise.
const CHAIN: &str = "00112233445566778899aabbccddeeff";

/// An answer cut short: of a list the first item.
fn shortened(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().take(1).map(shortened).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, shortened(value))).collect(),
        Value::String(text) if text.len() == WHEN.len() && text.as_bytes()[10] == b'T' => Value::from(WHEN),
        other => other,
    }
}

/// The questions with a body, each with one.
fn questions() -> [(&'static str, Value); 4] {
    let goal = json!({"goal": {"capability": "military.forces.ground", "beneficiary": "country:UA"}});
    [
        ("/v1/query", json!({"find": "commitments", "where": {"stance": ["pledged"]}, "limit": 1})),
        ("/v1/scenario-evaluations", json!({"assume": [{"condition": "us-backing", "truth": "true"}]})),
        ("/v1/analyses/unlocking-sets", goal.clone()),
        ("/v1/analyses/pivotality", goal),
    ]
}

/// What a schema is called.
fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The answers that have an example of their own, each with the name of its schema: not the pages and histories of what has
/// one.
fn exemplified(document: &Value) -> BTreeMap<&str, &str> {
    let records: BTreeSet<&str> =
        answers(document).filter(|(path, _)| path.ends_with('}')).filter_map(|(_, schema)| named(schema)).collect();
    let of = |name: &'_ str| ["Page", "History"].iter().find_map(|suffix| records.get(name.strip_suffix(suffix)?));
    let named = answers(document).filter_map(|(path, schema)| Some((named(schema)?, path)));
    named.filter(|(name, _)| of(name).is_none()).collect()
}

/// The answers over the bundled data.
async fn asked(document: &Value) -> Result<BTreeMap<&str, Value>> {
    let app = TestApp::new().await?;
    let mut examples = BTreeMap::new();
    for (name, path) in exemplified(document) {
        examples.insert(name, app.get_as_admin(&address(document, path)?).await?.json()?);
    }
    for (path, body) in questions() {
        let headers = [("content-type", "application/json")];
        let answer = app.send_body(Method::POST, path, &headers, body.to_string()).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.text());
        examples.insert(named(question_schema(document, path)).context("a name")?, answer.json()?);
    }
    let version = app.get("/").await?.header("pledgegraph-version").to_owned();
    let (_, chain) = version.split_once('.').context("a version")?;
    let steady = |answer: Value| serde_json::from_str(&shortened(answer).to_string().replace(chain, CHAIN));
    examples.into_iter().map(|(name, answer)| Ok((name, steady(answer)?))).collect()
}

fn question_schema<'d>(document: &'d Value, path: &str) -> &'d Value {
    &document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
}

/// With `UPDATE_EXAMPLES=1` the examples are made anew, of what is answered today.
#[tokio::test]
async fn every_answer_has_an_example_that_is_as_the_document_says() -> Result<()> {
    let document = document();
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/server/src/openapi/examples.json");
        std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&asked(&document).await?)?))?;
    }
    let questions = questions().map(|(path, _)| path);
    let of_questions = questions.iter().filter_map(|path| named(question_schema(&document, path)));
    for name in exemplified(&document).into_keys().chain(of_questions) {
        let schema = &document["components"]["schemas"][name];
        let example = schema["examples"].get(0).with_context(|| format!("an example of {name}"))?;
        let mut found = Vec::new();
        violations(&document, schema, example, "", &mut found);
        ensure!(found.is_empty(), "{name}: {found:#?}");
    }
    Ok(())
}
