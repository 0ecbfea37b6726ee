//! What a commit changes, and the stamp it leaves.

use chrono::{DateTime, Utc};

use crate::{Edge, EdgeId, Entity, EntityId};

/// When and by which commit a row was last written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// `seq` of the commit: the version of the row.
    pub version: i64,
    /// When the commit was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// One changed row, as it is afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The entity as it now is, and its hash.
    PutEntity(Box<Entity>, u64),
    /// The edge as it now is, and its hash.
    PutEdge(Box<Edge>, u64),
    /// The row is gone.
    Remove(Removed),
}

/// A row that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Removed {
    /// An entity.
    Entity(EntityId),
    /// An edge.
    Edge(EdgeId),
}

/// One commit of the log.
///
/// ```
/// use pledgegraph_model::{Change, Commit, Synthetic, entity_hash};
///
/// let country = Synthetic::new(10, 1).entities().next().expect("an entity");
/// let hash = entity_hash(&country);
/// // The first commit: what it writes is all there is, so the digest is the hash of that.
/// let commit = Commit {
///     seq: 1,
///     chain: [1; 16],
///     digest: hash,
///     recorded_at: Default::default(),
///     changes: vec![Change::PutEntity(Box::new(country), hash)],
/// };
/// assert_eq!(commit.stamp().version, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Position in the log, from 1 without gaps.
    pub seq: i64,
    /// `sha256(chain before || seq || after-images || nonce)`, first 16 bytes.
    pub chain: [u8; 16],
    /// XOR of the hashes of all live rows after this commit.
    pub digest: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What it changed, in order.
    pub changes: Vec<Change>,
}

impl Commit {
    /// The stamp that its rows carry.
    pub fn stamp(&self) -> Stamp {
        Stamp { version: self.seq, recorded_at: self.recorded_at }
    }
}
