//! An end whose day is not known: `ended` in `valid_until`, in every form that a statement has.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::lifecycle::answers::{Answers as _, faults};
use crate::lifecycle::client::Client;

fn office(until: &Value) -> Value {
    json!({"subject": "person:starmer", "object": "country:GB", "title": {"en": "Minister"}, "valid_until": until,
        "evidence": [{"source": "source:seed-article"}]})
}

#[tokio::test]
async fn what_was_written_is_read_everywhere() -> Result<()> {
    let client = Client::new().await?;
    for (until, shown, cell) in [
        (json!({"ended": true}), json!({"precision": "unknown", "ended": true}), ",true,over"),
        (
            json!({"ended": false, "verbatim": "a while"}),
            json!({"precision": "unknown", "verbatim": "a while"}),
            ",,may_stand",
        ),
        (
            json!({"ended": true, "verbatim": "no longer", "anchor": "unresolved"}),
            json!({"precision": "unknown", "verbatim": "no longer", "anchor": "unresolved", "ended": true}),
            ",true,over",
        ),
        (
            json!({"ended": true, "edtf": "2025-03"}),
            json!({"edtf": "2025-03", "earliest": "2025-03-01", "latest": "2025-03-31", "precision": "month",
                "ended": true}),
            ",true,over",
        ),
    ] {
        let record = client.create("offices", &office(&until)).await?;
        ensure!(record.body["valid_until"] == shown, "{}", record.body);
        let read = client.app.json(&record.path).await?;
        ensure!(read["valid_until"] == shown, "{read}");
        let csv = client.get("/v1/offices.csv").await?.must(200)?.text();
        ensure!(
            csv.lines().next().is_some_and(|header| header.trim_end().ends_with(",valid_until_ended,standing")),
            "{csv}"
        );
        let row = csv.lines().find(|line| line.starts_with(&record.id)).context("a row")?;
        ensure!(row.trim_end().ends_with(cell), "{row}");
        let export = client.get("/v1/export").await?.must(200)?.text();
        let line = export.lines().find(|line| line.contains(&record.id)).context("a line")?;
        let line: Value = serde_json::from_str(line)?;
        ensure!(line["valid_until"].get("ended") == shown.get("ended"), "{line}");
        // A patch of something else keeps it, and its own removal takes it away.
        let kept = client.patch(&record.path, &record.etag, &json!({"rank": "preferred"})).await?.must(200)?;
        ensure!(kept.json()?["valid_until"] == shown);
        let gone = client.patch(&record.path, kept.header("etag"), &json!({"valid_until": null})).await?.must(200)?;
        ensure!(gone.json()?.get("valid_until").is_none());
    }
    Ok(())
}

#[tokio::test]
async fn only_an_end_has_ended() -> Result<()> {
    let client = Client::new().await?;
    let ended = json!({"ended": true});
    for (field, collection) in
        [("said_at", "offices"), ("valid_from", "offices"), ("date", "convenings"), ("since", "outcomes")]
    {
        let (end, own) = match collection {
            "convenings" => ("meeting:coalition-summit", json!({"status": "held"})),
            "outcomes" => ("condition:ceasefire", json!({"value": "met"})),
            _ => ("country:GB", json!({"title": {"en": "Minister"}})),
        };
        let subject = if collection == "offices" { "person:starmer" } else { "country:GB" };
        let mut draft = json!({"subject": subject, "object": end, "evidence": [{"source": "source:seed-article"}]});
        for (name, value) in own.as_object().into_iter().flatten() {
            draft[name] = value.clone();
        }
        draft[field] = ended.clone();
        let answer = client.post(&format!("/v1/{collection}"), &draft).await?.must(422)?;
        let problem = answer.json()?;
        let expected = [(format!("/{field}/ended"), "unknown-field".to_owned())];
        ensure!(faults(&problem)? == expected, "{problem}");
    }
    let source = json!({"slug": "ended", "names": {"en": "A paper"}, "published": ended});
    ensure!(client.post("/v1/sources", &source).await?.status == 422);
    let problem = client.post("/v1/offices", &office(&json!({"ended": "yes"}))).await?;
    ensure!(problem.status == 422, "{}", problem.text());
    let goes_on =
        client.post("/v1/offices", &office(&json!({"edtf": "2025-04/..", "ended": true}))).await?.must(422)?;
    ensure!(faults(&goes_on.json()?)? == [("/valid_until".to_owned(), "bad-date".to_owned())], "{}", goes_on.text());
    Ok(())
}

#[tokio::test]
async fn commitments_show_their_bounds_in_csv() -> Result<()> {
    let client = Client::new().await?;
    let draft = json!({"pledger": "country:ES", "beneficiary": "country:UA", "capability": "military.forces",
        "stance": "pledged", "rank": "preferred", "valid_from": {"edtf": "2025-03"},
        "valid_until": {"ended": true, "verbatim": "no longer"}, "evidence": [{"source": "source:seed-article"}]});
    let record = client.create("commitments", &draft).await?;
    let csv = client.get("/v1/commitments.csv").await?.must(200)?.text();
    let header = csv.lines().next().context("a header")?.trim_end().to_owned();
    ensure!(
        header.contains(",recorded_at,polarity,rank,valid_from,valid_until,valid_until_ended,standing,"),
        "{header}"
    );
    let row = csv.lines().find(|line| line.starts_with(&record.id)).context("a row")?;
    ensure!(row.contains(",asserted,preferred,2025-03,no longer,true,over,"), "{row}");
    Ok(())
}
