//! Section 8: provenance, page, CORS.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::case::{Case, Row, get, post, request, row, run, written};
use crate::client::Client;
use crate::drafts::{remark, slug};
use crate::raw::exchange;
use crate::servers::{Kind, Servers};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(8, "source URL: not http/https, userinfo, > 2,048, controls, bad IDN: 422 bad-url; never fetched", urls()),
        row(8, "<script>, mXSS, </script>: stored as text, escaped", scripts()),
        row(8, "if a fetcher is ever added: ...", Vec::new()).except("nothing fetches an address that a client gives"),
        row(8, "page headers", page_headers()),
        row(8, "API explorer ?url= / ?configUrl=: ignored", explorer()),
        row(8, "CORS: no credentials, all may read, who is named may write, Vary: Origin, preflight 204", cors()),
        row(
            8,
            "CSV export: text/csv; header=present",
            vec![
                get("/v1/commitments.csv").status(200).header("content-type", "header=present"),
                get("/v1/commitments.csv").status(200).header("content-disposition", "attachment"),
                run("cells that begin with = + - @ and tab", cells),
            ],
        ),
        row(8, "cookies: none used", vec![run("no answer sets one", no_cookies)]),
    ]
}

fn urls() -> Vec<Case> {
    let source = |url: &str| {
        let draft = json!({"slug": slug(), "names": {"en": "A document"}, "url": url});
        post("/v1/sources", &draft).named(&format!("url {}", url.chars().take(60).collect::<String>()))
    };
    let long = format!("https://example.org/{}", "x".repeat(2_048));
    let mut cases: Vec<Case> = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "example.org",
        "",
        "http://",
        "https://user:password@example.org/",
        "https://user@example.org/",
        "https://exa mple.org/",
        "https://example.org/\u{1}",
        "https://example.org/a\nb",
        "https://xn--a.example/",
        "https://[::1",
        "https://example.org:99999/",
        &long,
    ]
    .map(|url| source(url).is(422, "bad-url").error("/url", "bad-url"))
    .into();
    // Nothing is fetched: an address that nobody answers at makes no difference.
    cases.push(source("http://169.254.169.254/latest/meta-data/").status(201));
    cases.push(source("https://b\u{fc}cher.example/").status(201));
    cases
}

fn scripts() -> Vec<Case> {
    ["<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<math><mtext><table><mglyph><style><!--"]
        .map(|text| {
            run(text, move |servers| async move {
                let client = Client::new(&servers);
                let (path, _) = client.create("/v1/remarks", &remark(text)).await?;
                let reply = client.get(&path).await?;
                ensure!(reply.json()?["text"]["en"] == text, "{}", reply.text());
                ensure!(reply.header("content-type") == "application/json", "{}", reply.head);
                ensure!(reply.header("x-content-type-options") == "nosniff", "{}", reply.head);
                Ok(())
            })
        })
        .into()
}

fn page_headers() -> Vec<Case> {
    let mut cases = Vec::new();
    for target in ["/v1/commitments", "/v1/countries/GB", "/v1/commitments.csv", "/docs/", "/nowhere"] {
        let status = if target == "/nowhere" { 404 } else { 200 };
        cases.push(
            get(target)
                .status(status)
                .header("content-security-policy", "default-src 'none'")
                .header("content-security-policy", "base-uri 'none'")
                .header("content-security-policy", "form-action 'none'")
                .header("content-security-policy", "frame-ancestors 'none'")
                .header("x-content-type-options", "nosniff")
                .header("referrer-policy", "no-referrer")
                .header("cross-origin-opener-policy", "same-origin")
                .header("cross-origin-resource-policy", "cross-origin")
                .header("strict-transport-security", "max-age="),
        );
    }
    cases
}

fn explorer() -> Vec<Case> {
    ["url", "configUrl"]
        .map(|name| {
            run(&format!("?{name}=https://evil.example"), move |servers| async move {
                let target = format!("/docs/?{name}=https://evil.example/openapi.json");
                let bytes = written("GET", &target, &[], None);
                let reply = exchange(servers.address(Kind::Plain), &bytes).await?;
                let reply = reply.context("closed without an answer")?;
                ensure!(matches!(reply.status, 200 | 400), "{}", reply.head);
                ensure!(!reply.text().contains("evil.example"), "{}", reply.text());
                ensure!(!reply.text().contains("queryConfigEnabled: true"), "{}", reply.text());
                Ok(())
            })
        })
        .into()
}

const OURS: &str = "Origin: https://ours.example";
const THEIRS: &str = "Origin: https://theirs.example";

fn cors() -> Vec<Case> {
    let ahead = |path, origin| {
        request("OPTIONS", path, &[origin, "Access-Control-Request-Method: POST"]).status(204).header("vary", "origin")
    };
    let mut cases = vec![
        request("GET", "/v1/commitments", &[OURS])
            .on(Kind::Origins)
            .status(200)
            .header("access-control-allow-origin", "https://ours.example")
            .header("access-control-expose-headers", "ratelimit, ratelimit-policy, retry-after"),
        ahead("/v1/commitments", OURS)
            .on(Kind::Origins)
            .header("access-control-allow-origin", "https://ours.example")
            .header("access-control-allow-methods", "POST, PUT, PATCH, DELETE")
            .header(
                "access-control-allow-headers",
                "authorization, cache-control, content-type, idempotency-key, if-match",
            ),
        run("who is not named reads", |servers| preflights(servers, Kind::Plain)),
        run("who is not named reads where others are named", |servers| preflights(servers, Kind::Origins)),
    ];
    for kind in [Kind::Plain, Kind::Origins] {
        let read = request("GET", "/v1/commitments", &[THEIRS]).status(200).header("vary", "origin");
        cases.push(read.header("access-control-allow-origin", "*").on(kind));
        // What only asks is asked by POST, too, with a token where reads are closed.
        for path in ["/v1/query", "/v1/scenario-evaluations", "/v1/analyses/blocking-sets"] {
            let asks = ahead(path, THEIRS).header("access-control-allow-methods", "GET, HEAD, POST");
            cases.push(
                asks.header("access-control-allow-headers", "authorization, cache-control, content-type").on(kind),
            );
        }
    }
    cases
}

async fn cells(servers: Servers) -> Result<()> {
    let client = Client::new(&servers);
    for (name, cell) in [("=1+1 Town", "'=1+1 Town"), ("@Town", "'@Town"), ("+Town", "'+Town"), ("-Town", "'-Town")] {
        let draft = json!({"slug": slug(), "names": {"en": name}});
        client.create("/v1/places", &draft).await?;
        let csv = client.get("/v1/places.csv").await?.text();
        let line = csv.lines().find(|line| line.contains(draft["slug"].as_str().unwrap_or("-")));
        ensure!(line.is_some_and(|line| line.contains(cell)), "{line:?}");
    }
    Ok(())
}

async fn no_cookies(servers: Servers) -> Result<()> {
    for target in ["/", "/v1/commitments", "/docs/", "/nowhere", "/v1/commitments.csv"] {
        let bytes = written("GET", target, &["Cookie: a=b"], None);
        let reply = exchange(servers.address(Kind::Plain), &bytes).await?;
        let head = reply.map(|reply| reply.head).unwrap_or_default();
        ensure!(head.starts_with("HTTP/1.1 ") && !head.to_lowercase().contains("set-cookie"), "{head}");
    }
    Ok(())
}

/// What browsers are told that ask ahead for a page of a site that is not named: to read, and by what is no POST or no
/// question nothing else.
async fn preflights(servers: Servers, kind: Kind) -> Result<()> {
    for (path, method) in
        [("/v1/commitments", "GET"), ("/v1/commitments", "POST"), ("/v1/query", "GET"), ("/x", "POST")]
    {
        let asks = format!("Access-Control-Request-Method: {method}");
        let bytes = written("OPTIONS", path, &[THEIRS, &asks], None);
        let reply = exchange(servers.address(kind), &bytes).await?.context("closed without an answer")?;
        let methods = reply.header("access-control-allow-methods");
        ensure!(reply.status == 204 && methods == "GET, HEAD", "{path} {method}: {}", reply.head);
        ensure!(!reply.head.contains("credentials"), "{}", reply.head);
    }
    Ok(())
}
