//! Exports from the command line: what `GET /v1/export` answers.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use axum::body::Body;
use axum::http::Method;
use futures_util::StreamExt as _;

use crate::config::Settings;
use crate::database::Choice;
use crate::within::Within;

/// Writes the whole graph to a file, else to standard output.
///
/// # Errors
/// One line that says why not. A file that is not whole does not stand under its name.
pub(crate) async fn run(output: Option<&Path>, choice: Choice<'_>, settings: &Settings) -> Result<()> {
    let within = Within::start(choice, settings).await?;
    let exported = match output {
        None => write(&within, &mut io::stdout().lock()).await.context("cannot write to standard output"),
        Some(path) => to_file(&within, path).await.with_context(|| format!("cannot write {}", path.display())),
    };
    within.stop().await;
    exported
}

async fn to_file(within: &Within, path: &Path) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let mut file = BufWriter::new(File::create(&part)?);
    let written = write(within, &mut file).await;
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
        return written;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(())
}

async fn write(within: &Within, out: &mut impl Write) -> Result<()> {
    let response = within.ask(Method::GET, "/v1/export", "application/x-ndjson", Body::empty()).await?;
    if !response.status().is_success() {
        bail!("the export is refused: {}", response.status());
    }
    let mut pieces = response.into_body().into_data_stream();
    while let Some(piece) = pieces.next().await {
        out.write_all(&piece.context("the export broke off")?)?;
    }
    out.flush()?;
    Ok(())
}
