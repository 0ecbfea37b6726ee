//! One transaction that holds the head, and the writes in it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Change, Commit, Edge, EdgeKind, Entity, Removed};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::chain::Link;
use crate::edge_row::EdgeRows;
use crate::edges::column;
use crate::entities::StandingEntity;
use crate::error::{is_refused, is_transient};
use crate::write::{Key, PreparedWrite};
use crate::{Head, StoreError, WriteError, chain, conditions, diagnosis, edges, entities, evidence, head, links};

/// What the log keeps of a commit, beside the commit itself.
pub(crate) struct Logged {
    seq: i64,
    chain: Link,
    digest: u64,
    nonce: Link,
    recorded_at: DateTime<Utc>,
    rows: Vec<LoggedRow>,
}

pub(crate) struct LoggedRow {
    subject: &'static str,
    id: Uuid,
    hash: Option<i64>,
    image: String,
}

/// A transaction that holds the head.
pub(crate) struct Batch {
    now: DateTime<Utc>,
    pub(crate) head: Head,
    pub(crate) entities: HashMap<Uuid, StandingEntity>,
    edges: HashMap<Uuid, (EdgeKind, u64)>,
    pub(crate) commits: Vec<Logged>,
    pub(crate) answers: Vec<Result<Commit, WriteError>>,
}

impl Batch {
    pub(crate) async fn begin(conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<Self, StoreError> {
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

    /// Whether nothing is known yet that speaks against any of the writes.
    pub(crate) fn fits(&self, writes: &[PreparedWrite]) -> bool {
        writes.iter().all(|write| self.misfit(write).is_none())
    }

    /// Writes a run with one statement a table; if that is refused, one write after the other.
    pub(crate) async fn write_run(&mut self, conn: &mut PgConnection, run: &[PreparedWrite]) -> Result<(), StoreError> {
        if run.len() > 1 && self.fits(run) {
            match self.attempt(conn, run).await {
                Ok(()) => {
                    self.record_all(run);
                    return Ok(());
                }
                Err(error) if is_refused(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for write in run {
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
            Err(error) if is_transient(&error) => return Err(error.into()),
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

    /// Writes the rows of some writes at a savepoint and checks their references; on failure nothing of them stays.
    async fn attempt(&self, conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<(), sqlx::Error> {
        let mut savepoint = conn.begin().await?;
        self.put(&mut savepoint, writes).await?;
        sqlx::query!("select check_references()").execute(&mut *savepoint).await?;
        savepoint.commit().await
    }

    /// Writes the rows of some writes, of which none touches what another touches.
    pub(crate) async fn put(&self, conn: &mut PgConnection, writes: &[PreparedWrite]) -> Result<(), sqlx::Error> {
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
        edges::remove(conn, &gone_edges).await?;
        entities::remove(conn, &gone_entities).await?;
        entities::put(conn, &entity_rows, self.now).await?;
        edges::put(conn, &edge_rows, self.now).await?;
        edges::clear(conn, &put_again).await?;
        conditions::insert(conn, &rows.conditions).await?;
        evidence::insert(conn, &rows.evidence).await?;
        links::insert(conn, &rows.links).await
    }

    pub(crate) fn record_all(&mut self, writes: &[PreparedWrite]) {
        for write in writes {
            self.record(write);
        }
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

/// Writes the commits and their changes down.
pub(crate) async fn log(conn: &mut PgConnection, commits: &[Logged]) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, i32, &LoggedRow)> =
        commits.iter().flat_map(|c| (0..).zip(&c.rows).map(|(i, row)| (c.seq, i, row))).collect();
    sqlx::query!(
        "with logged as (
             insert into commit (seq, chain, digest, nonce, recorded_at, changes)
             select * from unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::timestamptz[], $6::integer[])
         )
         insert into change (seq, ordinal, subject, id, op, hash, image)
         select r.seq, r.ordinal, r.subject, r.id, case when r.hash is null then 'remove' else 'put' end, r.hash,
             r.image::json
         from unnest($7::bigint[], $8::integer[], $9::text[], $10::uuid[], $11::bigint[], $12::text[])
             as r (seq, ordinal, subject, id, hash, image)",
        &column(commits, |c| c.seq),
        &column(commits, |c| c.chain.to_vec()),
        &column(commits, |c| c.digest.cast_signed()),
        &column(commits, |c| c.nonce.to_vec()),
        &column(commits, |c| c.recorded_at),
        &column(commits, |c| i32::try_from(c.rows.len()).unwrap_or(i32::MAX)),
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
