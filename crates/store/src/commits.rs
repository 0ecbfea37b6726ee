//! Commits: how the graph changes. See `migrations/0002_commits.sql` for the database's side.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Change, Commit, Edge, EdgeId, EdgeKind, Entity, EntityId, Removed};
use sqlx::{Connection, PgConnection};
use thiserror::Error;
use uuid::Uuid;

use crate::chain::Link;
use crate::edge_row::EdgeRows;
use crate::edges::column;
use crate::entities::StandingEntity;
use crate::write::{Key, PreparedWrite};
use crate::{Head, StoreError, WriteError, chain, conditions, diagnosis, edges, entities, evidence, head, links, runs};

/// The most writes that one transaction takes.
pub const MAX_BATCH: usize = 256;

/// A change that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mutation {
    /// The entity is to be as given; new or not.
    PutEntity(Entity),
    /// The edge is to be as given, with its conditions, evidence and links; new or not.
    PutEdge(Edge),
    /// The entity is to go; nothing may name it any more.
    RemoveEntity(EntityId),
    /// The edge is to go; no other edge may link to it any more.
    RemoveEdge(EdgeId),
}

/// Changes that are done together or not at all, as one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Write {
    /// The changes. Their order does not matter; of several that concern one row the last stands.
    pub mutations: Vec<Mutation>,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Done {
    /// The head that the first of the commits follows.
    pub before: Head,
    /// For each write, in the order given: its commit, or why there is none.
    pub answers: Vec<Result<Commit, WriteError>>,
}

/// Why no answer can be given for a whole batch.
#[derive(Debug, Error)]
pub enum BatchError {
    /// Nothing was written.
    #[error("nothing was written")]
    NotWritten(#[source] StoreError),
    /// The connection was lost between COMMIT and its answer.
    #[error("the outcome of COMMIT is not known")]
    OutcomeUnknown(#[source] StoreError),
}

/// Writes up to [`MAX_BATCH`] waiting writes in one transaction; each is a commit of its own, or fails by itself. The
/// result is as if they had come one after the other in the order given.
///
/// # Errors
/// [`BatchError`] when the database fails; what a client did wrong is in the answers.
pub async fn write_batch(conn: &mut PgConnection, writes: &[Write]) -> Result<Done, BatchError> {
    let mut answers: Vec<Option<Result<Commit, WriteError>>> = Vec::with_capacity(writes.len());
    let mut prepared = Vec::with_capacity(writes.len());
    for write in writes {
        match PreparedWrite::new(write) {
            Ok(write) => {
                prepared.push(write);
                answers.push(None);
            }
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    let Done { before, answers: done } = commit_prepared(conn, &prepared).await?;
    let mut done = done.into_iter();
    Ok(Done { before, answers: answers.into_iter().filter_map(|answer| answer.or_else(|| done.next())).collect() })
}

async fn commit_prepared(conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<Done, BatchError> {
    if writes.is_empty() {
        let before = head::read(conn).await.map_err(BatchError::NotWritten)?;
        return Ok(Done { before, answers: Vec::new() });
    }
    let mut tx = conn.begin().await.map_err(|e| BatchError::NotWritten(e.into()))?;
    let mut batch = Batch::begin(&mut tx, writes).await.map_err(BatchError::NotWritten)?;
    let before = batch.head;
    for run in runs::split(writes, &batch.entities) {
        batch.write_run(&mut tx, writes, run).await.map_err(BatchError::NotWritten)?;
    }
    let Batch { head, commits, answers, .. } = batch;
    if commits.is_empty() {
        tx.rollback().await.map_err(|e| BatchError::NotWritten(e.into()))?;
        return Ok(Done { before, answers });
    }
    log(&mut tx, &commits).await.map_err(|e| BatchError::NotWritten(e.into()))?;
    head::end_commit(&mut tx, head.seq).await.map_err(|e| BatchError::NotWritten(e.into()))?;
    match tx.commit().await {
        Ok(()) => Ok(Done { before, answers }),
        // The server said no, so it did not.
        Err(error @ sqlx::Error::Database(_)) if !crate::error::is_transient(&error) => {
            Err(BatchError::NotWritten(error.into()))
        }
        Err(error) => Err(BatchError::OutcomeUnknown(error.into())),
    }
}

/// What the log keeps of a commit, beside the commit itself.
struct Logged {
    seq: i64,
    chain: Link,
    digest: u64,
    nonce: Link,
    recorded_at: DateTime<Utc>,
    rows: Vec<LoggedRow>,
}

struct LoggedRow {
    subject: &'static str,
    id: Uuid,
    hash: Option<i64>,
    image: String,
}

/// A transaction that holds the head.
struct Batch {
    now: DateTime<Utc>,
    head: Head,
    entities: HashMap<Uuid, StandingEntity>,
    edges: HashMap<Uuid, (EdgeKind, u64)>,
    commits: Vec<Logged>,
    answers: Vec<Result<Commit, WriteError>>,
}

impl Batch {
    async fn begin(conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<Self, StoreError> {
        let (head, now) = head::begin_commit(conn).await?;
        let (mut entity_ids, mut edge_ids) = (Vec::new(), Vec::new());
        for key in writes.iter().flat_map(PreparedWrite::writes) {
            match key {
                Key::Entity(id) => entity_ids.push(id),
                Key::Edge(id) => edge_ids.push(id),
                Key::Reference(..) => {}
            }
        }
        let entities = entities::standing(conn, &entity_ids).await?;
        let edges = edges::standing(conn, &edge_ids).await?;
        Ok(Self { now, head, entities, edges, commits: Vec::new(), answers: Vec::new() })
    }

    /// Writes a run with one statement a table; if that is refused, one write after the other.
    async fn write_run(
        &mut self,
        conn: &mut PgConnection,
        writes: &[PreparedWrite],
        run: Range<usize>,
    ) -> Result<(), StoreError> {
        let all = &writes[run];
        if all.len() > 1 && all.iter().all(|write| self.misfit(write).is_none()) {
            match self.attempt(conn, all).await {
                Ok(()) => {
                    for write in all {
                        self.record(write);
                    }
                    return Ok(());
                }
                Err(error) if crate::error::refusal(&error).is_some() && !crate::error::is_transient(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for write in all {
            self.write_one(conn, write).await?;
        }
        Ok(())
    }

    async fn write_one(&mut self, conn: &mut PgConnection, write: &PreparedWrite) -> Result<(), StoreError> {
        if let Some(error) = self.misfit(write) {
            self.answers.push(Err(error));
            return Ok(());
        }
        match self.attempt(conn, std::slice::from_ref(write)).await {
            Ok(()) => self.record(write),
            Err(error) if crate::error::is_transient(&error) => return Err(error.into()),
            Err(error) => self.answers.push(Err(diagnosis::of_refusal(conn, write, error).await?)),
        }
        Ok(())
    }

    /// What can be told without asking the database again.
    fn misfit(&self, write: &PreparedWrite) -> Option<WriteError> {
        for removed in write.removes() {
            let stands = match removed {
                Removed::Entity(id) => self.entities.contains_key(&id.0),
                Removed::Edge(id) => self.edges.contains_key(&id.0),
            };
            if !stands {
                return Some(WriteError::NotFound(removed));
            }
        }
        let entity = |(entity, _): (&Entity, u64)| {
            let changed = self.entities.get(&entity.id.0).is_some_and(|standing| standing.kind != entity.kind);
            changed.then_some(WriteError::KindChanged(Removed::Entity(entity.id)))
        };
        let edge = |(edge, _): (&Edge, u64)| {
            let changed = self.edges.get(&edge.id.0).is_some_and(|(kind, _)| *kind != edge.kind());
            changed.then_some(WriteError::KindChanged(Removed::Edge(edge.id)))
        };
        write.entities().find_map(entity).or_else(|| write.edges().find_map(edge))
    }

    /// Writes the rows of some writes at a savepoint; on failure nothing of them stays.
    async fn attempt(&self, conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<(), sqlx::Error> {
        let (mut entity_rows, mut rows, mut seqs) = (Vec::new(), EdgeRows::default(), Vec::new());
        let (mut gone_entities, mut gone_edges, mut put_again) = (Vec::new(), Vec::new(), Vec::new());
        for (write, seq) in writes.iter().zip(self.head.seq + 1..) {
            entity_rows.extend(write.entity_rows(seq));
            for (edge, hash) in write.edges() {
                // `PreparedWrite::new` has tried it.
                if rows.push(edge, hash).is_ok() {
                    seqs.push(seq);
                }
                put_again.extend(self.edges.contains_key(&edge.id.0).then_some(edge.id.0));
            }
            for removed in write.removes() {
                match removed {
                    Removed::Entity(id) => gone_entities.push(id.0),
                    Removed::Edge(id) => gone_edges.push(id.0),
                }
            }
        }
        let edge_rows: Vec<_> = rows.edges.into_iter().zip(seqs).collect();
        let mut savepoint = conn.begin().await?;
        edges::remove(&mut savepoint, &gone_edges).await?;
        entities::remove(&mut savepoint, &gone_entities).await?;
        entities::put(&mut savepoint, &entity_rows, self.now).await?;
        edges::put(&mut savepoint, &edge_rows, self.now).await?;
        edges::clear(&mut savepoint, &put_again).await?;
        conditions::insert(&mut savepoint, &rows.conditions).await?;
        evidence::insert(&mut savepoint, &rows.evidence).await?;
        links::insert(&mut savepoint, &rows.links).await?;
        sqlx::query!("select check_references()").execute(&mut *savepoint).await?;
        savepoint.commit().await
    }

    /// Makes a commit of a write whose rows are written.
    fn record(&mut self, write: &PreparedWrite) {
        let (seq, nonce) = (self.head.seq + 1, chain::nonce());
        let mut rows = Vec::with_capacity(write.changes.len());
        for prepared in &write.changes {
            let (subject, id, hash) = self.note(&prepared.change);
            rows.push(LoggedRow { subject, id, hash, image: prepared.image.clone() });
        }
        let chain = chain::link(self.head.chain, seq, rows.iter().map(|row| row.image.as_str()), nonce);
        let (digest, recorded_at) = (self.head.digest, self.now);
        self.head = Head { seq, chain, digest, recorded_at: Some(recorded_at) };
        self.commits.push(Logged { seq, chain, digest, nonce, recorded_at, rows });
        let changes = write.changes.iter().map(|prepared| prepared.change.clone()).collect();
        self.answers.push(Ok(Commit { seq, chain, digest, recorded_at, changes }));
    }

    /// Takes a change into the digest and into what is known to stand.
    fn note(&mut self, change: &Change) -> (&'static str, Uuid, Option<i64>) {
        match change {
            Change::PutEntity(entity, hash) => {
                let (id, hash, slug) = (entity.id.0, *hash, entity.slug.as_str().to_owned());
                let before = self.entities.insert(id, StandingEntity { kind: entity.kind, slug, hash });
                self.head.digest ^= before.map_or(0, |entity| entity.hash) ^ hash;
                ("entity", id, Some(hash.cast_signed()))
            }
            Change::PutEdge(edge, hash) => {
                let before = self.edges.insert(edge.id.0, (edge.kind(), *hash));
                self.head.digest ^= before.map_or(0, |(_, hash)| hash) ^ hash;
                ("edge", edge.id.0, Some(hash.cast_signed()))
            }
            Change::Remove(Removed::Entity(id)) => {
                self.head.digest ^= self.entities.remove(&id.0).map_or(0, |entity| entity.hash);
                ("entity", id.0, None)
            }
            Change::Remove(Removed::Edge(id)) => {
                self.head.digest ^= self.edges.remove(&id.0).map_or(0, |(_, hash)| hash);
                ("edge", id.0, None)
            }
        }
    }
}

async fn log(conn: &mut PgConnection, commits: &[Logged]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into commit (seq, chain, digest, nonce, recorded_at, changes)
         select * from unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::timestamptz[], $6::integer[])",
        &column(commits, |c| c.seq),
        &column(commits, |c| c.chain.to_vec()),
        &column(commits, |c| c.digest.cast_signed()),
        &column(commits, |c| c.nonce.to_vec()),
        &column(commits, |c| c.recorded_at),
        &column(commits, |c| i32::try_from(c.rows.len()).unwrap_or(i32::MAX)),
    )
    .execute(&mut *conn)
    .await?;
    let rows: Vec<(i64, i32, &LoggedRow)> =
        commits.iter().flat_map(|c| (0..).zip(&c.rows).map(|(i, row)| (c.seq, i, row))).collect();
    sqlx::query!(
        "insert into change (seq, ordinal, subject, id, op, hash, image)
         select r.seq, r.ordinal, r.subject, r.id, case when r.hash is null then 'remove' else 'put' end, r.hash,
             r.image::json
         from unnest($1::bigint[], $2::integer[], $3::text[], $4::uuid[], $5::bigint[], $6::text[])
             as r (seq, ordinal, subject, id, hash, image)",
        &column(&rows, |r| r.0),
        &column(&rows, |r| r.1),
        &column(&rows, |r| r.2.subject) as _,
        &column(&rows, |r| r.2.id),
        &column(&rows, |r| r.2.hash) as _,
        &column(&rows, |r| r.2.image.as_str()) as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}
