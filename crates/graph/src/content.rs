//! Rows that somebody changed past the log, and how they are told from others.
//!
//! A row in the database has a column with the hash of its content. The graph does not trust it: it holds each row under the
//! hash of what was loaded. When somebody changes a stance with SQL and not the hash, the two differ: the row is *differing*.
//! It stays so until a commit writes the row again.

use imbl::OrdMap;
use pledgegraph_model::{Removed, Stamp};

use crate::Graph;
use crate::node::NodeRecord;
use crate::record::EdgeRecord;

/// A row as it is held: what tells whether the database has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldRow {
    /// Which row.
    pub row: Removed,
    /// Hash of its content, quotations included.
    pub hash: u64,
    /// The commit that wrote it last.
    pub stamp: Stamp,
}

impl From<&NodeRecord> for HeldRow {
    fn from(record: &NodeRecord) -> Self {
        Self { row: Removed::Entity(record.entity.id), hash: record.hash, stamp: record.stamp }
    }
}

impl From<&EdgeRecord> for HeldRow {
    fn from(record: &EdgeRecord) -> Self {
        Self { row: Removed::Edge(record.id), hash: record.hash, stamp: *record.stamp }
    }
}

impl Graph {
    /// Whether what is held is what its commit says: every row has the content of its hash, and all together the digest.
    pub fn agrees(&self) -> bool {
        self.differing.is_empty() && self.held == self.digest
    }

    /// The rows whose content has another hash than stands in the database, in their order.
    pub fn differing(&self) -> impl Iterator<Item = Removed> {
        self.differing.keys().copied()
    }

    /// How many rows differ so.
    pub fn differing_count(&self) -> usize {
        self.differing.len()
    }

    /// Whether a row differs so.
    pub fn is_differing(&self, row: Removed) -> bool {
        self.differing.contains_key(&row)
    }

    /// The hash under which a row stands in the database: that of its content, unless it differs.
    pub fn hash_in_row(&self, row: Removed) -> Option<u64> {
        self.differing.get(&row).copied().or_else(|| self.held_row(row).map(|held| held.hash))
    }

    /// Whether the digest of the commit is that of what is held, or differs from it by the rows that differ and nothing
    /// else: no row came or went past the log, and the digest itself was not changed.
    pub fn digest_agrees(&self) -> bool {
        self.held == self.digest || self.unexplained() == 0
    }

    /// What is left of the difference between the digest of the commit and that of what is held, when the rows that differ
    /// are accounted for: 0 where only contents were changed, something else where a row was deleted with SQL. A commit
    /// changes both digests alike and so leaves it as it is, which is how a commit is checked although rows differ.
    pub fn unexplained(&self) -> u64 {
        self.held ^ self.digest ^ self.explained
    }

    /// A row as it is held.
    pub fn held_row(&self, row: Removed) -> Option<HeldRow> {
        match row {
            Removed::Entity(id) => self.record(self.node(id)?).map(HeldRow::from),
            Removed::Edge(id) => self.edge_record(self.slot(id)?).map(HeldRow::from),
        }
    }

    /// The entities from a place on, each with its place. An entity keeps its place until the graph is loaded anew.
    pub fn held_entities(&self, from: usize) -> impl Iterator<Item = (usize, HeldRow)> {
        let held = move |at| Some((at, HeldRow::from(self.nodes.get(at)?.as_ref()?)));
        (from..self.nodes.len()).filter_map(held)
    }

    /// The same of edges.
    pub fn held_edges(&self, from: usize) -> impl Iterator<Item = (usize, HeldRow)> {
        let held = move |at| Some((at, HeldRow::from(self.edges.get(at)?.as_ref()?)));
        (from..self.edges.len()).filter_map(held)
    }

    /// Takes in which of the rows differ; those that are not held cannot.
    pub(crate) fn note_differing(&mut self, rows: OrdMap<Removed, u64>) {
        for (row, stored) in rows {
            let Some(held) = self.held_row(row) else { continue };
            self.explained ^= held.hash ^ stored;
            self.differing.insert(row, stored);
        }
    }

    /// A row that was held under this hash is written again, or goes: it does not differ any more.
    pub(crate) fn forget_differing(&mut self, row: Removed, hash: u64) {
        if let Some(stored) = self.differing.remove(&row) {
            self.explained ^= stored ^ hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use pledgegraph_model::{Change, Commit, Edge, Entity, Stance, Synthetic, edge_hash, entity_hash};

    use super::*;
    use crate::Builder;

    /// A graph of which one statement was changed past the log, with that statement as it was committed.
    fn altered() -> (Graph, Edge) {
        let synthetic = Synthetic::new(200, 1);
        let (entities, mut edges): (Vec<Entity>, Vec<Edge>) =
            (synthetic.entities().collect(), synthetic.edges().collect());
        let hashes = entities.iter().map(entity_hash).chain(edges.iter().map(edge_hash));
        let digest = hashes.fold(0, |digest, hash| digest ^ hash);
        let at = edges.iter().position(|edge| edge.detail.commitment().is_some()).expect("a commitment");
        let committed = edges[at].clone();
        if let pledgegraph_model::EdgeDetail::Commitment(commitment) = &mut edges[at].detail {
            commitment.stance = if commitment.stance == Stance::Refused { Stance::Pledged } else { Stance::Refused };
        }
        let (mut builder, stamp) = (Builder::new(), Stamp { version: 1, recorded_at: DateTime::UNIX_EPOCH });
        for entity in entities {
            let hash = entity_hash(&entity);
            builder.add_entity(entity, hash, stamp, 1);
        }
        builder.stands_under(Removed::Edge(committed.id), edge_hash(&committed));
        for edge in edges {
            let hash = edge_hash(&edge);
            builder.add_edge(edge, hash, stamp, 1);
        }
        (builder.finish(1, [1; 16], digest, None), committed)
    }

    fn commit(graph: &Graph, digest: u64, change: Change) -> Commit {
        let (seq, recorded_at) = (graph.seq() + 1, DateTime::UNIX_EPOCH);
        Commit { seq, chain: [2; 16], digest, recorded_at, changes: vec![change] }
    }

    #[test]
    fn a_row_differs_until_it_is_written_again_or_goes() {
        let (graph, committed) = altered();
        let (row, hash) = (Removed::Edge(committed.id), edge_hash(&committed));
        assert_eq!((graph.agrees(), graph.digest_agrees(), graph.unexplained()), (false, true, 0));
        assert_eq!((graph.differing().collect::<Vec<_>>(), graph.hash_in_row(row)), (vec![row], Some(hash)));
        assert_ne!(graph.held_row(row).map(|held| held.hash), Some(hash));
        let changes = [Change::PutEdge(Box::new(committed), hash), Change::Remove(row)];
        for (change, digest) in changes.into_iter().zip([graph.digest(), graph.digest() ^ hash]) {
            let mut next = graph.clone();
            next.apply(&commit(&graph, digest, change));
            assert_eq!((next.agrees(), next.computed_digest(), next.verify()), (true, next.digest(), vec![]));
        }
    }

    #[test]
    fn commits_leave_a_difference_of_the_digest_as_it_is() {
        let (graph, committed) = altered();
        let hash = edge_hash(&committed);
        let mut next = graph.clone();
        next.apply(&commit(&graph, graph.digest() ^ 5, Change::PutEdge(Box::new(committed), hash)));
        assert_eq!((next.agrees(), next.digest_agrees(), next.unexplained()), (false, false, 5));
    }
}
