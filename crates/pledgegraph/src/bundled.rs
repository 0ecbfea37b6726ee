//! The bundled data in a database.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context as _, Result};
use pledgegraph_bundle::{Bundle, bundled};
use pledgegraph_model::{edge_hash, entity_hash};
use pledgegraph_store::{Head, StoreError, WriteError, bulk, head};
use sqlx::PgPool;

/// How often the load is tried while the database comes and goes.
const ATTEMPTS: u32 = 20;

/// How long to wait before the next try.
const PAUSE: Duration = Duration::from_millis(500);

/// Loads the bundled data, as one commit, if nothing was ever committed.
///
/// # Errors
/// When the database does not take them, or what it holds afterwards is not what was loaded.
pub(crate) async fn load(pool: &PgPool) -> Result<()> {
    let bundle = bundled().context("the bundled data is broken")?;
    let digest = digest(&bundle);
    let mut attempts = 1..=ATTEMPTS;
    loop {
        attempts.next();
        match load_once(pool, &bundle).await {
            Ok(head) if head.digest == digest => return Ok(()),
            Ok(head) if head.seq == 1 => {
                tracing::warn!(
                    "the data directory holds another version of the bundled data; remove it to load this one"
                );
                return Ok(());
            }
            Ok(head) => {
                tracing::info!(seq = head.seq, "the graph was changed since the bundled data was loaded");
                return Ok(());
            }
            Err(error) if attempts.is_empty() || !is_transient(&error) => return Err(error),
            Err(error) => tracing::warn!("the bundled data is not loaded yet: {error:#}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Gives the head, which the load has moved if it was at the beginning.
async fn load_once(pool: &PgPool, bundle: &Bundle) -> Result<Head> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let head = head::read(&mut connection).await.context("cannot read the head of the log")?;
    if head.seq > 0 {
        return Ok(head);
    }
    let entities = bundle.entities.iter().cloned().map(Ok::<_, Infallible>);
    let edges = bundle.edges.iter().cloned().map(Ok::<_, Infallible>);
    let (head, loaded) = bulk::load(&mut connection, entities, edges).await.context("cannot load the bundled data")?;
    tracing::info!("the bundled data is loaded: {} entities and {} edges", loaded.entities, loaded.edges);
    Ok(head)
}

/// Whether a later try may succeed: the database was away.
fn is_transient(error: &anyhow::Error) -> bool {
    let unavailable = |error: &WriteError| matches!(error, WriteError::Unavailable(_) | WriteError::OutcomeUnknown(_));
    error.chain().any(|cause| {
        cause.downcast_ref::<WriteError>().is_some_and(unavailable)
            || cause.downcast_ref::<StoreError>().is_some_and(StoreError::is_transient)
            || matches!(cause.downcast_ref::<sqlx::Error>(), Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut))
    })
}

/// XOR of the hashes of all rows.
fn digest(bundle: &Bundle) -> u64 {
    let entities = bundle.entities.iter().map(entity_hash);
    entities.chain(bundle.edges.iter().map(edge_hash)).fold(0, |digest, hash| digest ^ hash)
}
