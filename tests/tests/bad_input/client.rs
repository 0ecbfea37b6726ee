//! Requests one after the other, for cases in which one depends on another.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::case::{problem, written};
use crate::raw::{Reply, exchange};
use crate::servers::{Kind, Servers};

/// Someone with a token.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    token: &'static str,
}

impl Client {
    /// Who has the token `writes`.
    pub(crate) fn new(servers: &Servers) -> Self {
        Self::with(servers, Kind::Plain, "writes")
    }

    /// Who has a token; an empty one is none.
    pub(crate) fn with(servers: &Servers, kind: Kind, token: &'static str) -> Self {
        Self { address: servers.address(kind), token }
    }

    /// Sends a request; a body is sent as JSON.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[&str],
        content: Option<&Value>,
    ) -> Result<Reply> {
        let token = format!("Authorization: Bearer {}", self.token);
        let mut all = headers.to_vec();
        if !self.token.is_empty() {
            all.push(&token);
        }
        if content.is_some() {
            all.push("Content-Type: application/json");
        }
        let text = content.map(Value::to_string);
        let bytes = written(method, target, &all, text.as_deref().map(str::as_bytes));
        exchange(self.address, &bytes).await?.context("closed without an answer")
    }

    pub(crate) async fn get(&self, target: &str) -> Result<Reply> {
        self.send("GET", target, &[], None).await
    }

    pub(crate) async fn post(&self, target: &str, content: &Value) -> Result<Reply> {
        self.send("POST", target, &[], Some(content)).await
    }

    /// Creates a record and gives its path and entity tag.
    pub(crate) async fn create(&self, collection: &str, content: &Value) -> Result<(String, String)> {
        let reply = self.post(collection, content).await?;
        ensure!(reply.status == 201, "{}\n{}", reply.head, reply.text());
        let body = reply.json()?;
        let id = body["id"].as_str().context("an id")?;
        Ok((format!("{collection}/{id}"), reply.header("etag")))
    }
}

impl Reply {
    /// Expects a problem.
    pub(crate) fn must(&self, status: u16, kind: &str) -> Result<Value> {
        ensure!(self.status == status, "expected {status} {kind}: {}\n{}", self.head, self.text());
        problem(self, kind)
    }

    /// Expects a status.
    pub(crate) fn ok(&self, status: u16) -> Result<&Self> {
        ensure!(self.status == status, "expected {status}: {}\n{}", self.head, self.text());
        Ok(self)
    }
}
