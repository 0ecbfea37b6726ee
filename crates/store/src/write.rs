//! What a client asks to be written, and what it is answered.

use chrono::{DateTime, Utc};
use pledgegraph_model::{Commit, Edge, EdgeId, Entity, EntityId, Removed};

use crate::idempotency::{Idempotency, Repeated};
use crate::value::json;

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
    /// The entity `from` is to go, because it is the entity `into`. The same write puts that one, with the redirect, and
    /// every row that named the other.
    MergeEntity {
        /// The entity that goes.
        from: EntityId,
        /// The entity that stays.
        into: EntityId,
    },
}

/// Changes that are done together or not at all, as one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Write {
    /// The changes. Their order does not matter; of several that concern one row the last stands.
    pub mutations: Vec<Mutation>,
    /// What must hold of rows before anything is changed; decided under the lock.
    pub expected: Vec<(Removed, Expected)>,
    /// Who asks for it.
    pub origin: Origin,
    /// Under which key the answer is kept, so that a repetition changes nothing.
    pub idempotency: Option<Idempotency>,
}

/// What must hold of a row for a write to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It does not exist.
    Absent,
    /// It exists.
    Present,
    /// It exists, and this commit wrote it last.
    Version(i64),
}

/// Who asked for a write. It stands in the log with the commit, and the chain covers it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The name of the token, or the subject of the JWT; `None` for what the program itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<uuid::Uuid>,
    /// The identifier of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Origin {
    /// As the log keeps it; `None` when nobody asks but the program itself.
    pub(crate) fn to_text(&self) -> Option<String> {
        (*self != Self::default()).then(|| json(self))
    }
}

/// How a write was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done now.
    Committed(Commit),
    /// It was done before, under the same key; nothing was changed now.
    Repeated(Repeated),
}

impl Answer {
    /// The commit's position in the log, and its link of the chain.
    pub fn place(&self) -> (i64, [u8; 16]) {
        match self {
            Self::Committed(commit) => (commit.seq, commit.chain),
            Self::Repeated(repeated) => (repeated.seq, repeated.chain),
        }
    }

    /// When the commit was recorded.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        match self {
            Self::Committed(commit) => commit.recorded_at,
            Self::Repeated(repeated) => repeated.recorded_at,
        }
    }

    /// The commit, if it was done now.
    pub fn commit(&self) -> Option<&Commit> {
        match self {
            Self::Committed(commit) => Some(commit),
            Self::Repeated(_) => None,
        }
    }
}
