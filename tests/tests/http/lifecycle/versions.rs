//! Versions of the graph: what a client has seen, it sees again.

use anyhow::{Result, ensure};
use axum::http::Method;
use serde_json::json;

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::Client;

#[tokio::test]
async fn an_acknowledged_write_is_found_by_the_next_read() -> Result<()> {
    let client = Client::new().await?;
    for at in 0..50 {
        let draft = json!({"slug": format!("place-{at}"), "names": {"en": format!("Place {at}")}});
        let record = client.create("places", &draft).await?;
        client.get(&record.path).await?.must(200)?;
        ensure!(client.ids("/v1/places").await?.contains(&record.id));
        let found = client.ids(&format!("/v1/entities?q=Place%20{at}")).await?;
        ensure!(found.contains(&record.id), "{at}");
    }
    Ok(())
}

#[tokio::test]
async fn the_version_of_a_write_can_be_asked_for() -> Result<()> {
    let client = Client::new().await?;
    let answer = client.post("/v1/places", &json!({"slug": "lviv", "names": {"en": "Lviv"}})).await?.must(201)?;
    let written = answer.header("pledgegraph-version").to_owned();
    let ask = async |version: &str| {
        client.app.send(Method::GET, "/v1/places/lviv", &[("pledgegraph-at-least", version)]).await
    };
    let read = ask(&written).await?.must(200)?;
    ensure!(read.header("pledgegraph-version") == written);

    // Still part of the history after the next one.
    client.patch("/v1/places/lviv", "*", &json!({"names": {"ar": "لفيف"}})).await?.must(200)?;
    let read = ask(&written).await?.must(200)?;
    ensure!(read.header("pledgegraph-version") != written);

    let (seq, chain) = written.split_once('.').unwrap_or_default();
    for bad in ["", "x", seq, &format!("{seq}."), &format!("{seq}.{}", &chain[1..]), &format!("-{written}")] {
        ask(bad).await?.problem(400, "bad-version-token")?;
    }
    let other = if chain.starts_with('0') { "1" } else { "0" };
    ask(&format!("{seq}.{other}{}", &chain[1..])).await?.problem(409, "history-diverged")?;
    let future = ask(&format!("1000000.{chain}")).await?;
    future.problem(503, "replica-behind")?;
    ensure!(!future.header("retry-after").is_empty(), "{:?}", future.headers);
    Ok(())
}

#[tokio::test]
async fn writes_may_ask_for_a_version_too() -> Result<()> {
    let client = Client::new().await?;
    let headers = [("pledgegraph-at-least", "1000000.00112233445566778899aabbccddeeff")];
    let draft = json!({"slug": "lviv", "names": {"en": "Lviv"}});
    client.send(Method::POST, "/v1/places", &headers, Some(&draft)).await?.problem(503, "replica-behind")?;
    client.get("/v1/places/lviv").await?.problem(404, "not-found")?;
    Ok(())
}
