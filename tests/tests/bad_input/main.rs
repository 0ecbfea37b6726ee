//! Every row of the table of bad inputs and bad times, each as one or more cases against a running service: the real
//! connection loop on loopback, the real router, a real PostgreSQL.
//!
//! Times that are 10 s in service are shorter here. What cannot be brought about in a test is printed with its reason.

mod access;
mod bodies;
mod case;
mod client;
mod concurrency;
mod drafts;
mod frames;
mod graph;
mod load;
mod negotiation;
mod provenance;
mod raw;
mod servers;
mod text;
mod transport;

use std::sync::Arc;

use anyhow::Result;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::Row;
use crate::servers::Servers;

/// How many cases run at a time.
const AT_ONCE: usize = 48;

fn rows() -> Vec<Row> {
    let sections = [
        transport::rows,
        negotiation::rows,
        bodies::rows,
        text::rows,
        graph::rows,
        concurrency::rows,
        access::rows,
        provenance::rows,
        load::rows,
    ];
    sections.into_iter().flat_map(|rows| rows()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_answers_as_the_table_says() -> Result<()> {
    let servers = Servers::start().await?;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    let (mut rows_run, mut not_run, mut cases) = (0, Vec::new(), 0);
    for row in rows() {
        rows_run += usize::from(!row.cases.is_empty());
        if !row.not_run.is_empty() {
            not_run.push(format!("{}: {} -- {}", row.section, row.says, row.not_run));
        }
        for case in row.cases {
            cases += 1;
            let label = format!("{}: {} | {}", row.section, row.says, case.name);
            let (servers, places) = (servers.clone(), Arc::clone(&places));
            running.spawn(async move {
                let _place = places.acquire_owned().await;
                (label, case.check(servers).await)
            });
        }
    }
    let mut failures = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended? {
            (_, Ok(())) => {}
            (label, Err(error)) => failures.push(format!("{label}\n    {error:#}")),
        }
    }
    failures.sort();
    println!("bad input: {cases} cases of {rows_run} rows, {} failed", failures.len());
    for row in &not_run {
        println!("not run, {row}");
    }
    assert!(failures.is_empty(), "{} of {cases} cases failed:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}
