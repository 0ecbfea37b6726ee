//! A million edges from PostgreSQL to the client: `cargo bench -p pledgegraph-tests --bench million [-- EDGES]`.
//!
//! Starts a durable PostgreSQL of its own, loads a synthetic graph as one commit, starts the service from it, and reports:
//! loading, resident memory, then, while 100 writes/s go on, the latency of each question over HTTP (hubs included) beside
//! that of `/healthz` on the same connection, how long a commit takes to publish, and what each costs in memory.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on standard output, and stops when anything fails"
)]

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pledgegraph_live::{Live, LiveOptions, Mutation, Write};
use pledgegraph_model::{Code as _, EdgeId, EntityKind, Synthetic};
use pledgegraph_server::{AppState, ServerOptions};
use pledgegraph_store::bulk;
use pledgegraph_tests::cpu::resident;
use pledgegraph_tests::database::durable;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Writes per second beside the questions.
const WRITES: u64 = 100;
/// How often each question is asked.
const ASKED: usize = 1_000;

#[tokio::main]
async fn main() {
    let edges = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let (cluster, pool) = durable(directory.path()).await.unwrap();
    let synthetic = Synthetic::new(edges, 1);

    let began = Instant::now();
    let mut connection = pool.acquire().await.unwrap();
    let entities = synthetic.entities().map(Ok::<_, Infallible>);
    bulk::load(&mut connection, entities, synthetic.edges().map(Ok)).await.unwrap();
    drop(connection);
    println!("{edges} edges written to PostgreSQL as one commit in {:.1?}", began.elapsed());

    let before = resident(std::process::id());
    let began = Instant::now();
    let live = Live::start(pool.clone(), LiveOptions::default()).await.unwrap();
    let ready = began.elapsed();
    println!(
        "from PostgreSQL to ready in {ready:.2?}; {} B/edge resident",
        resident(std::process::id()).saturating_sub(before) / edges as u64
    );

    let address = serve(&live).await;
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let memory = resident(std::process::id());
    let writing = tokio::spawn(write(live.clone(), synthetic, Arc::clone(&stop), Arc::clone(&written)));
    let asked = tokio::task::spawn_blocking(move || questions(address)).await;
    stop.store(true, Ordering::Relaxed);
    let mut latencies = writing.await.unwrap();
    asked.unwrap();
    let done = written.load(Ordering::Relaxed).max(1);
    latencies.sort_unstable();
    println!(
        "{done} writes beside them: acknowledged in median {:.1?}, p99 {:.1?}; {} KiB of resident memory a write",
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
        resident(std::process::id()).saturating_sub(memory) / 1024 / done
    );
    println!("digest holds: {}", live.snapshot().digest() == live.snapshot().computed_digest());
    live.shutdown().await;
    pool.close().await;
    cluster.stop(Duration::from_secs(20)).await;
}

async fn serve(live: &Live) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = pledgegraph_server::build(AppState { live: live.clone(), metrics: None }, ServerOptions::default());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Writes one edge at a time, at a steady rate; gives how long each took to be acknowledged.
async fn write(live: Live, synthetic: Synthetic, stop: Arc<AtomicBool>, written: Arc<AtomicU64>) -> Vec<Duration> {
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / WRITES));
    let mut latencies = Vec::new();
    for mut edge in synthetic.edges() {
        tick.tick().await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        edge.id = EdgeId::new();
        edge.links.clear();
        let began = Instant::now();
        live.write(Write { mutations: vec![Mutation::PutEdge(edge)], ..Write::default() }).await.unwrap();
        latencies.push(began.elapsed());
        written.fetch_add(1, Ordering::Relaxed);
    }
    latencies
}

/// Asks each question over one connection, in turn with `/healthz`, which asks nothing.
fn questions(address: SocketAddr) {
    let country = format!("country:synthetic-{}-0", &EntityKind::Country.as_str()[..3]);
    let condition = format!("synthetic-{}-3", &EntityKind::Condition.as_str()[..3]);
    let source = format!("synthetic-{}-7", &EntityKind::Source.as_str()[..3]);
    let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
    connection.get_ref().set_nodelay(true).unwrap();
    for (name, path) in [
        ("first page", "/v1/commitments".to_owned()),
        ("capability and children", "/v1/commitments?capability=military.forces".to_owned()),
        (
            "capability, stance, condition",
            format!(
                "/v1/commitments?capability=military.forces&stance_min=willing&conditional_on={condition}&explicitness=implied"
            ),
        ),
        ("hub as pledger", format!("/v1/commitments?pledger={country}")),
        ("hub as beneficiary, stance", format!("/v1/commitments?beneficiary={country}&stance_min=willing")),
        ("source", format!("/v1/edges?source={source}")),
        ("one item of the hub", format!("/v1/commitments?pledger={country}&stance_min=willing&limit=1")),
        ("neighbours of the hub", format!("/v1/entities/{country}/adjacent?limit=1")),
        ("search", "/v1/entities?q=synthetic%20country%2012".to_owned()),
    ] {
        let (mut asked, mut nothing) = (Vec::with_capacity(ASKED), Vec::with_capacity(ASKED));
        let mut bytes = 0;
        for _ in 0..ASKED {
            nothing.push(ask(&mut connection, "/healthz").0);
            let (took, length) = ask(&mut connection, &path);
            asked.push(took);
            bytes = length;
        }
        asked.sort_unstable();
        nothing.sort_unstable();
        println!(
            "{name:<30} median {:>8.1?} p99 {:>8.1?}; /healthz median {:>8.1?}; the difference {:>8.1?} for {bytes} bytes",
            asked[ASKED / 2],
            asked[ASKED * 99 / 100],
            nothing[ASKED / 2],
            asked[ASKED / 2].saturating_sub(nothing[ASKED / 2])
        );
    }
}

/// One request on a kept connection: how long it took, and the length of the body.
fn ask(connection: &mut BufReader<TcpStream>, path: &str) -> (Duration, usize) {
    let began = Instant::now();
    connection.get_mut().write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    loop {
        line.clear();
        connection.read_line(&mut line).unwrap();
        if status.is_empty() {
            status.clone_from(&line);
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    assert!(status.contains(" 200 "), "{path}: {status} {}", String::from_utf8_lossy(&body));
    (began.elapsed(), length)
}
