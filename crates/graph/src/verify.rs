//! Checks every invariant of the graph against the records.

use std::collections::BTreeSet;
use std::fmt;

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::DiGraph;
use pledgegraph_model::{EdgeId, EdgeKind, EntityId, LinkType, Removed};

use crate::Graph;
use crate::builder::Builder;
use crate::force::kept::KeptForce;
use crate::indexes::Index;
use crate::node::Node;
use crate::projection::Follow;

/// Statements by slot; a slot without links is a node without edges.
type DiGraphBySlot = DiGraph<(), ()>;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// What is held is not what the head says.
    Digest,
    /// An edge has ends that its kind does not allow.
    Ends(Removed),
    /// An edge has no evidence.
    NoEvidence(Removed),
    /// An entity or an edge is not found by its identifier or reference.
    Lost(Removed),
    /// An index differs from one built anew.
    Index(&'static str),
    /// Something is part of itself, through others.
    PartOfItself(EntityId),
    /// A statement has a `not` over a condition that has a test.
    NegatedTest(EdgeId, EntityId),
    /// A statement supersedes itself, through others: the first of them.
    SupersedesItself(EdgeId),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest => f.write_str("the digest of what is held differs from that of the head"),
            Self::Ends(row) => write!(f, "{row:?} has ends that its kind does not allow"),
            Self::NoEvidence(row) => write!(f, "{row:?} has no evidence"),
            Self::Lost(row) => write!(f, "{row:?} is not found by its identifier or reference"),
            Self::Index(name) => write!(f, "the index {name} differs from one built anew"),
            Self::PartOfItself(id) => write!(f, "{id} is part of itself, through others"),
            Self::NegatedTest(edge, condition) => write!(f, "{edge} has a `not` over {condition}, which has a test"),
            Self::SupersedesItself(edge) => write!(f, "{edge} supersedes itself, through others"),
        }
    }
}

impl Graph {
    /// All invariants that do not hold; empty when the graph is sound. Builds everything anew to compare:
    /// O(edges log edges), for tests and operators.
    pub fn verify(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        if self.held != self.digest {
            violations.push(Violation::Digest);
        }
        self.verify_records(&mut violations);
        self.verify_indexes(&mut violations);
        self.verify_derived(&mut violations);
        // The rule of the database: what is denied, left open or known to be wrong makes no hierarchy.
        let part_of = [EdgeKind::PartOf];
        if let Err(cycle) = toposort(self.project(&part_of, Follow::Outgoing).hierarchy(), None) {
            violations.push(Violation::PartOfItself(self.at(cycle.node_id()).id()));
        }
        self.verify_negations(&mut violations);
        self.verify_supersedes(&mut violations);
        violations
    }

    /// `not` stands only over conditions without a test, so that dependence among pledges stays monotone.
    fn verify_negations(&self, violations: &mut Vec<Violation>) {
        for record in self.edges.iter().flatten() {
            let conditions = record.detail.commitment().and_then(|c| c.conditions.as_deref());
            let negated: BTreeSet<&Node> = conditions.iter().flat_map(|c| c.root.negated_leaves()).collect();
            for condition in negated {
                let entity = self.at(*condition).entity();
                if entity.detail.test().is_some() {
                    violations.push(Violation::NegatedTest(record.id, entity.id));
                }
            }
        }
    }

    /// Kosaraju's algorithm, since it does not recurse.
    fn verify_supersedes(&self, violations: &mut Vec<Violation>) {
        let mut superseding = DiGraphBySlot::new();
        for record in self.edges.iter().flatten() {
            let links = record.circumstances().links.iter().filter(|link| link.link_type == LinkType::Supersedes);
            superseding.extend_with_edges(links.filter_map(|link| self.slot(record.id).zip(self.slot(link.edge))));
        }
        let cycles = kosaraju_scc(&superseding).into_iter();
        let cycles = cycles.filter(|part| part.len() > 1 || part.iter().any(|at| superseding.contains_edge(*at, *at)));
        let slots = cycles.filter_map(|part| part.into_iter().min()?.index().try_into().ok());
        let mut first: Vec<EdgeId> = slots.filter_map(|slot| Some(self.edge_record(slot)?.id)).collect();
        first.sort_unstable();
        violations.extend(first.into_iter().map(Violation::SupersedesItself));
    }

    fn verify_records(&self, violations: &mut Vec<Violation>) {
        for record in self.nodes.iter().flatten() {
            let id = record.entity.id;
            if self.entity(id).is_none() || self.find(&record.entity.reference()).is_none_or(|found| found.id() != id) {
                violations.push(Violation::Lost(Removed::Entity(id)));
            }
        }
        for record in self.edges.iter().flatten() {
            let row = Removed::Edge(record.id);
            let ends = self.record(record.subject).zip(self.record(record.object));
            if !ends.is_some_and(|(s, o)| record.kind().joins(s.entity.kind, o.entity.kind)) {
                violations.push(Violation::Ends(row));
            }
            if record.evidence.is_empty() {
                violations.push(Violation::NoEvidence(row));
            }
            if self.edge(record.id).is_none() {
                violations.push(Violation::Lost(row));
            }
        }
    }

    /// Compares the indexes with those of a graph that is built anew from the same records.
    fn verify_indexes(&self, violations: &mut Vec<Violation>) {
        let fresh = self.rebuilt();
        if self.entity_count() != fresh.entity_count() || self.edge_count() != fresh.edge_count() {
            violations.push(Violation::Index("counts"));
        }
        let ids = |graph: &Self, slots: &mut dyn Iterator<Item = u32>| {
            slots.filter_map(|slot| graph.edge_record(slot).map(|r| r.id)).collect::<Vec<_>>()
        };
        for (number, record) in self.nodes.iter().enumerate() {
            let Some(record) = record else { continue };
            let Some(other) = fresh.node(record.entity.id).and_then(|node| fresh.record(node)) else {
                violations.push(Violation::Index("nodes"));
                continue;
            };
            let own: Vec<_> = record.groups().map(|(i, p)| (i, ids(self, &mut p.iter()))).collect();
            let anew: Vec<_> = other.groups().map(|(i, p)| (i, ids(&fresh, &mut p.iter()))).collect();
            if own != anew {
                violations.push(Violation::Index("adjacency"));
            }
            let name = pledgegraph_model::search_key(record.entity.slug.as_str());
            let listed = u32::try_from(number).is_ok_and(|n| self.names.exact(&name).is_some_and(|p| p.contains(n)));
            if !listed {
                violations.push(Violation::Index("names"));
            }
        }
        for (name, own, anew) in self.indexes.lists().zip(fresh.indexes.lists()).map(|((n, a), (_, b))| (n, a, b)) {
            if ids(self, &mut own.iter()) != ids(&fresh, &mut anew.iter()) {
                violations.push(Violation::Index(name));
            }
        }
        let words = |graph: &Self| {
            let entries = graph.indexes.words.iter();
            entries.map(|(word, postings)| (word.clone(), ids(graph, &mut postings.iter()))).collect::<Vec<_>>()
        };
        if words(self) != words(&fresh) {
            violations.push(Violation::Index("words"));
        }
        if self.links_to != fresh.links_to {
            violations.push(Violation::Index("links"));
        }
    }

    /// Compares what is derived from the statements with what is derived anew.
    fn verify_derived(&self, violations: &mut Vec<Violation>) {
        let mut fresh = self.clone();
        fresh.matters_anew();
        fresh.stand_anew(self.day());
        fresh.force = KeptForce::with_room(self.edges.len());
        for (differs, name) in [
            (self.matters != fresh.matters, "matters"),
            (self.denials != fresh.denials, "denials"),
            (self.standings.differs(&fresh.standings), "standing"),
            (self.tests != self.tests_anew(), "tests"),
            (self.force_differs(&fresh), "force"),
            (self.parts_differ(), "parts"),
        ] {
            if differs {
                violations.push(Violation::Index(name));
            }
        }
    }

    /// Whether anything that is kept of what is in force differs from what another graph of the same statements finds.
    fn force_differs(&self, fresh: &Self) -> bool {
        let all = self.indexes.get(Index::Kind, EdgeKind::Commitment);
        let kept: Vec<u32> = all.iter().filter(|slot| self.force.get(*slot).is_some()).collect();
        fresh.find_out(&kept, usize::MAX).is_err()
            || kept.iter().any(|slot| self.force.get(*slot) != fresh.force.get(*slot))
    }

    /// A graph built in bulk from what this one holds, in the same order.
    fn rebuilt(&self) -> Self {
        let mut builder = Builder::new();
        for (order, record) in (0i64..).zip(&self.nodes) {
            if let Some(record) = record {
                builder.add_entity(record.entity.as_ref().clone(), record.hash, record.stamp, order);
            }
        }
        for (order, slot) in (0i64..).zip(0u32..).take(self.edges.len()) {
            if let Some(record) = self.edge_record(slot) {
                builder.add_edge(record.to_edge(|n: Node| self.at(n).id()), record.hash, *record.stamp, order);
            }
        }
        builder.finish(self.seq, self.chain, self.digest, self.recorded_at)
    }
}
