//! Every collection: create, read, correct, history, retract, and still in the history.

use anyhow::{Context as _, Result, bail, ensure};
use axum::http::Method;
use json_patch::Patch;
use serde_json::{Value, json};

use crate::lifecycle::answers::{Answers as _, content, stored};
use crate::lifecycle::client::{Client, Record};
use crate::lifecycle::rows::{Row, all};

#[tokio::test]
async fn every_collection_from_creation_to_retraction_and_beyond() -> Result<()> {
    let client = Client::new().await?;
    let (rows, mut wrong) = (all(), Vec::new());
    for row in &rows {
        let what = format!("{} {}", row.collection, row.draft["kind"].as_str().unwrap_or_default());
        if let Err(error) = (Cycle { client: &client, row }).run().await {
            wrong.push(format!("{what}: {error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    println!("{} rows", rows.len());
    Ok(())
}

#[tokio::test]
async fn leaders_are_written_as_persons() -> Result<()> {
    let client = Client::new().await?;
    client.post("/v1/leaders", &json!({})).await?.problem(405, "method-not-allowed")?;
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = client.send(method, "/v1/leaders/starmer", &[("if-match", "*")], None).await?;
        answer.problem(405, "method-not-allowed")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_reference_that_was_retracted_can_be_used_again_with_one_history() -> Result<()> {
    let client = Client::new().await?;
    let draft = json!({"slug": "lviv", "names": {"en": "Lviv"}});
    let first = client.create("places", &draft).await?;
    client.delete(&first.path, &first.etag).await?.must(204)?;
    let second = client.create("places", &draft).await?;
    assert_eq!(second.id, first.id);
    let history = client.app.json("/v1/places/lviv/history").await?;
    let ops: Vec<_> = history["items"].as_array().context("items")?.iter().map(|item| &item["op"]).collect();
    assert_eq!(ops, ["put", "remove", "put"]);
    Ok(())
}

/// The life of one record.
struct Cycle<'a> {
    client: &'a Client,
    row: &'a Row,
}

impl Cycle<'_> {
    async fn run(&self) -> Result<()> {
        let created = self.client.create(self.row.collection, &self.row.draft).await.context("create")?;
        self.read(&created).await.context("read")?;
        let patched = self.patch(&created).await.context("patch")?;
        self.refused(&created, &patched.1).await.context("preconditions")?;
        let replaced = self.replace(&created, &patched.1).await.context("replace")?;
        let known = [created.body.clone(), patched.0, replaced.0];
        self.history(&created, &known, false).await.context("history")?;
        self.valid(&created, false).await.context("valid axis")?;
        self.retract(&created, &replaced.1).await.context("retract")?;
        self.history(&created, &known, true).await.context("history after the retraction")?;
        self.valid(&created, true).await.context("valid axis after the retraction")?;
        self.before(&created, &known).await.context("known_at before the retraction")
    }

    /// Every path of the record.
    fn paths(&self, record: &Record) -> Vec<String> {
        let Row { collection, slug, .. } = self.row;
        let mut paths = vec![record.path.clone()];
        if let Some(slug) = slug {
            paths.push(format!("/v1/{collection}/{slug}"));
            paths.push(format!("/v1/{collection}/{}", record.body["ref"].as_str().unwrap_or_default()));
        }
        paths
    }

    /// The path that shows the whole record.
    fn whole(&self, path: &str) -> String {
        if self.row.slug.is_some() { path.to_owned() } else { format!("{path}?include=quotations") }
    }

    async fn read(&self, created: &Record) -> Result<()> {
        for path in self.paths(created) {
            let read = self.client.get(&self.whole(&path)).await?.must(200)?;
            ensure!(stored(&read.json()?) == created.body, "{path}: {} after {}", read.text(), created.body);
            // What reads derive is part of the entity tag after its version.
            let version = |tag: &str| tag.split('.').next().map(str::to_owned);
            let derives = read.json()? != created.body;
            let same = read.header("etag") == created.etag || derives;
            ensure!(same && version(read.header("etag")) == version(&created.etag), "{path}: {}", read.header("etag"));
        }
        if let Some(before) = self.row.before() {
            let shown = created.body.pointer(self.row.place);
            let same = shown == Some(before) || shown.and_then(|shown| shown.get("ref")) == Some(before);
            ensure!(same, "{} is {shown:?}, not {before}", self.row.place);
        }
        if self.row.slug.is_none() {
            let words = &created.body["evidence"][0]["quotation"]["text"];
            ensure!(*words == self.row.draft["evidence"][0]["quotation"]["text"], "{}", created.body);
        }
        Ok(())
    }

    async fn patch(&self, created: &Record) -> Result<(Value, String)> {
        let answer = self.client.patch(&created.path, &created.etag, &self.row.patch).await?.must(200)?;
        let patched = answer.json()?;
        ensure!(patched.pointer(self.row.place) == Some(&self.row.shows), "{}: {patched}", self.row.place);
        ensure!(patched["version"].as_i64() > created.body["version"].as_i64(), "{patched}");
        let read = self.client.get(&self.whole(&created.path)).await?.must(200)?;
        ensure!(stored(&read.json()?) == patched, "{} after {patched}", read.text());
        for (field, value) in self.row.draft.as_object().into_iter().flatten() {
            let touched = self.row.patch.get(field).is_some();
            let kept = touched || created.body.get(field) == patched.get(field);
            ensure!(kept, "{field} was {value} and is {:?}", patched.get(field));
        }
        Ok((patched, answer.header("etag").to_owned()))
    }

    /// What is stale or without a precondition changes nothing.
    async fn refused(&self, created: &Record, current: &str) -> Result<()> {
        let bodies =
            [(Method::PATCH, Some(&self.row.patch)), (Method::PUT, Some(&self.row.draft)), (Method::DELETE, None)];
        for (method, body) in bodies {
            let without = self.client.send(method.clone(), &created.path, &[], body).await?;
            without.problem(428, "precondition-required")?;
            let stale = [("if-match", created.etag.as_str())];
            let stale = self.client.send(method.clone(), &created.path, &stale, body).await?;
            stale.problem(412, "version-mismatch").with_context(|| method.to_string())?;
            let current_now = self.client.etag(&created.path).await?;
            let version = |etag: &str| etag.split('.').next().map(str::to_owned);
            ensure!(version(&current_now) == version(current), "{method} changed it: {current_now}");
            // The rest of the tag covers what reads derive, where a collection has that.
            ensure!(version(stale.header("etag")) == version(&current_now), "{method}: {}", stale.header("etag"));
        }
        Ok(())
    }

    async fn replace(&self, created: &Record, etag: &str) -> Result<(Value, String)> {
        let answer = self.client.put(&created.path, etag, &self.row.draft).await?.must(200)?;
        let replaced = answer.json()?;
        ensure!(content(&replaced) == content(&created.body), "{replaced} after {}", created.body);
        Ok((replaced, answer.header("etag").to_owned()))
    }

    async fn history(&self, created: &Record, known: &[Value], retracted: bool) -> Result<()> {
        for path in self.paths(created) {
            let history = self.client.app.json(&format!("{path}/history?axis=recorded&diff=true")).await?;
            let items = history["items"].as_array().context("items")?;
            ensure!(items.len() == known.len() + usize::from(retracted), "{} versions", items.len());
            for (item, known) in items.iter().zip(known) {
                ensure!(item["op"] == "put" && item["record"] == *known, "{item}\nis not\n{known}");
                ensure!(item["version"] == known["version"] && item["recorded_at"] == known["recorded_at"], "{item}");
            }
            if retracted {
                let last = &items[known.len()];
                ensure!(last["op"] == "remove" && last.get("record").is_none(), "{last}");
            }
            differences(items)?;
        }
        Ok(())
    }

    async fn valid(&self, created: &Record, retracted: bool) -> Result<()> {
        let answer = self.client.get(&format!("{}/history?axis=valid&diff=true", created.path)).await?;
        if retracted {
            answer.problem(404, "not-found")?;
            return Ok(());
        }
        let history = answer.must(200)?.json()?;
        let items = history["items"].as_array().context("items")?;
        let own = items.iter().find(|item| item["statement"]["id"] == created.body["id"]);
        ensure!(history["axis"] == "valid" && own.is_some() == self.row.slug.is_none(), "{history}");
        Ok(())
    }

    async fn retract(&self, created: &Record, etag: &str) -> Result<()> {
        let answer = self.client.delete(&created.path, etag).await?.must(204)?;
        ensure!(answer.body.is_empty() && !answer.header("pledgegraph-version").is_empty(), "{:?}", answer.headers);
        for path in self.paths(created) {
            self.client.get(&path).await?.problem(404, "not-found")?;
        }
        self.client.delete(&created.path, etag).await?.problem(404, "not-found")?;
        let ids = self.client.ids(&format!("/v1/{}", self.row.collection)).await?;
        ensure!(!ids.contains(&created.id), "still in the list");
        Ok(())
    }

    /// Each version still answers the moment at which it stood, alone and in lists.
    async fn before(&self, created: &Record, known: &[Value]) -> Result<()> {
        for version in known {
            let moment = version["recorded_at"].as_str().context("a time")?;
            for path in self.paths(created) {
                let whole = self.whole(&path);
                let joint = if whole.contains('?') { '&' } else { '?' };
                let read = self.client.app.json(&format!("{whole}{joint}known_at={moment}")).await?;
                ensure!(stored(&read) == *version, "{path} at {moment}: {read}\nis not\n{version}");
            }
            let collection = self.row.collection;
            let ids = self.client.ids(&format!("/v1/{collection}?known_at={moment}")).await?;
            ensure!(ids.contains(&created.id), "not in the list at {moment}");
            let csv = self.client.get(&format!("/v1/{collection}.csv?known_at={moment}")).await?.must(200)?.text();
            ensure!(csv.contains(&created.id), "not in the CSV at {moment}");
        }
        self.list_shows_the_version_of_then(created, &known[1]).await
    }

    async fn list_shows_the_version_of_then(&self, created: &Record, patched: &Value) -> Result<()> {
        let moment = patched["recorded_at"].as_str().context("a time")?;
        let path = format!("/v1/{}?known_at={moment}", self.row.collection);
        let items = self.client.app.walk(&path, 1000).await?;
        let Some(item) = items.iter().find(|item| item["id"] == created.body["id"]) else { bail!("not in the list") };
        ensure!(item["version"] == patched["version"], "{item}");
        ensure!(item.pointer(self.row.place) == Some(&self.row.shows), "{item}");
        Ok(())
    }
}

/// Each `diff` makes the version before into its own.
fn differences(items: &[Value]) -> Result<()> {
    ensure!(items[0].get("diff").is_none(), "the first has nothing before it");
    for pair in items.windows(2) {
        let patch: Patch = serde_json::from_value(pair[1]["diff"].clone()).context("a JSON patch")?;
        let mut record = content(&pair[0]["record"]);
        json_patch::patch(&mut record, &patch)?;
        let after = pair[1].get("record").map_or(json!({}), content);
        ensure!(record == after, "{patch} makes {record}, not {after}");
        ensure!(!patch.0.is_empty(), "nothing changed in {}", pair[1]);
    }
    Ok(())
}
