//! Loading many rows as one commit.
//!
//! Rows are validated and staged outside the lock; under it they are only moved. The log refers to the new rows instead
//! of repeating them.

use std::sync::atomic::AtomicI32;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Edge, Entity, encode};
use sqlx::{Connection, Executor, PgConnection};
use thiserror::Error;

use crate::chain::Linking;
use crate::edge_row::{self, EdgeRows};
use crate::logged::{self, Logged, LoggedRow};
use crate::refusal::{is_transient, refusal};
use crate::staging::{self, Place, Stage, Staged, of_database};
use crate::value::json;
use crate::{Head, Origin, StoreError, WriteError, chain, entities, head, originals};

pub use crate::staging::Refusal;
pub use crate::summary::Summary;

/// Why a bulk load was not done.
#[derive(Debug, Error)]
pub enum LoadError<E: std::error::Error + 'static> {
    /// A row could not be had from the caller.
    #[error("a row could not be read")]
    Item(#[source] E),
    /// The rows were refused, or the database failed.
    #[error("the load was not written")]
    Write(#[source] WriteError),
}

impl<E: std::error::Error + 'static> From<WriteError> for LoadError<E> {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl<E: std::error::Error + 'static> From<sqlx::Error> for LoadError<E> {
    fn from(error: sqlx::Error) -> Self {
        Self::Write(of_database(error))
    }
}

impl<E: std::error::Error + 'static> From<StoreError> for LoadError<E> {
    fn from(error: StoreError) -> Self {
        Self::Write(WriteError::of_failure(error))
    }
}

/// Loads entities and edges as one commit, all or nothing; gives the new head and what was loaded. New rows only: one
/// that exists refuses the load.
///
/// # Errors
/// [`LoadError`]; nothing was written then, unless it holds [`WriteError::OutcomeUnknown`].
pub async fn load<E: std::error::Error + 'static>(
    conn: &mut PgConnection,
    entities: impl IntoIterator<Item = Result<Entity, E>>,
    edges: impl IntoIterator<Item = Result<Edge, E>>,
) -> Result<(Head, Summary), LoadError<E>> {
    let mut tx = conn.begin().await?;
    staging::empty(&mut tx).await?;
    let mut stage = Stage::default();
    let mut place = Place { line: 0, replaces: None };
    for (i, entity) in entities.into_iter().enumerate() {
        let entity = entity.map_err(LoadError::Item)?;
        let (_, hash) = encode(&entity);
        WriteError::unless_valid(i, entities::problems(&entity))?;
        place.line += 1;
        stage.entity(place, &entity, hash);
        stage.send(&mut tx, false).await?;
    }
    for (i, edge) in edges.into_iter().enumerate() {
        let edge = edge.map_err(LoadError::Item)?;
        let (_, hash) = encode(&edge);
        place.line += 1;
        stage.edge(place, &edge_rows(i, &edge, hash)?);
        stage.send(&mut tx, false).await?;
    }
    stage.send(&mut tx, true).await?;
    if let Some(refusal) = staging::check(&mut tx, 1).await?.into_iter().next() {
        return Err(refusal.error.into());
    }
    let written = write_staged(&mut tx, &Origin::default()).await.map_err(|error| match error {
        CommitError::Refused(refusals) => refusals.into_iter().next().map_or(WriteError::DuplicateId, |r| r.error),
        CommitError::Failed(error) => error,
    })?;
    tx.commit().await.map_err(|error| LoadError::Write(of_commit(error)))?;
    let Some(Written { head, staged }) = written else {
        return Ok((head::read(conn).await?, Summary::default()));
    };
    tell_planner(conn, staged).await;
    Ok((head, staged.new))
}

/// Why staged rows were not committed.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The database refuses some of them. They are still staged, and the transaction goes on.
    #[error("some of the rows are refused")]
    Refused(Vec<Refusal>),
    /// Nothing was written, unless it is [`WriteError::OutcomeUnknown`].
    #[error("the rows were not written")]
    Failed(#[source] WriteError),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(WriteError::of_failure(error.into()))
    }
}

/// A commit of staged rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    pub(crate) head: Head,
    pub(crate) staged: Staged,
}

/// Moves the staged rows into the graph as one commit of the transaction that this connection is in; `None` when nothing
/// is staged. The caller ends the transaction.
pub(crate) async fn write_staged(conn: &mut PgConnection, origin: &Origin) -> Result<Option<Written>, CommitError> {
    let staged = staging::count(conn).await?;
    if staged == Staged::default() {
        return Ok(None);
    }
    conn.execute("savepoint staged").await?;
    match write(conn, staged, origin).await {
        Ok(Ok(head)) => Ok(Some(Written { head, staged })),
        Ok(Err(refusals)) => {
            conn.execute("rollback to savepoint staged").await?;
            Err(CommitError::Refused(refusals))
        }
        Err(StoreError::Database(error)) => {
            conn.execute("rollback to savepoint staged").await?;
            let refusals = staging::of_refusal(conn, error, MOST_REFUSALS).await.map_err(CommitError::Failed)?;
            Err(CommitError::Refused(refusals))
        }
        Err(error) => Err(CommitError::Failed(WriteError::of_failure(error))),
    }
}

/// The most lines that one failure names.
pub(crate) const MOST_REFUSALS: i64 = 1_000;

/// Writes what is staged, or says which rows would replace what no longer stands.
async fn write(
    conn: &mut PgConnection,
    staged: Staged,
    origin: &Origin,
) -> Result<Result<Head, Vec<Refusal>>, StoreError> {
    let (head, now) = head::take(conn, &AtomicI32::default(), None).await?;
    let seq = head.seq + 1;
    let (mut digest, mut replaces) = (head.digest ^ staged.new.digest, (0, Vec::new()));
    if staged.replaced > 0 {
        // Whoever held the lock before may have changed them.
        let refusals = staging::changed(conn, MOST_REFUSALS).await?;
        if !refusals.is_empty() {
            return Ok(Err(refusals));
        }
        let (entities, edges) = staging::replaced(conn).await?;
        originals::keep(conn, &entities, &edges).await?;
        replaces = (entities.len(), edges);
        digest ^= staging::standing_digest(conn).await? ^ staged.replaced_digest;
    }
    staging::move_rows(conn, (replaces.0, &replaces.1), seq, now).await?;
    let head = log(conn, Head { digest, ..head }, staged, origin, now).await?;
    head::end_commit(conn, seq).await?;
    Ok(Ok(head))
}

/// Lets the planner know of many new rows now, not when autovacuum comes by. No harm if it fails.
pub(crate) async fn tell_planner(conn: &mut PgConnection, staged: Staged) {
    if staged.new.edges > 10_000 {
        let _ = conn.execute("select analyze_graph()").await;
    }
}

pub(crate) fn edge_rows(i: usize, edge: &Edge, hash: u64) -> Result<EdgeRows, WriteError> {
    WriteError::unless_valid(i, edge_row::problems(edge))?;
    let mut rows = EdgeRows::default();
    rows.push(edge, hash);
    Ok(rows)
}

/// Writes the commit down that follows `before`, whose digest is already that of the commit.
async fn log(
    conn: &mut PgConnection,
    before: Head,
    staged: Staged,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Head, sqlx::Error> {
    let (seq, nonce, digest) = (before.seq + 1, chain::nonce(), before.digest);
    let (origin, summary) = (origin.to_text(), staged.new);
    let bulk = LoggedRow { subject: "bulk", id: None, op: "put", hash: Some(summary.digest), image: json(&summary) };
    let rows = if summary.entities + summary.edges > 0 { vec![bulk] } else { Vec::new() };
    let mut linking = Linking::begin(before.chain, seq);
    for row in &rows {
        linking.image(&row.image);
    }
    staging::images(conn, |image| linking.image(image)).await?;
    let chain = linking.end(nonce, origin.as_deref());
    let (before, recorded_at) = (rows.len(), now);
    let changes = usize::try_from(staged.replaced).unwrap_or(usize::MAX).saturating_add(before);
    let commit = Logged { seq, chain, digest, nonce, recorded_at, changes, origin, key: None, rows };
    logged::insert(conn, &[commit]).await?;
    staging::log_replaced(conn, seq, i32::from(before > 0)).await?;
    Ok(Head { seq, chain, digest, recorded_at: Some(now) })
}

/// What it means that COMMIT failed.
pub(crate) fn of_commit(error: sqlx::Error) -> WriteError {
    if refusal(&error).is_some() && !is_transient(&error) {
        of_database(error)
    } else {
        WriteError::OutcomeUnknown(std::sync::Arc::new(error.into()))
    }
}
