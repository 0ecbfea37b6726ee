//! Where statements come from: how many sources are independent, and whether all reports go back to one.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use petgraph::algo::dominators::simple_fast;
use petgraph::graph::{DiGraph, NodeIndex};
use pledgegraph_model::{EdgeId, EntityDetail, search_key};

use crate::Graph;
use crate::node::Node;
use crate::view::EntityView;

/// What a report passes through on its way to a statement.
#[derive(Debug, Clone)]
pub enum Witness<'g> {
    /// A document; several with the same text are one.
    Document(EntityView<'g>),
    /// Someone who is an entity: a speaker, an official, an outlet.
    Agent(EntityView<'g>),
    /// Someone whom a document only names: the name, and the document. The same name in another document may be another.
    Name(String, EntityView<'g>),
}

/// Where statements come from.
#[derive(Debug)]
pub struct Provenance<'g> {
    /// The documents, in the order of recording; several with the same text are one.
    pub documents: Vec<EntityView<'g>>,
    /// Who spoke first, as far as the documents say; where one says nothing, the document itself.
    pub origins: Vec<Witness<'g>>,
    /// How many lines of report have nothing in common: neither a speaker, nor an outlet, nor a document.
    pub independent: usize,
    /// What every line of report passes through, from the origin on. Not empty: everything depends on each of these.
    pub through: Vec<Witness<'g>>,
}

/// The identity of a witness.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Document(Node),
    Agent(Node),
    Name(String, Node),
}

impl Graph {
    /// The provenance of some statements together. Identifiers that lead to nothing are left out.
    ///
    /// The reports make a graph: from a common root to each first speaker, along the chain of attribution to the document,
    /// and from it to the statement. What every line passes through are the dominators of the statement (Cooper, Harvey &
    /// Kennedy, A simple, fast dominance algorithm, 2001); how many lines have nothing in common is a maximum flow with
    /// room for one line at each witness (Menger 1927; Ford & Fulkerson 1956): O(lines x links of all chains).
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::Witness;
    /// use pledgegraph_model::EdgeId;
    ///
    /// // Three pledges, all of one line of one document: there is one witness, however many statements rest on it.
    /// let pledges = ["l21-gb-forces", "l21-fr-forces", "l21-au-forces"].map(EdgeId::of_key);
    /// let provenance = graph.provenance(&pledges);
    /// assert_eq!((provenance.documents.len(), provenance.independent), (1, 1));
    /// assert!(matches!(provenance.through.last(), Some(Witness::Document(_))));
    /// ```
    pub fn provenance(&self, ids: &[EdgeId]) -> Provenance<'_> {
        let mut documents: BTreeSet<Node> = BTreeSet::new();
        let mut same_text: HashMap<&str, Node> = HashMap::new();
        let mut lines: BTreeSet<Vec<Key>> = BTreeSet::new();
        let mut names: BTreeMap<Key, String> = BTreeMap::new();
        for view in ids.iter().filter_map(|id| self.edge(*id)) {
            for piece in view.evidence() {
                let text = match &self.at(piece.source).entity().detail {
                    EntityDetail::Source(source) => source.sha256.as_deref(),
                    _ => None,
                };
                let document = text.map_or(piece.source, |hash| *same_text.entry(hash).or_insert(piece.source));
                documents.insert(document);
                let mut line: Vec<Key> = Vec::new();
                for link in piece.attribution.iter() {
                    let key = match (link.agent, &link.name) {
                        (Some(agent), _) => Key::Agent(agent),
                        (None, Some(name)) => {
                            let key = Key::Name(search_key(name), document);
                            names.entry(key.clone()).or_insert_with(|| name.clone());
                            key
                        }
                        (None, None) => continue,
                    };
                    if !line.contains(&key) {
                        line.push(key);
                    }
                }
                line.push(Key::Document(document));
                lines.insert(line);
            }
        }
        let reports = Reports::new(&lines);
        let show = |key: &Key| match key {
            Key::Document(node) => Witness::Document(self.at(*node)),
            Key::Agent(node) => Witness::Agent(self.at(*node)),
            Key::Name(_, document) => Witness::Name(names.get(key).cloned().unwrap_or_default(), self.at(*document)),
        };
        let origins: BTreeSet<&Key> = lines.iter().filter_map(|line| line.first()).collect();
        Provenance {
            documents: documents.into_iter().map(|node| self.at(node)).collect(),
            origins: origins.into_iter().map(show).collect(),
            independent: reports.independent(),
            through: reports.through().iter().map(show).collect(),
        }
    }
}

/// The graph of reports.
struct Reports {
    /// From whom to whom a report goes; weights are witnesses, `None` for the root and the statement.
    graph: DiGraph<Option<Key>, ()>,
    root: NodeIndex,
    claim: NodeIndex,
}

impl Reports {
    fn new(lines: &BTreeSet<Vec<Key>>) -> Self {
        let mut graph = DiGraph::new();
        let (root, claim) = (graph.add_node(None), graph.add_node(None));
        let mut known: HashMap<&Key, NodeIndex> = HashMap::new();
        for line in lines {
            let mut before = root;
            for key in line {
                let at = *known.entry(key).or_insert_with(|| graph.add_node(Some(key.clone())));
                graph.update_edge(before, at, ());
                before = at;
            }
            graph.update_edge(before, claim, ());
        }
        Self { graph, root, claim }
    }

    /// What every line passes through, from the root on.
    fn through(&self) -> Vec<Key> {
        let dominators = simple_fast(&self.graph, self.root);
        let of_claim = dominators.strict_dominators(self.claim).into_iter().flatten();
        let mut keys: Vec<Key> = of_claim.filter_map(|at| self.graph[at].clone()).collect();
        keys.reverse();
        keys
    }

    /// The most lines that have no witness in common: each witness is two nodes with room for one line between them.
    fn independent(&self) -> usize {
        // Node `n` is entered at `2n` and left at `2n + 1`.
        let mut room: HashMap<(usize, usize), bool> = HashMap::new();
        let mut next: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut link = |from: usize, to: usize| {
            room.insert((from, to), true);
            room.entry((to, from)).or_insert(false);
            next.entry(from).or_default().insert(to);
            next.entry(to).or_default().insert(from);
        };
        for at in self.graph.node_indices().filter(|at| *at != self.root && *at != self.claim) {
            link(at.index() * 2, at.index() * 2 + 1);
        }
        for (from, to) in self.graph.edge_indices().filter_map(|edge| self.graph.edge_endpoints(edge)) {
            link(from.index() * 2 + 1, to.index() * 2);
        }
        let (start, end) = (self.root.index() * 2 + 1, self.claim.index() * 2);
        let mut lines = 0;
        loop {
            let mut before: HashMap<usize, usize> = HashMap::from([(start, start)]);
            let mut queue = VecDeque::from([start]);
            while let Some(at) = queue.pop_front().filter(|_| !before.contains_key(&end)) {
                for to in next.get(&at).into_iter().flatten() {
                    if room.get(&(at, *to)) == Some(&true) && !before.contains_key(to) {
                        before.insert(*to, at);
                        queue.push_back(*to);
                    }
                }
            }
            if !before.contains_key(&end) {
                return lines;
            }
            lines += 1;
            let mut at = end;
            while let Some(previous) = before.get(&at).copied().filter(|_| at != start) {
                room.insert((previous, at), false);
                room.insert((at, previous), true);
                at = previous;
            }
        }
    }
}
