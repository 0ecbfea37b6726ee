//! What `include=` adds: the whole bodies of what the items name.

use std::collections::HashSet;

use pledgegraph_graph::{EdgeView, EntityView, Node};
use pledgegraph_model::{EdgeDetail, EdgeId, EdgeKind, EntityId, Takes, Value};
use serde::Serialize;
use utoipa::ToSchema;

use super::Wire;
use super::edge::{EdgeBody, EndNames};
use super::entity::EntityBody;

/// The whole bodies of what the items name, each once.
#[derive(Serialize, ToSchema)]
#[schema(as = Included)]
pub struct IncludedBody<'g> {
    /// Entities.
    entities: Vec<EntityBody<'g>>,
    /// Statements that the items are linked with.
    edges: Vec<EdgeBody<'g>>,
}

/// What the parts of statements are that can be included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who it is about.
    Subject,
    /// Whom or what it is about.
    Object,
    /// What a field of the kind's own names, or the conditions in it.
    Field(&'static str),
    /// The documents that say it.
    Sources,
    /// Who said it.
    Agents,
    /// The statements that it is linked with.
    Links,
}

impl Part {
    /// The parts of statements of some kinds, by the names that `include=` takes.
    pub fn of(kinds: &[EdgeKind]) -> Vec<(&'static str, Self)> {
        let [(subject, ..), (object, ..)] = EndNames::of(kinds).names();
        let mut parts = vec![(subject, Self::Subject), (object, Self::Object)];
        for field in kinds.iter().flat_map(|kind| EdgeDetail::<EntityId>::fields(*kind)) {
            let names = matches!(field.takes, Takes::Reference(_) | Takes::Conditions(_));
            if names && parts.iter().all(|(known, _)| *known != field.name) {
                parts.push((field.name, Self::Field(field.name)));
            }
        }
        parts.extend([("sources", Self::Sources), ("agents", Self::Agents), ("links", Self::Links)]);
        parts
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
    pub fn of_edges(wire: Wire<'g>, views: &[EdgeView<'g>], parts: &[Part]) -> Option<Self> {
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
        match part {
            Part::Subject => self.node(Some(view.subject().node())),
            Part::Object => self.node(Some(view.object().node())),
            Part::Field(name) => {
                let own = view.detail().values().find(|(field, _)| field.name == name);
                match own.map(|(_, value)| value) {
                    Some(Value::Entity(node)) => self.node(Some(*node)),
                    Some(Value::Conditions(conditions)) => {
                        conditions.root.leaves().into_iter().for_each(|(node, _)| self.node(Some(*node)));
                    }
                    _ => {}
                }
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
