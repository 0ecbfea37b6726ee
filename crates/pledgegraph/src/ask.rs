//! Questions from the command line: what `GET /v1/questions` answers, for people.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result, bail};
use axum::body::{Body, to_bytes};
use axum::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::config::Settings;
use crate::database::Choice;
use crate::within::Within;

/// The largest answer, in bytes.
const MOST: usize = 64 << 20;

const ANSWER: Style = Style::new().bold();
const ASIDE: Style = Style::new().dimmed();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// A question, and how its answer is to be shown.
#[derive(Debug)]
pub(crate) struct Order {
    /// The question.
    pub(crate) question: String,
    /// Whether the answer is shown as JSON.
    pub(crate) json: bool,
    /// Whether numbers have Arabic digits.
    pub(crate) arabic_digits: bool,
}

/// Asks a question and prints the answer, then the evidence.
///
/// # Errors
/// One line that says why not; what the service says of a question that is none.
pub(crate) async fn run(order: &Order, choice: Choice<'_>, settings: &Settings) -> Result<()> {
    let within = Within::start(choice, settings).await?;
    let answered = answer(&within, order).await;
    within.stop().await;
    let answer = answered?;
    // Colours go where the terminal has them, and nowhere else.
    let mut out = anstream::stdout().lock();
    let text = if order.json { format!("{answer:#}\n") } else { shown(&answer) };
    out.write_all(text.as_bytes()).context("cannot write to standard output")
}

async fn answer(within: &Within, order: &Order) -> Result<Value> {
    let digits = if order.arabic_digits { "&digits=arabic" } else { "" };
    let path = format!(
        "/v1/questions?q={}{digits}&include=quotations",
        utf8_percent_encode(&order.question, NON_ALPHANUMERIC)
    );
    let response = within.ask(Method::GET, &path, "application/json", Body::empty()).await?;
    let sound = response.status().is_success();
    let bytes = to_bytes(response.into_body(), MOST).await.context("the answer broke off")?;
    let answer: Value = serde_json::from_slice(&bytes).context("the answer cannot be read")?;
    if !sound {
        bail!("{}", answer["detail"].as_str().unwrap_or("the question is refused"));
    }
    Ok(answer)
}

/// The answer first, then how the question was read, then the evidence.
fn shown(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let lang = text(&answer["lang"]);
    let mut out = format!("{ANSWER}{}{ANSWER:#}\n", text(&answer["text"]));
    let paraphrase = &answer["interpretation"]["paraphrase"][&lang];
    if paraphrase.is_string() {
        let _ = writeln!(out, "{ASIDE}{}{ASIDE:#}", text(paraphrase));
    }
    for assumed in list(&answer["interpretation"]["assumptions"]) {
        if assumed["assumed"].is_object() {
            let _ =
                writeln!(out, "{ASIDE}“{}” = {}{ASIDE:#}", text(&assumed["text"]), text(&assumed["assumed"]["label"]));
        }
        for other in list(&assumed["alternatives"]) {
            let _ = writeln!(out, "{ASIDE}/ {} [{}]{ASIDE:#}", text(&other["paraphrase"][&lang]), other["answers"]);
        }
    }
    for reading in list(&answer["alternatives"]) {
        let _ = writeln!(out, "{ASIDE}{} [{}]{ASIDE:#}", text(&reading["paraphrase"][&lang]), reading["answers"]);
    }
    for found in list(&answer["answers"]) {
        let _ = writeln!(out, "\n{}", text(&found["text"]));
        if found["grade"] != "exact" {
            let up: Vec<String> = list(&found["relaxations"]).iter().map(text).collect();
            let _ = writeln!(out, "  {WARNING}{} {}{WARNING:#}", text(&found["grade"]), up.join(", "));
        }
        for statement in list(&found["statements"]) {
            evidence(&mut out, &statement);
        }
    }
    for (title, member) in [("-", "counter_evidence"), ("=", "instead")] {
        for statement in list(&answer[member]) {
            let _ = writeln!(out, "\n{title} {}", text(&statement["text"]));
            evidence(&mut out, &statement);
        }
    }
    for suggestion in list(&answer["suggestions"]) {
        let _ = writeln!(out, "? {} [{}]", text(&suggestion["paraphrase"][&lang]), suggestion["answers"]);
    }
    out
}

/// Who says so: the document, the place in it, and through whom.
fn evidence(out: &mut String, statement: &Value) {
    for piece in statement["evidence"].as_array().into_iter().flatten() {
        let label = |value: &Value| value["label"].as_str().or(value.as_str()).unwrap_or_default().to_owned();
        let mut line = label(&piece["source"]);
        if let Some(number) = piece["locator"]["line"].as_u64() {
            let _ = write!(line, ":{number}");
        }
        for agent in piece["attribution"].as_array().into_iter().flatten() {
            let name = if agent["agent"].is_object() { &agent["agent"] } else { &agent["name"] };
            let _ = write!(line, " < {}", label(name));
        }
        let _ = writeln!(out, "  {ASIDE}{line}{ASIDE:#}");
        if let Some(words) = piece["quotation"]["text"].as_str() {
            let _ = writeln!(out, "    {ASIDE}“{words}”{ASIDE:#}");
        }
    }
}
