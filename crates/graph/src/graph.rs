//! The graph value, and where its records are.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use imbl::{OrdMap, OrdSet, Vector};
use pledgegraph_model::{Code, EdgeId, EntityId, EntityKind, EntityRef, LinkType, Removed};

use crate::force::conditions::Tests;
use crate::force::kept::KeptForce;
use crate::identity::Identity;
use crate::indexes::Indexes;
use crate::links::ChainLinks;
use crate::names::Names;
use crate::node::{Node, NodeRecord};
use crate::parts::kept::KeptParts;
use crate::postings::Postings;
use crate::record::EdgeRecord;
use crate::standing::kept::Standings;
use crate::standing::matters::{Denial, Matter};
use crate::work;

/// Which edges link to an edge, and how.
pub(crate) type LinksTo = Arc<Vec<(EdgeId, LinkType)>>;

/// The whole graph at one version. A clone shares everything with the original.
///
/// ```
/// use pledgegraph_graph::{Builder, Graph};
/// use pledgegraph_model::{Change, Commit, EdgeId, Removed, Synthetic, edge_hash};
///
/// let small = Synthetic::new(300, 1);
/// let first = Builder::one_commit(small.entities(), small.edges());
///
/// // A commit makes the next version; whoever reads the first one goes on reading it.
/// let edge = small.edges().last().expect("an edge");
/// let mut next = Graph::clone(&first);
/// next.apply(&Commit {
///     seq: 2,
///     chain: [2; 16],
///     digest: first.digest() ^ edge_hash(&edge),
///     recorded_at: Default::default(),
///     changes: vec![Change::Remove(Removed::Edge(edge.id))],
/// });
/// assert_eq!((first.seq(), next.seq()), (1, 2));
/// assert!(first.edge(edge.id).is_some() && next.edge(edge.id).is_none());
/// assert!(next.agrees());
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    pub(crate) seq: i64,
    pub(crate) chain: [u8; 16],
    pub(crate) links: ChainLinks,
    pub(crate) digest: u64,
    pub(crate) recorded_at: Option<DateTime<Utc>>,
    /// XOR of the hashes of what is really held.
    pub(crate) held: u64,
    /// Rows that stand in the database under another hash than their content has, and that hash.
    pub(crate) differing: OrdMap<Removed, u64>,
    /// XOR of both hashes of all of them.
    pub(crate) explained: u64,
    /// By node number, in order of recording; `None` where an entity was removed.
    pub(crate) nodes: Vector<Option<NodeRecord>>,
    /// By slot, in order of recording; `None` where an edge was removed.
    pub(crate) edges: Vector<Option<EdgeRecord>>,
    pub(crate) node_of: Identity,
    pub(crate) slot_of: Identity,
    /// By reference, redirects included.
    pub(crate) references: OrdMap<EntityRef, Node>,
    /// Identifiers of entities that were merged into others.
    pub(crate) merged: OrdMap<EntityId, Node>,
    pub(crate) names: Names,
    /// Nodes by entity kind.
    pub(crate) kinds: Arc<Vec<Postings>>,
    pub(crate) indexes: Indexes,
    pub(crate) links_to: OrdMap<EdgeId, LinksTo>,
    /// What actors say, by what it is about.
    pub(crate) matters: OrdSet<Matter>,
    /// What is denied, by the ends.
    pub(crate) denials: OrdSet<Denial>,
    pub(crate) standings: Standings,
    /// Conditions with a test.
    pub(crate) tests: Tests,
    /// What is in force, as far as somebody asked.
    pub(crate) force: KeptForce,
    /// What is part of what, as far as somebody asked.
    pub(crate) parts: KeptParts,
}

impl Graph {
    /// `seq` of the last commit that it holds.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Chain link of that commit.
    pub fn chain(&self) -> [u8; 16] {
        self.chain
    }

    /// The link of a commit of its history: two graphs with one link at a commit share all that came before. `None` where
    /// the commit comes later, or before all whose links it was given.
    pub fn link_at(&self, seq: i64) -> Option<[u8; 16]> {
        self.links.at(seq)
    }

    /// The links of all commits of its history.
    pub fn chain_links(&self) -> &ChainLinks {
        &self.links
    }

    /// Digest of the state as that commit says.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Digest of what is really held: the XOR of the hashes of its content. Differs from [`Graph::digest`] only if the
    /// database is not what its commits made it, see [`Graph::agrees`].
    pub fn computed_digest(&self) -> u64 {
        self.held
    }

    /// When that commit was recorded.
    pub fn recorded_at(&self) -> Option<DateTime<Utc>> {
        self.recorded_at
    }

    /// How many entities there are.
    pub fn entity_count(&self) -> usize {
        self.kinds.iter().map(Postings::len).sum()
    }

    /// How many entities of a kind there are.
    pub fn entity_count_of(&self, kind: EntityKind) -> usize {
        self.kinds[kind.index()].len()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.indexes.live.len()
    }

    pub(crate) fn record(&self, node: Node) -> Option<&NodeRecord> {
        work::step();
        self.nodes.get(node.index()).and_then(Option::as_ref)
    }

    pub(crate) fn edge_record(&self, slot: u32) -> Option<&EdgeRecord> {
        work::step();
        self.edges.get(slot as usize).and_then(Option::as_ref)
    }

    pub(crate) fn node(&self, id: EntityId) -> Option<Node> {
        let is = |number| self.record(Node::new(number)).is_some_and(|r| r.entity.id == id);
        self.node_of.get(id.0.as_u128(), is).map(Node::new)
    }

    pub(crate) fn slot(&self, id: EdgeId) -> Option<u32> {
        self.slot_of.get(id.0.as_u128(), |slot| self.edge_record(slot).is_some_and(|r| r.id == id))
    }
}
