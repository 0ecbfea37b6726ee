//! Bulk loading.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use imbl::{OrdMap, OrdSet, Vector};
use pledgegraph_model::{
    Code, Edge, EdgeId, Entity, EntityId, EntityKind, EntityRef, LinkType, Removed, Stamp, edge_hash, entity_hash,
};

use crate::Graph;
use crate::force::conditions::Tests;
use crate::force::kept::KeptForce;
use crate::graph::LinksTo;
use crate::identity::Identity;
use crate::indexes::Indexes;
use crate::links::ChainLinks;
use crate::names::Names;
use crate::node::{Incidence, Node, NodeRecord};
use crate::parts::kept::KeptParts;
use crate::postings::Postings;
use crate::record::{EdgeRecord, Interner};
use crate::standing::kept::Standings;

/// Collects all entities, then all edges, and builds the graph in one go: about 20 times faster than one at a time, and
/// what edges have alike is held once.
#[derive(Debug, Default)]
pub struct Builder {
    entities: Vec<(i64, NodeRecord)>,
    numbers: HashMap<EntityId, Node>,
    numbered: bool,
    edges: Vec<(i64, EdgeRecord)>,
    interner: Interner,
    day: Option<NaiveDate>,
    links: Vec<[u8; 16]>,
    differing: OrdMap<Removed, u64>,
}

impl Builder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// The day for which standings are kept at hand: today unless it is given.
    #[must_use]
    pub fn on(self, day: NaiveDate) -> Self {
        Self { day: Some(day), ..self }
    }

    /// The links of all commits, from the first to the head.
    #[must_use]
    pub fn linked(self, links: Vec<[u8; 16]>) -> Self {
        Self { links, ..self }
    }

    /// Takes in that a row stands in the database under another hash than its content has, which it is added with.
    pub fn stands_under(&mut self, row: Removed, hash: u64) {
        self.differing.insert(row, hash);
    }

    /// Takes an entity in, with its content hash and the `seq` of the commit that first recorded it. All entities come
    /// before the first edge.
    pub fn add_entity(&mut self, entity: Entity, hash: u64, stamp: Stamp, created_seq: i64) {
        self.entities.push((created_seq, NodeRecord::new(Arc::new(entity), hash, stamp)));
    }

    /// Takes an edge in. One that names an entity which was not added is left out: the digest tells.
    pub fn add_edge(&mut self, edge: Edge, hash: u64, stamp: Stamp, created_seq: i64) {
        self.number_entities();
        let record = EdgeRecord::new(edge, hash, stamp, |id| self.numbers.get(&id).copied(), &mut self.interner);
        self.edges.extend(record.map(|record| (created_seq, record)));
    }

    /// Entities and edges as one commit, the first: what tests, benchmarks and tools without a database ask.
    ///
    /// ```
    /// use pledgegraph_graph::Builder;
    /// use pledgegraph_model::Synthetic;
    ///
    /// let small = Synthetic::new(300, 1);
    /// let graph = Builder::one_commit(small.entities(), small.edges());
    /// assert_eq!((graph.edge_count(), graph.seq()), (300, 1));
    /// assert_eq!(graph.verify(), []);
    /// ```
    pub fn one_commit(entities: impl IntoIterator<Item = Entity>, edges: impl IntoIterator<Item = Edge>) -> Graph {
        let stamp = Stamp { version: 1, recorded_at: DateTime::UNIX_EPOCH };
        let mut builder = Self::new();
        let mut digest = 0;
        for entity in entities {
            let hash = entity_hash(&entity);
            digest ^= hash;
            builder.add_entity(entity, hash, stamp, 1);
        }
        for edge in edges {
            let hash = edge_hash(&edge);
            digest ^= hash;
            builder.add_edge(edge, hash, stamp, 1);
        }
        builder.finish(1, [1; 16], digest, None)
    }

    /// Nodes are numbered in the order of recording: by commit, then by identifier.
    fn number_entities(&mut self) {
        if !std::mem::replace(&mut self.numbered, true) {
            self.entities.sort_unstable_by_key(|(created, record)| (*created, record.entity.id));
            self.numbers =
                (0u32..).zip(&self.entities).map(|(n, (_, record))| (record.entity.id, Node::new(n))).collect();
        }
    }

    /// Builds the graph at the given head.
    pub fn finish(mut self, seq: i64, chain: [u8; 16], digest: u64, recorded_at: Option<DateTime<Utc>>) -> Graph {
        self.number_entities();
        self.edges.sort_unstable_by_key(|(created, record)| (*created, record.id));
        let edges: Vector<Option<EdgeRecord>> = self.edges.into_iter().map(|(_, record)| Some(record)).collect();
        let records = || (0u32..).zip(&edges).filter_map(|(slot, record)| Some((slot, record.as_ref()?)));

        let mut nodes: Vec<NodeRecord> = self.entities.into_iter().map(|(_, record)| record).collect();
        fill_groups(&mut nodes, records());
        let held = nodes.iter().map(|n| n.hash).chain(records().map(|(_, r)| r.hash)).fold(0, |a, b| a ^ b);
        let entity = |(number, record): (u32, &NodeRecord)| (record.entity.id.0.as_u128(), number);
        let node_of = Identity::build((0u32..).zip(&nodes).map(entity).collect::<Vec<_>>().into_iter());
        let edge = |(slot, record): (u32, &EdgeRecord)| (record.id.0.as_u128(), slot);
        let slot_of = Identity::build(records().map(edge).collect::<Vec<_>>().into_iter());
        let day = self.day.unwrap_or_else(|| Utc::now().date_naive());
        let mut graph = Graph {
            seq,
            chain,
            links: ChainLinks::whole(self.links, seq, chain).unwrap_or_else(|| ChainLinks::of(seq, chain)),
            digest,
            recorded_at,
            held,
            differing: OrdMap::new(),
            explained: 0,
            references: references(&nodes),
            merged: merged(&nodes),
            names: names(&nodes),
            kinds: Arc::new(by_kind(&nodes)),
            indexes: Indexes::build(records()),
            links_to: links_to(records().map(|(_, record)| record)),
            node_of,
            slot_of,
            nodes: nodes.into_iter().map(Some).collect(),
            edges,
            matters: OrdSet::new(),
            denials: OrdSet::new(),
            standings: Standings::none(day),
            tests: Tests::default(),
            force: KeptForce::default(),
            parts: KeptParts::default(),
        };
        graph.matters_anew();
        graph.stand_anew(day);
        graph.tests = graph.tests_anew();
        graph.force = KeptForce::with_room(graph.edges.len());
        graph.note_differing(self.differing);
        graph
    }
}

impl Graph {
    /// The graph before the first commit.
    pub fn empty() -> Self {
        Builder::new().finish(0, [0; 16], 0, None)
    }
}

fn fill_groups<'a>(nodes: &mut [NodeRecord], records: impl Iterator<Item = (u32, &'a EdgeRecord)>) {
    let mut touching: Vec<Vec<(Incidence, u32)>> = vec![Vec::new(); nodes.len()];
    for (slot, record) in records {
        for (node, incidence) in record.incidences() {
            touching[node.index()].push((incidence, slot));
        }
    }
    for (node, mut list) in nodes.iter_mut().zip(touching) {
        // Slots ascend already within each incidence, and the sort keeps them so.
        list.sort_by_key(|(incidence, _)| *incidence);
        let groups = list.chunk_by(|a, b| a.0 == b.0).map(|run| {
            let slots: Vec<u32> = run.iter().map(|(_, slot)| *slot).collect();
            (run[0].0, Postings::from_sorted(&slots))
        });
        node.set_groups(groups.collect());
    }
}

fn references(nodes: &[NodeRecord]) -> OrdMap<EntityRef, Node> {
    let numbered = (0u32..).zip(nodes).map(|(n, record)| (Node::new(n), &record.entity));
    let own = numbered.clone().map(|(node, entity)| (entity.reference(), node));
    own.chain(numbered.flat_map(|(node, entity)| entity.redirected().map(move |(from, _)| (from, node)))).collect()
}

fn merged(nodes: &[NodeRecord]) -> OrdMap<EntityId, Node> {
    let numbered = (0u32..).zip(nodes).map(|(n, record)| (Node::new(n), &record.entity));
    let redirects = numbered.flat_map(|(node, entity)| entity.redirects.iter().map(move |r| (r.id, node, entity.id)));
    redirects.filter(|(from, _, own)| from != own).map(|(from, node, _)| (from, node)).collect()
}

fn names(nodes: &[NodeRecord]) -> Names {
    let mut names = Names::default();
    for (number, record) in (0u32..).zip(nodes) {
        names.insert(&record.entity, Node::new(number));
    }
    names
}

fn by_kind(nodes: &[NodeRecord]) -> Vec<Postings> {
    let mut lists = vec![Vec::new(); EntityKind::ALL.len()];
    for (number, record) in (0u32..).zip(nodes) {
        lists[record.entity.kind.index()].push(number);
    }
    lists.iter().map(|list| Postings::from_sorted(list)).collect()
}

fn links_to<'a>(records: impl Iterator<Item = &'a EdgeRecord>) -> OrdMap<EdgeId, LinksTo> {
    let mut found: BTreeMap<EdgeId, Vec<(EdgeId, LinkType)>> = BTreeMap::new();
    for record in records {
        for link in &record.circumstances().links {
            found.entry(link.edge).or_default().push((record.id, link.link_type));
        }
    }
    found
        .into_iter()
        .map(|(target, mut links)| {
            links.sort_unstable();
            (target, Arc::new(links))
        })
        .collect()
}
