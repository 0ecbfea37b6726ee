//! The product beside what else there is: `cargo bench -p pledgegraph-tests --bench beside -- [STATEMENTS]`.
//!
//! One PostgreSQL of its own, durable, holds a synthetic graph (`Synthetic`: skewed, with withdrawals, ends, statements that
//! supersede others, pledges that hang on pledges). Beside each other, in rounds, are asked: the product, a server of its own
//! built for release; SQL functions over tables that have in them what the product has in memory, with every index that
//! helps (`sql/`); and an axum that says hello. Each question is asked with popular parameters (as often as statements have
//! them: hubs) and with uniform ones. All answers are compared first, and a run ends at the first that differs; what is not
//! compared is said at the end of the table. `--vs OTHER_BINARY` runs another build of the product on the same content, and
//! tells between what the ratios of the rounds lie, so that noise is seen for what it is.
//!
//! CPU is that of the server's process tree a request, from `/proc`: of the product, of PostgreSQL, of the hello. Whoever
//! asks is not in it. Figures of one machine are to be compared with each other, not with those of another.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
#![expect(clippy::cast_precision_loss, reason = "figures have three digits")]

mod answers;
mod asking;
mod client;
mod load;
mod meanwhile;
mod questions;
mod run;
mod servers;
mod sql;
mod starting;
mod table;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The database of the product.
pub(crate) const DATABASE: &str = "pledgegraph";

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

fn main() -> Result<()> {
    pledgegraph_postgres::run_launcher_if_asked();
    servers::run_if_asked()?;
    let plan = Plan::parse();
    // Servers are started by this thread, with whose end they end.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run::run(&plan))
}
