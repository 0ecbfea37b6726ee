//! Who holds parts of the graph together: entities without which it falls apart.

use chrono::NaiveDate;
use petgraph::visit::IntoNeighbors;
use pledgegraph_model::{Code, EdgeKind};

use crate::Graph;
use crate::node::Node;
use crate::projection::Follow;
use crate::view::EntityView;

/// Over which statements, and how much is told.
#[derive(Debug, Clone)]
pub struct BridgeQuery {
    /// Which kinds of statements link; empty = all.
    pub kinds: Vec<EdgeKind>,
    /// Only statements that may hold on this day.
    pub valid_at: Option<NaiveDate>,
    /// At most so many members of each bloc are named.
    pub max_members: usize,
    /// At most so many statements are looked at.
    pub budget: usize,
}

/// A part of the graph that only a bridge links to the rest.
#[derive(Debug)]
pub struct Bloc<'g> {
    /// The first of its members, in the order of the search.
    pub members: Vec<EntityView<'g>>,
    /// How many members it has.
    pub size: usize,
}

/// An entity that links blocs which nothing else links.
#[derive(Debug)]
pub struct Bridge<'g> {
    /// The entity.
    pub entity: EntityView<'g>,
    /// The blocs, the largest first.
    pub blocs: Vec<Bloc<'g>>,
    /// How many pairs of entities only it links.
    pub pairs: u64,
}

/// All bridges; those that link the most pairs first.
#[derive(Debug)]
pub struct BridgeAnswer<'g> {
    /// The bridges.
    pub bridges: Vec<Bridge<'g>>,
    /// Whether the budget was spent, so that nothing could be said.
    pub exceeded: bool,
}

/// A depth-first search, by node number.
struct Tree {
    /// When each node was met, from 0; `u32::MAX`: not yet.
    met: Vec<u32>,
    /// The nodes in that order. A subtree is a run of it.
    order: Vec<Node>,
    /// The earliest node that a subtree reaches by one further link.
    low: Vec<u32>,
    /// How many nodes a subtree has.
    size: Vec<u32>,
    /// The children of each node in the tree.
    children: Vec<Vec<Node>>,
}

const NEVER: u32 = u32::MAX;

impl Graph {
    /// The articulation points of the graph that chosen statements make, taken without direction: entities whose removal
    /// cuts others off from each other, each with the blocs that it links.
    ///
    /// O(entities + statements) (Hopcroft & Tarjan, Efficient algorithms for graph manipulation, Communications of the ACM
    /// 16(6), 1973), with a stack of its own.
    pub fn bridges(&self, query: &BridgeQuery) -> BridgeAnswer<'_> {
        let kinds: &[EdgeKind] = if query.kinds.is_empty() { EdgeKind::ALL } else { &query.kinds };
        let Some(links) = self.links(kinds, query) else {
            return BridgeAnswer { bridges: Vec::new(), exceeded: true };
        };
        let mut tree = Tree::new(links.len());
        let mut found: Vec<Bridge<'_>> = Vec::new();
        for number in 0..links.len() {
            if links[number].is_empty() || tree.met[number] != NEVER {
                continue;
            }
            let root = Node::new(u32::try_from(number).unwrap_or(NEVER));
            let begins = tree.order.len();
            tree.search(root, &links);
            let component: Vec<Node> = tree.order[begins..].to_vec();
            for node in component.iter().copied() {
                found.extend(self.bridge(node, root, &tree, &component, query.max_members));
            }
        }
        found.sort_by_key(|bridge| (u64::MAX - bridge.pairs, bridge.entity.node()));
        BridgeAnswer { bridges: found, exceeded: false }
    }

    /// The neighbours of every node, ascending, each once; `None` when there are more statements than the budget.
    fn links(&self, kinds: &[EdgeKind], query: &BridgeQuery) -> Option<Vec<Vec<Node>>> {
        let view = self.project(kinds, Follow::Both).on(query.valid_at);
        let mut budget = query.budget;
        let mut links = Vec::with_capacity(self.nodes.len());
        for number in 0..self.nodes.len() {
            let node = Node::new(u32::try_from(number).ok()?);
            let mut neighbors: Vec<Node> = Vec::new();
            for neighbor in view.neighbors(node).filter(|neighbor| *neighbor != node) {
                budget = budget.checked_sub(1)?;
                neighbors.push(neighbor);
            }
            neighbors.sort_unstable();
            neighbors.dedup();
            links.push(neighbors);
        }
        Some(links)
    }

    fn bridge(&self, node: Node, root: Node, tree: &Tree, component: &[Node], most: usize) -> Option<Bridge<'_>> {
        let met = tree.met[node.index()];
        let begins = tree.met[root.index()];
        let children = &tree.children[node.index()];
        // What hangs below a child reaches nothing above the node.
        let cut: Vec<Node> = children.iter().copied().filter(|child| tree.low[child.index()] >= met).collect();
        if cut.is_empty() || (node == root && cut.len() < 2) {
            return None;
        }
        let run = |child: Node| {
            let from = (tree.met[child.index()] - begins) as usize;
            from..from + tree.size[child.index()] as usize
        };
        let runs: Vec<_> = cut.into_iter().map(run).collect();
        let mut blocs: Vec<Bloc<'_>> = Vec::new();
        for run in &runs {
            let members = component[run.clone()].iter().take(most).map(|node| self.at(*node)).collect();
            blocs.push(Bloc { members, size: run.len() });
        }
        let below: usize = runs.iter().map(ExactSizeIterator::len).sum();
        let above = component.len() - 1 - below;
        if above > 0 {
            // Met before the node, or after all that hangs below it.
            let at = (met - begins) as usize;
            let after = at + tree.size[node.index()] as usize;
            let others = component[..at].iter().chain(&component[after..]);
            let members = others.take(most).map(|node| self.at(*node)).collect();
            blocs.push(Bloc { members, size: above });
        }
        blocs.sort_by_key(|bloc| usize::MAX - bloc.size);
        // Pairs = (square of the sum - sum of the squares) / 2.
        let all: u64 = blocs.iter().map(|bloc| bloc.size as u64).sum();
        let same: u64 = blocs.iter().map(|bloc| (bloc.size as u64).pow(2)).sum();
        Some(Bridge { entity: self.at(node), blocs, pairs: (all * all - same) / 2 })
    }
}

impl Tree {
    fn new(nodes: usize) -> Self {
        Self {
            met: vec![NEVER; nodes],
            order: Vec::new(),
            low: vec![NEVER; nodes],
            size: vec![1; nodes],
            children: vec![Vec::new(); nodes],
        }
    }

    /// Searches everything that is linked to a node.
    fn search(&mut self, root: Node, links: &[Vec<Node>]) {
        // Each node on the way, the one before it, and which of its links comes next.
        let mut way: Vec<(Node, Option<Node>, usize)> = Vec::new();
        self.meet(root);
        way.push((root, None, 0));
        while let Some((node, parent, next)) = way.last_mut() {
            let (node, parent) = (*node, *parent);
            let neighbor = links[node.index()].get(*next).copied();
            *next += 1;
            match neighbor {
                Some(neighbor) if Some(neighbor) == parent => {}
                Some(neighbor) if self.met[neighbor.index()] == NEVER => {
                    self.children[node.index()].push(neighbor);
                    self.meet(neighbor);
                    way.push((neighbor, Some(node), 0));
                }
                Some(neighbor) => {
                    self.low[node.index()] = self.low[node.index()].min(self.met[neighbor.index()]);
                }
                None => {
                    way.pop();
                    if let Some(parent) = parent {
                        self.low[parent.index()] = self.low[parent.index()].min(self.low[node.index()]);
                        self.size[parent.index()] += self.size[node.index()];
                    }
                }
            }
        }
    }

    fn meet(&mut self, node: Node) {
        let now = u32::try_from(self.order.len()).unwrap_or(NEVER);
        self.met[node.index()] = now;
        self.low[node.index()] = now;
        self.order.push(node);
    }
}
