//! The service over an empty database, and what is sent to it.

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use pledgegraph_live::{Live, LiveOptions, Scope};
use pledgegraph_server::access::Principal;
use pledgegraph_server::{AppState, ServerOptions, build};
use pledgegraph_tests::database::TestDb;
use serde_json::Value;
use tower::ServiceExt as _;

/// A service of its own.
pub(crate) struct Service {
    pub(crate) database: TestDb,
    pub(crate) live: Live,
    pub(crate) router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) version: String,
    pub(crate) text: String,
}

/// A report, read.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) lines: Vec<Value>,
    pub(crate) summary: Value,
}

impl Service {
    pub(crate) async fn empty() -> Result<Self> {
        Self::on(TestDb::new().await?).await
    }

    /// Another process on the same database.
    pub(crate) async fn on(database: TestDb) -> Result<Self> {
        let live = Live::start(database.pool(), LiveOptions::default()).await?;
        let writer = Principal { name: "tester".to_owned(), token: None, scope: Some(Scope::Write) };
        let options = ServerOptions { fixed_tokens: vec![("secret".to_owned(), writer)], ..ServerOptions::default() };
        let router = build(AppState { live: live.clone(), metrics: None }, options);
        Ok(Self { database, live, router })
    }

    pub(crate) async fn send(&self, query: &str, accept: &str, body: Body) -> Result<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/v1/import{query}"))
            .header("host", "localhost")
            .header("authorization", "Bearer secret")
            .header("content-type", "application/x-ndjson")
            .header("accept", accept);
        answer(self.router.clone().oneshot(request.body(body)?).await?).await
    }

    /// Imports, and reads the report.
    pub(crate) async fn import(&self, query: &str, body: impl Into<Body>) -> Result<Report> {
        let answer = self.send(query, "application/x-ndjson", body.into()).await?;
        ensure!(answer.status == StatusCode::OK, "{} {}", answer.status, answer.text);
        answer.report()
    }

    /// The errors of an import that is refused: pointer and code of each.
    pub(crate) async fn refused(&self, query: &str, body: &str) -> Result<Vec<(String, String)>> {
        let answer = self.send(query, "*/*", Body::from(body.to_owned())).await?;
        ensure!(answer.status == StatusCode::UNPROCESSABLE_ENTITY, "{} {}", answer.status, answer.text);
        let problem: Value = serde_json::from_str(&answer.text)?;
        let errors = problem["errors"].as_array().context("errors")?.iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(errors.map(|error| (text(&error["pointer"]), text(&error["code"]))).collect())
    }

    pub(crate) async fn export(&self) -> Result<Answer> {
        let request = Request::builder().uri("/v1/export").header("host", "localhost").body(Body::empty())?;
        answer(self.router.clone().oneshot(request).await?).await
    }

    pub(crate) fn digest(&self) -> u64 {
        let graph = self.live.snapshot();
        assert_eq!(graph.digest(), graph.computed_digest());
        graph.digest()
    }
}

async fn answer(response: axum::response::Response) -> Result<Answer> {
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(to_bytes(body, usize::MAX).await?.to_vec())?;
    let version = parts.headers.get("pledgegraph-version").and_then(|v| v.to_str().ok()).unwrap_or_default();
    Ok(Answer { status: parts.status, version: version.to_owned(), text })
}

impl Answer {
    fn report(&self) -> Result<Report> {
        let mut lines: Vec<Value> = self.text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let last = lines.pop().context("a last line")?;
        ensure!(last.get("problem").is_none(), "{last}");
        Ok(Report { lines, summary: last["summary"].clone() })
    }
}

impl Report {
    /// created, unchanged, replaced, failed.
    pub(crate) fn counts(&self) -> [u64; 4] {
        ["created", "unchanged", "replaced", "failed"].map(|name| self.summary[name].as_u64().unwrap_or(u64::MAX))
    }

    /// The status of a line.
    pub(crate) fn status(&self, line: u64) -> &str {
        let found = self.lines.iter().find(|body| body["line"] == line);
        found.and_then(|body| body["status"].as_str()).unwrap_or("none")
    }
}
