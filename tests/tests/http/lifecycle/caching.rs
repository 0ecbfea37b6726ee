//! Entity tags of what is written: they are those of what is read.

use anyhow::{Result, ensure};
use axum::http::Method;
use serde_json::json;

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::Client;

#[tokio::test]
async fn the_tag_of_a_write_is_good_for_a_read_until_the_next_write() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let same = [("if-none-match", record.etag.as_str())];
    let unchanged = client.app.send(Method::GET, &record.path, &same).await?.must(304)?;
    ensure!(unchanged.body.is_empty() && unchanged.header("etag") == record.etag);
    ensure!(!unchanged.header("pledgegraph-version").is_empty());
    let list = client.get("/v1/places").await?.must(200)?;
    let tag = [("if-none-match", list.header("etag"))];
    client.app.send(Method::GET, "/v1/places", &tag).await?.must(304)?;

    let patch = json!({"names": {"ar": "لفيف"}});
    let patched = client.patch(&record.path, &record.etag, &patch).await?.must(200)?;
    let read = client.app.send(Method::GET, &record.path, &same).await?.must(200)?;
    ensure!(read.header("etag") == patched.header("etag") && read.body == patched.body);
    client.app.send(Method::GET, "/v1/places", &tag).await?.must(200)?;
    Ok(())
}

#[tokio::test]
async fn any_entity_tag_of_the_record_is_a_precondition() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv", "ar": "لفيف"}})).await?;
    // In another language the answer has other bytes, and another tag.
    let arabic = client.app.send(Method::GET, &record.path, &[("accept-language", "ar")]).await?.must(200)?;
    ensure!(arabic.header("etag") != record.etag && arabic.header("content-language") == "ar");
    ensure!(arabic.json()?["label"] == "لفيف");
    let patched = client.patch(&record.path, arabic.header("etag"), &json!({"names": {"uk": "Львів"}})).await?;
    let patched = patched.must(200)?;
    client.patch(&record.path, "*", &json!({"names": {"fr": "Lviv"}})).await?.must(200)?;
    client.patch(&record.path, patched.header("etag"), &json!({})).await?.problem(412, "version-mismatch")?;
    for bad in ["W/\"1.0\"", "1", "\"x\"", "\"1\" \"2\""] {
        client.patch(&record.path, bad, &json!({})).await?.problem(400, "bad-etag")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_patch_that_changes_nothing_answers_with_the_record() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?;
    let answer = client.patch(&record.path, &record.etag, &json!({})).await?.must(200)?;
    ensure!(answer.json()?["names"] == record.body["names"]);
    Ok(())
}
