//! What a reader sees of a node or an edge: borrowed from the snapshot, nothing copied.

use chrono::{DateTime, NaiveDate, Utc};
use pledgegraph_model::{
    Date, Edge, EdgeDetail, EdgeId, EdgeKind, Entity, EntityId, EntityKind, EntityRef, Evidence, LinkType, Modality,
    Polarity, Rank, Standing,
};

use crate::Graph;
use crate::counted::Counted;
use crate::node::{Direction, Node, NodeRecord};
use crate::record::EdgeRecord;

impl Graph {
    /// The entity with this identifier, or the one that it was merged into: compare the identifiers.
    pub fn entity(&self, id: EntityId) -> Option<EntityView<'_>> {
        self.node(id).or_else(|| self.merged.get(&id).copied()).map(|node| self.at(node))
    }

    /// The entity with this reference, or the one that it leads to since a merge or a renaming: compare the references.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// let kingdom = graph.find(&"country:GB".parse()?).expect("an entity");
    /// assert_eq!(kingdom.label("en"), ("United Kingdom", "en"));
    /// assert!(graph.entity(kingdom.id()).is_some_and(|same| same.reference() == kingdom.reference()));
    /// assert!(graph.find(&"country:ZZ".parse()?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, reference: &EntityRef) -> Option<EntityView<'_>> {
        self.references.get(reference).map(|node| self.at(*node))
    }

    /// The edge with this identifier.
    pub fn edge(&self, id: EdgeId) -> Option<EdgeView<'_>> {
        self.slot(id).and_then(|slot| self.view(slot))
    }

    /// The entity of a handle.
    ///
    /// # Panics
    /// When the handle is of another graph, or its entity was removed since.
    pub fn at(&self, node: Node) -> EntityView<'_> {
        match self.record(node) {
            Some(record) => EntityView { node, record },
            None => panic!("the handle is of another graph or its entity was removed"),
        }
    }

    pub(crate) fn view(&self, slot: u32) -> Option<EdgeView<'_>> {
        self.edge_record(slot).map(|record| EdgeView { graph: self, record })
    }
}

/// An entity of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct EntityView<'g> {
    pub(crate) node: Node,
    pub(crate) record: &'g NodeRecord,
}

impl<'g> EntityView<'g> {
    /// Stable identifier.
    pub fn id(&self) -> EntityId {
        self.record.entity.id
    }

    /// The handle within the snapshot.
    pub fn node(&self) -> Node {
        self.node
    }

    /// The entity as the model has it.
    pub fn entity(&self) -> &'g Entity {
        &self.record.entity
    }

    /// The kind.
    pub fn kind(&self) -> EntityKind {
        self.record.entity.kind
    }

    /// The `kind:slug` reference.
    pub fn reference(&self) -> EntityRef {
        self.record.entity.reference()
    }

    /// The name in the language asked, else English, else any; with the language that it is in.
    pub fn label(&self, lang: &str) -> (&'g str, &'g str) {
        self.record.entity.label(lang)
    }

    /// `seq` of the commit that last wrote it.
    pub fn version(&self) -> i64 {
        self.record.stamp.version
    }

    /// When that commit was recorded.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.record.stamp.recorded_at
    }

    /// Hash of its identifier and content.
    pub fn hash(&self) -> u64 {
        self.record.hash
    }

    /// How many edges of a kind go out of it or come in.
    pub fn degree(&self, kind: EdgeKind, direction: Direction) -> usize {
        self.record.group(direction.incidence(kind)).map_or(0, crate::postings::Postings::len)
    }

    /// How many statements name it in any way, as an end or otherwise.
    pub fn mentions(&self) -> usize {
        self.record.groups().map(|(_, postings)| postings.len()).sum()
    }
}

/// A link of an edge, seen from that edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkView {
    /// How one bears on the other.
    pub link_type: LinkType,
    /// The other edge.
    pub edge: EdgeId,
    /// Whether the edge that was asked holds the link; else the other one does.
    pub outgoing: bool,
}

/// An edge of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct EdgeView<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) record: &'g EdgeRecord,
}

impl<'g> EdgeView<'g> {
    /// Hash of its identifier and content, quotations included.
    pub fn hash(&self) -> u64 {
        self.record.hash
    }

    /// Stable identifier.
    pub fn id(&self) -> EdgeId {
        self.record.id
    }

    /// The kind.
    pub fn kind(&self) -> EdgeKind {
        self.record.kind()
    }

    /// Who or what the statement is about.
    pub fn subject(&self) -> EntityView<'g> {
        self.graph.at(self.record.subject)
    }

    /// To whom or what.
    pub fn object(&self) -> EntityView<'g> {
        self.graph.at(self.record.object)
    }

    /// Whether a handle of its snapshot is this entity.
    pub fn is(&self, node: Node, id: EntityId) -> bool {
        self.graph.at(node).id() == id
    }

    /// Whether it is asserted, denied or left open.
    pub fn polarity(&self) -> Polarity {
        self.record.polarity
    }

    /// Whose stance the words are.
    pub fn modality(&self) -> Modality {
        self.record.modality
    }

    /// How it stands among others.
    pub fn rank(&self) -> Rank {
        self.record.rank
    }

    /// When it was said.
    pub fn said_at(&self) -> &'g Date {
        &self.record.circumstances().said_at
    }

    /// Whether it counts on a day.
    pub fn standing(&self, day: NaiveDate) -> Standing {
        self.standing_as(&Counted::on(day))
    }

    /// Whether it counts on a day, where other modalities may count.
    pub fn standing_as(&self, counted: &Counted) -> Standing {
        let slot = self.graph.slot(self.id());
        slot.map_or(Standing::Deprecated, |slot| counted.standing_of(self.graph, slot, self.record))
    }

    /// Whether it may hold on a day.
    pub fn may_hold_on(&self, day: NaiveDate) -> bool {
        self.graph.holds_on(self.record, day, false)
    }

    /// From when it holds.
    pub fn valid_from(&self) -> &'g Date {
        &self.record.circumstances().valid_from
    }

    /// Until when it holds.
    pub fn valid_until(&self) -> &'g Date {
        &self.record.circumstances().valid_until
    }

    /// The fields of its kind.
    pub fn detail(&self) -> &'g EdgeDetail<Node> {
        &self.record.detail
    }

    /// Who says so, without quotations.
    pub fn evidence(&self) -> &'g [Evidence<Node>] {
        &self.record.evidence
    }

    /// Its links, held by it and by others.
    pub fn links(&self) -> Vec<LinkView> {
        let own = self.record.circumstances().links.iter();
        let own = own.map(|link| LinkView { link_type: link.link_type, edge: link.edge, outgoing: true });
        let others = self.graph.links_to.get(&self.record.id).into_iter().flat_map(|links| links.iter());
        own.chain(others.map(|(edge, link_type)| LinkView { link_type: *link_type, edge: *edge, outgoing: false }))
            .collect()
    }

    /// `seq` of the commit that last wrote it.
    pub fn version(&self) -> i64 {
        self.record.stamp.version
    }

    /// When that commit was recorded.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.record.stamp.recorded_at
    }

    /// The edge as the model has it, without quotations.
    pub fn to_edge(&self) -> Edge {
        self.record.to_edge(|node| self.graph.at(node).id())
    }
}
