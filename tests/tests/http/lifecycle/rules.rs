//! Rules that hold across rows are kept at every door: what a creation refuses cannot be reached by another way.

use anyhow::{Result, ensure};
use axum::http::Method;
use pledgegraph_tests::app::Answer;
use serde_json::{Value, json};

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::{Client, Record};

fn test() -> Value {
    json!({"actor": "country:US", "capability": "political.backstop", "min_stance": "pledged"})
}

fn condition(slug: &str, tested: bool) -> Value {
    let kind = if tested { "third_party_backing" } else { "other" };
    let mut draft = json!({"slug": slug, "names": {"en": slug}, "condition_kind": kind});
    if tested {
        draft["test"] = test();
    }
    draft
}

/// A pledge with a tree of conditions.
fn pledge(tree: &Value) -> Value {
    json!({"pledger": "country:ES", "beneficiary": "country:UA", "capability": "military.forces", "stance": "pledged",
        "conditions": tree, "evidence": [{"source": "source:seed-article"}]})
}

fn leaf(condition: &str) -> Value {
    json!({"op": "condition", "condition": format!("condition:{condition}")})
}

fn not(under: &Value) -> Value {
    json!({"op": "not", "of": [under]})
}

/// A `not` over a condition, at any depth and beside others.
fn negations(condition: &str) -> Vec<Value> {
    let one = leaf(condition);
    vec![
        not(&one),
        json!({"op": "all_of", "of": [leaf("ceasefire"), not(&one)]}),
        not(&json!({"op": "any_of", "of": [leaf("ceasefire"), one.clone()]})),
        json!({"op": "at_least", "k": 1, "of": [
            not(&json!({"op": "all_of", "of": [one.clone(), leaf("legal-basis")]})),
            one,
        ]}),
    ]
}

fn refused(answer: &Answer, rule: &str) -> Result<()> {
    let body = answer.problem(422, "validation")?;
    ensure!(body.to_string().contains(rule), "{rule} expected: {body}");
    Ok(())
}

#[tokio::test]
async fn a_condition_under_a_not_gets_no_test() -> Result<()> {
    let client = Client::new().await?;
    let tested = client.create("conditions", &condition("tested", true)).await?;
    let with_test = json!({"condition_kind": "third_party_backing", "test": test()});
    for (number, tree) in negations("tested").into_iter().enumerate() {
        refused(&client.post("/v1/commitments", &pledge(&tree)).await?, "test")?;
        let slug = format!("plain-{number}");
        let plain = client.create("conditions", &condition(&slug, false)).await?;
        let given = client.create("commitments", &pledge(&negations(&slug).swap_remove(number))).await?;
        let seq = client.app.live.snapshot().seq();

        let patched = client.patch(&plain.path, &plain.etag, &with_test).await?;
        refused(&patched, "negated-test")?;
        let put = client.put(&plain.path, &plain.etag, &condition(&slug, true)).await?;
        refused(&put, "negated-test")?;
        let headers = [("if-match", plain.etag.as_str())];
        for query in ["", "?dry_run=true"] {
            let merge = format!("{}/merge{query}", plain.path);
            let into = json!({"into": "condition:tested"});
            refused(&client.send(Method::POST, &merge, &headers, Some(&into)).await?, "negated-test")?;
        }
        let tree = negations("tested").swap_remove(number);
        refused(&client.put(&given.path, &given.etag, &pledge(&tree)).await?, "test")?;
        ensure!(client.app.live.snapshot().seq() == seq, "nothing was written");

        // Without the `not` it may have a test; and what has one comes under no `not` again.
        client.put(&given.path, &given.etag, &pledge(&leaf(&slug))).await?.must(200)?;
        client.patch(&plain.path, &plain.etag, &with_test).await?.must(200)?;
        let etag = client.etag(&given.path).await?;
        let again = pledge(&negations(&slug).swap_remove(number));
        refused(&client.put(&given.path, &etag, &again).await?, "test")?;
    }
    // A plain name is still changed.
    client.patch(&tested.path, &tested.etag, &json!({"names": {"en": "Other"}})).await?.must(200)?;
    let violations = client.app.live.snapshot().verify();
    ensure!(violations.is_empty(), "{violations:?}");
    Ok(())
}

async fn link(client: &Client, from: &Record, kind: &str, to: &[&Record]) -> Result<Answer> {
    let links: Vec<Value> = to.iter().map(|to| json!({"type": kind, "edge": to.id})).collect();
    client.patch(&from.path, &client.etag(&from.path).await?, &json!({"links": links})).await
}

#[tokio::test]
async fn nothing_supersedes_itself_through_others() -> Result<()> {
    let client = Client::new().await?;
    let mut chain = Vec::new();
    for _ in 0..5 {
        let mut draft = pledge(&leaf("ceasefire"));
        if let Some(before) = chain.last() {
            let before: &Record = before;
            draft["links"] = json!([{"type": "supersedes", "edge": before.id}]);
        }
        chain.push(client.create("commitments", &draft).await?);
    }
    for (from, to) in [(0, 1), (0, 4), (1, 3), (0, 2)] {
        refused(&link(&client, &chain[from], "supersedes", &[&chain[to]]).await?, "supersedes-cycle")?;
        if from == 0 {
            // Other links may lead around.
            link(&client, &chain[from], "supports", &[&chain[to]]).await?.must(200)?;
        }
    }
    refused(&link(&client, &chain[1], "supersedes", &[&chain[0], &chain[4]]).await?, "supersedes-cycle")?;
    // A shorter way is none; turned around, one by one, neither.
    link(&client, &chain[4], "supersedes", &[&chain[3], &chain[0]]).await?.must(200)?;
    link(&client, &chain[4], "supersedes", &[]).await?.must(200)?;
    link(&client, &chain[0], "supersedes", &[&chain[4]]).await?.must(200)?;
    refused(&link(&client, &chain[4], "supersedes", &[&chain[2]]).await?, "supersedes-cycle")?;
    let violations = client.app.live.snapshot().verify();
    ensure!(violations.is_empty(), "{violations:?}");
    Ok(())
}
