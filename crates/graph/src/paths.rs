//! How one entity is linked to another: the k shortest paths over statements.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use chrono::NaiveDate;
use petgraph::visit::IntoNeighbors;
use pledgegraph_model::{Code, EdgeKind, EntityId};

use crate::Graph;
use crate::node::{Incidence, Node};
use crate::projection::{Follow, Projection};
use crate::view::{EdgeView, EntityView};

/// From where to where, and over what.
#[derive(Debug, Clone)]
pub struct PathQuery {
    /// Where the paths begin.
    pub from: EntityId,
    /// Where they end.
    pub to: EntityId,
    /// How many paths, at most.
    pub k: usize,
    /// At most so many hops each.
    pub max_hops: usize,
    /// Which kinds of statements to follow, either way; empty = all.
    pub kinds: Vec<EdgeKind>,
    /// Only statements that may hold on this day.
    pub valid_at: Option<NaiveDate>,
    /// At most so many statements a hop are named.
    pub max_edges: usize,
    /// At most so many steps: statements looked at, and entities of beginnings tried again.
    pub budget: usize,
}

/// One hop of a path.
#[derive(Debug)]
pub struct Hop<'g> {
    /// Where it begins.
    pub from: EntityView<'g>,
    /// Where it ends.
    pub to: EntityView<'g>,
    /// The statements between the two, either way, in the order of recording; the first ones.
    pub edges: Vec<EdgeView<'g>>,
    /// How many there are.
    pub total: usize,
}

/// Paths, the shortest first.
#[derive(Debug)]
pub struct PathAnswer<'g> {
    /// The paths, each as its hops.
    pub paths: Vec<Vec<Hop<'g>>>,
    /// Whether the budget ended the search, so that shorter or further paths may be missing.
    pub truncated: bool,
    /// How many steps were taken.
    pub spent: usize,
}

/// A search with a budget.
struct Search<'g> {
    view: Projection<'g>,
    budget: usize,
    spent: usize,
}

impl Graph {
    /// The `k` shortest paths without a loop between two entities, by hops; of the same length in the order of recording of
    /// what lies on them. Several statements between the same two entities are one hop.
    ///
    /// Yen's algorithm (Yen, Finding the k shortest loopless paths in a network, Management Science 17(11), 1971) over
    /// breadth-first searches: O(k x hops x statements reached), at most `budget` statements.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::PathQuery;
    /// use pledgegraph_model::EdgeKind;
    ///
    /// let id = |reference: &str| graph.find(&reference.parse().expect("a reference")).expect("an entity").id();
    /// let query = PathQuery {
    ///     from: id("person:starmer"),
    ///     to: id("country:FR"),
    ///     k: 1,
    ///     max_hops: 4,
    ///     kinds: vec![EdgeKind::Office, EdgeKind::Membership],
    ///     valid_at: None,
    ///     max_edges: 5,
    ///     budget: 10_000,
    /// };
    /// let answer = graph.paths(&query);
    /// // He holds an office in the United Kingdom, which leads the coalition with France.
    /// let stations: Vec<&str> = answer.paths[0].iter().map(|hop| hop.to.label("en").0).collect();
    /// assert_eq!(stations, ["United Kingdom", "Coalition of the Willing", "France"]);
    /// ```
    pub fn paths(&self, query: &PathQuery) -> PathAnswer<'_> {
        let kinds: &[EdgeKind] = if query.kinds.is_empty() { EdgeKind::ALL } else { &query.kinds };
        let mut answer = PathAnswer { paths: Vec::new(), truncated: false, spent: 0 };
        let (Some(from), Some(to)) = (self.node(query.from), self.node(query.to)) else { return answer };
        let view = self.project(kinds, Follow::Both).on(query.valid_at);
        let mut search = Search { view, budget: query.budget, spent: 0 };
        let mut found: Vec<Vec<Node>> = Vec::new();
        // By length, then by what lies on them.
        let mut candidates: BTreeSet<(usize, Vec<Node>)> = BTreeSet::new();
        match search.shortest(&[from], to, &HashSet::new(), query.max_hops) {
            Ok(first) => candidates.extend(first.map(|path| (path.len(), path))),
            Err(Spent) => answer.truncated = true,
        }
        while let Some((_, path)) = candidates.pop_first() {
            found.push(path);
            if found.len() >= query.k || answer.truncated {
                break;
            }
            if search.deviate(&found, to, query.max_hops, &mut candidates).is_err() {
                answer.truncated = true;
            }
        }
        answer.spent = search.spent;
        answer.paths = found.iter().map(|path| self.hops(path, kinds, query)).collect();
        answer
    }

    fn hops(&self, path: &[Node], kinds: &[EdgeKind], query: &PathQuery) -> Vec<Hop<'_>> {
        let hop = |pair: &[Node]| {
            let slots = self.between(pair[0], pair[1], kinds, query.valid_at);
            Hop {
                from: self.at(pair[0]),
                to: self.at(pair[1]),
                edges: slots.iter().take(query.max_edges).filter_map(|slot| self.view(*slot)).collect(),
                total: slots.len(),
            }
        };
        path.windows(2).map(hop).collect()
    }

    /// The statements between two entities, either way, ascending. O(statements of the one that has fewer).
    fn between(&self, one: Node, other: Node, kinds: &[EdgeKind], day: Option<NaiveDate>) -> Vec<u32> {
        let mut slots: Vec<u32> = Vec::new();
        for (subject, object) in [(one, other), (other, one)] {
            for kind in kinds {
                let of = |node, incidence| self.record(node).and_then(|record| record.group(incidence));
                let (Some(out), Some(incoming)) =
                    (of(subject, Incidence::Subject(*kind)), of(object, Incidence::Object(*kind)))
                else {
                    continue;
                };
                let fewer = if out.len() <= incoming.len() { out } else { incoming };
                let is_one = |slot: &u32| {
                    let edge =
                        self.edge_record(*slot).filter(|edge| day.is_none_or(|day| self.holds_on(edge, day, false)));
                    edge.is_some_and(|edge| edge.subject == subject && edge.object == object)
                };
                slots.extend(fewer.iter().filter(is_one));
            }
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

/// The budget is spent.
struct Spent;

impl Search<'_> {
    /// The shortest path that begins so, avoids these hops from the end of the beginning, and has no loop.
    fn shortest(
        &mut self,
        beginning: &[Node],
        to: Node,
        avoided: &HashSet<Node>,
        max_hops: usize,
    ) -> Result<Option<Vec<Node>>, Spent> {
        let Some(spur) = beginning.last().copied() else { return Ok(None) };
        if spur == to {
            return Ok(Some(beginning.to_vec()));
        }
        self.spent += beginning.len();
        if self.spent > self.budget {
            return Err(Spent);
        }
        let mut before: HashMap<Node, Node> = beginning.iter().map(|node| (*node, *node)).collect();
        let mut queue: VecDeque<(Node, usize)> = VecDeque::from([(spur, beginning.len() - 1)]);
        while let Some((node, hops)) = queue.pop_front() {
            if hops >= max_hops {
                continue;
            }
            for neighbor in self.neighbors(node)? {
                if before.contains_key(&neighbor) || (node == spur && avoided.contains(&neighbor)) {
                    continue;
                }
                before.insert(neighbor, node);
                if neighbor == to {
                    return Ok(Some(trace(beginning, spur, to, &before)));
                }
                queue.push_back((neighbor, hops + 1));
            }
        }
        Ok(None)
    }

    /// In order of recording, so that the first of several shortest paths is always the same.
    fn neighbors(&mut self, node: Node) -> Result<BTreeSet<Node>, Spent> {
        let mut found = BTreeSet::new();
        for neighbor in self.view.neighbors(node) {
            self.spent += 1;
            if self.spent > self.budget {
                return Err(Spent);
            }
            found.insert(neighbor);
        }
        Ok(found)
    }

    /// Adds, for each place of the last path found, the shortest way that leaves it there: of A - B - C the best path that
    /// begins at A and does not go to B, and the best that begins A - B and does not go on to C.
    fn deviate(
        &mut self,
        found: &[Vec<Node>],
        to: Node,
        max_hops: usize,
        candidates: &mut BTreeSet<(usize, Vec<Node>)>,
    ) -> Result<(), Spent> {
        let Some(last) = found.last() else { return Ok(()) };
        for place in 0..last.len().saturating_sub(1) {
            let beginning = &last[..=place];
            let same = found.iter().filter(|path| path.len() > place + 1 && path[..=place] == *beginning);
            let avoided: HashSet<Node> = same.map(|path| path[place + 1]).collect();
            if let Some(path) = self.shortest(beginning, to, &avoided, max_hops)? {
                candidates.insert((path.len(), path));
            }
        }
        Ok(())
    }
}

/// The path that a search has found.
fn trace(beginning: &[Node], spur: Node, to: Node, before: &HashMap<Node, Node>) -> Vec<Node> {
    let mut back = vec![to];
    let mut at = to;
    while let Some(previous) = before.get(&at).copied().filter(|previous| *previous != spur) {
        back.push(previous);
        at = previous;
    }
    beginning.iter().copied().chain(back.into_iter().rev()).collect()
}
