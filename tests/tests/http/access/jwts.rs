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

/// Keys, an issuer that publishes all of them but one, and claims that it makes.
struct Keys {
    rsa: Key,
    ec: Key,
    ed: Key,
    foreign: Key,
    issuer: Issuer,
    claims: Value,
    now: i64,
}

/// Tokens, each with what it is.
type Tokens = Vec<(&'static str, String)>;

impl Keys {
    async fn new() -> Result<Self> {
        let (rsa, ec, ed, foreign) = (Key::rsa()?, Key::ec()?, Key::ed()?, Key::rsa()?);
        let odd = json!({"kty": "unheard-of", "kid": "odd"});
        let published = vec![odd, rsa.published("rsa"), ec.published("ec"), ed.published("ed")];
        let issuer = Issuer::start(published).await?;
        let (claims, now) = (claims(&issuer), Utc::now().timestamp());
        Ok(Self { rsa, ec, ed, foreign, issuer, claims, now })
    }

    /// A token of the usual form, with one claim changed.
    fn but(&self, name: &str, value: Value) -> Result<String> {
        self.rsa.sign(&rs256(), &with(&self.claims, name, value))
    }

    /// A token that says this of its key.
    fn of_key(&self, header: &Value) -> Result<String> {
        self.rsa.sign(header, &self.claims)
    }

    fn good(&self) -> Result<Vec<String>> {
        Ok(vec![
            self.of_key(&rs256())?,
            self.ec.sign(&json!({"alg": "ES256", "kid": "ec"}), &self.claims)?,
            self.ed.sign(&json!({"alg": "EdDSA", "kid": "ed"}), &self.claims)?,
            self.but("aud", json!(["other", AUDIENCE]))?,
            self.but("exp", json!(self.now - 20))?,
            self.but("nbf", json!(self.now + 20))?,
            self.but("scope", Value::Null)?,
        ])
    }

    /// Algorithms and signatures.
    fn badly_signed(&self) -> Result<Tokens> {
        let whole = self.of_key(&rs256())?;
        let parts: Vec<&str> = whole.split('.').collect();
        let admin = encode(with(&self.claims, "scope", json!("pledgegraph:admin")).to_string().as_bytes());
        let confused = self.rsa.confused()?.sign(&json!({"alg": "HS256", "kid": "rsa"}), &self.claims)?;
        Ok(vec![
            ("alg none", format!("{}.{}.", encode(br#"{"alg":"none","kid":"rsa"}"#), parts[1])),
            ("alg None", format!("{}.{}.", encode(br#"{"alg":"None","kid":"rsa"}"#), parts[1])),
            ("alg HS256 with the public key", confused),
            ("alg of another key", self.of_key(&json!({"alg": "ES256", "kid": "rsa"}))?),
            ("key of another alg", self.ec.sign(&json!({"alg": "RS256", "kid": "ec"}), &self.claims)?),
            ("alg not configured", self.of_key(&json!({"alg": "RS512", "kid": "rsa"}))?),
            ("no alg", self.of_key(&json!({"kid": "rsa"}))?),
            ("another's signature", self.foreign.sign(&rs256(), &self.claims)?),
            ("changed claims", format!("{}.{admin}.{}", parts[0], parts[2])),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("four parts", format!("{whole}.x")),
        ])
    }

    fn badly_claimed(&self) -> Result<Tokens> {
        Ok(vec![
            ("wrong iss", self.but("iss", json!("https://evil.example"))?),
            ("iss a list", self.but("iss", json!([self.issuer.url]))?),
            ("no iss", self.but("iss", Value::Null)?),
            ("wrong aud", self.but("aud", json!("other"))?),
            ("no aud", self.but("aud", Value::Null)?),
            ("no sub", self.but("sub", Value::Null)?),
            ("no exp", self.but("exp", Value::Null)?),
            ("exp as string", self.but("exp", json!((self.now + 300).to_string()))?),
            ("nbf as string", self.but("nbf", json!("0"))?),
            ("expired", self.but("exp", json!(self.now - 60))?),
            ("nbf in the future", self.but("nbf", json!(self.now + 60))?),
            ("iat in the future", self.but("iat", json!(self.now + 60))?),
            ("over 8 KiB", self.but("more", json!("x".repeat(8 * 1024)))?),
        ])
    }

    /// Keys that are not named, not known, or brought along.
    fn badly_keyed(&self) -> Result<Tokens> {
        let brought = json!({"alg": "RS256", "kid": "rsa", "jwk": self.foreign.published("rsa")});
        let address = format!("{}/keys", self.issuer.url);
        Ok(vec![
            ("no kid", self.of_key(&json!({"alg": "RS256"}))?),
            ("kid unknown", self.of_key(&json!({"alg": "RS256", "kid": "other"}))?),
            ("kid not understood", self.of_key(&json!({"alg": "RS256", "kid": "odd"}))?),
            ("kid a path", self.of_key(&json!({"alg": "RS256", "kid": "../../../../dev/null"}))?),
            ("kid an address", self.of_key(&json!({"alg": "RS256", "kid": address}))?),
            ("kid a number", self.of_key(&json!({"alg": "RS256", "kid": 1}))?),
            ("its own key", self.foreign.sign(&brought, &self.claims)?),
            ("crit", self.of_key(&json!({"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false}))?),
        ])
    }
}

fn rs256() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "rsa"})
}

#[tokio::test]
async fn good_jwts_are_accepted() -> Result<()> {
    let keys = Keys::new().await?;
    let app = app(options(&keys.issuer)).await?;
    for (i, token) in keys.good()?.iter().enumerate() {
        let said = read(&app, token).await?;
        assert_eq!(said.status, 200, "good {i}: {said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn all_other_jwts_get_one_answer() -> Result<()> {
    let keys = Keys::new().await?;
    let app = app(options(&keys.issuer)).await?;
    assert_eq!(read(&app, &keys.of_key(&rs256())?).await?.status, 200, "the keys are known");
    let bad = [keys.badly_signed()?, keys.badly_claimed()?, keys.badly_keyed()?].concat();
    let first = read(&app, &bad[0].1).await?;
    for (name, token) in &bad {
        let said = read(&app, token).await?;
        assert!(said.is(401, "invalid-token"), "{name}: {said:?}");
        assert_eq!(said, first, "{name}");
    }
    println!("{} bad JWTs, one answer", bad.len());
    // All the unknown identifiers cost one more fetch at most, and addresses in tokens none.
    assert!(keys.issuer.asked() <= 2, "{}", keys.issuer.asked());
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
