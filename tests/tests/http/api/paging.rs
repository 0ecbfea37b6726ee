//! Pages: every item exactly once, on one version, whatever is written meanwhile.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use axum::http::Method;
use pledgegraph_bundle::bundled;
use pledgegraph_live::{Mutation, Write};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::collections::STATEMENTS;

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["id"].as_str()).collect()
}

#[tokio::test]
async fn a_walk_meets_every_item_once_in_one_order() -> Result<()> {
    let app = TestApp::new().await?;
    for path in [
        "/v1/commitments",
        "/v1/edges?touching=US",
        "/v1/countries?region=150",
        "/v1/entities?q=united",
        "/v1/entities",
    ] {
        let whole = app.walk(path, 1000).await?;
        let unique: HashSet<&str> = ids(&whole).into_iter().collect();
        assert_eq!(unique.len(), whole.len(), "{path}");
        for limit in [1, 7] {
            if limit == 1 && whole.len() > 120 {
                continue;
            }
            assert_eq!(ids(&app.walk(path, limit).await?), ids(&whole), "{path} by {limit}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_link_header_leads_to_the_next_page() -> Result<()> {
    let app = TestApp::new().await?;
    let first = app.get("/v1/commitments?capability=military.forces&limit=5&lang=ar").await?;
    let link =
        first.header("link").strip_prefix('<').and_then(|l| l.strip_suffix(">; rel=\"next\"")).context("a link")?;
    let second = app.json(link).await?;
    assert_eq!(second["items"].as_array().map(Vec::len), Some(5));
    assert_ne!(second["items"][0]["id"], first.json()?["items"][0]["id"]);
    let last = app.get("/v1/commitments?limit=1000").await?;
    assert_eq!((last.header("link"), last.json()?["page"].get("next_cursor")), ("", None));
    Ok(())
}

#[tokio::test]
async fn a_cursor_is_good_only_for_its_own_query() -> Result<()> {
    let app = TestApp::new().await?;
    let first = app.json("/v1/commitments?stance=willing&limit=2").await?;
    let cursor = first["page"]["next_cursor"].as_str().context("a cursor")?;
    let other = if cursor.as_bytes()[40] == b'A' { 'B' } else { 'A' };
    for (path, expected) in [
        (format!("/v1/commitments?stance=willing&cursor={cursor}"), 200),
        (format!("/v1/commitments?limit=1&lang=ar&fields=id&stance=willing&cursor={cursor}"), 200),
        (format!("/v1/commitments?stance=refused&cursor={cursor}"), 400),
        (format!("/v1/commitments?cursor={cursor}"), 400),
        (format!("/v1/edges?stance=willing&cursor={cursor}"), 400),
        (format!("/v1/commitments?stance=willing&cursor={}{other}{}", &cursor[..40], &cursor[41..]), 400),
        ("/v1/commitments?stance=willing&cursor=nonsense".to_owned(), 400),
    ] {
        let answer = app.get(&path).await?;
        assert_eq!(answer.status.as_u16(), expected, "{path}: {}", answer.text());
        if expected == 400 {
            assert_eq!(answer.json()?["type"], "/problems/bad-cursor", "{path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_walk_stays_on_the_version_of_its_first_page() -> Result<()> {
    let app = TestApp::new().await?;
    let whole = app.walk("/v1/commitments", 1000).await?;
    let first = app.json("/v1/commitments?limit=10").await?;
    let cursor = first["page"]["next_cursor"].as_str().context("a cursor")?;
    let mut edge =
        bundled()?.edges.into_iter().find(|edge| edge.detail.commitment().is_some()).context("a commitment")?;
    edge.id = pledgegraph_model::EdgeId::new();
    edge.links.clear();
    app.live.write(Write { mutations: vec![Mutation::PutEdge(edge)], ..Write::default() }).await?;
    let second = app.get(&format!("/v1/commitments?limit=1000&cursor={cursor}")).await?;
    let rest = second.json()?;
    assert!(second.header("pledgegraph-version").starts_with("1."), "{}", second.header("pledgegraph-version"));
    assert_eq!(rest["total"]["value"], whole.len());
    let walked =
        [first["items"].as_array().context("items")?.clone(), rest["items"].as_array().context("items")?.clone()]
            .concat();
    assert_eq!(ids(&walked), ids(&whole));
    let now = app.get("/v1/commitments?limit=1").await?;
    assert!(now.header("pledgegraph-version").starts_with("2."));
    assert_eq!(now.json()?["total"]["value"], whole.len() + 1);
    Ok(())
}

#[tokio::test]
async fn a_cursor_of_another_history_has_expired() -> Result<()> {
    let (here, there) = (TestApp::new().await?, TestApp::new().await?);
    let first = here.json("/v1/commitments?limit=2").await?;
    let cursor = first["page"]["next_cursor"].as_str().context("a cursor")?;
    let answer = there.get(&format!("/v1/commitments?cursor={cursor}")).await?;
    assert_eq!((answer.status.as_u16(), &answer.json()?["type"]), (410, &"/problems/cursor-expired".into()));
    Ok(())
}

/// Commitments that share a condition with a pledge that is decided by it, and are themselves decided by something else.
fn on_one_condition() -> Vec<Value> {
    let leaf = json!({"op": "condition", "condition": "condition:ceasefire", "explicitness": "explicit"});
    let implied = json!({"op": "condition", "condition": "condition:ceasefire", "explicitness": "implied"});
    let on = |root: &Value, own: Value| {
        let mut body = json!({"pledger": "country:MT", "beneficiary": "country:UA", "capability": "military.medical",
            "stance": "pledged", "conditionality": "conditional", "relation": "necessary", "conditions": root,
            "evidence": [{"source": "source:seed-article"}]});
        for (name, value) in own.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    };
    vec![
        on(&leaf, json!({"stance": "refused"})),
        on(&leaf, json!({"stance": "declined", "pledger": "country:CY"})),
        on(&leaf, json!({"pledger": "country:IS"})),
        on(&leaf, json!({"stance": "withdrawn", "pledger": "country:AT"})),
        on(&leaf, json!({"stance": "no_position", "pledger": "country:CH"})),
        on(&leaf, json!({"stage": "suspended", "pledger": "country:LI"})),
        on(&leaf, json!({"polarity": "denied", "pledger": "country:MC"})),
        on(&leaf, json!({"modality": "expected_by_others", "pledger": "country:SM"})),
        on(&leaf, json!({"valid_until": {"edtf": "2001"}, "pledger": "country:AD"})),
        on(&implied, json!({"stance": "refused", "pledger": "country:AL"})),
        on(&json!({"op": "not", "of": [leaf.clone()]}), json!({"stance": "declined", "pledger": "country:MK"})),
        on(&leaf, json!({"stance": "refused", "relation": "sufficient", "pledger": "country:ME"})),
    ]
}

/// Lists beside those of statements, and some of those as they are narrowed.
const LISTS: &[&str] = &[
    "commitments?capability=military.medical",
    "commitments?include_implied=false",
    "commitments?valid_at=2025-07-04",
    "edges?source=seed-article",
    "conditions",
    "organizations",
    "persons",
    "meetings",
    "positions",
    "conflicts",
];

#[tokio::test]
async fn an_item_does_not_depend_on_its_neighbours() -> Result<()> {
    let app = TestApp::new().await?;
    for body in on_one_condition() {
        let headers = [("content-type", "application/json")];
        let answer = app.send_body(Method::POST, "/v1/commitments", &headers, body.to_string()).await?;
        assert_eq!(answer.status, 201, "{body}: {}", answer.text());
    }
    let mut compared = 0;
    let statements = STATEMENTS.iter().filter(|name| **name != "edges");
    for path in statements.chain(LISTS) {
        let with = if path.contains('?') { "&" } else { "?" };
        let refused = app.get(&format!("/v1/{path}{with}include=x")).await?.json()?;
        let known = refused["errors"][0]["allowed"].as_array().into_iter().flatten();
        let known: Vec<&str> = known.filter_map(Value::as_str).filter(|name| *name != "cursor").collect();
        let is_include = refused["errors"][0]["code"] == "bad-parameter";
        let include = if is_include { format!("{with}include={}", known.join(",")) } else { String::new() };
        for address in [format!("/v1/{path}"), format!("/v1/{path}{include}")] {
            let whole = app.walk(&address, 200).await?;
            assert_eq!(app.walk(&address, 1).await?, whole, "{address}");
            compared += whole.len();
        }
    }
    assert!(compared > 300, "{compared}");
    let shown = app.walk("/v1/commitments?capability=military.medical&include=because", 200).await?;
    for item in shown {
        let decided = item["ground"] == "conditions";
        assert_eq!(item["because"].as_array().is_some_and(|reasons| !reasons.is_empty()), decided, "{item}");
    }
    Ok(())
}
