//! All faults of a body at once, each with its place.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::lifecycle::answers::{Answers as _, faults};
use crate::lifecycle::client::Client;

fn found(problem: &Value) -> Result<Vec<String>> {
    Ok(faults(problem)?.into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect())
}

fn many_faults() -> Value {
    json!({
        "id": "0198c0de-0000-7000-8000-000000000000",
        "pledger": "country:ZZ",
        "beneficiary": "person:starmer",
        "capability": "military.force",
        "stance": "maybe",
        "colour": "red",
        "said_at": {"edtf": "2025-02-30"},
        "quantity": {"value": -1, "unit": "EUR"},
        "conditions": {"op": "all_of", "of": [
            {"op": "condition", "condition": "condition:us-baking"},
            {"op": "perhaps", "of": []},
        ]},
        "evidence": [
            {"source": "source:seed-article", "locator": {"line": 0}},
            {"source": "source:nowhere", "quotation": {"text": "words"}},
        ],
        "links": [{"type": "about", "edge": "0198c0de-0000-7000-8000-000000000000"}],
    })
}

#[tokio::test]
async fn a_commitment_with_many_faults() -> Result<()> {
    let client = Client::new().await?;
    let problem = client.post("/v1/commitments", &many_faults()).await?.problem(422, "validation")?;
    let expected = [
        "/beneficiary validation",
        "/capability validation",
        "/colour unknown-field",
        "/conditions/of/0/condition dangling-reference",
        "/conditions/of/1/op validation",
        "/evidence/0/locator/line validation",
        "/evidence/1/quotation/lang missing-field",
        "/evidence/1/source dangling-reference",
        "/id read-only-field",
        "/links/0/edge dangling-reference",
        "/pledger dangling-reference",
        "/quantity/value validation",
        "/said_at/edtf bad-date",
        "/stance validation",
    ];
    let found = found(&problem)?;
    for fault in expected {
        ensure!(found.iter().any(|found| found == fault), "{fault} is missing: {found:#?}");
    }
    let hint = |pointer: &str| {
        let errors = problem["errors"].as_array().into_iter().flatten();
        errors.into_iter().find(|error| error["pointer"] == pointer).map(|error| error["did_you_mean"].clone())
    };
    ensure!(hint("/capability") == Some(json!("military.forces")), "{problem}");
    ensure!(hint("/conditions/of/0/condition") == Some(json!("condition:us-backing")), "{problem}");
    ensure!(problem["errors"].as_array().map(Vec::len) == Some(found.len()));
    Ok(())
}

#[tokio::test]
async fn one_fault_names_the_problem_itself() -> Result<()> {
    let client = Client::new().await?;
    let draft = json!({"slug": "lviv", "names": {"en": "Lviv"}, "colour": "red"});
    let problem = client.post("/v1/places", &draft).await?.problem(422, "unknown-field")?;
    ensure!(found(&problem)? == ["/colour unknown-field"], "{problem}");
    Ok(())
}

#[tokio::test]
async fn a_patch_is_checked_as_the_whole_record() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let patch = json!({"names": {"en": null}, "slug": "NOT A SLUG", "version": 3});
    let problem = client.patch(&record.path, &record.etag, &patch).await?.problem(422, "validation")?;
    let expected = ["/names validation", "/slug validation", "/version read-only-field"];
    let found = found(&problem)?;
    ensure!(found.len() == 3 && found[2] == expected[2], "{found:?}");
    ensure!(found[0].starts_with("/names ") && found[1] == expected[1], "{found:?}");
    ensure!(client.etag(&record.path).await? == record.etag);
    Ok(())
}
