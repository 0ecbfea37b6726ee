//! Graphs from JSON, for tests that draw their own.

use chrono::DateTime;
use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityRef, Stamp, edge_hash, entity_hash};

/// The identifier of what a reference names.
pub(crate) fn id(reference: &str) -> EntityId {
    EntityId::of_key(reference)
}

/// A graph of entities, and of statements each with the key that its identifier is made of.
pub(crate) fn graph(entities: &[String], edges: &[(String, String)]) -> Graph {
    let named = |r: EntityRef| Ok::<_, ()>(id(&r.to_string()));
    let stamp = Stamp { version: 1, recorded_at: DateTime::UNIX_EPOCH };
    let mut builder = Builder::new();
    let mut digest = 0;
    for json in entities {
        let read: Entity<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        let entity = read.try_map(named).expect("total");
        let hash = entity_hash(&entity);
        digest ^= hash;
        builder.add_entity(entity, hash, stamp, 1);
    }
    for (key, json) in edges {
        let read: Edge<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        let mut edge = read.try_map(named, Ok).expect("total");
        edge.id = EdgeId::of_key(key);
        let hash = edge_hash(&edge);
        digest ^= hash;
        builder.add_edge(edge, hash, stamp, 1);
    }
    builder.finish(1, [1; 16], digest, None)
}
