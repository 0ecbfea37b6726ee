//! `GET /v1/audit`.

use anyhow::{Context as _, Result};
use axum::http::{HeaderMap, Method};
use pledgegraph_model::{Edge, Entity};
use pledgegraph_server::access::Scope;
use pledgegraph_store::{Mutation, Origin, Write};
use pledgegraph_tests::app::TestApp;
use serde_json::json;
use uuid::Uuid;

use crate::access::{ask, bearer};

#[tokio::test]
async fn the_audit_says_who_changed_what() -> Result<()> {
    let app = TestApp::new().await?;
    let bundle = pledgegraph_bundle::bundled()?;
    let entity: &Entity = bundle.entities.first().context("an entity")?;
    let linked = |edge: &Edge| bundle.edges.iter().flat_map(|other| &other.links).any(|link| link.edge == edge.id);
    let edge = bundle.edges.iter().find(|edge| !linked(edge)).context("an edge that no other links to")?;
    let origin = Origin {
        principal: Some("newsroom".to_owned()),
        token: Some(Uuid::from_u128(7)),
        request: Some("request-1".to_owned()),
        address: Some("192.0.2.7".to_owned()),
    };
    let write = |mutations| Write { mutations, origin: origin.clone(), ..Write::default() };
    app.live.write(write(vec![Mutation::PutEntity(entity.clone())])).await?;
    let last = app.live.write(write(vec![Mutation::RemoveEdge(edge.id)])).await?;

    let admin = bearer(TestApp::token(Scope::Admin));
    let said = ask(&app.router, Method::GET, "/v1/audit", &admin).await?;
    assert_eq!(said.status, 200, "{said:?}");
    let items = said.body["items"].as_array().context("items")?;
    let seqs: Vec<i64> = items.iter().filter_map(|item| item["seq"].as_i64()).collect();
    assert_eq!(seqs, [3, 2, 1]);
    let chain = last.chain.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(items[0]["chain"], chain);
    let by = json!(["newsroom", Uuid::from_u128(7), "request-1", "192.0.2.7"]);
    for item in &items[..2] {
        assert_eq!(json!([item["principal"], item["token"], item["request"], item["address"]]), by);
    }
    assert_eq!(items[0]["touched"][0]["op"], "remove");
    assert_eq!(items[1]["touched"][0]["ref"], format!("{}:{}", entity.kind, entity.slug));
    assert_eq!(items[2]["touched"][0]["subject"], "bulk");
    assert!(items[2]["touched"][0]["rows"].as_i64().is_some_and(|rows| rows > 100) && items[2]["principal"].is_null());

    let first = ask(&app.router, Method::GET, "/v1/audit?limit=2", &admin).await?;
    assert_eq!(first.body["page"]["next_before"], 2);
    let second = ask(&app.router, Method::GET, "/v1/audit?limit=2&before=2", &admin).await?;
    assert_eq!(
        (second.body["items"].as_array().map(Vec::len), second.body["page"].get("next_before")),
        (Some(1), None)
    );
    Ok(())
}

#[tokio::test]
async fn admins_alone_read_the_audit() -> Result<()> {
    let app = TestApp::new().await?;
    assert!(ask(&app.router, Method::GET, "/v1/audit", &HeaderMap::new()).await?.is(401, "unauthenticated"));
    let said = ask(&app.router, Method::GET, "/v1/audit", &bearer(TestApp::token(Scope::Write))).await?;
    assert!(said.is(403, "insufficient-scope"), "{said:?}");
    let admin = bearer(TestApp::token(Scope::Admin));
    assert_eq!(ask(&app.router, Method::GET, "/v1/audit", &admin).await?.status, 200);
    assert!(ask(&app.router, Method::GET, "/v1/audit?before=0", &admin).await?.is(400, "bad-parameter"));
    Ok(())
}
