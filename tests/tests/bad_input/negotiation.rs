//! Section 2: method, negotiation, URL.

use anyhow::{Context as _, Result, ensure};

use crate::case::{Case, Row, WRITES, body, get, problem, request, row, run, written};
use crate::raw::exchange;
use crate::servers::{Kind, Servers};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(2, "unknown path: 404 not-found", unknown_paths()),
        row(2, "known path, wrong or unknown method: 405 method-not-allowed + Allow", methods()),
        row(2, "Accept we cannot make: 406 not-acceptable", accepts()),
        row(2, "path id not an id, bad percent-encoding, %00, .., %2f: 404, or 400 bad-path if not UTF-8", paths()),
        row(
            2,
            "unknown query parameter: 400 unknown-parameter",
            vec![
                get("/v1/commitments?x=1").is(400, "unknown-parameter").error("x", "unknown-parameter"),
                get("/v1/countries/GB?x=1").is(400, "unknown-parameter"),
                get("/healthz?x=1").is(400, "unknown-parameter"),
                get("/v1/commitments?Stance=willing").is(400, "unknown-parameter"),
                get("/v1/commitments?stance%5B%5D=willing").is(400, "unknown-parameter"),
                get("/v1/commitments?").status(200),
            ],
        ),
        row(
            2,
            "same parameter twice: a list, or 400 duplicate-parameter where one value is taken",
            vec![
                get("/v1/commitments?stance=willing&stance=pledged&fields=id&fields=stance").status(200),
                get("/v1/commitments?limit=1&limit=1").is(400, "duplicate-parameter"),
                get("/v1/commitments?limit=1&l%69mit=1").is(400, "duplicate-parameter"),
            ],
        ),
        row(2, "limit 0, -1, 10^9; bad or forged or foreign cursor: 400 bad-parameter / bad-cursor", limits()),
        row(2, "cursor of a version no longer kept, or of a diverged history: 410 cursor-expired", Vec::new())
            .except("needs 8 commits between two pages; tests/tests/http/api/paging.rs has it"),
    ];
    rows.extend(of_bodies());
    rows
}

fn unknown_paths() -> Vec<Case> {
    vec![
        get("/nowhere").is(404, "not-found"),
        get("/v2/countries").is(404, "not-found"),
        get("/v1/countrys").is(404, "not-found"),
        get("//v1/countries").is(404, "not-found"),
        get("/v1/countries/GB/nothing").is(404, "not-found"),
        request("POST", "/nowhere", &[]).is(404, "not-found"),
        get("/.env").is(404, "not-found"),
        request("OPTIONS", "*", &[]).is(404, "not-found"),
    ]
}

fn methods() -> Vec<Case> {
    let refused = |method, target| request(method, target, &[]).is(405, "method-not-allowed").header("allow", "GET");
    vec![
        refused("BREW", "/v1/commitments"),
        refused("TRACE", "/v1/commitments"),
        refused("get", "/v1/commitments"),
        refused("DELETE", "/v1/commitments"),
        refused("PUT", "/v1/commitments"),
        refused("POST", "/v1/commitments.csv"),
        refused("POST", "/healthz"),
        refused("POST", "/v1/positions"),
        refused("PROPFIND", "/v1/countries/GB"),
        refused("OPTIONS", "/v1/countries/GB"),
    ]
}

fn accepts() -> Vec<Case> {
    let refused = |target, accept| request("GET", target, &[accept]).is(406, "not-acceptable");
    vec![
        refused("/v1/commitments", "Accept: text/csv"),
        refused("/v1/commitments", "Accept: application/json;q=0"),
        refused("/v1/commitments", "Accept: image/*"),
        refused("/v1/commitments", "Accept:"),
        // There is nothing to choose.
        request("GET", "/v1/commitments.csv", &["Accept: application/json"]).status(200),
        request("GET", "/v1/commitments", &["Accept: text/html, */*;q=0.1"]).status(200),
    ]
}

fn paths() -> Vec<Case> {
    let missing = |target: &str| get(target).is(404, "not-found");
    vec![
        missing("/v1/commitments/not-an-id"),
        missing("/v1/commitments/99999999999999999999999999"),
        missing("/v1/commitments/0198c0de-0000-7000-8000-000000000000"),
        missing(&format!("/v1/countries/{}", "x".repeat(4_000))),
        missing("/v1/countries/%"),
        missing("/v1/countries/%zz"),
        missing("/v1/countries/%00"),
        missing("/v1/countries/GB%00"),
        missing("/v1/countries/GB%0d%0aX:%20y"),
        missing("/v1/countries/.."),
        missing("/v1/countries/../countries"),
        missing("/v1/countries/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
        missing("/v1/countries/GB%2f"),
        missing("/v1/countries/G%252fB"),
        missing("/v1/entities/nokind:GB"),
        // No URI at all (RFC 3986 2): hyper refuses it.
        get("/v1/countries/<script>xxx").status(400).closes(),
        get("/v1/countries/%ff").is(400, "bad-path"),
        get("/v1/countries/%c3%28").is(400, "bad-path"),
        get("/v1/countries/%ed%a0%80").is(400, "bad-path"),
        get("/nowhere/%ff").is(400, "bad-path"),
    ]
}

fn limits() -> Vec<Case> {
    let bad = |target: &str| get(target).is(400, "bad-parameter");
    let cursor = |target: &str| get(target).is(400, "bad-cursor");
    vec![
        bad("/v1/commitments?limit=0"),
        bad("/v1/commitments?limit=-1"),
        bad("/v1/commitments?limit=1000000000"),
        bad("/v1/commitments?limit=99999999999999999999999"),
        bad("/v1/commitments?limit=1e3"),
        bad("/v1/commitments?limit=%D9%A1"),
        bad("/v1/commitments?limit="),
        bad("/v1/commitments?stance=eager").error("stance", "bad-parameter"),
        bad("/v1/commitments?said_from=2025-02-30"),
        get("/v1/commitments?q=%00").is(422, "forbidden-character"),
        cursor("/v1/commitments?cursor=x"),
        cursor("/v1/commitments?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        cursor(&format!("/v1/commitments?cursor={}", "x".repeat(5_000))),
        run("of another query, and one changed in one place", cursor_of_another),
    ]
}

/// How the body of a write is said to be.
fn of_bodies() -> Vec<Row> {
    let with = |more: &[&str], content: &str| body("POST", "/v1/places", &[&WRITES[1..], more].concat(), content);
    let refused = |more: &[&str]| with(more, "{}").is(415, "unsupported-media-type");
    vec![
        row(
            2,
            "Content-Type missing or wrong; charset not utf-8: 415 unsupported-media-type",
            vec![
                refused(&[]),
                refused(&["Content-Type: text/plain"]),
                refused(&["Content-Type: application/x-www-form-urlencoded"]),
                refused(&["Content-Type: application/json; charset=utf-16"]),
                refused(&["Content-Type: application/json", "Content-Type: text/plain"]),
                refused(&["Content-Type: application/merge-patch+json"]),
                refused(&["Content-Type: application/"]),
            ],
        ),
        row(2, "Content-Encoding on a request: 415 + Accept-Encoding: identity", {
            let encoded = |encoding: &str| {
                with(&["Content-Type: application/json", &format!("Content-Encoding: {encoding}")], "{}")
                    .is(415, "unsupported-media-type")
                    .header("accept-encoding", "identity")
            };
            vec![encoded("gzip"), encoded("zstd"), encoded("br"), encoded("identity, gzip"), encoded("nonsense")]
        }),
    ]
}

async fn cursor_of_another(servers: Servers) -> Result<()> {
    let address = servers.address(Kind::Plain);
    let ask = |target: String| async move {
        let bytes = written("GET", &target, &[], None);
        exchange(address, &bytes).await?.context("closed without an answer")
    };
    let page = ask("/v1/commitments?limit=1".to_owned()).await?.json()?;
    let given = page["page"]["next_cursor"].as_str().unwrap_or_default().to_owned();
    ensure!(ask(format!("/v1/commitments?limit=1&cursor={given}")).await?.status == 200, "its own query");
    let middle = given.len() / 2;
    let other = if given.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let forged = format!("{}{other}{}", &given[..middle], &given[middle + 1..]);
    for target in [
        format!("/v1/countries?limit=1&cursor={given}"),
        format!("/v1/commitments?limit=1&stance=willing&cursor={given}"),
        format!("/v1/commitments?limit=1&cursor={forged}"),
    ] {
        let reply = ask(target.clone()).await?;
        ensure!(reply.status == 400, "{target}: {}", reply.head);
        problem(&reply, "bad-cursor")?;
    }
    Ok(())
}
