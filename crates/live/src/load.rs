//! Loading the whole graph, under hashes that are computed from what is loaded: those that stand in the rows are compared
//! with them, and not taken on trust.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pledgegraph_graph::{Builder, Graph};
use pledgegraph_store::snapshot::{self, Row, RowStamp};
use pledgegraph_store::{Head, StoreError, log};
use sqlx::PgPool;

use crate::connection::{ask_within, broken_off};

/// Takes rows in.
#[derive(Debug, Default)]
pub(crate) struct Loading(Builder);

impl Loading {
    /// Takes a row in, under the hash of its content.
    pub(crate) fn take(&mut self, row: Row, RowStamp { hash, stamp, created_seq }: RowStamp) {
        let content = row.hash();
        if content != hash {
            self.0.stands_under(row.id(), hash);
        }
        match row {
            Row::Entity(entity) => self.0.add_entity(entity, content, stamp, created_seq),
            Row::Edge(edge) => self.0.add_edge(edge, content, stamp, created_seq),
        }
    }

    /// Takes in the links of all commits, from the first to the head.
    pub(crate) fn linked(self, links: Vec<[u8; 16]>) -> Self {
        Self(self.0.linked(links))
    }

    /// Builds the graph. Seconds of work at a million edges: not on a thread that answers requests.
    ///
    /// # Errors
    /// When the work breaks off.
    pub(crate) async fn finish(self, head: Head) -> Result<Graph, StoreError> {
        let finish = move || self.0.finish(head.seq, head.chain, head.digest, head.recorded_at);
        let built = tokio::task::spawn_blocking(finish).await;
        built.map_err(broken_off)
    }
}

/// How long nothing may come of rows that are read in bulk: then the connection is frozen.
const STALL: Duration = Duration::from_mins(2);

/// What is read in bulk, while rows come that are counted.
///
/// # Errors
/// Those of reading; when no row has come for two minutes.
pub(crate) async fn unless_stalled<T>(
    rows: &AtomicU64,
    reading: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let stalled = async {
        let mut before = None;
        while before != Some(rows.load(Ordering::Relaxed)) {
            before = Some(rows.load(Ordering::Relaxed));
            tokio::time::sleep(STALL).await;
        }
    };
    tokio::select! {
        read = reading => read,
        () = stalled => Err(sqlx::Error::PoolTimedOut.into()),
    }
}

/// Loads the whole graph. What it holds may differ from what its commit says, see [`Graph::agrees`]: that must not take the
/// service down.
///
/// # Errors
/// When the database cannot be read, or a row breaks a rule of the model.
pub(crate) async fn load(pool: &PgPool) -> Result<Graph, StoreError> {
    let began = Instant::now();
    let (mut loading, rows) = (Loading::default(), AtomicU64::default());
    let reading = snapshot::load(pool, |row, stamp| {
        rows.fetch_add(1, Ordering::Relaxed);
        loading.take(row, stamp);
    });
    let head = Box::pin(unless_stalled(&rows, reading)).await?;
    let links = ask_within(pool, STALL, move |connection| Box::pin(log::links(connection, head.seq))).await?;
    let read = began.elapsed();
    let graph = loading.linked(links).finish(head).await?;
    tracing::debug!(?read, built = ?began.elapsed(), edges = graph.edge_count(), "loaded the graph");
    if graph.link_at(0).is_none() {
        // The rows were read as of one moment, the links after it.
        let problem = "the links of the chain are not those of the rows".to_owned();
        return Err(StoreError::BrokenLog { seq: head.seq, problem });
    }
    Ok(graph)
}
