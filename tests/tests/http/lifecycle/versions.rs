//! Versions of the graph: what a client has seen, it sees again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

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

/// Takes away every commit after this one, as a failover does to a standby that lacks them.
async fn lose_after(client: &Client, seq: i64) -> Result<()> {
    let mut other = client.app.database.connect().await?;
    other
        .execute(AssertSqlSafe(format!(
            "set session_replication_role = replica;
             delete from entity where created_seq > {seq};
             delete from change where seq > {seq};
             delete from commit where seq > {seq};
             update head set (seq, chain, digest, recorded_at) =
                 (select seq, chain, digest, recorded_at from commit where seq = {seq});
             reset session_replication_role"
        )))
        .await?;
    Ok(())
}

/// A failover to a standby that lacks the last commits: from when it shows, nothing is answered from the lost history, and
/// then its versions are told from those that were kept.
#[tokio::test]
async fn a_lost_history_answers_nothing() -> Result<()> {
    let client = Client::new().await?;
    let place = |slug: &str| json!({"slug": slug, "names": {"en": slug}});
    let version = async |slug: &str| {
        let answer = client.post("/v1/places", &place(slug)).await?.must(201)?;
        anyhow::Ok(answer.header("pledgegraph-version").to_owned())
    };
    let (kept, lost) = (version("kept").await?, version("lost").await?);
    let seq: i64 = kept.split_once('.').context("a version")?.0.parse()?;
    let mut reading = client.app.database.connect().await?;
    // Whoever loads the graph reads the statements, and cannot until this ends.
    let mut held = reading.begin().await?;
    held.execute("lock table edge in access exclusive mode").await?;
    lose_after(&client, seq).await?;
    ensure!(client.app.live.looks_again(Duration::from_secs(5)).await && client.app.live.is_reloading());
    for (path, at_least) in [("/v1/places/lost", ""), ("/v1/places/kept", &*kept), ("/v1/countries", &*lost)] {
        let headers: &[_] = if at_least.is_empty() { &[] } else { &[("pledgegraph-at-least", at_least)] };
        client.app.send(Method::GET, path, headers).await?.problem(503, "reloading")?;
    }
    client.post("/v1/places", &place("new")).await?.problem(503, "reloading")?;
    ensure!(client.get("/readyz").await?.status == 503 && client.get("/healthz").await?.status == 200);
    held.rollback().await?;
    let began = Instant::now();
    while client.app.live.is_reloading() && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.get("/v1/places/lost").await?.must(404)?;
    client.get("/v1/places/kept").await?.must(200)?;
    for (version, status) in [(&kept, 200), (&lost, 409)] {
        let answer = client.app.send(Method::GET, "/v1/countries", &[("pledgegraph-at-least", version)]).await?;
        ensure!(answer.status == status, "{version}: {}", answer.text());
    }
    // What comes in the place of a lost commit tells its version apart for ever.
    client.post("/v1/places", &place("new")).await?.must(201)?;
    let answer = client.app.send(Method::GET, "/v1/countries", &[("pledgegraph-at-least", &lost)]).await?;
    answer.problem(409, "history-diverged")?;
    Ok(())
}
