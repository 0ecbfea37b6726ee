//! The files of questions.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// A question, and what is to become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) lang: String,
    pub(crate) class: String,
    pub(crate) question: String,
    /// `answered`, `no_match`, `ambiguous`, `partly_understood` or `not_understood`; `unread`: one of these two.
    pub(crate) status: String,
    /// The query that it is read as, with references.
    pub(crate) query: Option<Value>,
    /// The values of the answer: references, codes, texts.
    pub(crate) answer: Option<Value>,
}

/// The questions of a file.
pub(crate) fn cases(name: &str) -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sets").join(name);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}
