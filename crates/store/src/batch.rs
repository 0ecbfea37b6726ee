//! One transaction that holds the head, and the writes in it.

use std::sync::atomic::AtomicI32;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Change, Commit, Removed};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::edge_row::EdgeRows;
use crate::idempotency::{self, Kept};
use crate::logged::{Logged, LoggedRow};
use crate::prepared::{Prepared, PreparedWrite};
use crate::refusal::{is_refused, is_transient};
use crate::standing::Standing;
use crate::write::Answer;
use crate::{Head, StoreError, WriteError, chain, diagnosis, edges, entities, head, originals, table};

/// A transaction that holds the head.
pub(crate) struct Batch {
    now: DateTime<Utc>,
    pub(crate) head: Head,
    pub(crate) standing: Standing,
    pub(crate) commits: Vec<Logged>,
    pub(crate) answers: Vec<Result<Answer, WriteError>>,
}

impl Batch {
    pub(crate) async fn begin(
        conn: &mut PgConnection,
        writes: &[PreparedWrite],
        process: &AtomicI32,
    ) -> Result<Self, StoreError> {
        let (head, now) = head::take(conn, process, Some("10s")).await?;
        let standing = Standing::read(conn, writes, now).await?;
        Ok(Self { now, head, standing, commits: Vec::new(), answers: Vec::new() })
    }

    /// Whether all of the writes are to be done, as far as is known.
    pub(crate) fn fits(&self, writes: &[PreparedWrite]) -> bool {
        writes.iter().all(|write| self.standing.answer(write).is_none())
    }

    /// Writes a run. None of its writes changes what is known of another, so those that are answered already stand aside.
    pub(crate) async fn write_run(&mut self, conn: &mut PgConnection, run: &[PreparedWrite]) -> Result<(), StoreError> {
        let to_do: Vec<bool> = run.iter().map(|write| self.standing.answer(write).is_none()).collect();
        let mut rest = run;
        for part in to_do.chunk_by(|a, b| *a && *b) {
            let (part, after) = rest.split_at(part.len());
            rest = after;
            self.write_part(conn, part).await?;
        }
        Ok(())
    }

    /// Writes neighbours with one statement a table; if that is refused, one write after the other.
    async fn write_part(&mut self, conn: &mut PgConnection, part: &[PreparedWrite]) -> Result<(), StoreError> {
        if part.len() > 1 {
            match self.attempt(conn, part).await {
                Ok(()) => {
                    self.record_all(part);
                    return Ok(());
                }
                Err(error) if is_refused(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for write in part {
            self.write_one(conn, write).await?;
        }
        Ok(())
    }

    async fn write_one(&mut self, conn: &mut PgConnection, write: &PreparedWrite) -> Result<(), StoreError> {
        if let Some(answer) = self.standing.answer(write) {
            self.answers.push(answer);
            return Ok(());
        }
        match self.attempt(conn, std::slice::from_ref(write)).await {
            Ok(()) => self.record(write),
            Err(error) if is_transient(&error) => return Err(error.into()),
            Err(error) => self.answers.push(Err(diagnosis::of_refusal(conn, write, error).await?)),
        }
        Ok(())
    }

    /// Writes the rows of some writes at a savepoint and checks their references; on failure nothing of them stays.
    async fn attempt(&self, conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<(), sqlx::Error> {
        let mut savepoint = conn.begin().await?;
        self.put(&mut savepoint, writes).await?;
        sqlx::query!("select check_references()").execute(&mut *savepoint).await?;
        savepoint.commit().await
    }

    /// Writes the rows of some writes, of which none touches what another touches.
    pub(crate) async fn put(&self, conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<(), sqlx::Error> {
        let (mut entity_rows, mut entity_seqs) = (Vec::new(), Vec::new());
        let (mut rows, mut edge_seqs) = (EdgeRows::default(), Vec::new());
        let (mut gone_entities, mut gone_edges, mut put_again) = (Vec::new(), Vec::new(), Vec::new());
        for (write, seq) in writes.iter().zip(self.head.seq + 1..) {
            entity_rows.extend(write.entities().map(|(entity, hash)| entities::row(entity, hash)));
            entity_seqs.resize(entity_rows.len(), seq);
            for (edge, hash) in write.edges() {
                rows.push(edge, hash);
                edge_seqs.push(seq);
                put_again.extend(self.standing.edges.contains_key(&edge.id.0).then_some(edge.id.0));
            }
            for removed in write.removes() {
                match removed {
                    Removed::Entity(id) => gone_entities.push(id.0),
                    Removed::Edge(id) => gone_edges.push(id.0),
                }
            }
        }
        let standing = |id: &Uuid| self.standing.entities.contains_key(id);
        let changed = entity_rows.iter().map(|row| row.id).filter(standing).chain(gone_entities.iter().copied());
        originals::keep(conn, &changed.collect::<Vec<_>>(), &[&put_again[..], &gone_edges[..]].concat()).await?;
        edges::remove(conn, &gone_edges).await?;
        // Before the entities go: a speaker may go whose words are put anew in another's name.
        edges::clear(conn, &put_again).await?;
        entities::remove(conn, &gone_entities).await?;
        table::put(conn, &entity_rows, entity_seqs, self.now).await?;
        table::put(conn, &rows.edges, edge_seqs, self.now).await?;
        table::insert(conn, &rows.conditions).await?;
        table::insert(conn, &rows.evidence).await?;
        table::insert(conn, &rows.links).await
    }

    pub(crate) fn record_all(&mut self, writes: &[PreparedWrite]) {
        for write in writes {
            self.record(write);
        }
    }

    /// Makes a commit of a write whose rows are written.
    fn record(&mut self, write: &PreparedWrite) {
        let (seq, nonce) = (self.head.seq + 1, chain::nonce());
        let rows: Vec<_> = write.changes.iter().map(|prepared| self.note(prepared, seq)).collect();
        let images = rows.iter().map(|row| row.image.as_str());
        let chain = chain::link(self.head.chain, seq, images, nonce, write.origin.as_deref());
        let (digest, recorded_at) = (self.head.digest, self.now);
        self.head = Head { seq, chain, digest, recorded_at: Some(recorded_at) };
        let (origin, key) = (write.origin.clone(), write.idempotency.clone());
        if let Some(key) = &key {
            let kept =
                Kept { fingerprint: key.fingerprint, seq, chain, recorded_at: self.now, answer: key.answer.clone() };
            self.standing.keep(idempotency::owner(key), kept);
        }
        let changes = rows.len();
        self.commits.push(Logged { seq, chain, digest, nonce, recorded_at, changes, origin, key, rows });
        let changes = write.changes.iter().map(|prepared| prepared.change.clone()).collect();
        self.answers.push(Ok(Answer::Committed(Commit { seq, chain, digest, recorded_at, changes })));
    }

    /// Takes a change into the digest and into what is known to stand.
    fn note(&mut self, prepared: &Prepared, seq: i64) -> LoggedRow {
        let (subject, id, op, hash) = match &prepared.change {
            Change::PutEntity(entity, hash) => ("entity", entity.id.0, "put", Some(*hash)),
            Change::PutEdge(edge, hash) => ("edge", edge.id.0, "put", Some(*hash)),
            Change::Remove(Removed::Entity(id)) => {
                ("entity", id.0, if prepared.into.is_some() { "merge" } else { "remove" }, None)
            }
            Change::Remove(Removed::Edge(id)) => ("edge", id.0, "remove", None),
        };
        let image = match (&prepared.image, &prepared.change) {
            (None, Change::Remove(row)) => self.standing.image_of_gone(*row, prepared.into),
            (image, _) => image.clone().unwrap_or_default(),
        };
        self.head.digest ^= self.standing.take_in(prepared, seq) ^ hash.unwrap_or_default();
        LoggedRow { subject, id: Some(id), op, hash, image }
    }
}
