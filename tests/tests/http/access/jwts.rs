//! JWTs of a configured issuer.

use std::time::Duration;

use anyhow::Result;
use axum::http::Method;
use chrono::Utc;
use pledgegraph_bundle::bundled;
use pledgegraph_server::ServerOptions;
use pledgegraph_server::access::{Oidc, OidcOptions, SigningAlgorithm};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use crate::access::issuer::{Issuer, Key, encode};
use crate::access::{OPEN, Said, ask, bearer};

const AUDIENCE: &str = "https://pledges.example";

async fn app(options: OidcOptions) -> Result<TestApp> {
    let options = ServerOptions { oidc: Some(Oidc::new(options)?), ..ServerOptions::default() };
    TestApp::over(bundled()?, options).await
}

fn options(issuer: &Issuer) -> OidcOptions {
    let algorithms = vec![SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa];
    OidcOptions { algorithms, ..OidcOptions::new(&issuer.url, AUDIENCE) }
}

fn claims(issuer: &Issuer) -> Value {
    let now = Utc::now().timestamp();
    json!({"iss": issuer.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, "scope": "pledgegraph:write"})
}

async fn read(app: &TestApp, token: &str) -> Result<Said> {
    ask(&app.router, Method::GET, OPEN, &bearer(token)).await
}

/// The claims with one of them changed; `null` takes it away.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    if let Some(object) = changed.as_object_mut() {
        object.remove(name);
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    }
    changed
}

#[tokio::test]
async fn good_jwts_are_accepted_and_all_others_get_one_answer() -> Result<()> {
    let (rsa, ec, ed, foreign) = (Key::rsa()?, Key::ec()?, Key::ed()?, Key::rsa()?);
    let odd = json!({"kty": "unheard-of", "kid": "odd"});
    let keys = vec![odd, rsa.published("rsa"), ec.published("ec"), ed.published("ed")];
    let issuer = Issuer::start(keys).await?;
    let app = app(options(&issuer)).await?;
    let (claims, now) = (claims(&issuer), Utc::now().timestamp());
    let rs256 = json!({"alg": "RS256", "typ": "JWT", "kid": "rsa"});

    let good = [
        rsa.sign(&rs256, &claims)?,
        ec.sign(&json!({"alg": "ES256", "kid": "ec"}), &claims)?,
        ed.sign(&json!({"alg": "EdDSA", "kid": "ed"}), &claims)?,
        rsa.sign(&rs256, &with(&claims, "aud", json!(["other", AUDIENCE])))?,
        rsa.sign(&rs256, &with(&claims, "exp", json!(now - 20)))?,
        rsa.sign(&rs256, &with(&claims, "nbf", json!(now + 20)))?,
        rsa.sign(&rs256, &with(&claims, "scope", Value::Null))?,
    ];
    for (i, token) in good.iter().enumerate() {
        let said = read(&app, token).await?;
        assert_eq!(said.status, 200, "good {i}: {said:?}");
    }

    let whole = rsa.sign(&rs256, &claims)?;
    let parts: Vec<&str> = whole.split('.').collect();
    let admin = encode(with(&claims, "scope", json!("pledgegraph:admin")).to_string().as_bytes());
    let bad = [
        ("alg none", format!("{}.{}.", encode(br#"{"alg":"none","kid":"rsa"}"#), parts[1])),
        ("alg None", format!("{}.{}.", encode(br#"{"alg":"None","kid":"rsa"}"#), parts[1])),
        ("alg HS256 with the public key", rsa.confused()?.sign(&json!({"alg": "HS256", "kid": "rsa"}), &claims)?),
        ("alg of another key", rsa.sign(&json!({"alg": "ES256", "kid": "rsa"}), &claims)?),
        ("key of another alg", ec.sign(&json!({"alg": "RS256", "kid": "ec"}), &claims)?),
        ("alg not configured", rsa.sign(&json!({"alg": "RS512", "kid": "rsa"}), &claims)?),
        ("no alg", rsa.sign(&json!({"kid": "rsa"}), &claims)?),
        ("another's signature", foreign.sign(&rs256, &claims)?),
        ("changed claims", format!("{}.{admin}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{whole}.x")),
        ("wrong iss", rsa.sign(&rs256, &with(&claims, "iss", json!("https://evil.example")))?),
        ("iss a list", rsa.sign(&rs256, &with(&claims, "iss", json!([issuer.url])))?),
        ("no iss", rsa.sign(&rs256, &with(&claims, "iss", Value::Null))?),
        ("wrong aud", rsa.sign(&rs256, &with(&claims, "aud", json!("other")))?),
        ("no aud", rsa.sign(&rs256, &with(&claims, "aud", Value::Null))?),
        ("no sub", rsa.sign(&rs256, &with(&claims, "sub", Value::Null))?),
        ("no exp", rsa.sign(&rs256, &with(&claims, "exp", Value::Null))?),
        ("exp as string", rsa.sign(&rs256, &with(&claims, "exp", json!((now + 300).to_string())))?),
        ("nbf as string", rsa.sign(&rs256, &with(&claims, "nbf", json!("0")))?),
        ("expired", rsa.sign(&rs256, &with(&claims, "exp", json!(now - 60)))?),
        ("nbf in the future", rsa.sign(&rs256, &with(&claims, "nbf", json!(now + 60)))?),
        ("iat in the future", rsa.sign(&rs256, &with(&claims, "iat", json!(now + 60)))?),
        ("no kid", rsa.sign(&json!({"alg": "RS256"}), &claims)?),
        ("kid unknown", rsa.sign(&json!({"alg": "RS256", "kid": "other"}), &claims)?),
        ("kid not understood", rsa.sign(&json!({"alg": "RS256", "kid": "odd"}), &claims)?),
        ("kid a path", rsa.sign(&json!({"alg": "RS256", "kid": "../../../../dev/null"}), &claims)?),
        ("kid an address", rsa.sign(&json!({"alg": "RS256", "kid": format!("{}/keys", issuer.url)}), &claims)?),
        ("kid a number", rsa.sign(&json!({"alg": "RS256", "kid": 1}), &claims)?),
        (
            "its own key",
            foreign.sign(&json!({"alg": "RS256", "kid": "rsa", "jwk": foreign.published("rsa")}), &claims)?,
        ),
        ("crit", rsa.sign(&json!({"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false}), &claims)?),
        ("over 8 KiB", rsa.sign(&rs256, &with(&claims, "more", json!("x".repeat(8 * 1024))))?),
    ];
    let first = read(&app, &bad[0].1).await?;
    for (name, token) in &bad {
        let said = read(&app, token).await?;
        assert!(said.is(401, "invalid-token"), "{name}: {said:?}");
        assert_eq!(said, first, "{name}");
    }
    println!("{} bad JWTs, one answer", bad.len());
    // All the unknown identifiers cost one more fetch at most, and addresses in tokens none.
    assert!(issuer.asked() <= 2, "{}", issuer.asked());
    Ok(())
}

#[tokio::test]
async fn scopes_of_jwts_count() -> Result<()> {
    let rsa = Key::rsa()?;
    let issuer = Issuer::start(vec![rsa.published("1")]).await?;
    let app = app(OidcOptions { scope_claim: "roles".to_owned(), ..options(&issuer) }).await?;
    let claims = claims(&issuer);
    let header = json!({"alg": "RS256", "kid": "1"});
    for (roles, status) in [
        (Value::Null, 403),
        (json!("openid pledgegraph:read"), 403),
        (json!(["pledgegraph:write"]), 403),
        (json!("pledgegraph:admin email"), 200),
    ] {
        let token = rsa.sign(&header, &with(&claims, "roles", roles.clone()))?;
        let said = ask(&app.router, Method::GET, "/v1/audit", &bearer(&token)).await?;
        assert_eq!(said.status.as_u16(), status, "{roles}: {said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn new_keys_are_found_and_old_ones_outlive_the_issuer_for_a_while() -> Result<()> {
    let (first, second) = (Key::rsa()?, Key::rsa()?);
    let issuer = Issuer::start(vec![first.published("1")]).await?;
    let quick = OidcOptions {
        jwks_url: Some(format!("{}/keys", issuer.url)),
        keys_ttl: Duration::from_secs(2),
        refetch_pause: Duration::from_millis(500),
        ..options(&issuer)
    };
    let app = app(quick).await?;
    let claims = claims(&issuer);
    let one = first.sign(&json!({"alg": "RS256", "kid": "1"}), &claims)?;
    let two = second.sign(&json!({"alg": "RS256", "kid": "2"}), &claims)?;
    assert_eq!(read(&app, &one).await?.status, 200);

    issuer.publish(vec![first.published("1"), second.published("2")]);
    assert!(read(&app, &two).await?.is(401, "invalid-token"), "asked a moment ago");
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(read(&app, &two).await?.status, 200);
    assert_eq!(issuer.asked(), 2);

    issuer.go_down();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(read(&app, &one).await?.status, 200, "the keys at hand are still good");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let said = read(&app, &one).await?;
    assert!(said.is(503, "auth-unavailable") && !said.retry_after.is_empty(), "{said:?}");
    Ok(())
}

#[tokio::test]
async fn an_issuer_that_was_never_there_is_503() -> Result<()> {
    let rsa = Key::rsa()?;
    let issuer = Issuer::start(vec![rsa.published("1")]).await?;
    issuer.go_down();
    let app = app(options(&issuer)).await?;
    let token = rsa.sign(&json!({"alg": "RS256", "kid": "1"}), &claims(&issuer))?;
    let said = read(&app, &token).await?;
    assert!(said.is(503, "auth-unavailable"), "{said:?}");
    for unusable in ["http://issuer.example", "ftp://127.0.0.1", ""] {
        assert!(Oidc::new(OidcOptions::new(unusable, AUDIENCE)).is_err(), "{unusable}");
    }
    Ok(())
}
