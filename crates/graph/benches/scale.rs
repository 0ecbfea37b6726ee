//! What a graph of a million edges costs: `cargo bench -p pledgegraph-graph --bench scale [-- EDGES]`.
//!
//! Prints building time, resident memory an edge, the time of each question (hubs included), and what it takes to
//! apply and publish a commit of one edge: time, and new memory while all snapshots are kept.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use pledgegraph_graph::{Builder, EdgeQuery, Graph, Page};
use pledgegraph_model::Code as _;
use pledgegraph_model::{
    Capability, Change, Commit, EdgeId, EdgeKind, EntityId, Explicitness, Modality, Stance, StanceSet, Synthetic,
    Where, edge_hash,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let edges = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let synthetic = Synthetic::new(edges, 1);
    let before = resident_bytes();
    let began = Instant::now();
    let graph = Builder::one_commit(synthetic.entities(), synthetic.edges());
    let built = began.elapsed();
    let per_edge = resident_bytes().saturating_sub(before) / edges as u64;
    println!("{} entities, {edges} edges", graph.entity_count());
    println!("generate and build      {built:>12.2?}");
    println!("resident memory         {per_edge:>9} B/edge");
    questions(&graph);
    commits(graph, &synthetic, edges);
}

fn questions(graph: &Graph) {
    let id = |reference: &str| vec![EntityId::of_key(reference)];
    let of = |which| EdgeQuery::of(&[EdgeKind::Commitment], which);
    let counted = vec![Modality::OwnStatement, Modality::ReportedByOthers];
    let positive: Vec<Stance> = Stance::ALL.iter().copied().filter(|s| StanceSet::Positive.contains(*s)).collect();
    let forces = || Where { capability: vec![Capability::MilitaryForces], ..Where::all() };
    for (name, query) in [
        ("all commitments", of(Where::all())),
        ("capability and children", of(forces())),
        (
            "capability, stance, condition",
            of(Where {
                stance: positive.clone(),
                modality: counted.clone(),
                condition: id("condition:synthetic-con-3"),
                explicitness: Some(Explicitness::Implied),
                ..forces()
            }),
        ),
        ("hub as pledger", of(Where { subject: id("country:synthetic-cou-0"), ..Where::all() })),
        (
            "hub as beneficiary, stance",
            of(Where { object: id("country:synthetic-cou-0"), stance: positive, modality: counted, ..Where::all() }),
        ),
        ("source", EdgeQuery::of(&[], Where { source: id("source:synthetic-sou-7"), ..Where::all() })),
        ("word", EdgeQuery::of(&[], Where { q: Some("winter".to_owned()), ..Where::all() })),
    ] {
        let mut times: Vec<Duration> = (0..301)
            .map(|_| {
                let began = Instant::now();
                black_box(graph.edges(black_box(&query), Page::first(50)));
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        let page = graph.edges(&query, Page::first(50));
        println!(
            "{name:<30} median {:>9.1?} p99 {:>9.1?}  {:>7} found, {} visited",
            times[150], times[297], page.total.value, page.visited
        );
    }
}

/// Applies and publishes commits of one edge each, keeping every snapshot.
fn commits(mut graph: Graph, synthetic: &Synthetic, edges: usize) {
    const COMMITS: usize = 200;
    let before = resident_bytes();
    let mut kept = Vec::with_capacity(COMMITS);
    let mut times = Vec::with_capacity(COMMITS);
    for (i, mut edge) in (0..COMMITS).zip(synthetic.edges().step_by((edges / COMMITS).max(1))) {
        edge.id = EdgeId::new();
        let hash = edge_hash(&edge);
        let commit = Commit {
            seq: graph.seq() + 1,
            chain: [2; 16],
            digest: graph.digest() ^ hash,
            recorded_at: DateTime::from_timestamp(i64::try_from(i).unwrap_or_default(), 0).unwrap_or_default(),
            changes: vec![Change::PutEdge(Box::new(edge), hash)],
        };
        let began = Instant::now();
        let mut next = graph.clone();
        next.apply(&commit);
        kept.push(Arc::new(graph));
        graph = next;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let new = resident_bytes().saturating_sub(before) / COMMITS as u64 / 1024;
    println!(
        "commit of one edge: median {:.1?}, p99 {:.1?}, {new} KiB of new memory",
        times[COMMITS / 2],
        times[COMMITS * 99 / 100]
    );
    println!("digest holds: {}", graph.digest() == graph.computed_digest());
}

/// Resident memory of this process (Linux).
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}
