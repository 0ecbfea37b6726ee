//! Imports from the command line: the file goes to `POST /v1/import` of a service of this process, beside any other that
//! runs on the database.

mod feed;
mod mapping;
mod progress;

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::body::{Body, BodyDataStream};
use axum::http::{Method, StatusCode};
use futures_util::StreamExt as _;
use serde_json::Value;

use self::feed::Feed;
use self::progress::Progress;
use crate::config::Settings;
use crate::database::Choice;
use crate::within::Within;

/// How many refused lines are shown.
const SHOWN: usize = 20;

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The file; `-` is standard input.
    pub(crate) file: PathBuf,
    /// What the columns mean, if the file is CSV.
    pub(crate) mapping: Option<PathBuf>,
    /// How many new or replaced records a commit has; 0: all in one, or none.
    pub(crate) batch: u32,
    /// Whether nothing is written.
    pub(crate) dry_run: bool,
    /// Whether lines take the place of records with other content.
    pub(crate) replace: bool,
    /// Where what came of each line is written.
    pub(crate) report: Option<PathBuf>,
    /// Whether the summary is JSON.
    pub(crate) json: bool,
}

/// Imports a file.
///
/// # Errors
/// One line that says why it was not imported, or how many lines were refused.
pub(crate) async fn run(order: &Order, choice: Choice<'_>, settings: &Settings) -> Result<()> {
    // Before anything is started for a file that is not there.
    let feed = Feed::open(&order.file, order.mapping.as_deref())?;
    let report = order
        .report
        .as_ref()
        .map(|path| File::create(path).map(BufWriter::new).with_context(|| format!("cannot write {}", path.display())));
    let report = report.transpose()?;
    let within = Within::start(choice, settings).await?;
    let imported = import(order, feed, report, &within).await;
    within.stop().await;
    imported
}

async fn import(order: &Order, feed: Feed, report: Option<BufWriter<File>>, within: &Within) -> Result<()> {
    let path = format!("/v1/import?batch={}&dry_run={}&replace={}", order.batch, order.dry_run, order.replace);
    let mut told = Told { progress: Progress::new(feed.size(), feed.read()), report, failed: 0, summary: None };
    let (body, feeding) = feed.start();
    let response = within.ask(Method::POST, &path, "application/x-ndjson", body).await?;
    let (parts, body) = response.into_parts();
    let read = if parts.status == StatusCode::OK { told.read(body).await } else { told.refused(body).await };
    told.progress.end();
    // What broke the file off is more to the point than that it broke off.
    if let Ok(Err(error)) = feeding.await {
        return Err(error);
    }
    read?;
    told.conclude(order)
}

/// What the service told so far.
struct Told {
    progress: Progress,
    report: Option<BufWriter<File>>,
    failed: usize,
    summary: Option<Value>,
}

impl Told {
    /// Reads the report as it comes.
    async fn read(&mut self, body: Body) -> Result<()> {
        let mut pieces: BodyDataStream = body.into_data_stream();
        let mut waiting = Vec::new();
        while let Some(piece) = pieces.next().await {
            waiting.extend_from_slice(&piece.context("the report broke off")?);
            let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') else { continue };
            let rest = waiting.split_off(end + 1);
            for line in waiting.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                self.line(line)?;
            }
            waiting = rest;
        }
        Ok(())
    }

    fn line(&mut self, bytes: &[u8]) -> Result<()> {
        let value: Value = serde_json::from_slice(bytes).context("the report cannot be read")?;
        if let Some(summary) = value.get("summary") {
            self.summary = Some(summary.clone());
            if let Some(detail) = value.pointer("/problem/detail").and_then(Value::as_str) {
                bail!("{detail}");
            }
            return Ok(());
        }
        if let Some(report) = &mut self.report {
            report.write_all(bytes).and_then(|()| report.write_all(b"\n")).context("cannot write the report")?;
        }
        self.progress.line(value["status"].as_str().unwrap_or_default());
        if value["status"] == "failed" {
            for error in value["errors"].as_array().into_iter().flatten() {
                self.show(&format!("line {}{}", value["line"], text(&error["pointer"])), error);
            }
        }
        Ok(())
    }

    /// Reads why nothing was written.
    async fn refused(&mut self, body: Body) -> Result<()> {
        let bytes = axum::body::to_bytes(body, usize::MAX).await.context("the answer broke off")?;
        let problem: Value = serde_json::from_slice(&bytes).context("the answer cannot be read")?;
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        for error in &errors {
            if let Some(report) = &mut self.report {
                writeln!(report, "{error}").context("cannot write the report")?;
            }
            let place = text(&error["pointer"]).replacen("/lines/", "line ", 1);
            self.show(&place, error);
        }
        self.flush()?;
        Err(anyhow!("{}", text(&problem["detail"])))
    }

    fn show(&mut self, place: &str, error: &Value) {
        self.failed += 1;
        if self.failed <= SHOWN {
            self.progress.say(&format!("{place}: {}", text(&error["detail"])));
        } else if self.failed == SHOWN + 1 {
            self.progress.say("...; --report FILE writes them all");
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.report.as_mut().map_or(Ok(()), BufWriter::flush).context("cannot write the report")
    }

    /// Says what came of it.
    fn conclude(&mut self, order: &Order) -> Result<()> {
        self.flush()?;
        let summary = self.summary.take().context("the report has no end")?;
        let count = |name: &str| summary[name].as_u64().unwrap_or_default();
        let said = if order.json {
            format!("{summary}\n")
        } else {
            let [lines, created, unchanged, replaced, failed] =
                ["lines", "created", "unchanged", "replaced", "failed"].map(count);
            let would = if order.dry_run { " (nothing was written: a dry run)" } else { "" };
            let stood = if unchanged > 0 { " (stood already)" } else { "" };
            format!(
                "{lines} lines: {created} created, {unchanged} unchanged{stood}, {replaced} replaced, {failed} failed{would}; \
                 version {}\n",
                text(&summary["version"])
            )
        };
        io::stdout().lock().write_all(said.as_bytes()).context("cannot write to standard output")?;
        match count("failed") {
            0 => Ok(()),
            1 => bail!("1 line is refused; correct it and import the file again, which writes only what is missing"),
            many => {
                bail!(
                    "{many} lines are refused; correct them and import the file again, which writes only what is missing"
                )
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
