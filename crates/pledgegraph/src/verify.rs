//! Whether the database holds a sound graph.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result, bail};
use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::Removed;
use pledgegraph_store::snapshot::{self, Row, RowStamp};
use pledgegraph_store::{StoreError, log, schema};
use sqlx::PgPool;

use crate::config::Settings;
use crate::database::{Choice, Database};

/// Loads the graph, checks it, and prints what it found. Changes nothing.
///
/// # Errors
/// When it cannot be loaded, or a check fails.
pub(crate) async fn run(settings: &Settings) -> Result<()> {
    let database = Database::open(Choice::existing(settings)?, settings).await?;
    let verified = verify(&database.pool).await;
    database.close().await;
    let (graph, violations) = verified?;
    report(&graph, &violations).context("cannot write to standard output")?;
    match violations.len() {
        0 => Ok(()),
        1 => bail!("the graph is not sound: 1 violation"),
        many => bail!("the graph is not sound: {many} violations"),
    }
}

/// The graph as loaded, and every rule that it breaks.
///
/// # Errors
/// When it cannot be loaded, or the schema is older or newer than this program.
pub async fn verify(pool: &PgPool) -> Result<(Graph, Vec<String>)> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    schema::check(&mut connection).await.context("the database cannot be used")?;
    drop(connection);
    let mut builder = Builder::new();
    let mut violations = Vec::new();
    let each = |row: Row, RowStamp { hash, stamp, created_seq }: RowStamp| {
        let computed = row.hash();
        if computed != hash {
            let row = match row.id() {
                Removed::Entity(id) => format!("entity {id}"),
                Removed::Edge(id) => format!("edge {id}"),
            };
            violations.push(format!("{row}: the hash {hash:016x} stands in its row, its content has {computed:016x}"));
        }
        match row {
            Row::Entity(entity) => builder.add_entity(entity, hash, stamp, created_seq),
            Row::Edge(edge) => builder.add_edge(edge, hash, stamp, created_seq),
        }
    };
    let loading = Box::pin(snapshot::load(pool, each));
    let head = loading.await.context("cannot load the graph")?;
    let graph = builder.finish(head.seq, head.chain, head.digest, head.recorded_at);
    violations.extend(graph.verify().iter().map(ToString::to_string));
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    match log::verify(&mut connection).await {
        Ok(_) => {}
        Err(broken @ StoreError::BrokenLog { .. }) => violations.push(broken.to_string()),
        Err(error) => return Err(error).context("cannot read the log"),
    }
    Ok((graph, violations))
}

fn report(graph: &Graph, violations: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "entities    {}", graph.entity_count())?;
    writeln!(out, "edges       {}", graph.edge_count())?;
    writeln!(out, "seq         {}", graph.seq())?;
    writeln!(out, "chain       {}", graph.chain().map(|byte| format!("{byte:02x}")).concat())?;
    writeln!(out, "digest      {:016x}", graph.digest())?;
    writeln!(out, "violations  {}", violations.len())?;
    violations.iter().try_for_each(|violation| writeln!(out, "  {violation}"))
}
