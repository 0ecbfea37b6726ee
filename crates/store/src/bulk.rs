//! Loading many rows as one commit.
//!
//! Rows are validated and staged outside the lock; under it they are only moved. The log refers to the rows instead of
//! repeating them. New rows only: a row that exists refuses the load.

use chrono::{DateTime, Utc};
use pledgegraph_model::{Edge, Entity, encode};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, Executor, PgConnection};
use std::sync::Arc;
use thiserror::Error;

use crate::edge_row::{EdgeRows, json};
use crate::entities::EntityRow;
use crate::error::{is_transient, refusal};
use crate::{Head, WriteError, chain, head, staging};

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

/// What a bulk load brought. It stands in the log as the image of the commit's only change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many entities.
    pub entities: u64,
    /// How many edges.
    pub edges: u64,
    /// XOR of the hashes of all of them.
    pub digest: u64,
}

impl Summary {
    pub(crate) fn add_entity(&mut self, hash: u64) {
        self.entities += 1;
        self.digest ^= hash;
    }

    pub(crate) fn add_edge(&mut self, hash: u64) {
        self.edges += 1;
        self.digest ^= hash;
    }
}

/// Loads entities and edges as one commit, all or nothing; gives the new head and what was loaded.
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
    let mut summary = Summary::default();
    let mut stage = staging::Stage::default();
    for (i, entity) in entities.into_iter().enumerate() {
        let entity = entity.map_err(LoadError::Item)?;
        let (_, hash) = encode(&entity);
        summary.add_entity(hash);
        check_entity(i, &entity)?;
        stage.entity(&EntityRow::new(&entity, hash));
        stage.send(&mut tx, false).await?;
    }
    for (i, edge) in edges.into_iter().enumerate() {
        let edge = edge.map_err(LoadError::Item)?;
        let (_, hash) = encode(&edge);
        summary.add_edge(hash);
        stage.edge(&edge_rows(i, &edge, hash)?);
        stage.send(&mut tx, false).await?;
    }
    stage.send(&mut tx, true).await?;
    staging::check(&mut tx).await?;

    let (head, now) = head::begin_commit(&mut tx).await?;
    let seq = head.seq + 1;
    staging::move_rows(&mut tx, seq, now).await?;
    let head = log(&mut tx, head, summary, now).await?;
    head::end_commit(&mut tx, seq).await?;
    tx.commit().await.map_err(|error| LoadError::Write(of_commit(error)))?;
    if summary.edges > 10_000 {
        // The planner should know of them now, not when autovacuum comes by. No harm if it fails.
        let _ = conn.execute("analyze entity, edge, edge_condition, evidence, edge_link").await;
    }
    Ok((head, summary))
}

fn check_entity(i: usize, entity: &Entity) -> Result<(), WriteError> {
    if entity.kind == entity.detail.kind() {
        return Ok(());
    }
    let problems = vec![("/kind".to_owned(), "the fields are those of another kind".to_owned())];
    Err(WriteError::Invalid { mutation: i, problems })
}

fn edge_rows(i: usize, edge: &Edge, hash: u64) -> Result<EdgeRows, WriteError> {
    let mut rows = EdgeRows::default();
    let mut problems = edge.errors();
    if let Err(more) = rows.push(edge, hash) {
        problems.extend(more);
    }
    if problems.is_empty() {
        return Ok(rows);
    }
    let problems = problems.into_iter().map(|(pointer, text)| (pointer, text.to_owned())).collect();
    Err(WriteError::Invalid { mutation: i, problems })
}

async fn log(conn: &mut PgConnection, before: Head, summary: Summary, now: DateTime<Utc>) -> Result<Head, sqlx::Error> {
    let (seq, nonce, image) = (before.seq + 1, chain::nonce(), json(&summary));
    let chain = chain::link(before.chain, seq, [image.as_str()], nonce);
    let digest = before.digest ^ summary.digest;
    sqlx::query!(
        "insert into commit (seq, chain, digest, nonce, recorded_at, changes) values ($1, $2, $3, $4, $5, 1)",
        seq,
        &chain[..],
        digest.cast_signed(),
        &nonce[..],
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into change (seq, ordinal, subject, op, hash, image)
         values ($1, 0, 'bulk', 'put', $2, $3::text::json)",
        seq,
        summary.digest.cast_signed(),
        image
    )
    .execute(conn)
    .await?;
    Ok(Head { seq, chain, digest, recorded_at: Some(now) })
}

/// What the database's answer means to whoever loads.
fn of_database(error: sqlx::Error) -> WriteError {
    if is_transient(&error) {
        return WriteError::Unavailable(Arc::new(error.into()));
    }
    let Some(refused) = refusal(&error) else { return WriteError::Unavailable(Arc::new(error.into())) };
    match (refused.code(), refused.constraint()) {
        ("23505", Some("entity_pkey" | "edge_pkey" | "stage_entity_pkey" | "stage_edge_pkey")) => {
            WriteError::DuplicateId
        }
        (code, constraint) if code.starts_with("22") || code.starts_with("23") => {
            WriteError::Refused { constraint: constraint.unwrap_or(code).to_owned() }
        }
        _ => WriteError::Unavailable(Arc::new(error.into())),
    }
}

fn of_commit(error: sqlx::Error) -> WriteError {
    if refusal(&error).is_some() && !is_transient(&error) {
        of_database(error)
    } else {
        WriteError::OutcomeUnknown(Arc::new(error.into()))
    }
}
