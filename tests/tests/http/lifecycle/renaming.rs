//! A slug that changes: the old reference leads to the new one.

use anyhow::{Result, ensure};
use axum::http::Method;
use serde_json::json;

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::Client;

#[tokio::test]
async fn the_old_slug_leads_to_the_new_one() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let relation = json!({"kind": "location", "subject": "meeting:coalition-april", "object": "place:lviv",
        "evidence": [{"source": "source:seed-article"}]});
    let edge = client.create("relations", &relation).await?;
    let renamed = client.patch(&record.path, &record.etag, &json!({"slug": "lemberg"})).await?.must(200)?;
    let body = renamed.json()?;
    ensure!(body["id"] == record.body["id"] && body["ref"] == "place:lemberg", "{body}");
    ensure!(body["redirects"] == json!([{"id": record.id, "slug": "lviv"}]), "{body}");

    client.get("/v1/places/lviv").await?.leads_to("/v1/places/place:lemberg")?;
    client.get("/v1/places/place:lviv?lang=ar").await?.leads_to("/v1/places/place:lemberg?lang=ar")?;
    client.get("/v1/entities/place:lviv").await?.leads_to("/v1/entities/place:lemberg")?;
    client.get("/v1/places/lviv/history").await?.leads_to("/v1/places/place:lemberg/history")?;
    client.get(&record.path).await?.must(200)?;
    ensure!(client.app.json(&edge.path).await?["object"]["ref"] == "place:lemberg");
    ensure!(client.ids("/v1/relations?object=place:lviv").await? == [edge.id]);

    let taken = json!({"slug": "lviv", "names": {"en": "Another"}});
    client.post("/v1/places", &taken).await?.problem(409, "duplicate")?;
    Ok(())
}

#[tokio::test]
async fn a_replacement_renames_too_and_a_name_can_come_back() -> Result<()> {
    let client = Client::new().await?;
    let draft = |slug: &str| json!({"slug": slug, "names": {"en": "Lviv"}});
    let record = client.create("places", &draft("lviv")).await?;
    let first = client.put("/v1/places/lviv", &record.etag, &draft("lemberg")).await?.must(200)?;
    client.get("/v1/places/lviv").await?.leads_to("/v1/places/place:lemberg")?;
    for method in [Method::PUT, Method::PATCH] {
        let headers = [("if-match", first.header("etag"))];
        let answer = client.send(method, "/v1/places/lviv", &headers, Some(&draft("lviv"))).await?;
        answer.leads_to("/v1/places/place:lemberg")?;
    }
    let deleted = client.delete("/v1/places/lviv", first.header("etag")).await?;
    deleted.leads_to("/v1/places/place:lemberg")?;

    let second = client.put("/v1/places/lemberg", first.header("etag"), &draft("lwow")).await?.must(200)?;
    client.get("/v1/places/lviv").await?.leads_to("/v1/places/place:lwow")?;
    client.get("/v1/places/lemberg").await?.leads_to("/v1/places/place:lwow")?;
    let back = client.put("/v1/places/lwow", second.header("etag"), &draft("lviv")).await?.must(200)?.json()?;
    ensure!(back["ref"] == "place:lviv", "{back}");
    for slug in ["lemberg", "lwow"] {
        client.get(&format!("/v1/places/{slug}")).await?.leads_to("/v1/places/place:lviv")?;
        client.post("/v1/places", &draft(slug)).await?.problem(409, "duplicate")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_slug_of_another_cannot_be_taken() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let taken = client.patch(&record.path, &record.etag, &json!({"slug": "kyiv"})).await?;
    taken.problem(409, "duplicate")?;
    client.patch(&record.path, &record.etag, &json!({"slug": null})).await?.problem(422, "validation")?;
    client.get("/v1/places/lviv").await?.must(200)?;
    Ok(())
}
