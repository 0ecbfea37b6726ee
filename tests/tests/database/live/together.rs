//! What answers over HTTP have to do with each other, whatever was written: pages with the whole, one end of a conflict or of
//! a statement with the other, groups with what was found, an export with what is imported.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_server::ServerOptions;
use pledgegraph_tests::app::TestApp;
use pledgegraph_tests::database::TestDb;
use serde_json::{Value, json};

/// Lists, each read one item at a time and all at once.
const LISTS: [&str; 7] = [
    "/v1/entities",
    "/v1/edges",
    "/v1/commitments?standing=denied,unverified,deprecated,not_yet,over,superseded,taken_back,not_counted",
    "/v1/commitments?stance_min=willing",
    "/v1/commitments?in_force=true,unknown",
    "/v1/attendances?valid_at=2025-06-01",
    "/v1/conflicts",
];

/// Checks all of it on a database as it is.
pub(super) async fn together(database: &TestDb) -> Result<()> {
    let app = TestApp::known(database.clone(), ServerOptions::default()).await?;
    for path in LISTS {
        let (one, many) = (app.walk(path, 1).await?, app.walk(path, 200).await?);
        ensure!(one == many, "{path}: {} items one by one, {} in one page", one.len(), many.len());
    }
    either_end(&app).await?;
    groups(&app).await?;
    round_trip(&app).await?;
    app.live.shutdown().await;
    Ok(())
}

/// The references of both ends of a statement.
fn ends(statement: &Value) -> impl Iterator<Item = &str> {
    ["subject", "object", "pledger", "beneficiary"].into_iter().filter_map(|end| statement[end]["ref"].as_str())
}

/// A conflict is there for each end of its statements; a statement touches what it begins or ends at.
async fn either_end(app: &TestApp) -> Result<()> {
    let conflicts = app.walk("/v1/conflicts", 200).await?;
    let statements = |conflict: &Value| {
        ["one", "other"]
            .into_iter()
            .flat_map(|side| conflict[side]["edges"].as_array().cloned().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    let mut touched: BTreeSet<String> = BTreeSet::new();
    for conflict in &conflicts {
        let sides = statements(conflict);
        ensure!(!sides.is_empty(), "a conflict of nothing: {conflict}");
        touched.extend(sides.iter().flat_map(|statement| ends(statement).map(str::to_owned).collect::<Vec<_>>()));
    }
    for end in &touched {
        let found = app.walk(&format!("/v1/conflicts?touching={end}"), 200).await?;
        let expected: Vec<&Value> = conflicts
            .iter()
            .filter(|conflict| statements(conflict).iter().any(|of| ends(of).any(|own| own == end)))
            .collect();
        ensure!(found.iter().collect::<Vec<_>>() == expected, "conflicts touching {end}");
    }
    let edges = app.walk("/v1/edges", 200).await?;
    let ids = |edges: &[Value]| edges.iter().map(|edge| edge["id"].to_string()).collect::<BTreeSet<_>>();
    for entity in app.walk("/v1/entities", 200).await?.iter().filter_map(|entity| entity["ref"].as_str()).take(30) {
        let found = ids(&app.walk(&format!("/v1/edges?touching={entity}"), 200).await?);
        let own = edges.iter().filter(|edge| ends(edge).any(|end| end == entity)).cloned().collect::<Vec<_>>();
        ensure!(found == ids(&own), "edges touching {entity}");
    }
    Ok(())
}

/// The counts of groups add up to what was found, and that is what is counted.
async fn groups(app: &TestApp) -> Result<()> {
    let ask = async |body: Value| -> Result<Value> {
        let headers = [("content-type", "application/json")];
        let answer = app.send_body(Method::POST, "/v1/query", &headers, body.to_string()).await?;
        ensure!(answer.status.as_u16() == 200, "{body}: {}", answer.text());
        answer.json()
    };
    let fields = app.json("/v1/vocabulary/query_fields").await?;
    let fields = fields["codes"].as_array().context("codes")?;
    for find in ["statements", "commitments"] {
        let counted = ask(json!({"find": find, "ask": "count"})).await?;
        for field in fields.iter().filter_map(|entry| entry["code"].as_str()) {
            let groups = ask(json!({"find": find, "group_by": field})).await?;
            let rows = groups["rows"].as_array().context("rows")?;
            let sum: u64 = rows.iter().filter_map(|row| row["count"].as_u64()).sum();
            ensure!(Some(sum) == groups["found"].as_u64(), "{find} by {field}: {sum}, found {}", groups["found"]);
            ensure!(
                groups["found"] == counted["found"],
                "{find} by {field}: {} and {}",
                groups["found"],
                counted["found"]
            );
        }
    }
    Ok(())
}

/// What is exported and imported is the same graph.
async fn round_trip(from: &TestApp) -> Result<()> {
    let export = from.get_as_admin("/v1/export").await?;
    let to = TestApp::known(TestDb::new().await?, ServerOptions::default()).await?;
    let headers = [("content-type", "application/x-ndjson"), ("accept", "application/json")];
    let answer = to.send_body(Method::POST, "/v1/import?batch=0", &headers, export.body.clone()).await?;
    let summary = answer.json()?;
    ensure!(summary["failed"] == 0, "{}", answer.text());
    let (one, other) = (from.live.snapshot(), to.live.snapshot());
    ensure!(one.digest() == other.digest(), "the digests differ after an import");
    let lines = |text: String| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let again = to.get_as_admin("/v1/export").await?;
    ensure!(lines(export.text()) == lines(again.text()), "the exports differ");
    to.live.shutdown().await;
    Ok(())
}
