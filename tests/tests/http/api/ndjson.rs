//! The NDJSON face of lists: the items of all pages, one a line.

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_bundle::Bundle;
use pledgegraph_model::Synthetic;
use pledgegraph_tests::app::TestApp;
use serde_json::Value;

/// The lines of a list.
async fn lines(app: &TestApp, path: &str) -> Result<Vec<Value>> {
    let text = app.get(path).await?.text();
    ensure!(text.is_empty() || text.ends_with('\n'), "{path}: the last line does not end");
    text.lines().map(|line| serde_json::from_str(line).context(line.to_owned())).collect()
}

/// Lists with filters, and the least number of items that these leave.
const LISTS: [(&str, &str, usize); 13] = [
    ("commitments", "", 20),
    ("commitments", "?conditional_on=us-backing&stance=positive", 2),
    ("commitments", "?in_force=false&fields=id,in_force,pledger&lang=ar", 1),
    // What is in force on another day, or without what is only implied, is found out for the whole list at once.
    ("commitments", "?valid_at=2025-05-01&standing=stands,over", 5),
    ("commitments", "?include_implied=false&in_force=true,unknown", 2),
    ("edges", "?subject=GB", 2),
    ("countries", "", 200),
    ("conditions", "?lang=ar", 2),
    ("leaders", "", 2),
    ("entities", "?kind=meeting", 2),
    ("entities", "?q=Britain", 1),
    ("positions", "?actor=US,GB&lang=ar", 3),
    ("positions", "?capability=military.forces,political.backstop", 2),
];

#[tokio::test]
async fn lines_are_the_items_of_all_pages() -> Result<()> {
    let app = TestApp::new().await?;
    for (name, filter, least) in LISTS {
        let items = app.walk(&format!("/v1/{name}{filter}"), 7).await?;
        ensure!(items.len() >= least, "{name}{filter}: {} items", items.len());
        assert_eq!(lines(&app, &format!("/v1/{name}.ndjson{filter}")).await?, items, "{name}{filter}");
    }
    Ok(())
}

#[tokio::test]
async fn a_long_list_is_sent_in_pieces() -> Result<()> {
    let synthetic = Synthetic::new(3_000, 3);
    let app =
        TestApp::with(Bundle { entities: synthetic.entities().collect(), edges: synthetic.edges().collect() }).await?;
    for name in ["edges", "commitments", "positions"] {
        let items = app.walk(&format!("/v1/{name}"), 1000).await?;
        ensure!(items.len() > 500, "{name}: {} items are one piece", items.len());
        ensure!(lines(&app, &format!("/v1/{name}.ndjson")).await? == items, "{name}");
        let rows = app.get(&format!("/v1/{name}.csv")).await?.text().lines().count();
        ensure!(rows > items.len() || name == "positions", "{name}: {rows} rows");
    }
    Ok(())
}

#[tokio::test]
async fn heads_are_those_of_other_formats() -> Result<()> {
    let app = TestApp::new().await?;
    let path = "/v1/commitments.ndjson?pledger=US";
    let arabic = app.send(Method::GET, path, &[("accept-language", "ar")]).await?;
    let english = app.get(path).await?;
    assert_eq!(english.header("content-type"), "application/x-ndjson");
    assert_eq!(english.header("content-disposition"), "attachment; filename=\"commitments.ndjson\"");
    assert_eq!((english.header("content-language"), arabic.header("content-language")), ("en", "ar"));
    assert_ne!(english.header("etag"), arabic.header("etag"));
    let csv = app.get("/v1/commitments.csv?pledger=US").await?;
    for name in ["pledgegraph-version", "cache-control"] {
        assert_eq!(english.header(name), csv.header(name), "{name}");
    }
    for (query, name) in
        [("cursor=x", "cursor"), ("limit=3", "limit"), ("bom=true", "bom"), ("include=links", "include")]
    {
        let refused = app.get(&format!("/v1/commitments.ndjson?{query}")).await?;
        assert_eq!((refused.status.as_u16(), &refused.json()?["errors"][0]["parameter"]), (400, &Value::from(name)));
    }
    Ok(())
}
