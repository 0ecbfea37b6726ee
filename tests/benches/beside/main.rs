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
mod lines;
mod load;
mod meanwhile;
mod plan;
mod questions;
mod run;
mod servers;
mod sql;
mod starting;
mod table;
mod writes;

use anyhow::Result;
use clap::Parser as _;

use crate::plan::Plan;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    pledgegraph_postgres::run_launcher_if_asked();
    servers::run_if_asked()?;
    let plan = Plan::parse();
    // Servers are started by this thread, with whose end they end.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run::run(&plan))
}
