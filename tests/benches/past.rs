//! How long it takes to have the graph of the past: `cargo bench -p pledgegraph-tests --bench past [-- EDGES]`; with 0
//! edges the bundled data. Starts a PostgreSQL of its own, loads the edges as one commit, corrects a tenth of them, at
//! least 100, one a commit, and asks another process for what was long ago and a moment ago, then for what it has.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on standard output, and stops when anything fails"
)]

use std::convert::Infallible;
use std::time::Instant;

use pledgegraph_bundle::bundled;
use pledgegraph_live::{Live, LiveOptions, Mutation, Write};
use pledgegraph_model::{Edge, Entity, Rank, Synthetic};
use pledgegraph_store::{bulk, commits};
use pledgegraph_tests::database::TestDb;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn data(edges: usize) -> (Vec<Entity>, Vec<Edge>) {
    if edges == 0 {
        let bundle = bundled().unwrap();
        return (bundle.entities, bundle.edges);
    }
    let synthetic = Synthetic::new(edges, 1);
    (synthetic.entities().collect(), synthetic.edges().collect())
}

#[tokio::main]
async fn main() {
    let edges = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let (entities, edges) = data(edges);
    let db = TestDb::new().await.unwrap();
    let mut connection = db.connect().await.unwrap();
    let began = Instant::now();
    let rows = entities.into_iter().map(Ok::<_, Infallible>);
    bulk::load(&mut connection, rows, edges.iter().cloned().map(Ok)).await.unwrap();
    println!("{} edges loaded in {:.2?}", edges.len(), began.elapsed());

    let began = Instant::now();
    let correct = |edge: &Edge| Write {
        mutations: vec![Mutation::PutEdge(Edge { rank: Rank::Preferred, ..edge.clone() })],
        ..Write::default()
    };
    let corrections = (edges.len() / 10).max(100);
    let writes: Vec<Write> = edges.iter().cycle().take(corrections).map(correct).collect();
    for batch in writes.chunks(commits::MAX_BATCH) {
        let done = commits::write_batch(&mut connection, batch).await.unwrap();
        assert!(done.answers.iter().all(Result::is_ok));
    }
    println!("{corrections} of them corrected in {:.2?}, before-images kept", began.elapsed());

    let began = Instant::now();
    let live = Live::start(db.pool(), LiveOptions::default()).await.unwrap();
    println!("the present loaded in {:.2?}", began.elapsed());
    let head = live.snapshot().seq();
    for (what, seq) in [
        ("the first commit", 1),
        ("half way", head / 2),
        ("ten commits later", head / 2 + 10),
        ("the same again", head / 2 + 10),
        ("before the last commit", head - 1),
    ] {
        let began = Instant::now();
        let graph = live.at(seq).await.unwrap().unwrap();
        println!("at({seq:>6}), {what}: {:.2?}, {} edges", began.elapsed(), graph.edge_count());
    }
    let began = Instant::now();
    let (mut after, mut pages, mut changes) = ((0, -1), 0, 0);
    loop {
        let page = live.changes(after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        (after, pages, changes) = ((last.seq, last.ordinal), pages + 1, changes + page.len());
    }
    println!("{changes} changes of the feed in {pages} pages of 1,000: {:.2?}", began.elapsed());
}
