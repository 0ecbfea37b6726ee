//! A row of the graph as it stands, and which of them are read.

use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, Removed, Stamp, edge_hash, encode, entity_hash};
use uuid::Uuid;

use crate::copy::{Fields, Problem};

/// One snapshot for everything a transaction reads.
pub(crate) const ONE_SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Entities.
    Entities,
    /// Edges, with all that belongs to them.
    Edges,
}

impl Table {
    /// The table of a row.
    pub(crate) fn of(row: Removed) -> Self {
        match row {
            Removed::Entity(_) => Self::Entities,
            Removed::Edge(_) => Self::Edges,
        }
    }

    /// The table of what the log calls so.
    pub(crate) fn named(subject: &str) -> Self {
        if subject == "edge" { Self::Edges } else { Self::Entities }
    }

    /// What the log calls a row of it, which is the name of the table too.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::Entities => "entity",
            Self::Edges => "edge",
        }
    }

    /// Which of its rows has an identifier.
    pub(crate) fn row(self, id: Uuid) -> Removed {
        match self {
            Self::Entities => Removed::Entity(EntityId(id)),
            Self::Edges => Removed::Edge(EdgeId(id)),
        }
    }
}

/// The identifier of a row.
pub(crate) fn id_of(row: Removed) -> Uuid {
    match row {
        Removed::Entity(id) => id.0,
        Removed::Edge(id) => id.0,
    }
}

/// A row of the graph, whole: quotations are in no graph, but belong to the content that its hash is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An entity. All come before the first edge, in any order.
    Entity(Entity),
    /// An edge. They come in the order of their identifiers.
    Edge(Edge),
}

impl Row {
    /// Which row it is.
    pub fn id(&self) -> Removed {
        match self {
            Self::Entity(entity) => Removed::Entity(entity.id),
            Self::Edge(edge) => Removed::Edge(edge.id),
        }
    }

    /// Hash of its content.
    pub fn hash(&self) -> u64 {
        match self {
            Self::Entity(entity) => entity_hash(entity),
            Self::Edge(edge) => edge_hash(edge),
        }
    }

    /// Its canonical encoding.
    pub(crate) fn image(&self) -> String {
        match self {
            Self::Entity(entity) => encode(entity).0,
            Self::Edge(edge) => encode(edge).0,
        }
    }
}

/// What the database keeps with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowStamp {
    /// The hash that stands in it: that of its content, unless somebody changed it past the log.
    pub hash: u64,
    /// The commit that wrote it last.
    pub stamp: Stamp,
    /// The commit that first recorded it.
    pub created_seq: i64,
}

/// The columns that [`RowStamp::read`] reads, after others.
pub(crate) const STAMP: &str = ", created_seq, version, recorded_at";

impl RowStamp {
    pub(crate) fn read(hash: i64, fields: &mut Fields<'_>) -> Result<Self, Problem> {
        let created_seq = fields.big()?;
        let stamp = Stamp { version: fields.big()?, recorded_at: fields.time()? };
        Ok(Self { hash: hash.cast_unsigned(), stamp, created_seq })
    }
}

/// Which of the rows that stand are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// All.
    All,
    /// Those with these identifiers.
    Of(&'a [Uuid]),
    /// Those that this commit first recorded and none wrote since: what stands of a bulk load.
    LoadedBy(i64),
    /// Those that no later commit wrote.
    UpTo(i64),
}

impl Which<'_> {
    /// The condition on entities and edges. COPY takes no parameters; identifiers and numbers need no quoting.
    pub(crate) fn of_rows(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(ids) => {
                let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
                format!("where id = any('{{{}}}'::uuid[])", ids.join(","))
            }
            Self::LoadedBy(seq) => format!("where version = {seq} and created_seq = {seq}"),
            Self::UpTo(seq) => format!("where version <= {seq}"),
        }
    }

    /// The condition on what belongs to the edges.
    pub(crate) fn of_parts(self) -> String {
        match self {
            Self::All => String::new(),
            which => format!("where edge_id in (select id from edge {})", which.of_rows()),
        }
    }
}
