//! Everything that names an entity: what a merge rewrites and a cascade retracts.

use std::collections::BTreeSet;

use pledgegraph_graph::{EdgeQuery, EdgeView, EntityQuery, EntityView, Graph, Page};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityKind, Where};
use pledgegraph_wire::problem::Problem;

use crate::error::ApiError;

/// The most statements that one write rewrites or retracts.
const MOST: usize = 20_000;

/// The statements that name an entity, in whatever role. O(those).
pub(crate) fn statements(graph: &Graph, id: EntityId) -> Result<BTreeSet<EdgeId>, ApiError> {
    let one = || vec![id];
    let roles = [
        Where { touching: one(), ..Where::all() },
        Where { coalition: one(), ..Where::all() },
        Where { condition: one(), ..Where::all() },
        Where { source: one(), ..Where::all() },
        Where { agent: one(), ..Where::all() },
        Where { meeting: one(), ..Where::all() },
        Where { place: one(), ..Where::all() },
        Where { acting_through: one(), ..Where::all() },
    ];
    let mut found = BTreeSet::new();
    for role in roles {
        found.extend(graph.edges(&EdgeQuery::of(&[], role), Page::first(MOST + 1)).items.iter().map(EdgeView::id));
        if found.len() > MOST {
            let detail = format!("more than {MOST} statements name it, which is more than one write changes");
            return Err(ApiError::new(Problem::QueryTooExpensive, detail));
        }
    }
    Ok(found)
}

/// A statement that says the same with the same evidence: its identifier apart, nothing tells them apart. O(statements of
/// the subject). Two that are written at the same moment are not seen.
pub(crate) fn duplicate(graph: &Graph, edge: &Edge) -> Option<EdgeId> {
    let which = Where { subject: vec![edge.subject], object: vec![edge.object], ..Where::all() };
    let query = EdgeQuery::of(&[edge.kind()], which);
    // The graph in memory has no quotations.
    let mut content = edge.clone();
    content.evidence.iter_mut().for_each(|piece| piece.quotation = None);
    // Most differ here already, which needs no copy.
    let detail = edge.detail.clone().try_map(&mut |id| graph.handle(id).ok_or(())).ok()?;
    let found = graph.edges(&query, Page::first(MOST));
    let same = found.items.iter().filter(|view| *view.detail() == detail).find(|view| {
        content.id = view.id();
        view.to_edge() == content
    });
    same.map(EdgeView::id)
}

/// The entities whose own fields name an entity: tests of conditions, publishers of sources. O(conditions and sources).
pub(crate) fn entities(graph: &Graph, id: EntityId) -> Vec<Entity> {
    let query = EntityQuery::of(&[EntityKind::Condition, EntityKind::Source], Where::all());
    let found = graph.entities(&query, Page::first(usize::MAX));
    found.items.iter().map(EntityView::entity).filter(|entity| entity.references().contains(&id)).cloned().collect()
}
