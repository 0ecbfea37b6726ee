//! What the database has otherwise than it is held.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pledgegraph_graph::{Graph, HeldRow};
use pledgegraph_model::{EdgeId, EntityId, Removed};
use pledgegraph_store::recheck::{Page, Table};
use pledgegraph_store::snapshot::RowStamp;
use uuid::Uuid;

/// Rows that the database has otherwise than they are held.
pub(super) type Differing = BTreeMap<Removed, There>;

/// What the database has in the place of a row that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum There {
    /// Nothing.
    Nothing,
    /// What breaks a rule of the model.
    Broken,
    /// A row, which is not held.
    Another,
    /// A row whose content has this hash; it differs from what is held by content, or only by the hash that stands in it.
    Content(u64),
}

impl There {
    /// Whether this is what a graph holds.
    pub(super) fn is_held(self, row: Removed, graph: &Graph) -> bool {
        let held = graph.held_row(row).map(|held| held.hash);
        match self {
            Self::Nothing => held.is_none(),
            Self::Broken => false,
            Self::Another => held.is_some(),
            Self::Content(hash) => held == Some(hash),
        }
    }
}

/// Whether the history was lost; the follower will find out.
pub(super) fn is_of_another_history(graph: &Graph, page: &Page) -> bool {
    graph.link_at(page.head.seq).is_some_and(|own| own != page.head.chain)
}

/// Whether the digest of the head was changed though no commit was written.
pub(super) fn has_another_digest(graph: &Graph, page: &Page) -> bool {
    graph.chain() == page.head.chain && graph.digest() != page.head.digest
}

/// The rows that the database has otherwise than they are held. The page was read at one commit, the snapshot stands at
/// another, say 10 and 12: a row that commit 11 wrote differs and is no finding. So only rows count that no commit wrote
/// after the earlier one of the two.
pub(super) fn differing(
    graph: &Graph,
    (table, asked): (Table, &[(usize, HeldRow)]),
    page: &Page,
    broken: &BTreeSet<Removed>,
) -> Differing {
    let (seq, upto) = (page.head.seq, graph.seq().min(page.head.seq));
    let read: HashMap<Uuid, (u64, RowStamp)> = page.rows.iter().map(|(id, hash, row)| (*id, (*hash, *row))).collect();
    // The snapshot may be newer than when the rows were asked for.
    let held = asked.iter().filter_map(|(_, held)| graph.held_row(held.row)).filter(|held| held.stamp.version <= upto);
    let differs = |held: HeldRow| match read.get(&identifier(held.row)) {
        _ if broken.contains(&held.row) => Some((held.row, There::Broken)),
        // A commit that is not here yet may have taken it away, or written it.
        None => (graph.seq() >= seq).then_some((held.row, There::Nothing)),
        Some((_, row)) if row.stamp.version > upto && row.stamp.version <= seq => None,
        Some((hash, row)) => {
            let is_same =
                (*hash, row.stamp) == (held.hash, held.stamp) && graph.hash_in_row(held.row) == Some(row.hash);
            (!is_same).then_some((held.row, There::Content(*hash)))
        }
    };
    let mut found: Differing = held.filter_map(differs).collect();
    if graph.seq() <= seq {
        let others = page.next.iter().filter(|(_, version)| *version <= upto || *version > seq);
        let others = others.map(|(id, _)| row(table, *id)).filter(|row| graph.held_row(*row).is_none());
        found.extend(others.map(|row| (row, There::Another)));
    }
    found
}

pub(super) fn row(table: Table, id: Uuid) -> Removed {
    match table {
        Table::Entities => Removed::Entity(EntityId(id)),
        Table::Edges => Removed::Edge(EdgeId(id)),
    }
}

pub(super) fn identifier(row: Removed) -> Uuid {
    match row {
        Removed::Entity(EntityId(id)) | Removed::Edge(EdgeId(id)) => id,
    }
}
