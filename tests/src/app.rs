//! The service as a test talks to it: the real router over a real PostgreSQL, without a port.

use std::convert::Infallible;
use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use pledgegraph_bundle::{Bundle, bundled};
use pledgegraph_live::{Live, LiveOptions};
use pledgegraph_server::access::{Principal, Scope};
use pledgegraph_server::{AppState, CursorKey, PrometheusHandle, ServerOptions, build, recorder};
use pledgegraph_store::bulk;
use serde_json::Value;
use tower::ServiceExt;

use crate::database::TestDb;

/// The recorder is one for the whole process.
static METRICS: LazyLock<Option<PrometheusHandle>> =
    LazyLock::new(|| recorder().ok().and_then(|builder| builder.install_recorder().ok()));

/// The service over a database of its own.
pub struct TestApp {
    /// The graph of the database.
    pub live: Live,
    /// The router, every layer included.
    pub router: Router,
    /// The database, for tests that look behind the service or into its tokens.
    pub database: TestDb,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl TestApp {
    /// The service with the bundled data.
    ///
    /// # Errors
    /// When the database or the data cannot be had.
    pub async fn new() -> Result<Self> {
        Self::with(bundled()?).await
    }

    /// The service with the data given, loaded as one commit.
    ///
    /// # Errors
    /// When the database cannot be had or refuses the data.
    pub async fn with(bundle: Bundle) -> Result<Self> {
        Self::over(bundle, ServerOptions::default()).await
    }

    /// The service with the data and the options given; its tokens are those of [`TestApp::token`].
    ///
    /// # Errors
    /// As [`TestApp::with`].
    pub async fn over(bundle: Bundle, options: ServerOptions) -> Result<Self> {
        let database = TestDb::new().await?;
        let entities = bundle.entities.into_iter().map(Ok::<_, Infallible>);
        let edges = bundle.edges.into_iter().map(Ok::<_, Infallible>);
        bulk::load(&mut database.connect().await?, entities, edges).await?;
        Self::known(database, options).await
    }

    /// The service over a database that stands already; its tokens are those of [`TestApp::token`].
    ///
    /// # Errors
    /// As [`TestApp::on`].
    pub async fn known(database: TestDb, options: ServerOptions) -> Result<Self> {
        let options = ServerOptions {
            cursor_key: CursorKey::of_secret(b"test"),
            fixed_tokens: Scope::ALL.map(|scope| (Self::token(scope).to_owned(), tester(scope))).to_vec(),
            ..options
        };
        Self::on(database, options).await
    }

    /// The service over a database that stands already, with its tokens and with these options as they are.
    ///
    /// # Errors
    /// When the graph cannot be loaded.
    pub async fn on(database: TestDb, options: ServerOptions) -> Result<Self> {
        let live = Live::start(database.pool(), LiveOptions::default()).await?;
        let metrics = METRICS.clone();
        let router = build(AppState { live: live.clone(), metrics }, options);
        Ok(Self { live, router, database })
    }

    /// A token with this scope.
    pub fn token(scope: Scope) -> &'static str {
        match scope {
            Scope::Read => "test-read",
            Scope::Write => "test-write",
            Scope::Admin => "test-admin",
        }
    }

    /// Sends a request. One that is no read comes from an admin, unless the headers say otherwise: an empty
    /// `authorization` is left out.
    ///
    /// # Errors
    /// When the request cannot be built or the answer breaks off.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send_body(method, path, headers, Body::empty()).await
    }

    /// Sends a request with a body, as [`TestApp::send`] does.
    ///
    /// # Errors
    /// As [`TestApp::send`].
    pub async fn send_body(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Result<Answer> {
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&method);
        let mut request = Request::builder().method(method).uri(path);
        let says = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if !reads && !says {
            request = request.header("authorization", format!("Bearer {}", Self::token(Scope::Admin)));
        }
        for (name, value) in headers.iter().filter(|(name, value)| *name != "authorization" || !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into())?).await?;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await?.to_vec();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// Gets a path.
    ///
    /// # Errors
    /// As [`TestApp::send`].
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, &[]).await
    }

    /// Gets a path with the admin token.
    ///
    /// # Errors
    /// As [`TestApp::send`].
    pub async fn get_as_admin(&self, path: &str) -> Result<Answer> {
        let token = format!("Bearer {}", Self::token(Scope::Admin));
        self.send(Method::GET, path, &[("authorization", &token)]).await
    }

    /// Gets a path that must answer 200 with JSON.
    ///
    /// # Errors
    /// When it does not.
    pub async fn json(&self, path: &str) -> Result<Value> {
        let answer = self.get(path).await?;
        ensure!(answer.status == StatusCode::OK, "{path}: {} {}", answer.status, answer.text());
        answer.json().with_context(|| path.to_owned())
    }

    /// Gets all items of a list by following its cursors, `limit` at a time.
    ///
    /// # Errors
    /// When a page does not answer 200.
    pub async fn walk(&self, path: &str, limit: usize) -> Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let first = format!("{path}{joint}limit={limit}");
        let mut items = Vec::new();
        let mut next = first.clone();
        loop {
            let page = self.json(&next).await?;
            items.extend(page["items"].as_array().context("items")?.iter().cloned());
            match page["page"]["next_cursor"].as_str() {
                Some(cursor) => next = format!("{first}&cursor={cursor}"),
                None => return Ok(items),
            }
        }
    }
}

/// Whom the token of this scope speaks for.
fn tester(scope: Scope) -> Principal {
    Principal { name: format!("tester-{scope}"), token: None, scope: Some(scope) }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
