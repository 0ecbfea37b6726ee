//! What others still name is not removed, unless an admin says that they go with it.

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_server::access::Scope;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::{Client, Record};

fn remark(subject: &str, object: &str) -> Value {
    json!({"subject": subject, "object": object, "type": "hope", "text": {"en": "Hopes."},
        "evidence": [{"source": "source:seed-article"}]})
}

async fn organization(client: &Client, slug: &str) -> Result<Record> {
    client.create("organizations", &json!({"slug": slug, "names": {"en": slug}, "class": "other"})).await
}

#[tokio::test]
async fn an_entity_in_use_is_not_removed_and_its_uses_are_counted() -> Result<()> {
    let client = Client::new().await?;
    let used = organization(&client, "used").await?;
    let membership = json!({"subject": "organization:used", "object": "organization:nato", "role": "member",
        "evidence": [{"source": "source:seed-article"}]});
    let member = client.create("memberships", &membership).await?;
    let first = client.create("remarks", &remark("organization:used", "country:UA")).await?;
    let second = client.create("remarks", &remark("country:UA", "organization:used")).await?;
    let problem = client.delete(&used.path, &used.etag).await?.problem(409, "in-use")?;
    let detail = problem["detail"].as_str().context("a detail")?;
    ensure!(detail.contains("1 membership") && detail.contains("2 remark"), "{detail}");
    client.get(&used.path).await?.must(200)?;
    for record in [member, first, second] {
        client.delete(&record.path, &record.etag).await?.must(204)?;
    }
    client.delete(&used.path, &used.etag).await?.must(204)?;
    Ok(())
}

#[tokio::test]
async fn every_way_to_be_named_counts() -> Result<()> {
    let client = Client::new().await?;
    let used = organization(&client, "used").await?;
    let mut request = remark("country:UA", "country:ES");
    request["evidence"][0]["attribution"] = json!([{"agent": "organization:used", "role": "outlet"}]);
    client.create("remarks", &request).await?;
    let test = json!({"actor": "organization:used", "capability": "political.backstop", "min_stance": "pledged"});
    let condition = json!({"slug": "backing-of-used", "names": {"en": "Backing"},
        "condition_kind": "third_party_backing", "test": test});
    client.create("conditions", &condition).await?;
    let source = json!({"slug": "by-used", "names": {"en": "A report"}, "publisher": "organization:used"});
    client.create("sources", &source).await?;
    let problem = client.delete(&used.path, &used.etag).await?.problem(409, "in-use")?;
    let detail = problem["detail"].as_str().context("a detail")?;
    ensure!(detail.matches('1').count() == 3, "three counts of 1: {detail}");
    // A cascade retracts statements, not entities that stand for themselves.
    let path = format!("{}?cascade=true", used.path);
    client.delete(&path, &used.etag).await?.problem(409, "in-use")?;
    Ok(())
}

#[tokio::test]
async fn a_cascade_needs_an_admin_and_takes_the_statements_along() -> Result<()> {
    let client = Client::new().await?;
    let used = organization(&client, "used").await?;
    let going = client.create("remarks", &remark("organization:used", "country:UA")).await?;
    let mut about = remark("country:UA", "country:ES");
    about["links"] = json!([{"type": "about", "edge": going.id}]);
    about["evidence"][0]["quotation"] = json!({"text": "stays", "lang": "en"});
    let staying = client.create("remarks", &about).await?;
    let path = format!("{}?cascade=true", used.path);

    let token = format!("Bearer {}", TestApp::token(Scope::Write));
    let headers = [("authorization", token.as_str()), ("if-match", used.etag.as_str())];
    client.send(Method::DELETE, &path, &headers, None).await?.problem(403, "insufficient-scope")?;
    client.get(&used.path).await?.must(200)?;

    let before = client.app.live.snapshot().seq();
    client.delete(&path, "\"1\"").await?.problem(412, "version-mismatch")?;
    client.delete(&path, &used.etag).await?.must(204)?;
    ensure!(client.app.live.snapshot().seq() == before + 1, "one commit");
    client.get(&used.path).await?.problem(404, "not-found")?;
    client.get(&going.path).await?.problem(404, "not-found")?;
    let stays = client.app.json(&format!("{}?include=quotations", staying.path)).await?;
    ensure!(stays["links"] == json!([]) && stays["evidence"][0]["quotation"]["text"] == "stays", "{stays}");
    let history = client.app.json(&format!("{}/history", going.path)).await?;
    ensure!(history["items"][1]["op"] == "remove", "{history}");
    Ok(())
}

#[tokio::test]
async fn a_statement_that_others_are_about_is_in_use() -> Result<()> {
    let client = Client::new().await?;
    let named = client.create("remarks", &remark("country:ES", "country:UA")).await?;
    let mut about = remark("country:UA", "country:ES");
    about["links"] = json!([{"type": "about", "edge": named.id}]);
    let naming = client.create("remarks", &about).await?;
    let problem = client.delete(&named.path, &named.etag).await?.problem(409, "in-use")?;
    ensure!(problem["detail"].as_str().is_some_and(|detail| detail.contains("1 link")), "{problem}");
    let read = client.app.json(&named.path).await?;
    let incoming = json!([{"direction": "incoming", "edge": naming.id, "type": "about"}]);
    ensure!(read["links"] == incoming, "{read}");
    client.delete(&naming.path, &naming.etag).await?.must(204)?;
    client.delete(&named.path, "*").await?.must(204)?;
    Ok(())
}
