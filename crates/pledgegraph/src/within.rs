//! A service within this process, for commands that do what a client of the service does.

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request};
use axum::response::Response;
use pledgegraph_live::{Live, LiveOptions, Scope};
use pledgegraph_server::access::Principal;
use pledgegraph_server::{AppState, RateLimits, ServerOptions};
use pledgegraph_store::TokenText;

use crate::config::Settings;
use crate::database::{Choice, Database};

/// Who stands in the log beside what these commands do.
const NAME: &str = "command-line";

/// A service that nobody else reaches.
pub(crate) struct Within {
    database: Database,
    live: Live,
    router: Router,
    token: TokenText,
}

impl Within {
    /// Opens the database, also beside a running service, and loads the graph.
    ///
    /// # Errors
    /// One line that says why it cannot.
    pub(crate) async fn start(choice: Choice<'_>, settings: &Settings) -> Result<Self> {
        let token = TokenText::random().map_err(|error| anyhow!("the system has no randomness: {error}"))?;
        let database = Database::attach_or_open(choice, settings).await?;
        match load(&database).await {
            Ok(live) => {
                let principal = Principal { name: NAME.to_owned(), token: None, scope: Some(Scope::Admin) };
                let options = ServerOptions {
                    fixed_tokens: vec![(token.reveal().to_owned(), principal)],
                    rates: RateLimits { reads: None, writes: None },
                    ..ServerOptions::default()
                };
                let router = pledgegraph_server::build(AppState { live: live.clone(), metrics: None }, options);
                Ok(Self { database, live, router, token })
            }
            Err(error) => {
                database.close().await;
                Err(error)
            }
        }
    }

    /// Asks the service as its clients do.
    ///
    /// # Errors
    /// When the request cannot be made.
    pub(crate) async fn ask(&self, method: Method, path: &str, media_type: &str, body: Body) -> Result<Response> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()))
            .header(ACCEPT, media_type)
            .header(CONTENT_TYPE, media_type)
            .body(body)
            .context("cannot make the request")?;
        let mut router = self.router.clone();
        tower::Service::call(&mut router, request).await.map_err(|never| match never {})
    }

    /// Ends it, and the database if it runs here.
    pub(crate) async fn stop(self) {
        self.live.shutdown().await;
        self.database.close().await;
    }
}

async fn load(database: &Database) -> Result<Live> {
    database.fit().await?;
    Live::start(database.pool.clone(), LiveOptions::default()).await.context("cannot load the graph")
}
