//! The demonstration: the bundled data in a database of its own.

use anyhow::Result;

use crate::config::Settings;
use crate::database::Choice;
use crate::serve::{Content, serve};

/// Serves the bundled data until a signal. `DATABASE_URL` is the user's and is left alone.
///
/// # Errors
/// One line that says why it cannot start, or what broke.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let directory = settings.demo_data_dir()?;
    if settings.database_url.is_some() {
        tracing::warn!("DATABASE_URL is set and not used: the demonstration lies in {}", directory.display());
    }
    serve(settings, Choice::Embedded(directory), Content::Bundled).await
}
