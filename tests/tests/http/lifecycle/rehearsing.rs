//! `dry_run=true`: everything is checked, the database included, and nothing is changed.

use anyhow::{Result, ensure};
use axum::http::Method;
use serde_json::{Value, json};

use crate::lifecycle::answers::{Answers as _, faults};
use crate::lifecycle::client::Client;

fn state(client: &Client) -> (i64, u64) {
    let graph = client.app.live.snapshot();
    (graph.seq(), graph.digest())
}

fn part(subject: &str, object: &str) -> Value {
    json!({"kind": "part_of", "subject": subject, "object": object, "evidence": [{"source": "source:seed-article"}]})
}

#[tokio::test]
async fn every_kind_of_write_is_rehearsed() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let before = state(&client);
    let draft = json!({"slug": "lviv", "names": {"en": "Lemberg"}});
    let other = json!({"slug": "odesa", "names": {"en": "Odesa"}});
    let into = json!({"into": "place:kyiv"});
    let one = format!("{}?dry_run=true", record.path);
    let merge = format!("{}/merge?dry_run=true", record.path);
    for (method, path, body, status, would, name) in [
        (Method::POST, "/v1/places?dry_run=true", Some(&other), 201, "create;changes=1", "Odesa"),
        (Method::PUT, &one, Some(&draft), 200, "replace;changes=1", "Lemberg"),
        (Method::PATCH, &one, Some(&draft), 200, "replace;changes=1", "Lemberg"),
        (Method::POST, &merge, Some(&into), 200, "merge;changes=2", "Kyiv"),
        (Method::DELETE, &one, None, 204, "retract;changes=1", ""),
    ] {
        let headers = [("if-match", record.etag.as_str())];
        let answer = client.send(method, path, &headers, body).await?.must(status)?;
        ensure!(answer.header("pledgegraph-dry-run") == would, "{would}: {}", answer.header("pledgegraph-dry-run"));
        let given = ["etag", "location", "idempotency-key"].map(|name| answer.header(name));
        ensure!(given == ["", "", ""], "{would}: {given:?}");
        if status != 204 {
            let shown = answer.json()?;
            ensure!(shown["names"]["en"] == name && shown["version"] == 0, "{shown}");
        }
    }
    ensure!(state(&client) == before);
    let again = client.get(&record.path).await?.must(200)?;
    ensure!(again.header("etag") == record.etag && again.json()? == record.body);
    let later = client.create("places", &other).await?;
    ensure!(later.body["version"].as_i64() == Some(before.0 + 1));
    Ok(())
}

#[tokio::test]
async fn a_rehearsal_reports_what_the_write_would() -> Result<()> {
    let client = Client::new().await?;
    let before = state(&client);
    let names = json!({"en": "Kyiv again"});
    let taken = json!({"slug": "kyiv", "names": names});
    client.post("/v1/places?dry_run=true", &taken).await?.problem(409, "duplicate")?;
    let itself = part("group:europeans", "group:europeans");
    client.post("/v1/relations?dry_run=true", &itself).await?.problem(409, "constraint")?;
    client.patch("/v1/places/kyiv?dry_run=true", "\"999\"", &json!({})).await?.problem(412, "version-mismatch")?;
    client.delete("/v1/places/kyiv?dry_run=true", "*").await?.problem(409, "in-use")?;
    let bad = json!({"slug": "not a slug", "names": {}, "colour": "red"});
    let problem = client.post("/v1/places?dry_run=true", &bad).await?.problem(422, "validation")?;
    let places: Vec<String> = faults(&problem)?.into_iter().map(|(pointer, _)| pointer).collect();
    ensure!(places == ["/colour", "/names", "/slug"], "{problem}");
    ensure!(state(&client) == before);
    Ok(())
}

#[tokio::test]
async fn a_cycle_of_parts_is_found_by_the_rehearsal() -> Result<()> {
    let client = Client::new().await?;
    for slug in ["a-part", "b-part", "c-part"] {
        client.create("groups", &json!({"slug": slug, "names": {"en": slug}})).await?;
    }
    client.create("relations", &part("group:a-part", "group:b-part")).await?;
    client.create("relations", &part("group:b-part", "group:c-part")).await?;
    let before = state(&client);
    let closing = part("group:c-part", "group:a-part");
    let rehearsed = client.post("/v1/relations?dry_run=true", &closing).await?.problem(409, "constraint")?;
    let written = client.post("/v1/relations", &closing).await?.problem(409, "constraint")?;
    ensure!(rehearsed["detail"] == written["detail"], "{rehearsed} {written}");
    ensure!(rehearsed["detail"].as_str().unwrap_or_default().contains("part-of-cycle"), "{rehearsed}");
    ensure!(state(&client) == before);
    Ok(())
}
