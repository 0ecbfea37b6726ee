//! A write, ready for SQL: validated, encoded and hashed before the head is locked.

use std::collections::{HashMap, HashSet};

use pledgegraph_model::{
    Change, Edge, EdgeDetail, EdgeId, EdgeKind, Entity, EntityDetail, EntityId, EntityKind, Evidence, Removed, encode,
};
use uuid::Uuid;

use crate::idempotency::{self, Idempotency, Owner};
use crate::write::{Expected, Mutation, Write};
use crate::{WriteError, edge_row, entities};

/// One changed row, as it is afterwards.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) change: Change,
    /// The text of it that the log keeps; `None` for a row that is gone, of which only the database knows enough.
    pub(crate) image: Option<String>,
    /// The entity that one which is gone was merged into.
    pub(crate) into: Option<EntityId>,
}

/// What a write touches, for telling which writes may share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Entity(Uuid),
    Edge(Uuid),
    Reference(EntityKind, String),
    /// All `part_of` statements together: whether one closes a cycle depends on the others.
    Hierarchy,
    Idempotency(Owner),
}

impl From<Removed> for Key {
    fn from(row: Removed) -> Self {
        match row {
            Removed::Entity(EntityId(id)) => Self::Entity(id),
            Removed::Edge(EdgeId(id)) => Self::Edge(id),
        }
    }
}

/// A write whose content is valid by itself.
#[derive(Debug, Clone)]
pub(crate) struct PreparedWrite {
    /// At most one change a row: of several mutations of one row the last stands.
    pub(crate) changes: Vec<Prepared>,
    pub(crate) expected: Vec<(Removed, Expected)>,
    /// Who asks for it, as the log keeps it.
    pub(crate) origin: Option<String>,
    pub(crate) idempotency: Option<Idempotency>,
}

impl PreparedWrite {
    pub(crate) fn new(write: &Write) -> Result<Self, WriteError> {
        let mut last: HashMap<Key, usize> = HashMap::new();
        for (i, mutation) in write.mutations.iter().enumerate() {
            check(i, mutation, write)?;
            last.insert(row_of(mutation), i);
        }
        if last.is_empty() {
            return Err(WriteError::invalid(0, vec![(String::new(), "the write changes nothing")]));
        }
        let stands = |(i, mutation): &(usize, &Mutation)| last.get(&row_of(mutation)) == Some(i);
        let standing = write.mutations.iter().enumerate().filter(stands);
        Ok(Self {
            changes: standing.map(|(_, mutation)| prepare(mutation)).collect(),
            expected: write.expected.clone(),
            origin: write.origin.to_text(),
            idempotency: write.idempotency.clone(),
        })
    }

    pub(crate) fn removes(&self) -> impl Iterator<Item = Removed> {
        self.changes.iter().filter_map(|c| match c.change {
            Change::Remove(removed) => Some(removed),
            _ => None,
        })
    }

    /// The entities that are merged into others, each with the other.
    pub(crate) fn merges(&self) -> impl Iterator<Item = (EntityId, EntityId)> {
        self.changes.iter().filter_map(|c| match c.change {
            Change::Remove(Removed::Entity(from)) => c.into.map(|into| (from, into)),
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

    /// The rows that it writes, the references that it gives away, and what else no two may write at once.
    pub(crate) fn writes(&self) -> HashSet<Key> {
        let rows = self.changes.iter().map(|c| match &c.change {
            Change::PutEntity(entity, _) => Key::Entity(entity.id.0),
            Change::PutEdge(edge, _) => Key::Edge(edge.id.0),
            Change::Remove(removed) => Key::from(*removed),
        });
        let references = self.entities().flat_map(|(entity, _)| {
            let slugs = entity.redirects.iter().map(|redirect| &redirect.slug).chain([&entity.slug]);
            slugs.map(|slug| Key::Reference(entity.kind, slug.as_str().to_owned()))
        });
        let hierarchy = self.edges().any(|(edge, _)| edge.kind() == EdgeKind::PartOf).then_some(Key::Hierarchy);
        let key = self.idempotency.as_ref().map(|key| Key::Idempotency(idempotency::owner(key)));
        rows.chain(references).chain(hierarchy).chain(key).collect()
    }

    /// The rows that it names, or expects something of.
    pub(crate) fn reads(&self) -> HashSet<Key> {
        let of_entities = self.entities().flat_map(|(entity, _)| entity.references()).map(|id| Key::Entity(id.0));
        let named = self.edges().flat_map(|(edge, _)| named_entities(edge)).map(|named| Key::Entity(named.id.0));
        let links = self.edges().flat_map(|(edge, _)| &edge.links).map(|link| Key::Edge(link.edge.0));
        let expected = self.expected.iter().map(|(row, _)| Key::from(*row));
        of_entities.chain(named).chain(links).chain(expected).collect()
    }
}

fn row_of(mutation: &Mutation) -> Key {
    match mutation {
        Mutation::PutEntity(entity) => Key::Entity(entity.id.0),
        Mutation::PutEdge(edge) => Key::Edge(edge.id.0),
        Mutation::RemoveEntity(id) | Mutation::MergeEntity { from: id, .. } => Key::Entity(id.0),
        Mutation::RemoveEdge(id) => Key::Edge(id.0),
    }
}

fn check(i: usize, mutation: &Mutation, write: &Write) -> Result<(), WriteError> {
    match mutation {
        Mutation::PutEntity(entity) => WriteError::unless_valid(i, entities::problems(entity)),
        Mutation::PutEdge(edge) => WriteError::unless_valid(i, edge_row::problems(edge)),
        Mutation::MergeEntity { from, into } if !takes_on(write, *from, *into) => {
            let text = "the write must put the entity that stays, with a redirect from the one that goes";
            Err(WriteError::invalid(i, vec![("/into".to_owned(), text)]))
        }
        _ => Ok(()),
    }
}

/// Whether a write puts the entity `into`, with a redirect from another, `from`.
fn takes_on(write: &Write, from: EntityId, into: EntityId) -> bool {
    let stays = |mutation: &Mutation| matches!(mutation, Mutation::PutEntity(e) if e.id == into && e.redirects.iter().any(|r| r.id == from));
    from != into && write.mutations.iter().rfind(|m| row_of(m) == Key::Entity(into.0)).is_some_and(stays)
}

fn prepare(mutation: &Mutation) -> Prepared {
    match mutation {
        Mutation::PutEntity(entity) => {
            let (image, hash) = encode(entity);
            put(Change::PutEntity(Box::new(entity.clone()), hash), image)
        }
        Mutation::PutEdge(edge) => {
            let (image, hash) = encode(edge);
            put(Change::PutEdge(Box::new(edge.clone()), hash), image)
        }
        Mutation::RemoveEntity(id) => gone(Removed::Entity(*id), None),
        Mutation::MergeEntity { from, into } => gone(Removed::Entity(*from), Some(*into)),
        Mutation::RemoveEdge(id) => gone(Removed::Edge(*id), None),
    }
}

fn put(change: Change, image: String) -> Prepared {
    Prepared { change, image: Some(image), into: None }
}

fn gone(removed: Removed, into: Option<EntityId>) -> Prepared {
    Prepared { change: Change::Remove(removed), image: None, into }
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
    if matches!(entity.detail, EntityDetail::Source(_)) { "/publisher" } else { "/test/actor" }
}
