//! Following the log: one commit at a time, copying only what it touches.

use std::sync::Arc;

use pledgegraph_model::{
    Change, Code, Commit, Edge, EdgeId, Entity, EntityDetail, EntityId, EntityKind, Removed, Stamp,
};

use crate::Graph;
use crate::force::kept::KeptForce;
use crate::node::{Node, NodeRecord};
use crate::record::{EdgeRecord, Interner};
use crate::standing::kept::Touched;
use crate::standing::matters;

impl Graph {
    /// Takes a commit in. Total: what cannot be (an edge to an entity that does not exist) is left out, and
    /// [`Graph::computed_digest`] then differs from [`Graph::digest`]. Idempotent: a commit that is in already changes
    /// nothing. Entities come first, then edges, new ones in the order of their identifiers, whatever the order in the
    /// commit; so every process numbers them alike.
    pub fn apply(&mut self, commit: &Commit) {
        if commit.seq <= self.seq {
            return;
        }
        let stamp = commit.stamp();
        let mut touched = Vec::new();
        let mut entities: Vec<_> = Vec::new();
        let mut edges: Vec<_> = Vec::new();
        for change in &commit.changes {
            match change {
                Change::PutEntity(entity, hash) => entities.push((&**entity, *hash)),
                Change::PutEdge(edge, hash) => edges.push((&**edge, *hash)),
                Change::Remove(Removed::Edge(id)) => touched.extend(self.remove_edge(*id)),
                Change::Remove(Removed::Entity(_)) => {}
            }
        }
        entities.sort_by_key(|(entity, _)| entity.id);
        edges.sort_by_key(|(edge, _)| edge.id);
        // A name that one entity gives up may be another's within the same commit.
        let removed = commit.changes.iter().filter_map(|change| match change {
            Change::Remove(Removed::Entity(id)) => Some(*id),
            _ => None,
        });
        let renamed = entities.iter().map(|(entity, _)| entity.id).chain(removed.clone());
        for node in renamed.filter_map(|id| self.node(id)).collect::<Vec<_>>() {
            self.forget_names(node);
        }
        let (mut published, mut conditions) = (Vec::new(), Vec::new());
        for (entity, hash) in entities {
            published.extend(self.node(entity.id).filter(|node| self.publication_differs(*node, entity)));
            self.put_entity(entity, hash, stamp);
            let is_condition = entity.kind == EntityKind::Condition;
            conditions.extend(self.node(entity.id).filter(|_| is_condition));
        }
        for (edge, hash) in edges {
            touched.extend(self.put_edge(edge, hash, stamp));
        }
        let looked_at = self.stand_after(&touched, &published);
        self.forget_parts(&touched, &looked_at);
        self.forget_force(&touched, looked_at, &conditions);
        for id in removed {
            self.remove_entity(id);
        }
        self.seq = commit.seq;
        self.chain = commit.chain;
        self.links.push(commit.seq, commit.chain);
        self.digest = commit.digest;
        self.recorded_at = Some(commit.recorded_at);
    }

    /// The same graph with some rows as they once were, to show them: later content of these rows is not in it, and its
    /// digest is not that of any commit.
    #[must_use]
    pub fn showing(&self, rows: &[(Change, Stamp)]) -> Self {
        let mut shown = self.clone();
        for (change, stamp) in rows {
            if let Change::PutEntity(entity, hash) = change {
                if let Some(node) = shown.node(entity.id) {
                    shown.forget_names(node);
                }
                shown.put_entity(entity, *hash, *stamp);
            }
        }
        let mut touched = Vec::new();
        for (change, stamp) in rows {
            if let Change::PutEdge(edge, hash) = change {
                touched.extend(shown.put_edge(edge, *hash, *stamp));
            }
        }
        let looked_at = shown.stand_after(&touched, &[]);
        shown.forget_parts(&touched, &looked_at);
        shown.force = KeptForce::with_room(shown.edges.len());
        shown
    }

    fn put_entity(&mut self, entity: &Entity, hash: u64, stamp: Stamp) {
        let shared = Arc::new(entity.clone());
        let node = if let Some(node) = self.node(entity.id) {
            if let Some(Some(record)) = self.nodes.get_mut(node.index()) {
                let before = std::mem::replace(&mut record.hash, hash);
                self.held ^= before;
                self.tests.change(node, &record.entity, false);
                record.entity = shared;
                record.stamp = stamp;
                self.forget_differing(Removed::Entity(entity.id), before);
            }
            node
        } else {
            let Ok(number) = u32::try_from(self.nodes.len()) else { return };
            self.nodes.push_back(Some(NodeRecord::new(shared, hash, stamp)));
            let nodes = &self.nodes;
            let identifier = |n: u32| match nodes.get(n as usize) {
                Some(Some(record)) => record.entity.id.0.as_u128(),
                _ => 0,
            };
            self.node_of.insert(entity.id.0.as_u128(), number, identifier);
            Arc::make_mut(&mut self.kinds)[entity.kind.index()].insert(number);
            Node::new(number)
        };
        self.held ^= hash;
        self.tests.change(node, entity, true);
        self.references.insert(entity.reference(), node);
        for (reference, id) in entity.redirected() {
            self.references.insert(reference, node);
            if id != entity.id {
                self.merged.insert(id, node);
            }
        }
        self.names.insert(entity, node);
    }

    fn forget_names(&mut self, node: Node) {
        let Some(entity) = self.record(node).map(|record| Arc::clone(&record.entity)) else { return };
        self.references.remove(&entity.reference());
        for (reference, id) in entity.redirected() {
            self.references.remove(&reference);
            self.merged.remove(&id);
        }
        self.names.remove(&entity, node);
    }

    fn remove_entity(&mut self, id: EntityId) {
        let Some(node) = self.node(id) else { return };
        let Some(record) = self.nodes.get_mut(node.index()).and_then(Option::take) else { return };
        self.forget_differing(Removed::Entity(id), record.hash);
        self.held ^= record.hash;
        self.tests.change(node, &record.entity, false);
        self.node_of.remove(id.0.as_u128(), node.number());
        Arc::make_mut(&mut self.kinds)[record.entity.kind.index()].remove(node.number());
    }

    /// Whether a document is published on another date than it was.
    fn publication_differs(&self, node: Node, entity: &Entity) -> bool {
        let published = |entity: &Entity| match &entity.detail {
            EntityDetail::Source(source) => source.published.clone(),
            _ => None,
        };
        self.record(node).is_some_and(|record| published(&record.entity) != published(entity))
    }

    fn put_edge(&mut self, edge: &Edge, hash: u64, stamp: Stamp) -> Option<Touched> {
        let record = EdgeRecord::new(edge.clone(), hash, stamp, |id| self.node(id), &mut Interner::default())?;
        let mut before = None;
        let slot = if let Some(slot) = self.slot(edge.id) {
            before = self.unindex(slot);
            slot
        } else {
            let slot = u32::try_from(self.edges.len()).ok()?;
            self.edges.push_back(None);
            let edges = &self.edges;
            let identifier = |n: u32| match edges.get(n as usize) {
                Some(Some(record)) => record.id.0.as_u128(),
                _ => 0,
            };
            self.slot_of.insert(edge.id.0.as_u128(), slot, identifier);
            slot
        };
        self.held ^= hash;
        self.index(slot, record);
        Some(Touched { slot, before })
    }

    fn remove_edge(&mut self, id: EdgeId) -> Option<Touched> {
        let slot = self.slot(id)?;
        self.slot_of.remove(id.0.as_u128(), slot);
        Some(Touched { slot, before: self.unindex(slot) })
    }

    /// Enters a record into its slot and everything that leads to it.
    fn index(&mut self, slot: u32, record: EdgeRecord) {
        for (node, incidence) in record.incidences() {
            if let Some(Some(node)) = self.nodes.get_mut(node.index()) {
                node.insert(incidence, slot);
            }
        }
        self.indexes.change(slot, &record, true);
        matters::change(&mut self.matters, &mut self.denials, (slot, &record), true);
        for link in &record.circumstances().links {
            let mut links = self.links_to.get(&link.edge).cloned().unwrap_or_default();
            let list = Arc::make_mut(&mut links);
            list.push((record.id, link.link_type));
            list.sort_unstable();
            self.links_to.insert(link.edge, links);
        }
        if let Some(place) = self.edges.get_mut(slot as usize) {
            *place = Some(record);
        }
    }

    /// Empties a slot and takes it out of everything that leads to it.
    fn unindex(&mut self, slot: u32) -> Option<EdgeRecord> {
        let record = self.edges.get_mut(slot as usize).and_then(Option::take)?;
        self.held ^= record.hash;
        self.forget_differing(Removed::Edge(record.id), record.hash);
        for (node, incidence) in record.incidences() {
            if let Some(Some(node)) = self.nodes.get_mut(node.index()) {
                node.remove(incidence, slot);
            }
        }
        self.indexes.change(slot, &record, false);
        for link in &record.circumstances().links {
            let Some(mut links) = self.links_to.get(&link.edge).cloned() else { continue };
            Arc::make_mut(&mut links).retain(|entry| *entry != (record.id, link.link_type));
            if links.is_empty() {
                self.links_to.remove(&link.edge);
            } else {
                self.links_to.insert(link.edge, links);
            }
        }
        matters::change(&mut self.matters, &mut self.denials, (slot, &record), false);
        Some(record)
    }
}
