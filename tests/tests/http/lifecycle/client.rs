//! Somebody who writes: over the bundled data, with the token of an admin unless the headers say otherwise.

use anyhow::{Context as _, Result};
use axum::http::Method;
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::Value;

use crate::lifecycle::answers::Answers as _;

/// The service and who asks it.
pub(crate) struct Client {
    pub(crate) app: TestApp,
}

/// A record that was created.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Its path, with its identifier.
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) etag: String,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) async fn new() -> Result<Self> {
        Ok(Self { app: TestApp::new().await? })
    }

    /// Sends a request, with a body as JSON if there is one.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let Some(body) = body else { return self.app.send(method, path, headers).await };
        let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let headers = [&[("content-type", kind)], headers].concat();
        self.app.send_body(method, path, &headers, body.to_string()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.app.get(path).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, etag: &str, body: &Value) -> Result<Answer> {
        self.send(Method::PATCH, path, &[("if-match", etag)], Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, etag: &str, body: &Value) -> Result<Answer> {
        self.send(Method::PUT, path, &[("if-match", etag)], Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, etag: &str) -> Result<Answer> {
        self.send(Method::DELETE, path, &[("if-match", etag)], None).await
    }

    /// Creates a record of a collection, which must succeed.
    pub(crate) async fn create(&self, collection: &str, body: &Value) -> Result<Record> {
        let answer = self.post(&format!("/v1/{collection}"), body).await?;
        let answer = answer.must(201).with_context(|| format!("{collection} {body}"))?;
        let record = answer.json()?;
        let id = record["id"].as_str().context("an id")?.to_owned();
        let path = format!("/v1/{collection}/{id}");
        Ok(Record { path, id, etag: answer.header("etag").to_owned(), body: record })
    }

    /// The entity tag of what a path has now.
    pub(crate) async fn etag(&self, path: &str) -> Result<String> {
        Ok(self.get(path).await?.must(200)?.header("etag").to_owned())
    }

    /// The identifiers of a whole list.
    pub(crate) async fn ids(&self, path: &str) -> Result<Vec<String>> {
        let items = self.app.walk(path, 1000).await?;
        items.iter().map(|item| item["id"].as_str().map(str::to_owned).context("an id")).collect()
    }
}
