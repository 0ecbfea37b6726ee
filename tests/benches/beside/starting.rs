//! Filling and starting: an import beside `COPY`, the time until a process is ready beside `COPY` of all tables to
//! nowhere, and what a statement takes in memory and in the database.

use std::convert::Infallible;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_graph::Graph;
use pledgegraph_model::Synthetic;
use pledgegraph_store::{bulk, schema};
use pledgegraph_tests::cpu;
use pledgegraph_wire::body::line::{edge_line, entity_line};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::client::Client;
use crate::servers::{Postgres, Server, token};

/// The tables of the graph.
const TABLES: [&str; 5] = ["entity", "edge", "edge_condition", "evidence", "edge_link"];

/// What an import cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Import {
    pub(crate) took: Duration,
    /// CPU of the product, in seconds.
    pub(crate) cpu: f64,
    /// CPU of PostgreSQL meanwhile, in seconds.
    pub(crate) postgres: f64,
}

/// Loads the graph as one commit, by the fastest way there is.
pub(crate) async fn load(connection: &mut PgConnection, graph: &Synthetic) -> Result<Duration> {
    let began = Instant::now();
    schema::migrate(connection).await?;
    let edges = graph.edges().map(Ok::<_, Infallible>);
    bulk::load(connection, graph.entities().map(Ok), edges).await?;
    Ok(began.elapsed())
}

/// The graph as an import takes it.
pub(crate) fn lines(graph: &Synthetic) -> Result<Vec<u8>> {
    let nothing = Graph::empty();
    let mut text = Vec::new();
    let records = graph.entities().map(|entity| entity_line(&entity, &nothing));
    for record in records.chain(graph.edges().map(|edge| edge_line(&edge, &nothing))) {
        serde_json::to_writer(&mut text, &record)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Starts a build of the product on an empty database and has it import the lines as one commit.
pub(crate) async fn import(
    binary: &Path,
    postgres: &Postgres,
    database: &str,
    lines: &[u8],
) -> Result<(Server, Import)> {
    postgres.create(database).await?;
    let (server, _) = Server::product(binary, postgres, database).await?;
    let token = token(binary, postgres, database, "import")?;
    let mut client = Client::connect(server.port).await?;
    let before = (cpu::tree(server.pid()), cpu::tree(postgres.pid()?));
    let began = Instant::now();
    client.post("/v1/import?batch=0", &token, "application/x-ndjson", lines, 200).await?;
    let took = began.elapsed();
    let seconds = |before: u64, after: u64| after.saturating_sub(before) as f64 / 1e6;
    let summary = String::from_utf8_lossy(&client.body).into_owned();
    ensure!(!summary.contains("\"problem\""), "the import failed: {summary}");
    let import = Import {
        took,
        cpu: seconds(before.0, cpu::tree(server.pid())),
        postgres: seconds(before.1, cpu::tree(postgres.pid()?)),
    };
    Ok((server, import))
}

/// The digest of a graph and how many statements it has.
pub(crate) async fn digest(connection: &mut PgConnection) -> Result<(i64, i64)> {
    let row = connection.fetch_one("select digest, (select count(*) from public.edge) from public.head").await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Copies all tables into tables of the same shape and indexes, without triggers and foreign keys; gives how long copying
/// in took.
pub(crate) async fn copy_in(connection: &mut PgConnection) -> Result<Duration> {
    let row = connection.fetch_one("select current_setting('data_directory')").await?;
    let directory: String = row.try_get(0)?;
    connection.execute("create schema copied").await?;
    let mut took = Duration::ZERO;
    for table in TABLES {
        let file = format!("{directory}/beside-{table}.copy");
        let make = format!("create table copied.{table} (like public.{table} including all)");
        connection.execute(AssertSqlSafe(make)).await?;
        connection.execute(AssertSqlSafe(format!("copy public.{table} to '{file}'"))).await?;
        let began = Instant::now();
        connection.execute(AssertSqlSafe(format!("copy copied.{table} from '{file}'"))).await?;
        took += began.elapsed();
        std::fs::remove_file(&file).context("a file of a COPY")?;
    }
    connection.execute("drop schema copied cascade").await?;
    Ok(took)
}

/// Copies all tables to nowhere.
pub(crate) async fn copy_out(connection: &mut PgConnection) -> Result<Duration> {
    let began = Instant::now();
    for table in TABLES {
        connection.execute(AssertSqlSafe(format!("copy public.{table} to '/dev/null'"))).await?;
    }
    Ok(began.elapsed())
}

/// The size of the tables of the graph with their indexes.
pub(crate) async fn size(connection: &mut PgConnection) -> Result<i64> {
    let statement = "select sum(pg_total_relation_size(oid))::bigint from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'";
    Ok(connection.fetch_one(statement).await?.try_get(0)?)
}
