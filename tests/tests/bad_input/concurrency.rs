//! Section 6: concurrency and retries.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::case::{Case, Row, WRITES, body, request, row, run};
use crate::client::Client;
use crate::drafts::{place, with};
use crate::raw::Reply;
use crate::servers::{Kind, Servers};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(6, "PUT/PATCH/DELETE without If-Match: 428 precondition-required", unconditional()),
        row(
            6,
            "If-Match stale: 412 version-mismatch with current ETag; malformed: 400 bad-etag; weak and * allowed",
            stale(),
        ),
        row(
            6,
            "If-None-Match current on GET: 304 with Pledgegraph-Version; ETag not per token",
            vec![run("with and without a token", unchanged)],
        ),
        row(
            6,
            "POST without Idempotency-Key: accepted, key made by us and returned",
            vec![run("a key comes back", key_comes_back)],
        ),
        row(6, "key > 255, empty, twice: 400 bad-idempotency-key", keys()),
        row(6, "same key, other request: 422 idempotency-key-reused; of another principal: independent", reused()),
        row(
            6,
            "same key, same request, still running: waits, then replays with Idempotency-Replayed",
            vec![run("eight at once", eight_at_once)],
        ),
        row(
            6,
            "Pledgegraph-At-Least, Pledgegraph-Max-Staleness malformed: 400 bad-version-token; 409, 503",
            versions(),
        )
        .except("503 replica-behind and too-stale need a replica that stands still"),
    ]
}

/// A place, its path and its entity tag.
async fn made(servers: &Servers) -> Result<(Client, String, String)> {
    let client = Client::new(servers);
    let (path, tag) = client.create("/v1/places", &place()).await?;
    Ok((client, path, tag))
}

fn unconditional() -> Vec<Case> {
    ["PUT", "PATCH", "DELETE"]
        .map(|method| {
            run(method, move |servers| async move {
                let (client, path, _) = made(&servers).await?;
                let draft = place();
                let content = (method != "DELETE").then_some(&draft);
                client.send(method, &path, &[], content).await?.must(428, "precondition-required").map(drop)
            })
        })
        .into()
}

fn stale() -> Vec<Case> {
    vec![
        run("a version behind, with each method", version_behind),
        run("any version", any_version),
        run("as a proxy weakened it, and one of several", weak_and_several),
        run("malformed", malformed),
    ]
}

fn keys() -> Vec<Case> {
    let long = format!("Idempotency-Key: {}", "x".repeat(256));
    let with = |keys: &[&str]| {
        body("POST", "/v1/places", &[&WRITES[..], keys].concat(), place().to_string()).is(400, "bad-idempotency-key")
    };
    vec![
        with(&[&long]),
        with(&["Idempotency-Key:"]),
        with(&["Idempotency-Key: a", "Idempotency-Key: a"]),
        with(&["Idempotency-Key: a b"]),
        with(&["Idempotency-Key: \u{e9}"]),
    ]
}

fn reused() -> Vec<Case> {
    vec![
        run("another body, another path", |servers| async move {
            let client = Client::new(&servers);
            let draft = place();
            let key = format!("Idempotency-Key: {}", draft["slug"].as_str().unwrap_or_default());
            client.send("POST", "/v1/places", &[&key], Some(&draft)).await?.ok(201)?;
            let other = with(draft.clone(), "names", json!({"en": "Other"}));
            client.send("POST", "/v1/places", &[&key], Some(&other)).await?.must(422, "idempotency-key-reused")?;
            client.send("POST", "/v1/groups", &[&key], Some(&draft)).await?.must(422, "idempotency-key-reused")?;
            let again = client.send("POST", "/v1/places", &[&key], Some(&draft)).await?;
            ensure!(again.ok(201)?.header("idempotency-replayed") == "true", "{}", again.head);
            Ok(())
        }),
        run("the same key of another principal", |servers| async move {
            let key = format!("Idempotency-Key: {}", crate::drafts::slug());
            for token in ["writes", "writes-too"] {
                let client = Client::with(&servers, Kind::Plain, token);
                let reply = client.send("POST", "/v1/places", &[&key], Some(&place())).await?;
                ensure!(reply.ok(201)?.header("idempotency-replayed") != "true", "{}", reply.head);
            }
            Ok(())
        }),
    ]
}

fn versions() -> Vec<Case> {
    let bad = |header: &str| request("GET", "/v1/countries", &[header]).is(400, "bad-version-token");
    vec![
        bad("Pledgegraph-At-Least: x"),
        bad("Pledgegraph-At-Least:"),
        bad("Pledgegraph-At-Least: 1"),
        bad("Pledgegraph-At-Least: 1.zz"),
        bad("Pledgegraph-At-Least: -1.00000000000000000000000000000000"),
        bad("Pledgegraph-At-Least: 99999999999999999999.00000000000000000000000000000000"),
        bad("Pledgegraph-Max-Staleness: x"),
        bad("Pledgegraph-Max-Staleness: -1"),
        request("GET", "/v1/countries", &["Pledgegraph-At-Least: 1.00000000000000000000000000000000"])
            .is(409, "history-diverged"),
        request("GET", "/v1/countries", &["Pledgegraph-Max-Staleness: 3600"]).status(200),
    ]
}

async fn unchanged(servers: Servers) -> Result<()> {
    let (some, none) = (Client::new(&servers), Client::with(&servers, Kind::Plain, ""));
    for target in ["/v1/countries/GB", "/v1/countries?limit=2"] {
        // Writes go on beside this, and a list changes with each of them.
        let mut unchanged = false;
        for _ in 0..20 {
            let tag = none.get(target).await?.header("etag");
            let reply = some.send("GET", target, &[&format!("If-None-Match: {tag}")], None).await?;
            if reply.status == 304 {
                ensure!(!reply.header("pledgegraph-version").is_empty() && reply.body.is_empty(), "{}", reply.head);
                unchanged = true;
                break;
            }
        }
        ensure!(unchanged, "{target}: never 304");
    }
    Ok(())
}

async fn key_comes_back(servers: Servers) -> Result<()> {
    let reply = Client::new(&servers).post("/v1/places", &place()).await?;
    ensure!(!reply.ok(201)?.header("idempotency-key").is_empty(), "{}", reply.head);
    Ok(())
}

async fn eight_at_once(servers: Servers) -> Result<()> {
    let client = Client::new(&servers);
    let draft = place();
    let key = format!("Idempotency-Key: {}", draft["slug"].as_str().unwrap_or_default());
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (client, draft, key) = (client.clone(), draft.clone(), key.clone());
        asked.spawn(async move { client.send("POST", "/v1/places", &[&key], Some(&draft)).await });
    }
    let replies: Vec<Reply> = asked.join_all().await.into_iter().collect::<Result<_>>()?;
    for reply in &replies {
        reply.ok(201)?;
    }
    let bodies: std::collections::BTreeSet<String> =
        replies.iter().filter_map(|reply| Some(reply.json().ok()?["id"].as_str()?.to_owned())).collect();
    ensure!(bodies.len() == 1, "{bodies:?}");
    let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count();
    ensure!(replayed == 7, "{replayed} replayed");
    Ok(())
}

async fn version_behind(servers: Servers) -> Result<()> {
    let (client, path, first) = made(&servers).await?;
    let draft = client.get(&path).await?.json()?;
    let draft = json!({"slug": draft["slug"], "names": {"en": "Elsewhere"}});
    let matching = format!("If-Match: {first}");
    client.send("PUT", &path, &[&matching], Some(&draft)).await?.ok(200)?;
    let current = client.get(&path).await?.header("etag");
    for method in ["PUT", "PATCH", "DELETE"] {
        let content = (method != "DELETE").then_some(&draft);
        let reply = client.send(method, &path, &[&matching], content).await?;
        reply.must(412, "version-mismatch")?;
        let row = |tag: &str| tag.split('.').next().unwrap_or_default().to_owned();
        ensure!(row(&reply.header("etag")) == row(&current), "{method}: {} is not {current}", reply.header("etag"));
    }
    Ok(())
}

async fn any_version(servers: Servers) -> Result<()> {
    let (client, path, _) = made(&servers).await?;
    let reply = client.send("PATCH", &path, &["If-Match: *"], Some(&json!({"names": {"fr": "Ailleurs"}}))).await?;
    reply.ok(200).map(drop)
}

async fn weak_and_several(servers: Servers) -> Result<()> {
    let (client, path, tag) = made(&servers).await?;
    let rehearsal = format!("{path}?dry_run=true");
    for matching in [format!("W/{tag}"), format!("\"1\", W/{tag}")] {
        let reply = client.send("DELETE", &rehearsal, &[&format!("If-Match: {matching}")], None).await?;
        anyhow::Context::with_context(reply.ok(204), || format!("If-Match: {matching}"))?;
    }
    let stale = "If-Match: \"1\", W/\"2\"";
    client.send("DELETE", &path, &[stale], None).await?.must(412, "version-mismatch").map(drop)
}

async fn malformed(servers: Servers) -> Result<()> {
    let (client, path, tag) = made(&servers).await?;
    for bad in
        [tag.replace('.', ".x"), tag.trim_matches('"').to_owned(), "\"".to_owned(), "\"x\"".to_owned(), String::new()]
    {
        let reply = client.send("DELETE", &path, &[&format!("If-Match: {bad}")], None).await?;
        anyhow::Context::with_context(reply.must(400, "bad-etag"), || format!("If-Match: {bad}"))?;
    }
    client.get(&path).await?.ok(200).map(drop)
}
