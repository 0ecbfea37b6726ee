//! Graphs from JSON, for tests that draw their own.

use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityRef};

/// The identifier of what a reference names.
pub(crate) fn id(reference: &str) -> EntityId {
    EntityId::of_key(reference)
}

/// A graph of entities, and of statements each with the key that its identifier is made of.
pub(crate) fn graph(entities: &[String], edges: &[(String, String)]) -> Graph {
    let named = |r: EntityRef| Ok::<_, ()>(id(&r.to_string()));
    let entity = |json: &String| {
        let read: Entity<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        read.try_map(named).expect("total")
    };
    let edge = |(key, json): &(String, String)| {
        let read: Edge<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        Edge { id: EdgeId::of_key(key), ..read.try_map(named, Ok).expect("total") }
    };
    Builder::one_commit(entities.iter().map(entity), edges.iter().map(edge))
}
