//! For those who run it: health, readiness, metrics, the documentation page.

use anyhow::{Context as _, Result};
use axum::http::Method;
use pledgegraph_server::ServerOptions;
use pledgegraph_tests::app::TestApp;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _};

#[tokio::test]
async fn health_and_readiness() -> Result<()> {
    let app = TestApp::new().await?;
    assert_eq!(app.json("/healthz").await?, json!({"status": "ok"}));
    let ready = app.json("/readyz").await?;
    assert_eq!(
        ready,
        json!({"status": "ready", "database": true, "migrations": true, "content": true, "seq": 1, "lag": 0})
    );
    Ok(())
}

#[tokio::test]
async fn metrics_count_requests_by_the_pattern_of_their_route() -> Result<()> {
    let app = TestApp::new().await?;
    app.get("/v1/countries/GB").await?;
    app.get("/v1/countries/FR").await?;
    app.get("/nowhere").await?;
    let metrics = app.get("/metrics").await?;
    let text = metrics.text();
    for expected in [
        "http_requests_total{method=\"GET\",route=\"/v1/countries/{ref}\",status=\"200\"}",
        "http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}",
        "http_request_duration_seconds_bucket{method=\"GET\",route=\"/v1/countries/{ref}\"",
        "pledgegraph_edges ",
        "pledgegraph_entities{kind=\"country\"} 249",
        "pledgegraph_seq ",
        "pledgegraph_lag_commits 0",
        "pledgegraph_content_differs ",
        "pledgegraph_rows_differing ",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(!text.contains("countries/GB"));
    Ok(())
}

#[tokio::test]
async fn the_documentation_page_needs_nothing_from_outside() -> Result<()> {
    let app = TestApp::new().await?;
    assert_eq!(app.get("/docs").await?.header("location"), "/docs/");
    let page = app.get("/docs/?url=https://evil.example/x.json&configUrl=https://evil.example/y.json").await?;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    let html = page.text();
    assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    let named = |part: &&str| [".js", ".css", ".png"].iter().any(|suffix| part.contains(suffix));
    for file in html.split('"').filter(named) {
        let answer = app.get(&format!("/docs/{}", file.trim_start_matches("./"))).await?;
        assert_eq!(answer.status, 200, "{file}");
    }
    let initializer = app.get("/docs/swagger-initializer.js").await?.text();
    assert!(
        initializer.contains("\"queryConfigEnabled\": false") && initializer.contains("/openapi.json"),
        "{initializer}"
    );
    assert!(!initializer.contains("http"), "{initializer}");
    Ok(())
}

#[tokio::test]
async fn the_service_says_where_to_begin() -> Result<()> {
    let app = TestApp::new().await?;
    let service = app.json("/").await?;
    for link in service["links"].as_array().context("links")? {
        let href = link["href"].as_str().context("an address")?;
        assert_eq!(app.get(href).await?.status, 200, "{href}");
    }
    assert_eq!(app.json("/openapi.json").await?, pledgegraph_server::document());
    assert_eq!((&service["warnings"], app.get("/").await?.header("pledgegraph-warning")), (&json!([]), ""));
    Ok(())
}

#[tokio::test]
async fn every_answer_warns_of_content_that_was_never_committed() -> Result<()> {
    let app = TestApp::new().await?;
    let list = "/v1/commitments?stance=willing";
    let before = app.get(list).await?;
    let id = app.json(list).await?["items"][0]["id"].as_str().context("a commitment")?.to_owned();
    let mut conn = app.database.connect().await?;
    let change =
        format!("set session_replication_role = replica; update edge set stance = 'pledged' where id = '{id}'");
    conn.execute(AssertSqlSafe(change)).await?;
    let late = TestApp::known(app.database.clone(), ServerOptions::default()).await?;
    for path in
        [list, "/v1/commitments.csv", "/v1/countries/GB", "/v1/changes", "/healthz", "/nowhere", "/openapi.json"]
    {
        assert_eq!(late.get(path).await?.header("pledgegraph-warning"), "content-differs", "{path}");
        assert_eq!(app.get(path).await?.header("pledgegraph-warning"), "", "{path}");
    }
    let service = late.json("/").await?;
    let warning = &service["warnings"][0];
    assert_eq!(
        (&warning["type"], &warning["records"]),
        (&json!("content-differs"), &json!([format!("/v1/edges/{id}")]))
    );
    let ready = late.json("/readyz").await?;
    assert_eq!((&ready["status"], &ready["content"]), (&json!("ready"), &json!(false)));
    // One version, and not the same: a cache must not take one for the other.
    let after = late.get(list).await?;
    assert_eq!(after.header("pledgegraph-version"), before.header("pledgegraph-version"));
    assert_ne!(after.header("etag"), before.header("etag"));
    // Written again, it is what was committed.
    let path = format!("/v1/commitments/{id}");
    let etag = late.get(&path).await?.header("etag").to_owned();
    let headers = [("content-type", "application/merge-patch+json"), ("if-match", &*etag)];
    let answer = late.send_body(Method::PATCH, &path, &headers, r#"{"stance": "willing"}"#).await?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(late.get(&path).await?.header("pledgegraph-warning"), "");
    assert_eq!(late.json("/").await?["warnings"], json!([]));
    Ok(())
}
