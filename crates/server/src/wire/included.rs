//! What `include=` adds: the whole bodies of what the items name.

use std::collections::HashSet;

use pledgegraph_graph::{EdgeView, EntityView, Node};
use pledgegraph_model::{EdgeDetail, EdgeId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Wire;
use super::edge::EdgeBody;
use super::entity::EntityBody;

/// The whole bodies of what the items name, each once.
#[derive(Serialize, ToSchema)]
#[schema(as = Included)]
pub(crate) struct IncludedBody<'g> {
    /// Entities.
    entities: Vec<EntityBody<'g>>,
    /// Statements that the items are linked with.
    edges: Vec<EdgeBody<'g>>,
}

/// What the parts of statements are that can be included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Subject,
    Object,
    Coalition,
    Conditions,
    Sources,
    Agents,
    Meeting,
    Place,
    ActingThrough,
    Links,
}

impl Part {
    /// The parts by the names that `include=` takes. A commitment's subject is its pledger, its object the beneficiary.
    pub(crate) const NAMES: [(&'static str, Self); 12] = [
        ("pledger", Self::Subject),
        ("beneficiary", Self::Object),
        ("subject", Self::Subject),
        ("object", Self::Object),
        ("coalition", Self::Coalition),
        ("conditions", Self::Conditions),
        ("sources", Self::Sources),
        ("agents", Self::Agents),
        ("meeting", Self::Meeting),
        ("place", Self::Place),
        ("acting_through", Self::ActingThrough),
        ("links", Self::Links),
    ];

    /// The part of a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|(_, part)| *part)
    }
}

/// Collects what is included, each once, in the order in which it is met.
struct Collector<'g> {
    wire: Wire<'g>,
    entities: Vec<EntityView<'g>>,
    edges: Vec<EdgeView<'g>>,
    seen_nodes: HashSet<Node>,
    seen_edges: HashSet<EdgeId>,
}

impl<'g> IncludedBody<'g> {
    /// What the statements name in these parts; `None` when nothing is asked for.
    pub(crate) fn of_edges(wire: Wire<'g>, views: &[EdgeView<'g>], parts: &[Part]) -> Option<Self> {
        if parts.is_empty() {
            return None;
        }
        let mut collector = Collector {
            wire,
            entities: Vec::new(),
            edges: Vec::new(),
            seen_nodes: HashSet::new(),
            seen_edges: views.iter().map(EdgeView::id).collect(),
        };
        for view in views {
            for part in parts {
                collector.take(view, *part);
            }
        }
        Some(Self {
            entities: collector.entities.iter().map(|view| EntityBody::new(wire, view)).collect(),
            edges: collector.edges.iter().map(|view| EdgeBody::new(wire, view)).collect(),
        })
    }
}

impl<'g> Collector<'g> {
    fn take(&mut self, view: &EdgeView<'g>, part: Part) {
        let commitment = view.detail().commitment();
        match part {
            Part::Subject => self.node(Some(view.subject().node())),
            Part::Object => self.node(Some(view.object().node())),
            Part::Coalition => self.node(commitment.and_then(|c| c.coalition)),
            Part::Meeting => self.node(commitment.and_then(|c| c.meeting)),
            Part::Place => self.node(match view.detail() {
                EdgeDetail::Attendance(detail) => detail.place,
                _ => commitment.and_then(|c| c.place),
            }),
            Part::ActingThrough => self.node(match view.detail() {
                EdgeDetail::Request(detail) => detail.acting_through,
                _ => commitment.and_then(|c| c.acting_through),
            }),
            Part::Conditions => {
                let leaves = commitment.and_then(|c| c.conditions.as_ref()).map(|c| c.root.leaves());
                leaves.into_iter().flatten().for_each(|(node, _)| self.node(Some(*node)));
            }
            Part::Sources => view.evidence().iter().for_each(|piece| self.node(Some(piece.source))),
            Part::Agents => {
                view.evidence().iter().flat_map(|p| p.attribution.iter()).for_each(|link| self.node(link.agent));
            }
            Part::Links => {
                for link in view.links() {
                    let other = self.wire.graph.edge(link.edge).filter(|edge| self.seen_edges.insert(edge.id()));
                    self.edges.extend(other);
                }
            }
        }
    }

    fn node(&mut self, node: Option<Node>) {
        if let Some(node) = node.filter(|node| self.seen_nodes.insert(*node)) {
            self.entities.push(self.wire.graph.at(node));
        }
    }
}
