//! Everything that names an entity: what a merge rewrites and a cascade retracts.

use std::collections::BTreeSet;

use pledgegraph_graph::{EdgeFilter, EdgeView, EntityFilter, EntityView, Graph, Page};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityKind};

use crate::error::ApiError;
use crate::problem::Problem;

/// The most statements that one write rewrites or retracts.
const MOST: usize = 20_000;

/// The statements that name an entity, in whatever role. O(those).
pub(crate) fn statements(graph: &Graph, id: EntityId) -> Result<BTreeSet<EdgeId>, ApiError> {
    let one = || Some(vec![id]);
    let none = EdgeFilter::default;
    let roles = [
        EdgeFilter { touching: one(), ..none() },
        EdgeFilter { coalition: one(), ..none() },
        EdgeFilter { condition: one(), ..none() },
        EdgeFilter { source: one(), ..none() },
        EdgeFilter { agent: one(), ..none() },
        EdgeFilter { meeting: one(), ..none() },
        EdgeFilter { place: one(), ..none() },
        EdgeFilter { acting_through: one(), ..none() },
    ];
    let mut found = BTreeSet::new();
    for role in roles {
        found.extend(graph.edges(&role, Page::first(MOST + 1)).items.iter().map(EdgeView::id));
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
    let filter = EdgeFilter {
        kinds: vec![edge.kind()],
        subject: Some(vec![edge.subject]),
        object: Some(vec![edge.object]),
        ..EdgeFilter::default()
    };
    // The graph in memory has no quotations.
    let mut content = edge.clone();
    content.evidence.iter_mut().for_each(|piece| piece.quotation = None);
    // Most differ here already, which needs no copy.
    let detail = edge.detail.clone().try_map(&mut |id| graph.handle(id).ok_or(())).ok()?;
    let found = graph.edges(&filter, Page::first(MOST));
    let same = found.items.iter().filter(|view| *view.detail() == detail).find(|view| {
        content.id = view.id();
        view.to_edge() == content
    });
    same.map(EdgeView::id)
}

/// The entities whose own fields name an entity: tests of conditions, publishers of sources. O(conditions and sources).
pub(crate) fn entities(graph: &Graph, id: EntityId) -> Vec<Entity> {
    let kinds = vec![EntityKind::Condition, EntityKind::Source];
    let found = graph.entities(&EntityFilter { kinds, ..EntityFilter::default() }, Page::first(usize::MAX));
    found.items.iter().map(EntityView::entity).filter(|entity| entity.references().contains(&id)).cloned().collect()
}
