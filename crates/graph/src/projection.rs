//! The typed adjacency as petgraph sees it: a view of chosen edge kinds, on which petgraph's algorithms run.

use std::collections::HashSet;

use chrono::NaiveDate;
use petgraph::Direction as Way;
use petgraph::visit::{
    GraphBase, GraphRef, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, NodeIndexable, Visitable,
};
use pledgegraph_model::{EdgeKind, EntityId};

use crate::Graph;
use crate::node::{Incidence, Node};
use crate::record::EdgeRecord;

/// Which way edges are followed by algorithms that know no direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// From subject to object.
    Outgoing,
    /// Both ways.
    Both,
}

/// A view of the edges of some kinds. Neighbours come from the typed groups: other kinds are never looked at.
#[derive(Debug, Clone, Copy)]
pub struct Projection<'g> {
    graph: &'g Graph,
    kinds: &'g [EdgeKind],
    follow: Follow,
    /// Only edges that may hold on this day.
    on: Option<NaiveDate>,
    /// Only edges that are asserted and not known to be wrong.
    sound: bool,
}

impl Graph {
    /// A view of the edges of these kinds.
    pub fn project<'g>(&'g self, kinds: &'g [EdgeKind], follow: Follow) -> Projection<'g> {
        Projection { graph: self, kinds, follow, on: None, sound: false }
    }

    /// The handle of an entity, to begin an algorithm with.
    pub fn handle(&self, id: EntityId) -> Option<Node> {
        self.node(id)
    }
}

impl<'g> Projection<'g> {
    /// The same, of the edges that may hold on a day.
    #[must_use]
    pub fn on(self, day: Option<NaiveDate>) -> Self {
        Self { on: day, ..self }
    }

    /// The same, of the edges that make a hierarchy: those that are asserted and not known to be wrong.
    #[must_use]
    pub fn hierarchy(self) -> Self {
        Self { sound: true, ..self }
    }

    /// The edges of a node, each with the node at its other end, from the given side.
    fn beside(self, node: Node, way: Way) -> impl Iterator<Item = Node> + 'g {
        let Self { graph, kinds, on, sound, .. } = self;
        let counts = move |edge: &EdgeRecord| {
            on.is_none_or(|day| graph.holds_on(edge, day, false)) && (!sound || edge.makes_hierarchy())
        };
        let record = graph.record(node);
        kinds.iter().flat_map(move |kind| {
            let incidence = match way {
                Way::Outgoing => Incidence::Subject(*kind),
                Way::Incoming => Incidence::Object(*kind),
            };
            let slots = record.and_then(|r| r.group(incidence)).into_iter().flat_map(|p| p.iter());
            slots.filter_map(move |slot| {
                let edge = graph.edge_record(slot).filter(|edge| counts(edge))?;
                Some(if way == Way::Outgoing { edge.object } else { edge.subject })
            })
        })
    }
}

impl GraphBase for Projection<'_> {
    type EdgeId = u32;
    type NodeId = Node;
}

impl GraphRef for Projection<'_> {}

impl<'g> IntoNeighbors for Projection<'g> {
    type Neighbors = Box<dyn Iterator<Item = Node> + 'g>;

    fn neighbors(self, node: Node) -> Self::Neighbors {
        let outgoing = self.beside(node, Way::Outgoing);
        match self.follow {
            Follow::Outgoing => Box::new(outgoing),
            Follow::Both => Box::new(outgoing.chain(self.beside(node, Way::Incoming))),
        }
    }
}

impl<'g> IntoNeighborsDirected for Projection<'g> {
    type NeighborsDirected = Box<dyn Iterator<Item = Node> + 'g>;

    fn neighbors_directed(self, node: Node, way: Way) -> Self::NeighborsDirected {
        Box::new(self.beside(node, way))
    }
}

impl<'g> IntoNodeIdentifiers for Projection<'g> {
    type NodeIdentifiers = Box<dyn Iterator<Item = Node> + 'g>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        Box::new(
            (0u32..).zip(&self.graph.nodes).filter(|(_, record)| record.is_some()).map(|(number, _)| Node::new(number)),
        )
    }
}

impl NodeCount for Projection<'_> {
    fn node_count(&self) -> usize {
        self.graph.entity_count()
    }
}

impl NodeIndexable for Projection<'_> {
    fn node_bound(&self) -> usize {
        self.graph.nodes.len()
    }

    fn to_index(&self, node: Node) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> Node {
        Node::new(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl Visitable for Projection<'_> {
    type Map = HashSet<Node>;

    fn visit_map(&self) -> Self::Map {
        HashSet::new()
    }

    fn reset_map(&self, map: &mut Self::Map) {
        map.clear();
    }
}
