//! By when a commitment is to be done, in every form that a statement has.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::lifecycle::answers::{Answers as _, faults};
use crate::lifecycle::client::Client;

fn pledge(due: &Value) -> Value {
    json!({"pledger": "country:ES", "beneficiary": "country:UA", "capability": "military.demining", "stance": "pledged",
        "due": due, "evidence": [{"source": "source:seed-article"}]})
}

#[tokio::test]
async fn what_was_written_is_read_everywhere() -> Result<()> {
    let client = Client::new().await?;
    let shown = json!({"edtf": "2026-12", "verbatim": "by the end of the year", "earliest": "2026-12-01",
        "latest": "2026-12-31", "precision": "month"});
    let given = json!({"edtf": "2026-12", "verbatim": "by the end of the year"});
    let record = client.create("commitments", &pledge(&given)).await?;
    ensure!(record.body["due"] == shown, "{}", record.body);
    ensure!(client.app.json(&record.path).await?["due"] == shown);
    let list = client.app.json("/v1/edges?capability=military.demining&fields=due").await?;
    ensure!(list["items"] == json!([{ "due": shown }]), "{list}");

    let csv =
        client.get("/v1/commitments.csv?capability=military.demining&fields=due_from,due_to,due_edtf,due_text").await?;
    let row = csv.must(200)?.text();
    ensure!(row.lines().nth(1) == Some("2026-12-01,2026-12-31,2026-12,by the end of the year"), "{row}");

    let export = client.get("/v1/export").await?.must(200)?.text();
    let line = export.lines().find(|line| line.contains(&record.id)).context("a line")?;
    ensure!(serde_json::from_str::<Value>(line)?["due"] == given, "{line}");

    let query = json!({"find": "commitments", "where": {"capability": ["military.demining"]}, "select": ["due"]});
    let answer = client.post("/v1/query", &query).await?.must(200)?.json()?;
    ensure!(answer["rows"][0]["values"][0]["values"][0]["date"] == shown, "{answer}");

    let mut conn = client.app.database.connect().await?;
    let view = "select due_from::text, due_to::text, due_text from commitments where due_text is not null";
    let row = conn.fetch_one(AssertSqlSafe(view)).await?;
    let cells: [Option<String>; 3] = [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?];
    ensure!(cells.map(Option::unwrap_or_default) == ["2026-12-01", "2026-12-31", "by the end of the year"]);

    let kept = client.patch(&record.path, &record.etag, &json!({"rank": "preferred"})).await?.must(200)?;
    ensure!(kept.json()?["due"] == shown);
    let gone = client.patch(&record.path, kept.header("etag"), &json!({"due": null})).await?.must(200)?;
    ensure!(gone.json()?.get("due").is_none());
    Ok(())
}

#[tokio::test]
async fn it_is_a_date_and_has_not_ended() -> Result<()> {
    let client = Client::new().await?;
    for (due, pointer, code) in [
        (json!("2026-12"), "/due", "validation"),
        (json!({"edtf": "soon"}), "/due/edtf", "bad-date"),
        (json!({"ended": true}), "/due/ended", "unknown-field"),
    ] {
        let problem = client.post("/v1/commitments", &pledge(&due)).await?.problem(422, code)?;
        ensure!(faults(&problem)? == [(pointer.to_owned(), code.to_owned())], "{problem}");
    }
    Ok(())
}
