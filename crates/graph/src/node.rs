//! Nodes: an entity with the statements that touch it, grouped by what it is to them.

use std::num::NonZeroU32;
use std::sync::Arc;

use pledgegraph_model::{EdgeKind, Entity, Explicitness, Stamp};

use crate::postings::Postings;

/// A dense handle of an entity, valid within one snapshot and those that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(
    /// The number and one, so that an `Option<Node>` takes no more room.
    NonZeroU32,
);

impl Node {
    pub(crate) const FIRST: Self = Self(NonZeroU32::MIN);
    pub(crate) const LAST: Self = Self(NonZeroU32::MAX);

    pub(crate) fn new(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    /// Dense, from 0, in the order of recording.
    pub(crate) fn number(self) -> u32 {
        self.0.get() - 1
    }

    pub(crate) fn index(self) -> usize {
        self.number() as usize
    }
}

/// What a node is to the statements of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Incidence {
    Subject(EdgeKind),
    Object(EdgeKind),
    /// A leaf of the condition tree.
    Condition(Explicitness),
    Coalition,
    Meeting,
    Place,
    ActingThrough,
    /// A source of the evidence.
    Source,
    /// An agent of the attribution chain.
    Agent,
}

/// Which way an edge goes, seen from an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The entity is the subject.
    Outgoing,
    /// The entity is the object.
    Incoming,
}

impl Direction {
    pub(crate) fn incidence(self, kind: EdgeKind) -> Incidence {
        match self {
            Self::Outgoing => Incidence::Subject(kind),
            Self::Incoming => Incidence::Object(kind),
        }
    }
}

/// An entity and its groups of statements.
#[derive(Debug, Clone)]
pub(crate) struct NodeRecord {
    pub(crate) entity: Arc<Entity>,
    pub(crate) hash: u64,
    pub(crate) stamp: Stamp,
    /// By incidence, ascending; the numbers are slots of edges.
    groups: Arc<Vec<(Incidence, Postings)>>,
}

impl NodeRecord {
    pub(crate) fn new(entity: Arc<Entity>, hash: u64, stamp: Stamp) -> Self {
        Self { entity, hash, stamp, groups: Arc::default() }
    }

    /// Replaces all groups; they must be sorted by incidence.
    pub(crate) fn set_groups(&mut self, groups: Vec<(Incidence, Postings)>) {
        self.groups = Arc::new(groups);
    }

    /// The statements to which the node is `incidence`.
    pub(crate) fn group(&self, incidence: Incidence) -> Option<&Postings> {
        let at = self.groups.binary_search_by_key(&incidence, |(i, _)| *i).ok()?;
        Some(&self.groups[at].1)
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = (Incidence, &Postings)> {
        self.groups.iter().map(|(incidence, postings)| (*incidence, postings))
    }

    pub(crate) fn insert(&mut self, incidence: Incidence, slot: u32) {
        let groups = Arc::make_mut(&mut self.groups);
        match groups.binary_search_by_key(&incidence, |(i, _)| *i) {
            Ok(at) => {
                groups[at].1.insert(slot);
            }
            Err(at) => groups.insert(at, (incidence, Postings::from_sorted(&[slot]))),
        }
    }

    pub(crate) fn remove(&mut self, incidence: Incidence, slot: u32) {
        let groups = Arc::make_mut(&mut self.groups);
        if let Ok(at) = groups.binary_search_by_key(&incidence, |(i, _)| *i) {
            groups[at].1.remove(slot);
            if groups[at].1.is_empty() {
                groups.remove(at);
            }
        }
    }
}
