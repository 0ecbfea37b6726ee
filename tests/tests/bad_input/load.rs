//! Section 9: load, store, operation.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_live::{Live, LiveOptions};
use pledgegraph_tests::database::TestDb;
use sqlx::Executor as _;

use crate::case::{Case, Row, body, get, problem, row, run, written};
use crate::client::Client;
use crate::drafts::place;
use crate::raw::exchange;
use crate::servers::{HASTE, Kind, Servers};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(9, "over quota: 429, Retry-After, RateLimit, RateLimit-Policy, quota-exceeded", quotas()),
        row(9, "too much work in flight: 503 overloaded, Retry-After", overloaded()),
        row(9, "/healthz, /readyz, /metrics: on the main port, closable, no version, host or DSN", probes()),
        row(
            9,
            "pool empty for 2 s, or head lock not had in 2 s: 503 overloaded / write-contention",
            vec![run("somebody else holds the head", |_| async {
                // The futures of a connection are not `Send` enough to be spawned.
                let runtime = tokio::runtime::Handle::current();
                tokio::task::spawn_blocking(move || runtime.block_on(held_up())).await?
            })],
        ),
        row(9, "Postgres away, read-only, in recovery, too many clients: 503 store-unavailable", Vec::new())
            .except("tests/live/failures.rs takes the database away; the binary's tests kill it"),
        row(
            9,
            "handler over 10 s: 504 timeout for reads; writes end by their idempotency key",
            vec![run("the database takes longer than an answer may", |_| async {
                // The futures of a connection are not `Send` enough to be spawned.
                let runtime = tokio::runtime::Handle::current();
                tokio::task::spawn_blocking(move || runtime.block_on(out_of_time())).await?
            })],
        ),
        row(9, "constraint we did not foresee (23xxx): 409 constraint, never 500", Vec::new())
            .except("a constraint that only a fault of ours can hit; the mapping is tested in tests/store"),
        row(9, "deprecated operation: Deprecation, Sunset, Link; removed: 410 gone", Vec::new())
            .except("none is deprecated"),
        row(9, "disk full (53100): 507 store-full", Vec::new())
            .except("a full disk; the mapping is tested in tests/store"),
        row(9, "COMMIT outcome not known: 503 outcome-unknown + key", Vec::new())
            .except("a connection lost between COMMIT and its answer; the kill tests bring it about"),
    ]
}

/// A service of its own, whose writers all wait for somebody who holds the head.
async fn held_up() -> Result<()> {
    let database = TestDb::new().await?;
    let live = Live::start(database.pool(), LiveOptions::default()).await?;
    let servers = Servers::over(live).await?;
    let mut holder = database.connect().await?;
    (&mut holder).execute("begin").await?;
    (&mut holder).execute("select from head for update").await?;
    let client = Client::new(&servers);
    let begun = Instant::now();
    client.post("/v1/places", &place()).await?.must(503, "write-contention")?;
    ensure!(begun.elapsed() < Duration::from_secs(6), "after {:?}", begun.elapsed());
    (&mut holder).execute("rollback").await?;
    client.create("/v1/places", &place()).await.map(drop)
}

/// A service of its own, whose database somebody else holds for longer than the service answers.
async fn out_of_time() -> Result<()> {
    let database = TestDb::new().await?;
    let live = Live::start(database.pool(), LiveOptions::default()).await?;
    let servers = Servers::over(live).await?;
    let client = Client::with(&servers, Kind::Hasty, "writes");
    let mut holder = database.connect().await?;

    (&mut holder).execute("begin; lock table commit in access exclusive mode").await?;
    client.get("/v1/countries?known_at=2020-01-01T00:00:00Z").await?.must(504, "timeout")?;
    (&mut holder).execute("rollback").await?;

    (&mut holder).execute("begin; select from head for update").await?;
    let draft = place();
    let release = async {
        tokio::time::sleep(2 * HASTE).await;
        (&mut holder).execute("rollback").await.map(drop).map_err(anyhow::Error::from)
    };
    let begun = Instant::now();
    tokio::try_join!(client.create("/v1/places", &draft), release)?;
    ensure!(begun.elapsed() > HASTE, "the write did not wait");
    Ok(())
}

fn quotas() -> Vec<Case> {
    vec![
        run("reads: three, then 429; a 304 and health checks do not count", reads_of_a_quota),
        run("behind a proxy of ours: each of its clients has a quota", clients_of_a_proxy),
        run("writes have a quota of their own", writes_of_a_quota),
    ]
}

fn probes() -> Vec<Case> {
    vec![
        get("/healthz").status(200).header("cache-control", "no-store"),
        get("/readyz").status(200).header("cache-control", "no-store"),
        get("/metrics").named("/metrics, closed").is(404, "not-found"),
        run("tell nothing", tell_nothing),
    ]
}

async fn tell_nothing(servers: Servers) -> Result<()> {
    for target in ["/healthz", "/readyz", "/nowhere", "/v1/commitments?x=1"] {
        let reply = exchange(servers.address(Kind::Plain), &written("GET", target, &[], None)).await?;
        let reply = reply.context("closed without an answer")?;
        let text = format!("{}\n{}", reply.head, reply.text()).to_lowercase();
        for secret in ["postgres", "0.1.0", "127.0.0.1", "server:", "x-powered-by"] {
            ensure!(!text.contains(secret), "{target} tells `{secret}`: {text}");
        }
    }
    Ok(())
}

fn overloaded() -> Vec<Case> {
    vec![
        get("/v1/commitments").on(Kind::Full).is(503, "overloaded").header("retry-after", "1"),
        body("POST", "/v1/commitments", &["Content-Type: application/json"], "no JSON")
            .on(Kind::Full)
            .is(503, "overloaded")
            .header("retry-after", "1"),
        get("/healthz").on(Kind::Full).status(200),
        get("/readyz").on(Kind::Full).status(200),
    ]
}

async fn reads_of_a_quota(servers: Servers) -> Result<()> {
    let address = servers.address(Kind::Quota);
    let ask = |headers: Vec<String>, target: &'static str| async move {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        exchange(address, &written("GET", target, &headers, None)).await?.context("closed without an answer")
    };
    // Other cases write meanwhile, so that the entity tag of a list may change.
    let first = ask(Vec::new(), "/v1/vocabulary/stances").await?;
    ensure!(first.header("ratelimit-policy") == "\"reads\";q=3;w=60", "{}", first.head);
    ensure!(first.header("ratelimit") == "\"reads\";r=2;t=20", "{}", first.head);
    let fresh = vec![format!("If-None-Match: {}", first.header("etag"))];
    for _ in 0..5 {
        let same = ask(fresh.clone(), "/v1/vocabulary/stances").await?;
        ensure!(same.status == 304, "{}", same.head);
        let health = ask(Vec::new(), "/healthz").await?;
        ensure!(health.status == 200 && health.header("ratelimit").is_empty(), "{}", health.head);
    }
    let second = ask(Vec::new(), "/nowhere").await?;
    ensure!(second.header("ratelimit").starts_with("\"reads\";r=1;"), "errors count: {}", second.head);
    ensure!(ask(Vec::new(), "/v1/countries").await?.status == 200, "the third");
    let as_another = vec!["Forwarded: for=192.0.2.1".to_owned(), "X-Forwarded-For: 192.0.2.1".to_owned()];
    let over = ask(as_another, "/v1/countries").await?;
    ensure!(over.status == 429 && over.header("ratelimit").starts_with("\"reads\";r=0;"), "{}", over.head);
    ensure!((1..=20).contains(&over.header("retry-after").parse::<u32>()?), "{}", over.head);
    let body = problem(&over, "quota-exceeded")?;
    ensure!(body["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded", "{body}");
    Ok(())
}

async fn clients_of_a_proxy(servers: Servers) -> Result<()> {
    for (client, left) in [("192.0.2.1", 2), ("192.0.2.1", 1), ("[2001:db8::1]:4711", 2), ("[2001:db8::2]", 1)] {
        let forwarded = format!("Forwarded: for=192.0.2.9, for=\"{client}\";proto=https");
        let bytes = written("GET", "/v1/countries", &[&forwarded], None);
        let reply = exchange(servers.address(Kind::Proxied), &bytes).await?.context("closed without an answer")?;
        ensure!(reply.header("ratelimit").starts_with(&format!("\"reads\";r={left};")), "{client}: {}", reply.head);
    }
    Ok(())
}

async fn writes_of_a_quota(servers: Servers) -> Result<()> {
    let address = servers.address(Kind::Quota);
    let bytes = written("POST", "/v1/positions", &["Content-Type: application/json"], Some(b"{}"));
    for left in [2, 1, 0] {
        let reply = exchange(address, &bytes).await?.context("closed without an answer")?;
        ensure!(reply.header("ratelimit").starts_with(&format!("\"writes\";r={left};")), "{}", reply.head);
    }
    let over = exchange(address, &bytes).await?.context("closed without an answer")?;
    ensure!(over.status == 429, "{}", over.head);
    problem(&over, "quota-exceeded").map(drop)
}
