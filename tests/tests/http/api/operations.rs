//! For those who run it: health, readiness, metrics, the documentation page.

use anyhow::{Context as _, Result};
use pledgegraph_tests::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn health_and_readiness() -> Result<()> {
    let app = TestApp::new().await?;
    assert_eq!(app.json("/healthz").await?, json!({"status": "ok"}));
    let ready = app.json("/readyz").await?;
    assert_eq!(ready, json!({"status": "ready", "database": true, "migrations": true, "seq": 1, "lag": 0}));
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
    Ok(())
}
