//! What is expected of answers.

use anyhow::{Context as _, Result, ensure};
use pledgegraph_tests::app::Answer;
use serde_json::Value;

pub(crate) trait Answers: Sized {
    /// Expects a status.
    fn must(self, status: u16) -> Result<Self>;
    /// Expects a problem of this kind, and gives its body.
    fn problem(&self, status: u16, kind: &str) -> Result<Value>;
    /// Expects 308 to a path.
    fn leads_to(&self, location: &str) -> Result<()>;
}

impl Answers for Answer {
    fn must(self, status: u16) -> Result<Self> {
        ensure!(self.status.as_u16() == status, "{status} expected: {} {}", self.status, self.text());
        Ok(self)
    }

    fn problem(&self, status: u16, kind: &str) -> Result<Value> {
        ensure!(self.status.as_u16() == status, "{status} {kind} expected: {} {}", self.status, self.text());
        ensure!(self.header("content-type") == "application/problem+json", "{:?}", self.headers);
        let body = self.json()?;
        ensure!(body["type"] == format!("/problems/{kind}"), "{kind} expected: {body}");
        Ok(body)
    }

    fn leads_to(&self, location: &str) -> Result<()> {
        self.problem(308, "moved")?;
        ensure!(self.header("location") == location, "{location} expected: {}", self.header("location"));
        Ok(())
    }
}

/// The faults of a problem as (pointer, code), in order.
pub(crate) fn faults(problem: &Value) -> Result<Vec<(String, String)>> {
    let errors = problem["errors"].as_array().context("errors")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut faults: Vec<_> = errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect();
    faults.sort();
    Ok(faults)
}

/// A record without the number and the time of the commit that wrote it.
pub(crate) fn content(record: &Value) -> Value {
    let mut record = record.clone();
    if let Some(fields) = record.as_object_mut() {
        fields.remove("version");
        fields.remove("recorded_at");
    }
    stored(&record)
}

/// What is recorded of a record: without what reads derive from others.
pub(crate) fn stored(record: &Value) -> Value {
    let mut record = record.clone();
    if let Some(fields) = record.as_object_mut() {
        for derived in ["standing", "in_force", "truth", "fixpoints", "disputed", "decided_by", "dependents"] {
            fields.remove(derived);
        }
    }
    record
}
