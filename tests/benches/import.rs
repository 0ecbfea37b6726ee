//! What an import costs those who write beside it: `cargo bench -p pledgegraph-tests --bench import [-- EDGES [BATCH...]]`.
//!
//! For each batch size (0 = one atomic commit) a durable PostgreSQL of its own is started with a service, a synthetic graph
//! is imported through the router as a client would, and meanwhile one edge after the other is written. Reported are the
//! time of the import and how long the writes waited for their answers.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on standard output, and stops when anything fails"
)]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use pledgegraph_graph::Graph;
use pledgegraph_live::{Live, LiveOptions, Mutation, Scope, Write, WriteError};
use pledgegraph_model::{EdgeId, EntityId, Synthetic};
use pledgegraph_server::access::Principal;
use pledgegraph_server::{AppState, ServerOptions};
use pledgegraph_tests::cpu::resident;
use pledgegraph_tests::database::durable;
use pledgegraph_wire::body::line::{edge_line, entity_line};
use tower::ServiceExt as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the writer rests after each write.
const REST: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let edges = numbers.first().copied().unwrap_or(100_000);
    let batches = if numbers.len() > 1 { &numbers[1..] } else { &[2_000, 0] };
    for batch in batches {
        measure(edges, *batch).await;
    }
}

async fn measure(edges: usize, batch: usize) {
    let directory = tempfile::tempdir().unwrap();
    let (cluster, pool) = durable(directory.path()).await.unwrap();
    let live = Live::start(pool.clone(), LiveOptions::default()).await.unwrap();
    // What the writes beside the import name; its own lines for these are unchanged then.
    let named: HashSet<EntityId> = Synthetic::new(10, 9).entities().map(|entity| entity.id).collect();
    for entity in Synthetic::new(edges, 1).entities().filter(|entity| named.contains(&entity.id)) {
        live.write(Write { mutations: vec![Mutation::PutEntity(entity)], ..Write::default() }).await.unwrap();
    }

    let before = resident(std::process::id());
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write(live.clone(), Arc::clone(&stop)));
    let began = Instant::now();
    let summary = import(&live, edges, batch).await;
    let took = began.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    let (mut waited, refused) = writing.await.unwrap();
    waited.sort_unstable();
    let at = |share: usize| waited.get(waited.len() * share / 100).copied().unwrap_or_default();
    println!(
        "{edges} edges, batch={batch}: {took:.1?}, {} MiB of memory",
        resident(std::process::id()).saturating_sub(before) >> 20
    );
    println!("  {}", summary.chars().take(300).collect::<String>());
    println!(
        "  {} writes beside it waited {:.1?} in the median, p99 {:.1?}, at most {:.1?}; {refused} were refused as busy",
        waited.len(),
        at(50),
        at(99),
        waited.last().copied().unwrap_or_default()
    );
    println!("  digest holds: {}", live.snapshot().digest() == live.snapshot().computed_digest());
    live.shutdown().await;
    pool.close().await;
    cluster.stop(Duration::from_secs(20)).await;
}

/// Sends the lines as they are made; gives the summary.
async fn import(live: &Live, edges: usize, batch: usize) -> String {
    let writer = Principal { name: "bench".to_owned(), token: None, scope: Some(Scope::Write) };
    let options = ServerOptions { fixed_tokens: vec![("secret".to_owned(), writer)], ..ServerOptions::default() };
    let router = pledgegraph_server::build(AppState { live: live.clone(), metrics: None }, options);
    let (lines, waiting) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    std::thread::spawn(move || {
        let (graph, nothing) = (Synthetic::new(edges, 1), Graph::empty());
        let records = graph.entities().map(|entity| entity_line(&entity, &nothing));
        let records = records.chain(graph.edges().map(|edge| edge_line(&edge, &nothing)));
        let mut piece = Vec::new();
        for record in records {
            serde_json::to_writer(&mut piece, &record).unwrap();
            piece.push(b'\n');
            if piece.len() > 1 << 18 && lines.blocking_send(Ok(std::mem::take(&mut piece))).is_err() {
                return;
            }
        }
        let _ = lines.blocking_send(Ok(piece));
    });
    let body = futures_util::stream::unfold(waiting, async |mut waiting| Some((waiting.recv().await?, waiting)));
    let request = Request::post(format!("/v1/import?batch={batch}"))
        .header("host", "localhost")
        .header("authorization", "Bearer secret")
        .header("accept", "application/json")
        .header("content-type", "application/x-ndjson")
        .body(Body::from_stream(Box::pin(body)))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// Writes one edge after the other; gives how long each waited, and how many were refused because the right to write was
/// not had in time.
async fn write(live: Live, stop: Arc<AtomicBool>) -> (Vec<Duration>, usize) {
    let (mut waited, mut refused) = (Vec::new(), 0);
    let small = Synthetic::new(10, 9);
    while !stop.load(Ordering::Relaxed) {
        for mut edge in small.edges().filter(|edge| edge.links.is_empty()) {
            edge.id = EdgeId::new();
            let began = Instant::now();
            match live.write(Write { mutations: vec![Mutation::PutEdge(edge)], ..Write::default() }).await {
                Ok(_) => {}
                Err(WriteError::Busy) => refused += 1,
                Err(error) => panic!("{error}"),
            }
            waited.push(began.elapsed());
            tokio::time::sleep(REST).await;
        }
    }
    (waited, refused)
}
