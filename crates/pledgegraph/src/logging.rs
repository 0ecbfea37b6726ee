//! The log: to standard error, for people or as JSON, filtered by level and target.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{LOG_LEVEL, LogFormat, Settings};

/// Starts logging for the whole process. Where an answer is printed for people only what goes wrong is logged, unless a level
/// is asked for.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(settings: &Settings, answers: bool) -> Result<()> {
    let level = if answers && settings.log_level == LOG_LEVEL { "warn" } else { &settings.log_level };
    let filter = filter(level)?;
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Human => lines.with_ansi(io::stderr().is_terminal()).with_target(false).boxed(),
    };
    registry().with(lines.with_filter(filter)).init();
    Ok(())
}

/// What is logged, by level and target.
///
/// # Errors
/// When the text cannot be read so.
pub(crate) fn filter(level: &str) -> Result<Targets> {
    level.parse().with_context(|| format!("log_level `{level}` is not a filter, such as `{LOG_LEVEL}`"))
}
