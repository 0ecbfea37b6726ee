//! A write, ready for SQL: validated, encoded and hashed before the head is locked.

use std::collections::{HashMap, HashSet};

use pledgegraph_model::{
    Change, Edge, EdgeDetail, EdgeId, Entity, EntityDetail, EntityId, EntityKind, Evidence, Removed, encode,
};
use uuid::Uuid;

use crate::WriteError;
use crate::commits::{Mutation, Write};
use crate::edge_row::EdgeRows;
use crate::entities::EntityRow;

/// One changed row: what it is afterwards, and the text of it that the log keeps.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) change: Change,
    pub(crate) image: String,
}

/// What a write touches, for telling which writes may share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Entity(Uuid),
    Edge(Uuid),
    Reference(EntityKind, String),
}

/// A write whose content is valid by itself.
#[derive(Debug, Clone)]
pub(crate) struct PreparedWrite {
    /// At most one change a row: of several mutations of one row the last stands.
    pub(crate) changes: Vec<Prepared>,
}

impl PreparedWrite {
    pub(crate) fn new(write: &Write) -> Result<Self, WriteError> {
        let mut last: HashMap<Key, usize> = HashMap::new();
        for (i, mutation) in write.mutations.iter().enumerate() {
            check(i, mutation)?;
            last.insert(row_of(mutation), i);
        }
        if last.is_empty() {
            return Err(invalid(0, vec![(String::new(), "the write changes nothing")]));
        }
        let stands = |(i, mutation): &(usize, &Mutation)| last.get(&row_of(mutation)) == Some(i);
        let standing = write.mutations.iter().enumerate().filter(stands);
        Ok(Self { changes: standing.map(|(_, mutation)| prepare(mutation)).collect() })
    }

    pub(crate) fn removes(&self) -> impl Iterator<Item = Removed> {
        self.changes.iter().filter_map(|c| match c.change {
            Change::Remove(removed) => Some(removed),
            _ => None,
        })
    }

    pub(crate) fn entities(&self) -> impl Iterator<Item = (&Entity, u64)> {
        self.changes.iter().filter_map(|c| match &c.change {
            Change::PutEntity(entity, hash) => Some((&**entity, *hash)),
            _ => None,
        })
    }

    pub(crate) fn edges(&self) -> impl Iterator<Item = (&Edge, u64)> {
        self.changes.iter().filter_map(|c| match &c.change {
            Change::PutEdge(edge, hash) => Some((&**edge, *hash)),
            _ => None,
        })
    }

    /// The rows that it writes, and the references that it gives away.
    pub(crate) fn writes(&self) -> HashSet<Key> {
        let rows = self.changes.iter().map(|c| match &c.change {
            Change::PutEntity(entity, _) => Key::Entity(entity.id.0),
            Change::PutEdge(edge, _) => Key::Edge(edge.id.0),
            Change::Remove(removed) => key_of(*removed),
        });
        let references = self.entities().map(|(e, _)| Key::Reference(e.kind, e.slug.as_str().to_owned()));
        rows.chain(references).collect()
    }

    /// The rows that it names.
    pub(crate) fn reads(&self) -> HashSet<Key> {
        let of_entities = self.entities().flat_map(|(entity, _)| entity.references()).map(|id| Key::Entity(id.0));
        let named = self.edges().flat_map(|(edge, _)| named_entities(edge)).map(|named| Key::Entity(named.id.0));
        let links = self.edges().flat_map(|(edge, _)| &edge.links).map(|link| Key::Edge(link.edge.0));
        of_entities.chain(named).chain(links).collect()
    }

    pub(crate) fn entity_rows(&self, seq: i64) -> impl Iterator<Item = (EntityRow, i64)> {
        self.entities().map(move |(entity, hash)| (EntityRow::new(entity, hash), seq))
    }
}

pub(crate) fn key_of(removed: Removed) -> Key {
    match removed {
        Removed::Entity(EntityId(id)) => Key::Entity(id),
        Removed::Edge(EdgeId(id)) => Key::Edge(id),
    }
}

fn row_of(mutation: &Mutation) -> Key {
    match mutation {
        Mutation::PutEntity(entity) => Key::Entity(entity.id.0),
        Mutation::PutEdge(edge) => Key::Edge(edge.id.0),
        Mutation::RemoveEntity(id) => Key::Entity(id.0),
        Mutation::RemoveEdge(id) => Key::Edge(id.0),
    }
}

fn invalid(mutation: usize, problems: Vec<(String, &'static str)>) -> WriteError {
    let problems = problems.into_iter().map(|(pointer, text)| (pointer, text.to_owned())).collect();
    WriteError::Invalid { mutation, problems }
}

fn check(i: usize, mutation: &Mutation) -> Result<(), WriteError> {
    match mutation {
        Mutation::PutEntity(entity) if entity.kind != entity.detail.kind() => {
            Err(invalid(i, vec![("/kind".to_owned(), "the fields are those of another kind")]))
        }
        Mutation::PutEdge(edge) => {
            let mut problems = edge.errors();
            if problems.is_empty() {
                problems = EdgeRows::default().push(edge, 0).err().unwrap_or_default();
            }
            if problems.is_empty() { Ok(()) } else { Err(invalid(i, problems)) }
        }
        _ => Ok(()),
    }
}

fn prepare(mutation: &Mutation) -> Prepared {
    match mutation {
        Mutation::PutEntity(entity) => {
            let (image, hash) = encode(entity);
            Prepared { change: Change::PutEntity(Box::new(entity.clone()), hash), image }
        }
        Mutation::PutEdge(edge) => {
            let (image, hash) = encode(edge);
            Prepared { change: Change::PutEdge(Box::new(edge.clone()), hash), image }
        }
        Mutation::RemoveEntity(id) => gone(Removed::Entity(*id)),
        Mutation::RemoveEdge(id) => gone(Removed::Edge(*id)),
    }
}

/// The after-image of a row that is gone says which, so that the chain covers it.
fn gone(removed: Removed) -> Prepared {
    let image = match removed {
        Removed::Entity(id) => format!(r#"{{"removed":"entity","id":"{id}"}}"#),
        Removed::Edge(id) => format!(r#"{{"removed":"edge","id":"{id}"}}"#),
    };
    Prepared { change: Change::Remove(removed), image }
}

/// An entity that an edge names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// JSON pointer within the edge.
    pub(crate) pointer: String,
    /// The entity.
    pub(crate) id: EntityId,
    /// The only kind that belongs there, where there is one.
    pub(crate) expected: Option<EntityKind>,
}

/// Every entity that an edge names.
pub(crate) fn named_entities(edge: &Edge) -> Vec<Named> {
    let mut found = Vec::new();
    let mut add = |pointer: String, id: Option<EntityId>, expected| {
        found.extend(id.map(|id| Named { pointer, id, expected }));
    };
    add("/subject".to_owned(), Some(edge.subject), None);
    add("/object".to_owned(), Some(edge.object), None);
    match &edge.detail {
        EdgeDetail::Commitment(commitment) => {
            add("/coalition".to_owned(), commitment.coalition, Some(EntityKind::Coalition));
            add("/place".to_owned(), commitment.place, None);
            add("/meeting".to_owned(), commitment.meeting, Some(EntityKind::Meeting));
            add("/acting_through".to_owned(), commitment.acting_through, None);
            let leaves = commitment.conditions.iter().flat_map(|c| c.root.leaves());
            leaves.for_each(|(id, _)| add("/conditions".to_owned(), Some(*id), Some(EntityKind::Condition)));
        }
        EdgeDetail::Attendance(attendance) => add("/place".to_owned(), attendance.place, None),
        EdgeDetail::Request(request) => add("/acting_through".to_owned(), request.acting_through, None),
        _ => {}
    }
    for (i, Evidence { source, attribution, .. }) in edge.evidence.iter().enumerate() {
        add(format!("/evidence/{i}/source"), Some(*source), Some(EntityKind::Source));
        for (j, link) in attribution.iter().enumerate() {
            add(format!("/evidence/{i}/attribution/{j}/agent"), link.agent, None);
        }
    }
    found
}

/// Where an entity names another.
pub(crate) fn pointer_in_entity(entity: &Entity) -> &'static str {
    if matches!(entity.detail, EntityDetail::Source { .. }) { "/publisher" } else { "/test/actor" }
}
