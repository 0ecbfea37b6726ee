//! What was asked of an earlier version, asked of this one.

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use pledgegraph_server::{CursorKey, ServerOptions};
use pledgegraph_tests::app::TestApp;
use pledgegraph_tests::database::TestDb;
use serde_json::Value;
use sqlx::Executor as _;

use crate::compare;
use crate::recording::{Exchange, Recording};

/// The service over the database of a recording.
pub(crate) struct Replay<'a> {
    recording: &'a Recording,
    pub(crate) app: TestApp,
}

impl<'a> Replay<'a> {
    /// Serves the database, which is up to date, with the tokens in it.
    ///
    /// # Errors
    /// When it cannot be served.
    pub(crate) async fn start(recording: &'a Recording, database: TestDb) -> Result<Self> {
        // A key is kept for seven days, and the recording is older.
        let aged = "set session_replication_role = replica; update idempotency set created_at = now()";
        database.connect().await?.execute(aged).await?;
        let cursor_key = CursorKey::of_secret(recording.about.cursor_key.as_bytes());
        let app = TestApp::on(database, ServerOptions { cursor_key, ..ServerOptions::default() }).await?;
        Ok(Self { recording, app })
    }

    /// Asks everything, and says what is answered differently and not meant to be. What was recorded changed nothing.
    ///
    /// # Errors
    /// When an answer cannot be had or read.
    pub(crate) async fn run(&self) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for exchange in &self.recording.exchanges {
            let name = format!("{} {}", exchange.method, exchange.path);
            let answer = self.ask(exchange).await.with_context(|| name.clone())?;
            let differences =
                compare::answers(&exchange.path, &exchange.answer, &answer).with_context(|| name.clone())?;
            let meant = |difference: &&_| !self.recording.changed.allows(&exchange.path, difference);
            said.extend(differences.iter().filter(meant).map(|difference| format!("{name}: {difference}")));
        }
        let version = self.app.get("/v1/countries?limit=1").await?.header("pledgegraph-version").to_owned();
        ensure!(version == self.recording.about.version, "asking changed the graph: {version}");
        Ok(said)
    }

    async fn ask(&self, exchange: &Exchange) -> Result<pledgegraph_tests::app::Answer> {
        let token = match exchange.token.as_str() {
            "" => String::new(),
            name => format!("Bearer {}", self.recording.about.tokens.get(name).context("a token of that name")?),
        };
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let method: Method = exchange.method.parse()?;
        self.app.send_body(method, &exchange.path, &headers, exchange.body.clone()).await
    }

    /// All changes of the feed after a place, a few at a time.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub(crate) async fn feed(&self, since: &str) -> Result<Vec<Value>> {
        let (mut since, mut changes) = (since.to_owned(), Vec::new());
        loop {
            let page = self.app.json(&format!("/v1/changes?limit=70&since={since}")).await?;
            changes.extend(page["items"].as_array().context("items")?.iter().cloned());
            page["next"].as_str().context("a place")?.clone_into(&mut since);
            if page["more"] == false {
                return Ok(changes);
            }
        }
    }
}
