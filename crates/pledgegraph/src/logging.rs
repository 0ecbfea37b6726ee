//! The log: to standard error, for people or as JSON, filtered by level and target.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{LOG_LEVEL, LogFormat, Settings};

/// Starts logging for the whole process. Where an answer is printed for people only what goes wrong is logged, unless a level
/// is asked for.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(settings: &Settings, answers: bool) -> Result<()> {
    let level = if answers && settings.log_level == LOG_LEVEL { "warn" } else { &settings.log_level };
    let filter = EnvFilter::try_new(level)
        .with_context(|| format!("log_level `{level}` is not a filter, such as `{LOG_LEVEL}`"))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Json => logger.json().flatten_event(true).init(),
        LogFormat::Human => logger.with_ansi(io::stderr().is_terminal()).with_target(false).init(),
    }
    Ok(())
}
