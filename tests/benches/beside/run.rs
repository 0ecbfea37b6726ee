//! The order of a run.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_model::Synthetic;
use pledgegraph_tests::cpu;
use sqlx::Executor as _;
use sqlx::postgres::PgConnection;

use crate::asking::questions;
use crate::plan::Plan;
use crate::questions::QUESTIONS;
use crate::servers::DATABASE;
use crate::servers::{Postgres, Server, build, token, verify};
use crate::starting::Import;
use crate::table::median;
use crate::writes::{Writers, measure};
use crate::{meanwhile, sql, starting, table};

/// The database of the other build.
const OTHER: &str = "other";
/// How many write at once where many do.
const WRITERS: usize = 64;

/// The builds, in the order of the servers.
const BUILDS: [&str; 2] = ["the product", "the other build"];

/// Measures what the plan says and prints it.
pub(crate) async fn run(plan: &Plan) -> Result<()> {
    let binary = match &plan.binary {
        Some(binary) => binary.canonicalize().with_context(|| format!("no {}", binary.display()))?,
        None => build()?,
    };
    let known = QUESTIONS
        .iter()
        .map(|question| question.name)
        .chain(["writes", "meanwhile", "import", "start"])
        .collect::<Vec<_>>();
    let unknown = plan.only.iter().find(|only| !known.contains(&only.as_str()));
    ensure!(unknown.is_none(), "{unknown:?} is none of {}", known.join(", "));
    let other = plan.vs.as_ref().map(|other| other.canonicalize().context("no OTHER_BINARY")).transpose()?;
    let postgres = Postgres::start().await?;
    let done = measured(plan, &binary, other.as_ref(), &postgres).await;
    postgres.stop().await;
    done
}

async fn measured(plan: &Plan, binary: &Path, other: Option<&PathBuf>, postgres: &Postgres) -> Result<()> {
    let graph = Synthetic::new(plan.statements, 1);
    let mut connection = postgres.connect(DATABASE).await?;
    let loaded = starting::load(&mut connection, &graph).await?;
    let size = starting::size(&mut connection).await? as f64 / plan.statements as f64;
    println!(
        "{} statements; {} rounds, {:?} a cell; PostgreSQL {} with fsync on; loaded as one commit in {loaded:.1?}",
        plan.statements,
        plan.rounds,
        plan.seconds,
        postgres.version(),
    );
    sql::install(&mut connection).await?;
    let (product, _) = Server::product(binary, postgres, DATABASE).await?;
    let mut servers = vec![product];
    let imported = imports(plan, &graph, (binary, other), postgres).await?;
    servers.extend(imported.other);

    questions(plan, &servers, postgres, &mut connection).await?;
    if plan.has("start") {
        start(plan, (binary, other), postgres, &mut connection, size).await?;
    }
    if plan.has("import") {
        let copied = starting::copy_in(&mut connection).await?;
        println!(
            "\nIMPORT of the whole graph as one commit, beside COPY into tables with the same indexes and no triggers"
        );
        imported.told.iter().for_each(|line| println!("{line}"));
        println!("COPY: {:.2} s", copied.as_secs_f64());
    }
    let changes = plan.has("writes") || plan.has("meanwhile");
    let mut tokens = Vec::new();
    if changes {
        tokens.push(token(binary, postgres, DATABASE, "writes")?);
        if let Some(other) = other {
            tokens.push(token(other, postgres, OTHER, "writes")?);
        }
    }
    if plan.has("meanwhile") {
        let rate = meanwhile::RATE;
        println!("\nMEANWHILE {rate} writes a second, one after the other: times in microseconds");
        for ((server, token), what) in servers.iter().zip(&tokens).zip(BUILDS) {
            println!("{what}\n{}", meanwhile::measure(plan, (server, token), &mut connection).await?);
        }
    }
    if plan.has("writes") {
        writes(plan, &servers, tokens, postgres, &mut connection).await?;
    }
    if changes {
        verify(binary, postgres, DATABASE)?;
        println!("every invariant of the graph holds after the writes");
    }
    Ok(())
}

/// What was imported.
struct Imported {
    /// The other build, which goes on with what it imported.
    other: Option<Server>,
    told: Vec<String>,
}

async fn imports(
    plan: &Plan,
    graph: &Synthetic,
    (binary, other): (&Path, Option<&PathBuf>),
    postgres: &Postgres,
) -> Result<Imported> {
    let mut imported = Imported { other: None, told: Vec::new() };
    if !plan.has("import") && other.is_none() {
        return Ok(imported);
    }
    let lines = starting::lines(graph)?;
    let wanted = starting::digest(&mut postgres.connect(DATABASE).await?).await?;
    let mut take = async |binary: &Path, database: &str, what: &str| -> Result<(Server, Import)> {
        let (server, import) = starting::import(binary, postgres, database, &lines).await?;
        let found = starting::digest(&mut postgres.connect(database).await?).await?;
        ensure!(found == wanted, "{what} holds another graph after the import: {found:?}, not {wanted:?}");
        imported.told.push(table::import(what, &import));
        Ok((server, import))
    };
    if plan.has("import") {
        drop(take(binary, "imported", "the product").await?);
        postgres.connect("postgres").await?.execute("drop database imported with (force)").await?;
    }
    let server = match other {
        Some(other) => Some(take(other, OTHER, "the other build").await?.0),
        None => None,
    };
    imported.other = server;
    Ok(imported)
}

/// Starts processes on the graph as it is, and says what they take.
async fn start(
    plan: &Plan,
    (binary, other): (&Path, Option<&PathBuf>),
    postgres: &Postgres,
    connection: &mut PgConnection,
    size: f64,
) -> Result<()> {
    let builds = [(binary, DATABASE)].into_iter();
    let builds = builds.chain(other.map(|other| (other.as_path(), OTHER))).zip(BUILDS);
    println!("\nSTART until /readyz is 200, beside COPY of all tables to nowhere; and what a statement takes");
    let mut copied = Vec::new();
    for ((binary, database), what) in builds {
        let (mut took, mut cpus, mut resident) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            let (server, ready) = Server::product(binary, postgres, database).await?;
            took.push(ready.as_secs_f64());
            cpus.push(cpu::tree(server.pid()) as f64 / 1e6);
            resident.push(cpu::resident(server.pid()) as f64 / plan.statements as f64);
            drop(server);
            copied.push(starting::copy_out(connection).await?.as_secs_f64());
        }
        let figure = |values: Vec<f64>| median(values).map_or_else(String::new, table::number);
        println!("{what}: {} s, CPU {} s; {} B a statement resident", figure(took), figure(cpus), figure(resident));
    }
    let copied = median(copied).map_or_else(String::new, table::number);
    println!("COPY: {copied} s; {} B a statement in the database with its indexes, as loaded", table::number(size));
    Ok(())
}

async fn writes(
    plan: &Plan,
    servers: &[Server],
    tokens: Vec<String>,
    postgres: &Postgres,
    connection: &mut PgConnection,
) -> Result<()> {
    let mut writers = Writers { products: Vec::new(), tokens, sql: postgres.side(DATABASE, WRITERS).await? };
    for server in servers {
        writers.products.push(server.side(WRITERS).await?);
    }
    let mut rows = Vec::new();
    for connections in [1, WRITERS] {
        rows.push((connections, measure(&mut writers, connections, postgres, plan, connection).await?));
    }
    println!(
        "\nWRITES of a commitment with two conditions and evidence, each durable when acknowledged, beside a function that\n\
         inserts the same rows and beside pgbench inserting one row; in microseconds, CPU a write of the product and of \
         PostgreSQL\n{}",
        table::writes(&rows, servers.len() > 1)
    );
    Ok(())
}
