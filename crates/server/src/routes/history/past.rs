//! Old versions of records, shown as today's are.

use pledgegraph_graph::Graph;
use pledgegraph_live::{Live, Row, RowVersion};
use pledgegraph_model::{Change, Edge, EntityId, Removed, Stamp, edge_hash, entity_hash};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::evidence::quotations_of;
use serde_json::Value;

use crate::error::ApiError;
use crate::routes::write::collection::Collection;

/// A version as an answer shows it; `None` where the record was gone.
pub(crate) async fn record(
    live: &Live,
    graph: &Graph,
    collection: Collection,
    lang: &str,
    row: Removed,
    version: &RowVersion,
) -> Result<Option<Value>, ApiError> {
    let Some(content) = &version.row else { return Ok(None) };
    let stamp = Stamp { version: version.seq, recorded_at: version.recorded_at };
    let quotations = match content {
        Row::Edge(edge) => quotations_of(edge),
        Row::Entity(_) => Vec::new(),
    };
    let mut rows = Vec::new();
    let (change, names) = match content {
        Row::Entity(entity) => (Change::PutEntity(Box::new(entity.clone()), entity_hash(entity)), entity.references()),
        Row::Edge(edge) => (Change::PutEdge(Box::new(edge.clone()), edge_hash(edge)), named(edge)),
    };
    // What it names may be gone by now, and is shown as it last was.
    for id in names.into_iter().filter(|id| graph.entity(*id).is_none_or(|view| view.id() != *id)) {
        rows.extend(last(live, id, graph.seq()).await?);
    }
    rows.push((change, stamp));
    let graph = graph.showing(&rows);
    let shown = collection.show(Wire::new(&graph, lang), row, &quotations)?;
    serde_json::to_value(&shown).map(Some).map_err(ApiError::internal)
}

/// An entity as it was before it was removed, at or before a commit.
async fn last(live: &Live, id: EntityId, seq: i64) -> Result<Option<(Change, Stamp)>, ApiError> {
    let version = live.last_version_at(Removed::Entity(id), seq).await.map_err(ApiError::of_store)?;
    Ok(version.and_then(|version| match version.row {
        Some(Row::Entity(entity)) => {
            let hash = entity_hash(&entity);
            let stamp = Stamp { version: version.seq, recorded_at: version.recorded_at };
            Some((Change::PutEntity(Box::new(entity), hash), stamp))
        }
        _ => None,
    }))
}

/// Every entity that a statement names.
fn named(edge: &Edge) -> Vec<EntityId> {
    let mut names = Vec::new();
    let collected = edge.clone().try_map(
        |id| {
            names.push(id);
            Ok::<_, std::convert::Infallible>(id)
        },
        Ok,
    );
    let Ok(_) = collected;
    names.sort_unstable();
    names.dedup();
    names
}

/// The JSON patch (RFC 6902) from one version to the next; that every commit has another number says nothing.
pub(crate) fn diff(before: Option<&Value>, after: Option<&Value>) -> Vec<Value> {
    let content = |value: Option<&Value>| {
        let mut value = value.cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        if let Some(fields) = value.as_object_mut() {
            fields.remove("version");
            fields.remove("recorded_at");
        }
        value
    };
    let patch = json_patch::diff(&content(before), &content(after));
    patch.0.iter().filter_map(|step| serde_json::to_value(step).ok()).collect()
}
