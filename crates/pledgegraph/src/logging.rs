//! The log: to standard error, for people or as JSON, filtered by level and target.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Starts logging for the whole process.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.log_level)
        .with_context(|| format!("log_level `{}` is not a filter, such as `info,sqlx=warn`", settings.log_level))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Json => logger.json().flatten_event(true).init(),
        LogFormat::Human => logger.with_ansi(io::stderr().is_terminal()).with_target(false).init(),
    }
    Ok(())
}
