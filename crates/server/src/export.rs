//! The whole graph as lines that an import reads.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use pledgegraph_graph::{EdgeFilter, EdgeView, EntityFilter, EntityView, Graph, Page};
use pledgegraph_live::{Live, Row, StoreError};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, Removed};
use serde_json::{Value, json};

use crate::body::{Naming, write_edge, write_entity};

/// How many records are written at once.
const AT_ONCE: usize = 500;

/// What is written next.
enum Next {
    /// The entities after one.
    Entities(Option<EntityId>),
    /// The edges after one.
    Edges(Option<EdgeId>),
}

/// All entities, then all statements, in the published order, as of one version. The statements come from the graph, the
/// words of their sources from the database: as they stand, or from the log where a statement was changed since.
pub(crate) fn lines(live: Live, graph: Arc<Graph>) -> Body {
    let pieces = stream::unfold(Some(Next::Entities(None)), move |next| {
        let (live, graph) = (live.clone(), Arc::clone(&graph));
        async move {
            match next? {
                Next::Entities(after) => {
                    let (piece, last) = entities(&graph, after);
                    let next = last.map_or(Next::Edges(None), |last| Next::Entities(Some(last)));
                    Some((Ok(piece), Some(next)))
                }
                Next::Edges(after) => match edges(&live, &graph, after).await {
                    Ok((piece, last)) => Some((Ok(piece), last.map(|last| Next::Edges(Some(last))))),
                    Err(error) => {
                        tracing::error!("an export broke off: {error}");
                        Some((Err(error), None))
                    }
                },
            }
        }
    });
    // Compression polls once more after the end, which `unfold` does not stand.
    Body::from_stream(pieces.fuse())
}

fn entities(graph: &Graph, after: Option<EntityId>) -> (Bytes, Option<EntityId>) {
    let page = graph.entities(&EntityFilter::default(), Page { after, limit: AT_ONCE });
    let mut text = Vec::with_capacity(AT_ONCE * 256);
    for view in &page.items {
        push(&mut text, &entity_line(view.entity(), graph));
    }
    let last = if page.items.len() == AT_ONCE { page.items.last().map(EntityView::id) } else { None };
    (text.into(), last)
}

async fn edges(live: &Live, graph: &Graph, after: Option<EdgeId>) -> Result<(Bytes, Option<EdgeId>), StoreError> {
    let page = graph.edges(&EdgeFilter::default(), Page { after, limit: AT_ONCE });
    let ids: Vec<EdgeId> = page.items.iter().map(EdgeView::id).collect();
    let standing = live.whole_edges(&ids).await?;
    let mut standing: HashMap<EdgeId, (Edge, i64)> =
        standing.into_iter().map(|(edge, version)| (edge.id, (edge, version))).collect();
    let mut text = Vec::with_capacity(AT_ONCE * 1024);
    for view in &page.items {
        let edge = match standing.remove(&view.id()) {
            Some((edge, version)) if version == view.version() => edge,
            _ => former(live, view).await?,
        };
        push(&mut text, &edge_line(&edge, graph));
    }
    let last = if ids.len() == AT_ONCE { ids.last().copied() } else { None };
    Ok((text.into(), last))
}

/// A statement that was changed or retracted since, as it was.
async fn former(live: &Live, view: &EdgeView<'_>) -> Result<Edge, StoreError> {
    let found = live.version_at(Removed::Edge(view.id()), view.version()).await?;
    match found.and_then(|version| version.row) {
        Some(Row::Edge(edge)) => Ok(edge),
        _ => Err(StoreError::BrokenLog { seq: view.version(), problem: format!("it lacks the edge {}", view.id()) }),
    }
}

/// An entity as a line; entities that the graph lacks are named by their identifiers.
pub fn entity_line(entity: &Entity, graph: &Graph) -> Value {
    let mut value = write_entity(entity, graph);
    set(&mut value, "id", json!(entity.id));
    if !entity.redirects.is_empty() {
        set(&mut value, "redirects", json!(entity.redirects));
    }
    value
}

/// A statement as a line; entities that the graph lacks are named by their identifiers.
pub fn edge_line(edge: &Edge, graph: &Graph) -> Value {
    let mut value = write_edge(edge, graph, Naming::General);
    set(&mut value, "id", json!(edge.id));
    value
}

fn set(value: &mut Value, name: &str, field: Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), field);
    }
}

fn push(text: &mut Vec<u8>, value: &Value) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *text, value);
    text.push(b'\n');
}
