//! The neighbourhood of one entity, grouped by edge kind and direction.

use pledgegraph_model::{EdgeId, EdgeKind, EntityId, Where};

use crate::Graph;
use crate::edges::EdgePage;
use crate::filter::{EdgeQuery, Page};
use crate::node::{Direction, Incidence};

/// The edges of one kind and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdjacentGroup {
    /// The kind.
    pub kind: EdgeKind,
    /// The direction.
    pub direction: Direction,
    /// How many there are.
    pub total: usize,
}

impl Graph {
    /// The groups of edges of an entity that are not empty. O(groups).
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::Direction;
    /// use pledgegraph_model::EdgeKind;
    ///
    /// let april = graph.find(&"meeting:coalition-april".parse()?).expect("an entity").id();
    /// let groups = graph.adjacent(april);
    /// let attended = groups.iter().find(|group| group.kind == EdgeKind::Attendance).expect("a group");
    /// assert_eq!((attended.direction, attended.total), (Direction::Incoming, 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn adjacent(&self, id: EntityId) -> Vec<AdjacentGroup> {
        let Some(record) = self.node(id).and_then(|node| self.record(node)) else { return Vec::new() };
        record
            .groups()
            .filter_map(|(incidence, postings)| {
                let (kind, direction) = match incidence {
                    Incidence::Subject(kind) => (kind, Direction::Outgoing),
                    Incidence::Object(kind) => (kind, Direction::Incoming),
                    _ => return None,
                };
                Some(AdjacentGroup { kind, direction, total: postings.len() })
            })
            .collect()
    }

    /// A page of one group.
    pub fn adjacent_edges(
        &self,
        id: EntityId,
        kind: EdgeKind,
        direction: Direction,
        page: Page<EdgeId>,
    ) -> EdgePage<'_> {
        let which = match direction {
            Direction::Outgoing => Where { subject: vec![id], ..Where::all() },
            Direction::Incoming => Where { object: vec![id], ..Where::all() },
        };
        self.edges(&EdgeQuery::of(&[kind], which), page)
    }
}
