//! HTTP itself: methods, negotiation, compression, CORS, headers.

use anyhow::Result;
use axum::http::{HeaderValue, Method};
use pledgegraph_server::{AppState, ServerOptions, build};
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::json;

#[tokio::test]
async fn head_is_get_without_the_body() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, status) in
        [("/v1/commitments", 200), ("/v1/countries/GB", 200), ("/v1/commitments.csv", 200), ("/nowhere", 404)]
    {
        let head = app.send(Method::HEAD, path, &[]).await?;
        assert_eq!((head.status.as_u16(), head.body.len()), (status, 0), "{path}");
        assert_eq!(head.header("content-type"), app.get(path).await?.header("content-type"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn other_methods_are_refused_with_those_allowed() -> Result<()> {
    let app = TestApp::new().await?;
    for method in [Method::POST, Method::DELETE, Method::PUT, Method::OPTIONS, Method::from_bytes(b"BREW")?] {
        let answer = app.send(method.clone(), "/v1/leaders", &[]).await?;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET,HEAD"), "{method}");
        assert_eq!(answer.json()?["type"], "/problems/method-not-allowed");
    }
    Ok(())
}

#[tokio::test]
async fn only_what_can_be_made_is_accepted() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, accept, status) in [
        ("/v1/commitments", "application/json", 200),
        ("/v1/commitments", "text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("/v1/commitments", "text/csv", 406),
        ("/v1/commitments.csv", "text/csv", 200),
        ("/v1/commitments.csv", "application/json", 200),
        ("/v1/commitments.ndjson", "application/x-ndjson", 200),
        ("/v1/commitments.ndjson", "application/problem+json", 200),
        ("/v1/matrix", "text/csv", 406),
        ("/v1/export", "application/json, application/problem+json", 200),
        ("/v1/countries/GB", "text/html", 200),
        ("/", "text/html", 200),
        ("/v1/commitments", "application/json;q=0", 406),
        ("/docs/", "text/html", 200),
        ("/nowhere", "text/html", 404),
    ] {
        let answer = app.send(Method::GET, path, &[("accept", accept)]).await?;
        assert_eq!(answer.status.as_u16(), status, "{path} {accept}");
        if status == 406 {
            assert_eq!(answer.json()?["type"], "/problems/not-acceptable");
        }
    }
    Ok(())
}

#[tokio::test]
async fn answers_are_compressed_as_asked() -> Result<()> {
    let app = TestApp::new().await?;
    let plain = app.get("/v1/countries").await?;
    let tag = app.get("/v1/countries/GB").await?.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    for encoding in ["gzip", "br", "zstd"] {
        let answer = app.send(Method::GET, "/v1/countries", &[("accept-encoding", encoding)]).await?;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.body.len() * 2 < plain.body.len(), "{encoding}: {} of {}", answer.body.len(), plain.body.len());
        // Its strong entity tag is of what is not compressed.
        let record = app.send(Method::GET, "/v1/countries/GB", &[("accept-encoding", encoding)]).await?;
        assert_eq!((record.header("content-encoding"), record.header("etag")), (encoding, &*format!("W/{tag}")));
    }
    assert_eq!(plain.header("content-encoding"), "");
    Ok(())
}

/// Those are compressed piece by piece, apart from the short ones.
#[tokio::test]
async fn long_answers_are_compressed_as_asked() -> Result<()> {
    let app = TestApp::new().await?;
    let path = "/v1/edges?limit=1000";
    let plain = app.get(path).await?;
    let varies = |answer: &Answer| answer.headers.get_all("vary").iter().any(|names| names == "accept-encoding");
    assert!(plain.body.len() > 32 * 1024 && varies(&plain), "{:?}", plain.headers);
    for (encoding, magic) in [("gzip", &[0x1F, 0x8B][..]), ("br", &[]), ("zstd", &[0x28, 0xB5, 0x2F, 0xFD])] {
        let asked = [("accept-encoding", encoding)];
        let answer = app.send(Method::GET, path, &asked).await?;
        assert_eq!((answer.header("content-encoding"), answer.header("content-length")), (encoding, ""));
        assert!(answer.body.starts_with(magic) && answer.body.len() * 2 < plain.body.len(), "{encoding}");
        assert!(varies(&answer), "{:?}", answer.headers);
        let head = app.send(Method::HEAD, path, &asked).await?;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{encoding}");
        let etag = answer.header("etag").to_owned();
        let same = app.send(Method::GET, path, &[asked[0], ("if-none-match", &etag)]).await?;
        assert_eq!(
            (same.status.as_u16(), same.body.len(), same.header("content-encoding")),
            (304, 0, ""),
            "{encoding}"
        );
    }
    let events = [("accept-encoding", "gzip"), ("accept", "application/x-ndjson")];
    let lines = app.send(Method::GET, "/v1/changes", &events).await?;
    let all = app.send(Method::GET, "/v1/changes", &events[1..]).await?;
    assert_eq!(lines.header("content-encoding"), "gzip");
    assert!(lines.body.ends_with(&u32::try_from(all.body.len())?.to_le_bytes()), "the feed breaks off");
    Ok(())
}

#[tokio::test]
async fn streamed_answers_are_compressed_to_their_end() -> Result<()> {
    let app = TestApp::new().await?;
    for path in [
        "/v1/commitments.csv",
        "/v1/edges.csv",
        "/v1/countries.csv",
        "/v1/entities.csv?q=Britain",
        "/v1/positions.csv",
        "/v1/edges.ndjson",
    ] {
        let plain = app.get(path).await?;
        for (encoding, magic) in [("gzip", &[0x1F, 0x8B][..]), ("br", &[]), ("zstd", &[0x28, 0xB5, 0x2F, 0xFD])] {
            let answer = app.send(Method::GET, path, &[("accept-encoding", encoding)]).await?;
            assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, encoding), "{path}");
            assert!(!answer.body.is_empty() && answer.body.starts_with(magic), "{path} {encoding}");
            if encoding == "gzip" {
                // The last four bytes are how long it was (RFC 1952).
                let length = u32::try_from(plain.body.len())?.to_le_bytes();
                assert!(answer.body.ends_with(&length), "{path} breaks off");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn browsers_of_other_sites_may_read() -> Result<()> {
    let app = TestApp::new().await?;
    let origin = ("origin", "https://dashboard.example");
    let answer = app.send(Method::GET, "/v1/commitments", &[origin]).await?;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert!(answer.header("access-control-expose-headers").contains("pledgegraph-version"));
    let ahead =
        app.send(Method::OPTIONS, "/v1/commitments", &[origin, ("access-control-request-method", "GET")]).await?;
    assert_eq!((ahead.status.as_u16(), ahead.header("access-control-allow-methods")), (204, "GET, HEAD"));
    let broken = app.send(Method::GET, "/v1/commitments?x=1", &[origin]).await?;
    assert_eq!(broken.header("access-control-allow-origin"), "*", "errors can be read too");
    Ok(())
}

#[tokio::test]
async fn every_answer_carries_its_headers() -> Result<()> {
    let app = TestApp::new().await?;
    for path in [
        "/v1/commitments",
        "/v1/countries/GB",
        "/nowhere",
        "/v1/commitments?x=1",
        "/healthz",
        "/docs/",
        "/openapi.json",
    ] {
        let answer = app.get(path).await?;
        let version = answer.header("pledgegraph-version");
        assert!(version.len() == 34 && version.starts_with("1."), "{path}: {version}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_keeps_a_usable_identifier() -> Result<()> {
    let app = TestApp::new().await?;
    let given = app.send(Method::GET, "/v1/nothing", &[("x-request-id", "trace-42.a_b")]).await?;
    assert_eq!((given.header("x-request-id"), &given.json()?["instance"]), ("trace-42.a_b", &json!("trace-42.a_b")));
    for bad in ["a b", "<script>", &"x".repeat(129)] {
        let answer = app.send(Method::GET, "/healthz", &[("x-request-id", bad)]).await?;
        assert_eq!(answer.header("x-request-id").len(), 36, "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn origins_can_be_named_and_metrics_closed() -> Result<()> {
    let TestApp { live, database, .. } = TestApp::new().await?;
    let origins = vec![HeaderValue::from_static("https://ours.example")];
    let options = ServerOptions { origins, ..ServerOptions::default() };
    let router = build(AppState { live: live.clone(), metrics: None }, options);
    let app = TestApp { live, router, database };
    for (origin, allowed) in [("https://ours.example", "https://ours.example"), ("https://theirs.example", "*")] {
        let answer = app.send(Method::GET, "/v1/commitments", &[("origin", origin)]).await?;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, allowed));
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"));
    }
    assert_eq!(app.get("/metrics").await?.status, 404);
    Ok(())
}
