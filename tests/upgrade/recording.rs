//! What an earlier version of the program left: its database, and what it answered over it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::changed::Changed;

/// A directory that `make.py` made.
pub(crate) struct Recording {
    /// The version of the program that made it, which is the name of the directory.
    pub(crate) version: String,
    /// The database as SQL.
    pub(crate) dump: Vec<u8>,
    /// What is no secret here: it is data of a test.
    pub(crate) about: About,
    /// What was asked and answered, in order.
    pub(crate) exchanges: Vec<Exchange>,
    /// What later versions changed on purpose.
    pub(crate) changed: Changed,
}

/// What the answers do not say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// `PLEDGEGRAPH_CURSOR_KEY` of the service.
    pub(crate) cursor_key: String,
    /// The version at the end, as `Pledgegraph-Version` has it.
    pub(crate) version: String,
    /// The digest of the graph at the end, as `pledgegraph verify` prints it.
    pub(crate) digest: String,
    /// The tokens by name.
    pub(crate) tokens: BTreeMap<String, String>,
}

/// A request and its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The name of the token; none is sent when it is empty.
    pub(crate) token: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) answer: RecordedAnswer,
}

/// An answer as it was recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedAnswer {
    pub(crate) status: u16,
    /// The headers that mean something to a client.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// The recordings of all versions: the directories that are called like one.
pub(crate) fn all() -> Result<Vec<Recording>> {
    let mut directories: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrade"))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(|c: char| c.is_ascii_digit()) {
            directories.push(entry.path());
        }
    }
    directories.sort();
    directories.iter().map(|directory| Recording::read(directory)).collect()
}

impl Recording {
    fn read(directory: &Path) -> Result<Self> {
        let text = |name: &str| fs::read_to_string(directory.join(name)).with_context(|| name.to_owned());
        let answers = unpacked(&directory.join("answers.ndjson.gz"))?;
        let answers = String::from_utf8(answers).context("answers.ndjson.gz")?;
        let exchanges = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        Ok(Self {
            version: directory.file_name().and_then(|name| name.to_str()).context("a name in UTF-8")?.to_owned(),
            dump: unpacked(&directory.join("dump.sql.gz"))?,
            about: toml::from_str(&text("about.toml")?).context("about.toml")?,
            exchanges: exchanges.context("answers.ndjson.gz")?,
            changed: Changed::read(&text("changed.toml")?).context("changed.toml")?,
        })
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let packed = fs::read(path).with_context(|| path.display().to_string())?;
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).with_context(|| path.display().to_string())?;
    Ok(unpacked)
}
