//! Two entities that are one: every statement names the one that stays, and the other's references lead to it for ever.

mod cases;

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use serde_json::{Value, json};

use crate::lifecycle::answers::{Answers as _, content, stored};
use crate::lifecycle::client::{Client, Record};
use cases::{Case, cases, evidence};

/// Two of a kind, and what names the one that goes.
struct Pair {
    old: Record,
    kept: Record,
    /// The paths of what names it, each with the record before.
    naming: Vec<(String, Value)>,
}

async fn pair(client: &Client, case: &Case) -> Result<Pair> {
    let draft = |slug: &str| {
        let mut draft = json!({"slug": slug, "names": {"en": format!("Name of {slug}")},
            "aliases": [{"text": format!("alias of {slug}"), "lang": "en", "kind": "short"}]});
        for (name, value) in case.own.as_object().into_iter().flatten() {
            draft[name] = value.clone();
        }
        draft
    };
    let old = client.create(case.collection, &draft("gone-one")).await?;
    let kept = client.create(case.collection, &draft("kept-one")).await?;
    let mut naming = Vec::new();
    for (collection, draft) in &case.naming {
        let text = draft.to_string().replace("\"OLD\"", &format!("\"{}:gone-one\"", case.kind));
        let record = client.create(collection, &serde_json::from_str(&text)?).await?;
        let path = whole(collection, &record.path);
        naming.push((path.clone(), client.app.json(&path).await?));
    }
    Ok(Pair { old, kept, naming })
}

fn whole(collection: &str, path: &str) -> String {
    let quoted = !["conditions", "sources"].contains(&collection);
    if quoted { format!("{path}?include=quotations") } else { path.to_owned() }
}

#[tokio::test]
async fn a_merge_rewrites_everything_that_names_the_one_that_goes() -> Result<()> {
    let client = Client::new().await?;
    for case in cases() {
        let pair = pair(&client, &case).await?;
        let merge = format!("{}/merge", pair.old.path);
        let into = json!({"into": format!("{}:kept-one", case.kind)});
        let before = client.app.live.snapshot().seq();
        let headers = [("if-match", pair.old.etag.as_str())];
        let answer = client.send(Method::POST, &merge, &headers, Some(&into)).await?;
        let answer = answer.must(200).with_context(|| case.kind)?;
        ensure!(client.app.live.snapshot().seq() == before + 1, "one commit");
        survivor(&answer.json()?, &pair)?;
        for (path, record) in &pair.naming {
            let text = record.to_string().replace("gone-one", "kept-one");
            let after = client.app.json(path).await?;
            ensure!(content(&after) == content(&serde_json::from_str(&text)?), "{path}: {after}\nwas\n{record}");
            ensure!(after["version"] == before + 1, "{after}");
        }
        ensure!(client.app.live.snapshot().verify().is_empty());
        leads_there(&client, &case, &pair).await.with_context(|| case.kind)?;
        lists(&client, &case, &pair).await.with_context(|| case.kind)?;
        history(&client, &case, &pair).await.with_context(|| case.kind)?;
    }
    Ok(())
}

/// The one that stays has the names and the references of the other.
fn survivor(body: &Value, pair: &Pair) -> Result<()> {
    ensure!(body["id"] == pair.kept.id.as_str() && body["slug"] == "kept-one", "{body}");
    let texts: Vec<_> = body["aliases"].as_array().into_iter().flatten().map(|alias| &alias["text"]).collect();
    ensure!(texts == ["alias of kept-one", "Name of gone-one", "alias of gone-one"], "{body}");
    ensure!(body["redirects"] == json!([{"id": pair.old.id, "slug": "gone-one"}]), "{body}");
    Ok(())
}

/// Every way to name the one that went leads to the one that stays.
async fn leads_there(client: &Client, case: &Case, pair: &Pair) -> Result<()> {
    let (kind, collection) = (case.kind, case.collection);
    let there = format!("/v1/{collection}/{kind}:kept-one");
    let names = ["gone-one".to_owned(), format!("{kind}:gone-one"), pair.old.id.clone()];
    for name in &names {
        let path = format!("/v1/{collection}/{name}");
        client.get(&path).await?.leads_to(&there)?;
        for method in [Method::PUT, Method::PATCH] {
            let headers = [("if-match", pair.old.etag.as_str())];
            client.send(method, &path, &headers, Some(&json!({}))).await?.leads_to(&there)?;
        }
        client.delete(&path, "*").await?.leads_to(&there)?;
    }
    let into = json!({"into": format!("{kind}:kept-one")});
    let merge = format!("/v1/{collection}/gone-one/merge");
    let again = client.send(Method::POST, &merge, &[("if-match", "*")], Some(&into)).await?;
    again.leads_to(&format!("{there}/merge"))?;
    for name in &names[1..] {
        client.get(&format!("/v1/entities/{name}")).await?.leads_to(&format!("/v1/entities/{kind}:kept-one"))?;
        let adjacent = client.get(&format!("/v1/entities/{name}/adjacent?limit=3")).await?;
        adjacent.leads_to(&format!("/v1/entities/{kind}:kept-one/adjacent?limit=3"))?;
    }
    let old = client.get(&format!("/v1/{collection}/gone-one/history")).await?;
    old.leads_to(&format!("{there}/history"))?;
    Ok(())
}

/// The old reference is understood in filters and bodies, and is never free again.
async fn lists(client: &Client, case: &Case, pair: &Pair) -> Result<()> {
    let draft = json!({"slug": "gone-one", "names": {"en": "Another"}});
    let mut draft = draft.as_object().cloned().unwrap_or_default();
    draft.extend(case.own.as_object().cloned().unwrap_or_default());
    client.post(&format!("/v1/{}", case.collection), &Value::Object(draft)).await?.problem(409, "duplicate")?;
    let ids = client.ids(&format!("/v1/{}", case.collection)).await?;
    ensure!(ids.contains(&pair.kept.id) && !ids.contains(&pair.old.id));
    let found = client.app.json("/v1/entities?q=Name%20of%20gone-one").await?;
    ensure!(found["items"][0]["id"] == pair.kept.id.as_str(), "{found}");
    let remark = json!({"subject": "country:ES", "object": format!("{}:gone-one", case.kind), "type": "hope",
        "text": {"en": "Hopes again."}, "evidence": evidence("source:seed-article", "country:ES")});
    let remark = client.create("remarks", &remark).await?;
    ensure!(remark.body["object"]["ref"] == format!("{}:kept-one", case.kind), "{}", remark.body);
    let ids = client.ids(&format!("/v1/remarks?object={}:gone-one&subject=country:ES", case.kind)).await?;
    ensure!(ids.contains(&remark.id), "{ids:?}");
    Ok(())
}

/// The one that went is still in its own history, and where it stood then. What is left is taken away for the next case.
async fn history(client: &Client, case: &Case, pair: &Pair) -> Result<()> {
    let history = client.app.json(&format!("{}/history", pair.old.path)).await?;
    let last = history["items"].as_array().and_then(|items| items.last()).context("a version")?;
    ensure!(last["op"] == "merge" && last["merged_into"] == format!("{}:kept-one", case.kind), "{history}");
    let (path, before) = pair.naming.last().context("a statement")?;
    let moment = before["recorded_at"].as_str().context("a time")?;
    let joint = if path.contains('?') { '&' } else { '?' };
    let then = client.app.json(&format!("{path}{joint}known_at={moment}")).await?;
    ensure!(then == *before, "{then}\nwas\n{before}");
    let old = client.app.json(&format!("/v1/{}/gone-one?known_at={moment}", case.collection)).await?;
    ensure!(stored(&old) == pair.old.body, "{old}");
    for (path, _) in pair.naming.iter().rev() {
        let path = path.split('?').next().unwrap_or_default();
        client.delete(path, "*").await?.must(204)?;
    }
    client.delete(&format!("{}?cascade=true", pair.kept.path), "*").await?.must(204)?;
    Ok(())
}

#[tokio::test]
async fn merges_can_follow_each_other() -> Result<()> {
    let client = Client::new().await?;
    let mut records = Vec::new();
    for slug in ["first", "second", "third"] {
        records.push(client.create("groups", &json!({"slug": slug, "names": {"en": slug}})).await?);
    }
    let merge = async |from: &str, into: &str| {
        let body = json!({"into": into});
        client.send(Method::POST, &format!("/v1/groups/{from}/merge"), &[("if-match", "*")], Some(&body)).await
    };
    merge("first", "second").await?.must(200)?;
    merge("second", "group:third").await?.must(200)?;
    for name in ["first", "second", &records[0].id, &records[1].id] {
        client.get(&format!("/v1/groups/{name}")).await?.leads_to("/v1/groups/group:third")?;
    }
    // Renamed afterwards, all of them lead to the new name.
    client.patch("/v1/groups/third", "*", &json!({"slug": "fourth"})).await?.must(200)?;
    for name in ["first", "second", "third", &records[0].id] {
        client.get(&format!("/v1/groups/{name}")).await?.leads_to("/v1/groups/group:fourth")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_merge_that_cannot_be() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("groups", &json!({"slug": "first", "names": {"en": "first"}})).await?;
    let path = format!("{}/merge", record.path);
    let other = json!({"into": "group:europeans"});
    client.post(&path, &other).await?.problem(428, "precondition-required")?;
    let merge =
        async |etag: &str, body: Value| client.send(Method::POST, &path, &[("if-match", etag)], Some(&body)).await;
    let stale = merge("\"1\"", other).await?;
    stale.problem(412, "version-mismatch")?;
    ensure!(stale.header("etag") == record.etag, "{:?}", stale.headers);
    for (body, kind, pointer) in [
        (json!({"into": "group:first"}), "validation", "/into"),
        (json!({"into": "country:GB"}), "dangling-reference", "/into"),
        (json!({"into": "group:nobody"}), "dangling-reference", "/into"),
        (json!({}), "validation", "/into"),
        (json!({"into": "group:europeans", "because": "same"}), "unknown-field", "/because"),
    ] {
        let problem = merge("*", body).await?.problem(422, kind)?;
        ensure!(problem["errors"][0]["pointer"] == pointer, "{problem}");
    }
    ensure!(client.etag(&record.path).await? == record.etag);
    Ok(())
}

#[tokio::test]
async fn a_merge_that_breaks_a_rule_is_refused() -> Result<()> {
    let client = Client::new().await?;
    for slug in ["whole-one", "part-one"] {
        client.create("groups", &json!({"slug": slug, "names": {"en": slug}})).await?;
    }
    let part = json!({"kind": "part_of", "subject": "group:part-one", "object": "group:whole-one",
        "evidence": evidence("source:seed-article", "country:ES")});
    client.create("relations", &part).await?;
    let into = json!({"into": "group:whole-one"});
    let answer = client.send(Method::POST, "/v1/groups/part-one/merge", &[("if-match", "*")], Some(&into)).await?;
    answer.problem(409, "constraint")?;
    client.get("/v1/groups/part-one").await?.must(200)?;
    Ok(())
}

#[tokio::test]
async fn the_same_statement_on_both_is_no_obstacle() -> Result<()> {
    let client = Client::new().await?;
    let mut statements = Vec::new();
    for slug in ["first", "second"] {
        client.create("organizations", &json!({"slug": slug, "names": {"en": slug}, "class": "other"})).await?;
        let member = json!({"subject": format!("organization:{slug}"), "object": "organization:nato", "role": "member",
            "evidence": evidence("source:seed-article", "country:ES")});
        statements.push(client.create("memberships", &member).await?);
    }
    let into = json!({"into": "second"});
    client.send(Method::POST, "/v1/organizations/first/merge", &[("if-match", "*")], Some(&into)).await?.must(200)?;
    for statement in statements {
        let read = client.app.json(&statement.path).await?;
        ensure!(read["subject"]["ref"] == "organization:second", "{read}");
    }
    Ok(())
}
