//! What is known of the rows and keys that a batch is about, kept true while its writes are done one after the other.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use pledgegraph_model::{Change, Edge, Entity, EntityId, Removed};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::edges::StandingEdge;
use crate::entities::StandingEntity;
use crate::idempotency::{self, Kept, Owner};
use crate::prepared::{Key, Prepared, PreparedWrite};
use crate::write::{Answer, Expected};
use crate::{WriteError, edges, entities};

/// The rows that the writes change or expect something of, and the keys that they carry.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) entities: HashMap<Uuid, StandingEntity>,
    pub(crate) edges: HashMap<Uuid, StandingEdge>,
    keys: HashMap<Owner, Kept>,
}

impl Standing {
    pub(crate) async fn read(
        conn: &mut PgConnection,
        writes: &[PreparedWrite],
        now: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let (mut entity_ids, mut edge_ids) = (Vec::new(), Vec::new());
        let expected = writes.iter().flat_map(|write| &write.expected).map(|(row, _)| Key::from(*row));
        for key in writes.iter().flat_map(PreparedWrite::writes).chain(expected) {
            match key {
                Key::Entity(id) => entity_ids.push(id),
                Key::Edge(id) => edge_ids.push(id),
                Key::Reference(..) | Key::Hierarchy | Key::Idempotency(_) => {}
            }
        }
        let asked: Vec<_> = writes.iter().filter_map(|write| write.idempotency.as_ref()).collect();
        Ok(Self {
            entities: entities::standing(conn, &entity_ids).await?,
            edges: edges::standing(conn, &edge_ids).await?,
            keys: idempotency::find(conn, &asked, now).await?,
        })
    }

    /// The answer to a write that can be told without asking the database again; `None` when it is to be done.
    pub(crate) fn answer(&self, write: &PreparedWrite) -> Option<Result<Answer, WriteError>> {
        let key = write.idempotency.as_ref();
        if let Some((asked, kept)) = key.and_then(|key| Some((key, self.keys.get(&idempotency::owner(key))?))) {
            return Some(kept.answer(asked).map(Answer::Repeated));
        }
        self.misfit(write).map(Err)
    }

    /// What speaks against a write.
    fn misfit(&self, write: &PreparedWrite) -> Option<WriteError> {
        let stale = |(row, expected): &(Removed, Expected)| {
            let current = self.version(*row);
            let holds = match expected {
                Expected::Absent => current.is_none(),
                Expected::Present => current.is_some(),
                Expected::Version(version) => current == Some(*version),
            };
            (!holds).then_some(WriteError::Stale { row: *row, current })
        };
        let missing = |row: Removed| self.version(row).is_none().then_some(WriteError::NotFound(row));
        let entity = |(entity, _): (&Entity, u64)| {
            let changed = self.entities.get(&entity.id.0).is_some_and(|standing| standing.kind != entity.kind);
            changed.then_some(WriteError::KindChanged(Removed::Entity(entity.id)))
        };
        let edge = |(edge, _): (&Edge, u64)| {
            let changed = self.edges.get(&edge.id.0).is_some_and(|standing| standing.kind != edge.kind());
            changed.then_some(WriteError::KindChanged(Removed::Edge(edge.id)))
        };
        let expected = write.expected.iter().find_map(stale);
        let of_rows = || write.removes().find_map(missing).or_else(|| write.entities().find_map(entity));
        let of_edges = || write.edges().find_map(edge);
        expected.or_else(of_rows).or_else(of_edges).or_else(|| self.bad_merge(write))
    }

    /// A merge into an entity of another kind, or one that does not take on the reference that stands.
    fn bad_merge(&self, write: &PreparedWrite) -> Option<WriteError> {
        write.merges().find_map(|(from, into)| {
            let gone = self.entities.get(&from.0)?;
            let (into, _) = write.entities().find(|(entity, _)| entity.id == into)?;
            if into.kind != gone.kind {
                let (row, pointer) = (into.id.0, "/kind".to_owned());
                return Some(WriteError::WrongKind { row, pointer, expected: gone.kind, found: into.kind });
            }
            let taken_on = into.redirects.iter().any(|r| r.id == from && r.slug.as_str() == gone.slug);
            let current = Some(gone.version);
            (!taken_on).then_some(WriteError::Stale { row: Removed::Entity(from), current })
        })
    }

    fn version(&self, row: Removed) -> Option<i64> {
        match row {
            Removed::Entity(id) => self.entities.get(&id.0).map(|entity| entity.version),
            Removed::Edge(id) => self.edges.get(&id.0).map(|edge| edge.version),
        }
    }

    /// The after-image of a row that is gone says which, so that the chain covers it.
    pub(crate) fn image_of_gone(&self, row: Removed, into: Option<EntityId>) -> String {
        match row {
            Removed::Entity(id) => {
                let named = self.entities.get(&id.0).map(|e| format!(r#","ref":"{}:{}""#, e.kind, e.slug));
                let into = into.map(|into| format!(r#","into":"{into}""#));
                let (named, into) = (named.unwrap_or_default(), into.unwrap_or_default());
                format!(r#"{{"removed":"entity","id":"{id}"{named}{into}}}"#)
            }
            Removed::Edge(id) => format!(r#"{{"removed":"edge","id":"{id}"}}"#),
        }
    }

    /// Takes a change of the commit `version` in; gives the hash of what stood there, 0 when nothing did.
    pub(crate) fn take_in(&mut self, prepared: &Prepared, version: i64) -> u64 {
        match &prepared.change {
            Change::PutEntity(entity, hash) => {
                let slug = entity.slug.as_str().to_owned();
                let row = StandingEntity { kind: entity.kind, slug, hash: *hash, version };
                self.entities.insert(entity.id.0, row).map_or(0, |before| before.hash)
            }
            Change::PutEdge(edge, hash) => {
                let row = StandingEdge { kind: edge.kind(), hash: *hash, version };
                self.edges.insert(edge.id.0, row).map_or(0, |before| before.hash)
            }
            Change::Remove(Removed::Entity(id)) => self.entities.remove(&id.0).map_or(0, |before| before.hash),
            Change::Remove(Removed::Edge(id)) => self.edges.remove(&id.0).map_or(0, |before| before.hash),
        }
    }

    /// Remembers what was done under a key.
    pub(crate) fn keep(&mut self, owner: Owner, kept: Kept) {
        self.keys.insert(owner, kept);
    }
}
