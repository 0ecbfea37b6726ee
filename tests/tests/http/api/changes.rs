//! The feed of changes: as pages, as lines, as events.

use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::StreamExt as _;
use pledgegraph_bundle::bundled;
use pledgegraph_server::ServerOptions;
use pledgegraph_server::access::{Principal, Scope};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

async fn coalition(app: &TestApp, slug: &str) -> Result<()> {
    let body = json!({"slug": slug, "names": {"en": format!("Coalition {slug}"), "ar": "تحالف"}});
    let answer = app.send_body(Method::POST, "/v1/coalitions", JSON, body.to_string()).await?;
    anyhow::ensure!(answer.status == 201, "{}", answer.text());
    Ok(())
}

async fn retract(app: &TestApp, slug: &str) -> Result<()> {
    let path = format!("/v1/coalitions/{slug}");
    let answer = app.send(Method::DELETE, &path, &[("if-match", "*")]).await?;
    anyhow::ensure!(answer.status == 204, "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn pages_bring_every_change_once_and_in_order() -> Result<()> {
    let app = TestApp::new().await?;
    coalition(&app, "first").await?;
    coalition(&app, "second").await?;
    retract(&app, "first").await?;
    let (mut since, mut found) = ("0".to_owned(), Vec::new());
    loop {
        let page = app.json(&format!("/v1/changes?since={since}&limit=100")).await?;
        found.extend(page["items"].as_array().context("items")?.iter().cloned());
        since = page["next"].as_str().context("next")?.to_owned();
        if page["more"] == false {
            break;
        }
    }
    let graph = app.live.snapshot();
    let loaded = found.iter().filter(|change| change["version"] == 1).count();
    assert_eq!(loaded + 1, graph.entity_count() + graph.edge_count(), "the load, row by row, and one coalition");
    let last: Vec<_> = found.iter().skip(loaded).map(|c| (c["op"].as_str(), c["version"].as_i64())).collect();
    assert_eq!(last, [(Some("put"), Some(2)), (Some("put"), Some(3)), (Some("remove"), Some(4))]);
    let mut positions: Vec<_> = found.iter().filter_map(|change| change["position"].as_str()).collect();
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions.len(), found.len());
    let after = app.json(&format!("/v1/changes?since={since}")).await?;
    assert_eq!((after["items"].as_array().map(Vec::len), after["next"].as_str()), (Some(0), Some(&*since)));
    Ok(())
}

#[tokio::test]
async fn lines_bring_all_up_to_now() -> Result<()> {
    let app = TestApp::new().await?;
    coalition(&app, "first").await?;
    let answer = app.send(Method::GET, "/v1/changes", &[("accept", "application/x-ndjson")]).await?;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines = answer.text().lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let graph = app.live.snapshot();
    assert_eq!(lines.len(), graph.entity_count() + graph.edge_count());
    assert_eq!(lines.last().map(|line| &line["record"]["slug"]), Some(&json!("first")));
    Ok(())
}

/// The next event of a stream, as its fields.
async fn event(
    stream: &mut (impl futures_util::Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin),
) -> Result<(String, Value)> {
    let chunk = tokio::time::timeout(Duration::from_secs(20), stream.next()).await?.context("an event")??;
    let text = String::from_utf8(chunk.to_vec())?;
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    Ok((field("id:"), serde_json::from_str(&field("data:"))?))
}

#[tokio::test]
async fn events_go_on_where_a_client_was_and_bring_what_comes() -> Result<()> {
    let app = TestApp::new().await?;
    coalition(&app, "first").await?;
    let version = app.get("/v1/coalitions/first").await?.header("pledgegraph-version").to_owned();
    let follow = |id: String| {
        let request = Request::get("/v1/changes").header("accept", "text/event-stream").header("last-event-id", id);
        let router = app.router.clone();
        async move { Ok::<_, anyhow::Error>(router.oneshot(request.body(Body::empty())?).await?) }
    };
    let answer = follow(version).await?;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut events = answer.into_body().into_data_stream();
    coalition(&app, "second").await?;
    let (id, first) = event(&mut events).await?;
    assert_eq!((&first["op"], &first["record"]["slug"]), (&json!("put"), &json!("second")));
    retract(&app, "second").await?;
    let (_, second) = event(&mut events).await?;
    assert_eq!(second["op"], "remove");
    let mut again = follow(id).await?.into_body().into_data_stream();
    assert_eq!(event(&mut again).await?.1, second);
    Ok(())
}

#[tokio::test]
async fn streams_of_events_are_counted_and_one_too_many_is_refused() -> Result<()> {
    let app = TestApp::over(bundled()?, ServerOptions { streams: 2, ..ServerOptions::default() }).await?;
    let follow = || {
        let request = Request::get("/v1/changes").header("accept", "text/event-stream").body(Body::empty());
        let router = app.router.clone();
        async move { Ok::<_, anyhow::Error>(router.oneshot(request?).await?) }
    };
    let open = [follow().await?, follow().await?];
    let refused = follow().await?;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"10".parse()?));
    assert_eq!(app.get("/v1/changes").await?.status, 200, "pages are not counted");
    drop(open);
    assert_eq!(follow().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn a_place_of_another_history_is_told() -> Result<()> {
    let app = TestApp::new().await?;
    for (since, status, slug) in [
        ("1.00112233445566778899aabbccddeeff", 409, "history-diverged"),
        ("99.00112233445566778899aabbccddeeff", 409, "history-diverged"),
        ("nonsense", 400, "bad-parameter"),
        ("1", 400, "bad-parameter"),
    ] {
        let answer = app.get(&format!("/v1/changes?since={since}")).await?;
        assert_eq!(answer.status.as_u16(), status, "{since}");
        assert_eq!(answer.json()?["type"], format!("/problems/{slug}"), "{since}");
    }
    Ok(())
}

/// What a text holds that is a moment: a day, `T`, and a time in UTC.
fn moments(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-:.".contains(c)));
    let is_moment = |word: &&str| word.len() > 18 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
    words.filter(is_moment).map(str::to_owned).collect()
}

/// A service in which all was recorded at whole seconds, which need no decimals, with a coalition that this request made.
async fn at_whole_seconds(keyed: &[(&str, &str)], body: String) -> Result<TestApp> {
    let written = TestApp::new().await?;
    coalition(&written, "timed").await?;
    written.send_body(Method::POST, "/v1/coalitions", keyed, body).await?;
    let mut connection = written.database.connect().await?;
    let whole =
        "set session_replication_role = replica; update commit set recorded_at = date_trunc('second', recorded_at)";
    sqlx::raw_sql(whole).execute(&mut connection).await?;
    let tester = |scope| Principal { name: format!("tester-{scope}"), token: None, scope: Some(scope) };
    let token = |scope| (TestApp::token(scope).to_owned(), tester(scope));
    let options = ServerOptions { fixed_tokens: Scope::ALL.map(token).to_vec(), ..ServerOptions::default() };
    TestApp::on(written.database, options).await
}

#[tokio::test]
async fn a_moment_has_one_form_everywhere() -> Result<()> {
    let body = json!({"slug": "once", "names": {"en": "Once"}}).to_string();
    let keyed = [JSON[0], ("idempotency-key", "moments")];
    let app = at_whole_seconds(&keyed, body.clone()).await?;
    let mut seen = 0;
    let mut check = |what: &str, text: &str| {
        let found = moments(text);
        assert!(!found.is_empty(), "{what}: {text}");
        for moment in found {
            assert_eq!(moment.len(), "2026-11-29T10:00:00.000000Z".len(), "{what}: {moment}");
            seen += 1;
        }
    };
    for path in [
        "/v1/coalitions/timed",
        "/v1/coalitions/timed/history",
        "/v1/coalitions?limit=2",
        "/v1/coalitions.csv",
        "/v1/countries/GB",
        "/v1/countries.csv",
        "/v1/commitments?limit=2",
        "/v1/commitments.csv",
        "/v1/edges?limit=2",
        "/v1/remarks.csv",
        "/v1/positions?limit=2",
        "/v1/conflicts",
        "/v1/matrix",
        "/v1/changes?since=0&limit=5",
        "/v1/entities/country:GB/adjacent",
        "/v1/questions?q=Who%20pledged%20forces%3F",
    ] {
        check(path, &app.get(path).await?.text());
    }
    let lines = app.send(Method::GET, "/v1/changes?since=0&limit=5", &[("accept", "application/x-ndjson")]).await?;
    check("lines", &lines.text());
    check("audit", &app.get_as_admin("/v1/audit").await?.text());
    let query = json!({"find": "commitments", "ask": "count"}).to_string();
    check("query", &app.send_body(Method::POST, "/v1/query", JSON, query).await?.text());
    let created = json!({"slug": "later", "names": {"en": "Later"}}).to_string();
    check("a write", &app.send_body(Method::POST, "/v1/coalitions", JSON, created).await?.text());
    let repeated = app.send_body(Method::POST, "/v1/coalitions", &keyed, body).await?;
    check("a repetition", &repeated.text());
    assert!(seen > 500, "{seen}");
    Ok(())
}
