//! Durable writes per second beside pgbench: `cargo bench -p pledgegraph-tests --bench writes [-- SECONDS]`.
//!
//! Starts a PostgreSQL of its own with `fsync` on, and counts, each for the same time on the same cluster: edges written
//! by 1 and by 64 concurrent clients through the writer task, each acknowledged when durable and published, and single-row
//! inserts by 1 and by 64 clients of pgbench. The ratio to pgbench says what the protocol costs or gains on any disk.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reports on standard output, and stops when anything fails"
)]

use std::convert::Infallible;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pledgegraph_live::{Live, LiveOptions, Mutation, Write};
use pledgegraph_model::{Edge, EdgeId, Synthetic};
use pledgegraph_postgres::{Cluster, ClusterOptions, Launcher, Search, system_directories};
use pledgegraph_store::{bulk, schema};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, Executor};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let seconds = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(5);
    let directory = tempfile::tempdir().unwrap();
    let announce = |line: &str| println!("{line}");
    let search =
        Search { pg_bin: None, data_root: directory.path(), system: system_directories(), announce: &announce };
    let programs = search.run().unwrap();
    let pgbench = programs.directory().join("pgbench");
    let options = ClusterOptions { launcher: Launcher::Direct, ..ClusterOptions::new(directory.path(), programs) };
    let cluster = Cluster::start(&options).await.unwrap();
    let pool = PgPoolOptions::new().max_connections(8).connect_with(cluster.connect_options()).await.unwrap();
    let synthetic = Synthetic::new(20_000, 1);
    let mut connection = pool.acquire().await.unwrap();
    schema::migrate(&mut connection).await.unwrap();
    let edges = synthetic.edges().map(Ok::<_, Infallible>);
    bulk::load(&mut connection, synthetic.entities().map(Ok), edges).await.unwrap();
    connection.execute("create table single (id bigserial primary key, content text)").await.unwrap();
    drop(connection);

    let live = Live::start(pool.clone(), LiveOptions::default()).await.unwrap();
    let edges: Vec<Edge> = synthetic.edges().take(1_000).collect();
    for clients in [1, 64] {
        let (writes, median, p99) = write(&live, &edges, clients, Duration::from_secs(seconds)).await;
        let beside = pgbench_inserts(&pgbench, &cluster, clients, seconds, directory.path());
        let ratio = beside.map_or("pgbench is not installed".to_owned(), |inserts| {
            format!("pgbench, as many clients, single-row inserts: {inserts:.0}/s; ratio {:.2}", writes / inserts)
        });
        println!("{clients} clients: {writes:.0} writes/s, median {median:.1?}, p99 {p99:.1?}; {ratio}");
    }
    let graph = live.snapshot();
    println!("{} commits; digest holds: {}", graph.seq(), graph.digest() == graph.computed_digest());
    live.shutdown().await;
    pool.close().await;
    cluster.stop(Duration::from_secs(20)).await;
}

/// Writes single edges from many clients; gives writes per second and how long one took.
async fn write(live: &Live, edges: &[Edge], clients: usize, time: Duration) -> (f64, Duration, Duration) {
    let began = Instant::now();
    let mut writing = JoinSet::new();
    for client in 0..clients {
        let (live, edges) = (live.clone(), edges.to_vec());
        writing.spawn(async move {
            let mut latencies = Vec::new();
            for mut edge in edges.into_iter().cycle().skip(client * 7) {
                if began.elapsed() >= time {
                    break;
                }
                edge.id = EdgeId::new();
                edge.links.clear();
                let sent = Instant::now();
                live.write(Write { mutations: vec![Mutation::PutEdge(edge)], ..Write::default() }).await.unwrap();
                latencies.push(sent.elapsed());
            }
            latencies
        });
    }
    let mut latencies: Vec<Duration> = writing.join_all().await.into_iter().flatten().collect();
    latencies.sort_unstable();
    let count = u32::try_from(latencies.len()).unwrap();
    let per_second = f64::from(count) / began.elapsed().as_secs_f64();
    (per_second, latencies[latencies.len() / 2], latencies[latencies.len() * 99 / 100])
}

/// Single-row inserts per second by pgbench, each a transaction; `None` where it is not installed.
fn pgbench_inserts(pgbench: &Path, cluster: &Cluster, clients: usize, seconds: u64, directory: &Path) -> Option<f64> {
    let script = directory.join("single.sql");
    std::fs::write(&script, "insert into single (content) values (repeat('x', 400));\n").ok()?;
    let options = cluster.connect_options();
    let output = Command::new(pgbench)
        .args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", "2", "-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .arg("-h")
        .arg(cluster.socket_directory())
        .args(["-p", &options.get_port().to_string(), "-U", options.get_username(), options.get_database()?])
        .env("PGPASSWORD", options.to_url_lossy().password().unwrap_or_default())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("tps"))?;
    line.split_whitespace().nth(2)?.parse().ok()
}
