//! What lies around some entities.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use petgraph::visit::IntoNeighbors;
use pledgegraph_model::{Code, EdgeKind, EntityId};

use crate::Graph;
use crate::node::{Incidence, Node};
use crate::projection::Follow;
use crate::record::EdgeRecord;
use crate::view::{EdgeView, EntityView};

/// Around which entities, and how far.
#[derive(Debug, Clone)]
pub struct SubgraphQuery {
    /// Where to begin.
    pub roots: Vec<EntityId>,
    /// How many edges away, at most.
    pub depth: u32,
    /// Which kinds of edges to follow and to show; empty = all.
    pub kinds: Vec<EdgeKind>,
    /// At most so many nodes.
    pub max_nodes: usize,
    /// At most so many edges.
    pub max_edges: usize,
    /// Only edges that may hold on this day.
    pub valid_at: Option<NaiveDate>,
}

/// Nodes, and the edges among them.
#[derive(Debug)]
pub struct Subgraph<'g> {
    /// The nodes, nearest first.
    pub nodes: Vec<EntityView<'g>>,
    /// The edges whose both ends are among the nodes, in the order of recording.
    pub edges: Vec<EdgeView<'g>>,
    /// Whether a limit left something out.
    pub truncated: bool,
}

impl Graph {
    /// What lies within `depth` edges of the roots, breadth first.
    ///
    /// O(edges of the nodes taken), and no more than `max_nodes` nodes and 16 x `max_edges` edges are looked at.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::SubgraphQuery;
    /// use pledgegraph_model::EdgeKind;
    ///
    /// let root = graph.find(&"coalition:of-the-willing".parse()?).expect("an entity").id();
    /// let query = SubgraphQuery {
    ///     roots: vec![root],
    ///     depth: 1,
    ///     kinds: vec![EdgeKind::Membership],
    ///     max_nodes: 100,
    ///     max_edges: 100,
    ///     valid_at: None,
    /// };
    /// let around = graph.subgraph(&query);
    /// assert_eq!(around.nodes[0].id(), root);
    /// assert!(around.nodes.iter().any(|node| node.label("en").0 == "France"));
    /// assert!(around.edges.iter().all(|edge| edge.kind() == EdgeKind::Membership));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn subgraph(&self, query: &SubgraphQuery) -> Subgraph<'_> {
        let kinds: &[EdgeKind] = if query.kinds.is_empty() { EdgeKind::ALL } else { &query.kinds };
        let mut budget = query.max_edges.saturating_mul(16);
        let (nodes, mut truncated) = self.nearest(query, kinds, &mut budget);
        let taken: BTreeSet<Node> = nodes.iter().copied().collect();
        let mut slots = BTreeSet::new();
        'nodes: for node in &nodes {
            let Some(record) = self.record(*node) else { continue };
            for slot in kinds.iter().filter_map(|kind| record.group(Incidence::Subject(*kind))).flat_map(|p| p.iter()) {
                if slots.len() >= query.max_edges || budget == 0 {
                    truncated = true;
                    break 'nodes;
                }
                budget -= 1;
                let holds = |edge: &EdgeRecord| query.valid_at.is_none_or(|day| self.holds_on(edge, day, false));
                if self.edge_record(slot).is_some_and(|edge| taken.contains(&edge.object) && holds(edge)) {
                    slots.insert(slot);
                }
            }
        }
        Subgraph {
            nodes: nodes.into_iter().map(|node| self.at(node)).collect(),
            edges: slots.into_iter().filter_map(|slot| self.view(slot)).collect(),
            truncated,
        }
    }

    /// The nodes within reach, nearest first, and whether a limit left some out.
    fn nearest(&self, query: &SubgraphQuery, kinds: &[EdgeKind], budget: &mut usize) -> (Vec<Node>, bool) {
        let view = self.project(kinds, Follow::Both).on(query.valid_at);
        let mut seen: BTreeSet<Node> = BTreeSet::new();
        let mut nodes: Vec<Node> = Vec::new();
        let roots = query.roots.iter().filter_map(|id| self.node(*id));
        nodes.extend(roots.filter(|node| seen.insert(*node)));
        if nodes.len() > query.max_nodes {
            nodes.truncate(query.max_nodes);
            return (nodes, true);
        }
        let mut layer = 0..nodes.len();
        for _ in 0..query.depth {
            for at in layer.clone() {
                for neighbor in view.neighbors(nodes[at]) {
                    if *budget == 0 {
                        return (nodes, true);
                    }
                    *budget -= 1;
                    if seen.contains(&neighbor) {
                        continue;
                    }
                    if nodes.len() >= query.max_nodes {
                        return (nodes, true);
                    }
                    seen.insert(neighbor);
                    nodes.push(neighbor);
                }
            }
            layer = layer.end..nodes.len();
        }
        (nodes, false)
    }
}
