//! A row of the table of expected answers, and the cases that show it.

use std::pin::Pin;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::raw::{Reply, exchange};
use crate::servers::{Kind, Servers};

/// A row of the table.
pub(crate) struct Row {
    /// The section of the table.
    pub(crate) section: u8,
    /// What the row says, in short.
    pub(crate) says: &'static str,
    /// What shows it.
    pub(crate) cases: Vec<Case>,
    /// Why the row, or a part of it, is not run here; empty when all of it is.
    pub(crate) not_run: &'static str,
}

/// A row with its cases.
pub(crate) fn row(section: u8, says: &'static str, cases: Vec<Case>) -> Row {
    Row { section, says, cases, not_run: "" }
}

impl Row {
    /// Says what of the row is not run, and why.
    pub(crate) fn except(mut self, why: &'static str) -> Self {
        self.not_run = why;
        self
    }
}

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// One input and the answer that it must get.
pub(crate) struct Case {
    pub(crate) name: String,
    act: Act,
}

enum Act {
    Send(Box<Sent>),
    Run(Box<dyn FnOnce(Servers) -> Running + Send>),
}

/// A request and what is expected of its answer.
struct Sent {
    kind: Kind,
    bytes: Vec<u8>,
    statuses: Vec<u16>,
    problem: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    errors: Vec<(&'static str, &'static str)>,
    closes: bool,
}

/// A case that is a program.
pub(crate) fn run<F, R>(name: &str, program: F) -> Case
where
    F: FnOnce(Servers) -> R + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    Case { name: name.to_owned(), act: Act::Run(Box::new(|servers| Box::pin(program(servers)))) }
}

/// A case that is bytes on a connection. The connection must end by itself.
pub(crate) fn bytes(name: &str, bytes: impl Into<Vec<u8>>) -> Case {
    let sent = Sent {
        kind: Kind::Plain,
        bytes: bytes.into(),
        statuses: vec![200],
        problem: "",
        headers: Vec::new(),
        errors: Vec::new(),
        closes: false,
    };
    Case { name: name.to_owned(), act: Act::Send(Box::new(sent)) }
}

/// A request without a body. A header is `Name: value`.
pub(crate) fn request(method: &str, target: &str, headers: &[&str]) -> Case {
    let name = format!("{method} {} {}", short(target), short(&headers.join("; ")));
    bytes(&name, written(method, target, headers, None))
}

/// A `GET` without headers of its own.
pub(crate) fn get(target: &str) -> Case {
    request("GET", target, &[])
}

/// A request with a body.
pub(crate) fn body(method: &str, target: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Case {
    let body = body.as_ref();
    let name =
        format!("{method} {} {} {}", short(target), short(&headers.join("; ")), short(&String::from_utf8_lossy(body)));
    bytes(&name, written(method, target, headers, Some(body)))
}

/// A write with a JSON body and the token `writes`.
pub(crate) fn post(target: &str, content: &Value) -> Case {
    post_text(target, content.to_string())
}

/// A write with this body, said to be JSON, and the token `writes`.
pub(crate) fn post_text(target: &str, content: impl AsRef<[u8]>) -> Case {
    body("POST", target, &WRITES, content)
}

/// The headers of a write.
pub(crate) const WRITES: [&str; 2] = ["Content-Type: application/json", "Authorization: Bearer writes"];

/// The bytes of a request that asks for the end of the connection.
pub(crate) fn written(method: &str, target: &str, headers: &[&str], body: Option<&[u8]>) -> Vec<u8> {
    let has = |name: &str| headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
    let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !has("host:") {
        text.push_str("Host: localhost\r\n");
    }
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if let Some(body) = body {
        text = format!("{text}Content-Length: {}\r\n", body.len());
    }
    let mut bytes = format!("{text}\r\n").into_bytes();
    bytes.extend_from_slice(body.unwrap_or_default());
    bytes
}

fn short(text: &str) -> String {
    let shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 { format!("{shown}… ({} characters)", text.chars().count()) } else { shown }
}

impl Case {
    fn sent(mut self, change: impl FnOnce(&mut Sent)) -> Self {
        if let Act::Send(sent) = &mut self.act {
            change(sent);
        }
        self
    }

    /// Names the case.
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sends it to a service with other options.
    pub(crate) fn on(self, kind: Kind) -> Self {
        self.sent(|sent| sent.kind = kind)
    }

    /// Expects a status without a problem.
    pub(crate) fn status(self, status: u16) -> Self {
        self.sent(|sent| sent.statuses = vec![status])
    }

    /// Expects a problem.
    pub(crate) fn is(self, status: u16, problem: &'static str) -> Self {
        self.sent(|sent| (sent.statuses, sent.problem) = (vec![status], problem))
    }

    /// Expects a header that contains this.
    pub(crate) fn header(self, name: &'static str, value: &'static str) -> Self {
        self.sent(|sent| sent.headers.push((name, value)))
    }

    /// Expects an error of this code at this pointer or parameter.
    pub(crate) fn error(self, place: &'static str, code: &'static str) -> Self {
        self.sent(|sent| sent.errors.push((place, code)))
    }

    /// Expects that the server ends the connection of its own accord.
    pub(crate) fn closes(self) -> Self {
        self.sent(|sent| sent.closes = true)
    }

    /// Runs it.
    pub(crate) async fn check(self, servers: Servers) -> Result<()> {
        match self.act {
            Act::Run(program) => program(servers).await,
            Act::Send(sent) => sent.check(&servers).await,
        }
    }
}

impl Sent {
    async fn check(self, servers: &Servers) -> Result<()> {
        let reply = exchange(servers.address(self.kind), &self.bytes).await?.context("closed without an answer")?;
        let said = || format!("{}\n{}", reply.head, reply.text().chars().take(2_000).collect::<String>());
        ensure!(self.statuses.contains(&reply.status), "expected {:?}: {}", self.statuses, said());
        ensure!(reply.answers == 1, "{} answers: {}", reply.answers, said());
        for (name, value) in &self.headers {
            ensure!(reply.header(name).contains(value), "expected {name}: {value} in {}", said());
        }
        if self.closes {
            ensure!(reply.header("connection").eq_ignore_ascii_case("close"), "does not close: {}", said());
        }
        if self.problem.is_empty() {
            return Ok(());
        }
        let body = problem(&reply, self.problem)?;
        for (place, code) in &self.errors {
            ensure!(has_error(&body, place, code), "expected {code} at {place}: {}", said());
        }
        Ok(())
    }
}

fn has_error(body: &Value, place: &str, code: &str) -> bool {
    let errors = body["errors"].as_array();
    errors.is_some_and(|errors| {
        errors.iter().any(|e| (e["pointer"] == *place || e["parameter"] == *place) && e["code"] == *code)
    })
}

/// The body of a problem, if it is one of this kind and tells nothing that it must not.
pub(crate) fn problem(reply: &Reply, kind: &str) -> Result<Value> {
    let said = || format!("expected {kind}: {}\n{}", reply.head, reply.text());
    ensure!(reply.header("content-type").starts_with("application/problem+json"), said());
    let body = reply.json()?;
    let type_of = body["type"].as_str().unwrap_or_default();
    ensure!(type_of.rsplit(['/', '#']).next() == Some(kind), said());
    ensure!(body["status"] == reply.status, said());
    ensure!(body["instance"] == reply.header("x-request-id"), said());
    for field in ["title", "detail"] {
        ensure!(body[field].as_str().is_some_and(|text| !text.is_empty()), said());
    }
    let text = reply.text();
    for secret in ["sqlx", "SELECT ", "INSERT ", "/src/", "panicked", "postgres://", "stack backtrace"] {
        ensure!(!text.contains(secret), "tells `{secret}`: {}", said());
    }
    // The longest run of one character that an answer may repeat.
    ensure!(!text.contains(&"x".repeat(65)), "repeats the input: {}", said());
    Ok(body)
}
