use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// What is to be measured.
#[derive(Debug, Parser)]
pub(crate) struct Plan {
    /// How many statements
    #[arg(default_value_t = 100_000)]
    pub(crate) statements: usize,

    /// Another build of the product, to be measured beside
    #[arg(long, value_name = "OTHER_BINARY")]
    pub(crate) vs: Option<PathBuf>,

    /// The product [default: built by cargo]
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,

    /// Only these: names of questions, `writes`, `meanwhile`, `import`, `start`
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// The time of a cell; writes take twice as long
    #[arg(long, default_value = "0.6", value_parser = seconds)]
    pub(crate) seconds: Duration,

    /// How many rounds; the median of them is shown
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,

    /// A file for the figures of the questions
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,

    /// What `cargo bench` says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

impl Plan {
    pub(crate) fn has(&self, what: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == what)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
