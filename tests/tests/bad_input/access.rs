//! Section 7: authentication, authorisation, audit.

use anyhow::{Result, ensure};

use crate::case::{Case, Row, body, request, row, run};
use crate::client::Client;
use crate::drafts::place;
use crate::servers::{Kind, Servers};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(
            7,
            "no credentials on a protected call: 401 unauthenticated + WWW-Authenticate: Bearer",
            without_credentials(),
        ),
        row(7, "malformed, unknown, expired, revoked token: one answer, 401 invalid-token", tokens()).except(
            "expired and revoked tokens: in the tests of tokens, which make some; equal times are not measured",
        ),
        row(
            7,
            "token in the URL: 400 token-in-url; two Authorization headers 400",
            vec![
                request("GET", "/v1/countries?access_token=plg_xxx", &[]).is(400, "token-in-url"),
                request("GET", "/v1/countries?token=plg_xxx", &[]).is(400, "token-in-url"),
                request("GET", "/v1/countries?limit=1&API_KEY=plg_xxx", &[]).is(400, "token-in-url"),
                request("GET", "/v1/countries", &["Authorization: Bearer writes", "Authorization: Bearer reads"])
                    .is(400, "ambiguous-credentials"),
            ],
        )
        .except("the log is not read here"),
        row(7, "JWT: alg none, alg switched, wrong iss/aud, no exp, ...: 401 invalid-token", jwts())
            .except("with an issuer: in the tests of OIDC, which run one"),
        row(7, "JWKS endpoint down: known keys until TTL, then 503 auth-unavailable", Vec::new())
            .except("in the tests of OIDC, which run an issuer"),
        row(
            7,
            "valid, lacks the scope: 403 insufficient-scope naming the scope",
            vec![
                scope("POST", "/v1/places", "reads", "write"),
                scope("DELETE", "/v1/countries/GB", "reads", "write"),
                scope("GET", "/v1/audit", "writes", "admin"),
                scope("DELETE", "/v1/countries/GB?cascade=true", "writes", "admin"),
            ],
        ),
        row(7, "object that the token may not see: 404 not-found", Vec::new())
            .except("there are no objects that only some may see"),
        row(7, "20 failures/min per address: 429 rate-limited", vec![run("guesses", guesses)]),
    ]
}

fn refused(value: &str) -> Case {
    request("GET", "/v1/countries", &[&format!("Authorization: {value}")])
        .on(Kind::Refusing)
        .is(401, "invalid-token")
        .header("www-authenticate", "Bearer")
}

fn tokens() -> Vec<Case> {
    vec![
        refused("Bearer plg_00000000000000000000000000000000000000"),
        refused("Bearer x"),
        refused("Bearer "),
        refused("Bearer a b"),
        refused(&format!("Bearer {}", "x".repeat(9_000))),
        run("one answer for all", |servers| async move {
            let mut answers = std::collections::BTreeSet::new();
            for token in ["plg_00000000000000000000000000000000000000", "plg_short", "nonsense"] {
                let reply = Client::with(&servers, Kind::Refusing, token).get("/v1/countries").await?;
                let mut body = reply.must(401, "invalid-token")?;
                body["instance"] = "".into();
                answers.insert(format!("{} {body}", reply.header("www-authenticate")));
            }
            ensure!(answers.len() == 1, "{answers:?}");
            Ok(())
        }),
    ]
}

fn jwts() -> Vec<Case> {
    // {"alg":"none"} and {"sub":"root"}, and the same said to be signed.
    vec![
        refused("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0."),
        refused("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyb290In0.AAAA"),
        refused("Bearer a.b.c"),
    ]
}

fn scope(method: &'static str, target: &'static str, token: &'static str, needed: &'static str) -> Case {
    run(&format!("{method} {target} with the token `{token}`"), move |servers| async move {
        let draft = place();
        let content = (method == "POST").then_some(&draft);
        let reply = Client::with(&servers, Kind::Plain, token).send(method, target, &["If-Match: *"], content).await?;
        let body = reply.must(403, "insufficient-scope")?;
        ensure!(body["detail"].as_str().is_some_and(|detail| detail.contains(needed)), "{body}");
        Ok(())
    })
}

fn without_credentials() -> Vec<Case> {
    vec![
        body("POST", "/v1/places", &["Content-Type: application/json"], "{}")
            .is(401, "unauthenticated")
            .header("www-authenticate", "Bearer"),
        request("DELETE", "/v1/countries/GB", &["If-Match: *"]).is(401, "unauthenticated"),
        request("GET", "/v1/audit", &[]).is(401, "unauthenticated"),
        request("GET", "/v1/countries", &[])
            .on(Kind::Closed)
            .is(401, "unauthenticated")
            .header("www-authenticate", "Bearer"),
        request("GET", "/v1/countries", &["Authorization: Bearer reads"]).on(Kind::Closed).status(200),
        request("GET", "/healthz", &[]).on(Kind::Closed).status(200),
    ]
}

async fn guesses(servers: Servers) -> Result<()> {
    let guesser = Client::with(&servers, Kind::Guessed, "plg_00000000000000000000000000000000000000");
    for _ in 0..20 {
        guesser.get("/v1/countries").await?.must(401, "invalid-token")?;
    }
    let reply = guesser.get("/v1/countries").await?;
    reply.must(429, "rate-limited")?;
    ensure!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds <= 61), "{}", reply.head);
    // Who asks without credentials is not concerned.
    Client::with(&servers, Kind::Guessed, "").get("/v1/countries").await?.ok(200).map(drop)
}
