//! Tokens of the service's own.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::http::{HeaderMap, Method};
use chrono::{TimeDelta, Utc};
use pledgegraph_server::access::Scope;
use pledgegraph_store::tokens::{self, NewToken, NewTokenError};
use pledgegraph_store::{TokenText, tokens::Token};
use pledgegraph_tests::app::TestApp;

use crate::access::{OPEN, ask, ask_from, bearer};

async fn make(app: &TestApp, name: &str, scope: Scope) -> Result<(TokenText, Token)> {
    let text = TokenText::random()?;
    let new = NewToken { name, text: &text, scope, expires_at: Some(Utc::now() + TimeDelta::hours(1)) };
    let token = tokens::insert(&mut app.database.connect().await?, &new).await?;
    Ok((text, token))
}

#[tokio::test]
async fn one_answer_for_all_tokens_that_are_not_good() -> Result<()> {
    let app = TestApp::new().await?;
    let mut connection = app.database.connect().await?;
    let (good, _) = make(&app, "good", Scope::Write).await?;
    let (revoked, _) = make(&app, "revoked", Scope::Write).await?;
    tokens::revoke(&mut connection, "revoked").await?.context("revoked")?;
    let expired = TokenText::random()?;
    let soon = Utc::now() + TimeDelta::milliseconds(300);
    let new = NewToken { name: "expired", text: &expired, scope: Scope::Admin, expires_at: Some(soon) };
    tokens::insert(&mut connection, &new).await?;
    tokio::time::sleep(Duration::from_millis(400)).await;

    assert_eq!(ask(&app.router, Method::GET, OPEN, &bearer(good.reveal())).await?.status, 200);
    let unknown = TokenText::random()?;
    let mut typing_error = good.reveal().to_owned();
    typing_error.replace_range(8..9, if &typing_error[8..9] == "a" { "b" } else { "a" });
    let bad =
        [revoked.reveal(), expired.reveal(), unknown.reveal(), &typing_error, "x", "plg_", "a.b.c", "=", "a b", ""];
    let mut said = Vec::new();
    for token in bad {
        for method in [Method::GET, Method::POST] {
            let answer = ask(&app.router, method, "/v1/countries", &bearer(token)).await?;
            assert!(answer.is(401, "invalid-token"), "{token}: {answer:?}");
            said.push(answer);
        }
    }
    assert_eq!(said[0].challenge, "Bearer realm=\"pledgegraph\", error=\"invalid_token\"");
    said.dedup();
    assert_eq!(said.len(), 1, "one answer: {said:?}");
    Ok(())
}

#[tokio::test]
async fn a_revocation_is_effective_within_seconds_and_the_day_of_use_is_noted() -> Result<()> {
    let app = TestApp::new().await?;
    let (text, made) = make(&app, "short", Scope::Read).await?;
    let headers = bearer(text.reveal());
    for _ in 0..5 {
        assert_eq!(ask(&app.router, Method::GET, OPEN, &headers).await?.status, 200);
    }
    let mut connection = app.database.connect().await?;
    let mut used = None;
    for _ in 0..50 {
        used = tokens::find(&mut connection, &text.hash()).await?.context("the token")?.last_used;
        if used.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(used, Some(Utc::now().date_naive()));
    tokens::revoke(&mut connection, &made.id.to_string()).await?.context("revoked by its identifier")?;
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    assert!(ask(&app.router, Method::GET, OPEN, &headers).await?.is(401, "invalid-token"));
    assert_eq!(tokens::revoke(&mut connection, "short").await?, None, "once");
    Ok(())
}

#[tokio::test]
async fn credentials_that_cannot_be_right_are_refused() -> Result<()> {
    let app = TestApp::new().await?;
    let mut twice = bearer("a");
    twice.append("authorization", "Bearer b".parse()?);
    assert!(ask(&app.router, Method::GET, OPEN, &twice).await?.is(400, "ambiguous-credentials"));
    for parameter in ["access_token", "token", "api_key", "%74oken"] {
        let path = format!("{OPEN}&{parameter}=plg_secret");
        let said = ask(&app.router, Method::GET, &path, &HeaderMap::new()).await?;
        assert!(said.is(400, "token-in-url") && !said.body.to_string().contains("plg_secret"), "{said:?}");
    }
    for other in ["Basic dTpw", "Digest x", "plg_abc", "Bearerx y"] {
        let headers: HeaderMap = [("authorization".parse()?, other.parse()?)].into_iter().collect();
        let said = ask(&app.router, Method::GET, OPEN, &headers).await?;
        assert!(said.is(401, "unauthenticated") && said.challenge.starts_with("Bearer"), "{other}: {said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn twenty_failures_a_minute_and_others_at_the_address_go_on() -> Result<()> {
    let app = TestApp::new().await?;
    let (good, _) = make(&app, "good", Scope::Read).await?;
    let address: IpAddr = Ipv4Addr::new(192, 0, 2, 1).into();
    let from = async |from: IpAddr, token: &str| ask_from(&app.router, from, Method::GET, OPEN, &bearer(token)).await;
    assert_eq!(from(address, good.reveal()).await?.status, 200);
    for _ in 0..20 {
        assert!(from(address, "x").await?.is(401, "invalid-token"));
    }
    let limited = from(address, TokenText::random()?.reveal()).await?;
    assert!(limited.is(429, "rate-limited"), "{limited:?}");
    assert!((1..=60).contains(&limited.retry_after.parse::<u32>()?), "{limited:?}");
    assert_eq!(from(address, good.reveal()).await?.status, 200, "a token that was good a moment ago");
    assert_eq!(ask_from(&app.router, address, Method::GET, OPEN, &HeaderMap::new()).await?.status, 200, "none at all");
    assert!(from(Ipv4Addr::new(192, 0, 2, 2).into(), "x").await?.is(401, "invalid-token"), "another address");
    Ok(())
}

#[tokio::test]
async fn while_tokens_cannot_be_read_known_ones_go_on_and_others_are_503() -> Result<()> {
    let app = TestApp::new().await?;
    let (known, _) = make(&app, "known", Scope::Read).await?;
    let unknown = TokenText::random()?;
    assert_eq!(ask(&app.router, Method::GET, OPEN, &bearer(known.reveal())).await?.status, 200);
    // The database refuses to be read.
    let mut connection = app.database.connect().await?;
    sqlx::raw_sql("begin; lock table api_token in access exclusive mode").execute(&mut connection).await?;
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    assert_eq!(ask(&app.router, Method::GET, OPEN, &bearer(known.reveal())).await?.status, 200);
    let said = ask(&app.router, Method::GET, OPEN, &bearer(unknown.reveal())).await?;
    assert!(said.is(503, "store-unavailable") && !said.retry_after.is_empty(), "{said:?}");
    assert_eq!(ask(&app.router, Method::GET, "/healthz", &bearer(unknown.reveal())).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn names_are_unique_among_those_not_revoked_and_rows_stay() -> Result<()> {
    let app = TestApp::new().await?;
    let mut connection = app.database.connect().await?;
    make(&app, "a", Scope::Read).await?;
    let text = TokenText::random()?;
    let new = |name, expires_at| NewToken { name, text: &text, scope: Scope::Read, expires_at };
    let past = Some(Utc::now() - TimeDelta::hours(1));
    assert!(matches!(tokens::insert(&mut connection, &new("a", None)).await, Err(NewTokenError::NameTaken)));
    assert!(matches!(tokens::insert(&mut connection, &new("a b", None)).await, Err(NewTokenError::BadName)));
    assert!(matches!(tokens::insert(&mut connection, &new("b", past)).await, Err(NewTokenError::Expired)));
    assert!(tokens::insert_first(&mut connection, &new("first", None)).await?.is_none());
    tokens::revoke(&mut connection, "a").await?.context("revoked")?;
    tokens::insert(&mut connection, &new("a", None)).await?;
    for forbidden in [
        "delete from api_token",
        "truncate api_token",
        "update api_token set scope = 'admin'",
        "update api_token set revoked_at = null",
    ] {
        let refused = sqlx::raw_sql(forbidden).execute(&mut connection).await;
        let code = refused.err().and_then(|error| Some(error.as_database_error()?.code()?.into_owned()));
        assert_eq!(code.as_deref(), Some("PG004"), "{forbidden}");
    }
    let listed: Vec<String> = tokens::list(&mut connection).await?.into_iter().map(|token| token.name).collect();
    assert_eq!(listed, ["a", "a"]);
    Ok(())
}
