//! Idempotency keys: what is repeated is done once and answered as the first time.

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_server::access::Scope;
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::{Value, json};

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::Client;

fn lviv() -> Value {
    json!({"slug": "lviv", "names": {"en": "Lviv", "ar": "لفيف"}})
}

/// The second answer is the first again.
fn replays(first: &Answer, second: &Answer) -> Result<()> {
    ensure!(second.status == first.status && second.body == first.body, "{}\nis not\n{}", second.text(), first.text());
    for name in ["etag", "location", "pledgegraph-version", "idempotency-key", "content-type"] {
        ensure!(second.header(name) == first.header(name), "{name}: {:?}", second.headers);
    }
    ensure!(first.header("idempotency-replayed").is_empty() && second.header("idempotency-replayed") == "true");
    Ok(())
}

fn seq(client: &Client) -> i64 {
    client.app.live.snapshot().seq()
}

#[tokio::test]
async fn a_repeated_creation_is_done_once() -> Result<()> {
    let client = Client::new().await?;
    let key = [("idempotency-key", "k-1")];
    let first = client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?.must(201)?;
    ensure!(first.header("idempotency-key") == "k-1" && first.header("location") == "/v1/places/lviv");
    let before = seq(&client);
    replays(&first, &client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?)?;
    ensure!(seq(&client) == before);
    Ok(())
}

#[tokio::test]
async fn the_first_answer_is_given_again_after_later_changes() -> Result<()> {
    let client = Client::new().await?;
    let key = [("idempotency-key", "k-1")];
    let first = client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?.must(201)?;
    let draft = json!({"kind": "location", "subject": "meeting:coalition-april", "object": "place:lviv",
        "evidence": [{"source": "source:seed-article", "quotation": {"text": "in Lviv", "lang": "en"}}]});
    let edge_key = [("idempotency-key", "k-2")];
    let edge = client.send(Method::POST, "/v1/relations", &edge_key, Some(&draft)).await?.must(201)?;
    ensure!(edge.json()?["evidence"][0]["quotation"]["text"] == "in Lviv");

    // The record itself changes, and so does the label of one that it names.
    let patch = json!({"names": {"en": "Lemberg"}});
    client.patch("/v1/places/lviv", first.header("etag"), &patch).await?.must(200)?;
    replays(&first, &client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?)?;
    replays(&edge, &client.send(Method::POST, "/v1/relations", &edge_key, Some(&draft)).await?)?;

    // They are gone.
    let edge_path = format!("/v1/relations/{}", edge.json()?["id"].as_str().context("an id")?);
    client.delete(&edge_path, "*").await?.must(204)?;
    client.delete("/v1/places/lviv", "*").await?.must(204)?;
    replays(&first, &client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?)?;
    replays(&edge, &client.send(Method::POST, "/v1/relations", &edge_key, Some(&draft)).await?)?;
    client.get("/v1/places/lviv").await?.problem(404, "not-found")?;
    Ok(())
}

#[tokio::test]
async fn corrections_retractions_and_merges_are_repeated_too() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("places", &lviv()).await?;
    let patch = json!({"names": {"uk": "Львів"}});
    let headers = [("idempotency-key", "k-1"), ("if-match", record.etag.as_str())];
    let patched = client.send(Method::PATCH, &record.path, &headers, Some(&patch)).await?.must(200)?;
    replays(&patched, &client.send(Method::PATCH, &record.path, &headers, Some(&patch)).await?)?;

    let headers = [("idempotency-key", "k-2"), ("if-match", patched.header("etag"))];
    let replaced = client.send(Method::PUT, &record.path, &headers, Some(&lviv())).await?.must(200)?;
    replays(&replaced, &client.send(Method::PUT, &record.path, &headers, Some(&lviv())).await?)?;

    let headers = [("idempotency-key", "k-3"), ("if-match", "*")];
    let into = json!({"into": "place:kyiv"});
    let merge = format!("{}/merge", record.path);
    let merged = client.send(Method::POST, &merge, &headers, Some(&into)).await?.must(200)?;
    replays(&merged, &client.send(Method::POST, &merge, &headers, Some(&into)).await?)?;

    let other = client.create("places", &json!({"slug": "odesa", "names": {"en": "Odesa"}})).await?;
    let headers = [("idempotency-key", "k-4"), ("if-match", other.etag.as_str())];
    let gone = client.send(Method::DELETE, &other.path, &headers, None).await?.must(204)?;
    replays(&gone, &client.send(Method::DELETE, &other.path, &headers, None).await?)?;
    Ok(())
}

#[tokio::test]
async fn warnings_are_repeated() -> Result<()> {
    let client = Client::new().await?;
    let key = [("idempotency-key", "k-1")];
    for (at, name) in ["Kyiv", "Κyiv"].into_iter().enumerate() {
        let draft = json!({"slug": format!("other-{at}"), "names": {"en": name}});
        let answer = client.send(Method::POST, "/v1/places", &key, Some(&draft)).await?;
        if name == "Κyiv" {
            answer.problem(422, "idempotency-key-reused")?;
        } else {
            let first = answer.must(201)?;
            ensure!(first.json()?["warnings"][0]["type"] == "duplicate-name", "{}", first.text());
            replays(&first, &client.send(Method::POST, "/v1/places", &key, Some(&draft)).await?)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_principal() -> Result<()> {
    let client = Client::new().await?;
    let key = ("idempotency-key", "k-1");
    client.send(Method::POST, "/v1/places", &[key], Some(&lviv())).await?.must(201)?;
    let other = json!({"slug": "odesa", "names": {"en": "Odesa"}});
    let reused = "idempotency-key-reused";
    client.send(Method::POST, "/v1/places", &[key], Some(&other)).await?.problem(422, reused)?;
    client.send(Method::POST, "/v1/meetings", &[key], Some(&lviv())).await?.problem(422, reused)?;
    let changed = [key, ("if-match", "*")];
    client.send(Method::DELETE, "/v1/places/lviv", &changed, None).await?.problem(422, reused)?;

    let token = format!("Bearer {}", TestApp::token(Scope::Write));
    let somebody_else = [key, ("authorization", token.as_str())];
    let answer = client.send(Method::POST, "/v1/places", &somebody_else, Some(&other)).await?.must(201)?;
    ensure!(answer.header("idempotency-replayed").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_its_key_free() -> Result<()> {
    let client = Client::new().await?;
    let key = [("idempotency-key", "k-1")];
    let bad = json!({"slug": "lviv"});
    client.send(Method::POST, "/v1/places", &key, Some(&bad)).await?.problem(422, "validation")?;
    client.send(Method::POST, "/v1/places?dry_run=true", &key, Some(&lviv())).await?.must(201)?;
    let answer = client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?.must(201)?;
    ensure!(answer.header("idempotency-replayed").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_key_is_made_where_none_is_given() -> Result<()> {
    let client = Client::new().await?;
    let first = client.post("/v1/places", &lviv()).await?.must(201)?;
    let made = first.header("idempotency-key").to_owned();
    ensure!(!made.is_empty());
    let again = client.send(Method::POST, "/v1/places", &[("idempotency-key", &made)], Some(&lviv())).await?;
    replays(&first, &again)?;
    for bad in ["", &"k".repeat(256), "with space"] {
        let key = [("idempotency-key", bad)];
        client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await?.problem(400, "bad-idempotency-key")?;
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    client.send(Method::POST, "/v1/places", &twice, Some(&lviv())).await?.problem(400, "bad-idempotency-key")?;
    Ok(())
}

#[tokio::test]
async fn the_same_request_many_times_at_once_is_done_once() -> Result<()> {
    let client = Client::new().await?;
    let before = seq(&client);
    let ask = || async {
        let key = [("idempotency-key", "k-1")];
        client.send(Method::POST, "/v1/places", &key, Some(&lviv())).await
    };
    let answers = futures_util::future::try_join_all((0..16).map(|_| ask())).await?;
    let first = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    ensure!(first == 1 && answers.iter().all(|answer| answer.status.as_u16() == 201), "{answers:?}");
    ensure!(answers.iter().all(|answer| answer.body == answers[0].body));
    ensure!(seq(&client) == before + 1);
    Ok(())
}
