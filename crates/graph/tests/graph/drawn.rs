//! Graphs from JSON, for tests that draw their own.

use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityRef};

/// The identifier of what a reference names.
pub(crate) fn id(reference: &str) -> EntityId {
    EntityId::of_key(reference)
}

/// What a reference in JSON names.
fn named() -> impl Fn(EntityRef) -> Result<EntityId, ()> {
    |reference| Ok(id(&reference.to_string()))
}

/// An entity.
pub(crate) fn entity(json: &str) -> Entity {
    let read: Entity<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
    read.try_map(named()).expect("total")
}

/// A statement with the key that its identifier is made of.
pub(crate) fn edge(key: &str, json: &str) -> Edge {
    let read: Edge<EntityRef> = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
    Edge { id: EdgeId::of_key(key), ..read.try_map(named(), Ok).expect("total") }
}

/// A graph of entities, and of statements each with the key that its identifier is made of.
pub(crate) fn graph(entities: &[String], edges: &[(String, String)]) -> Graph {
    Builder::one_commit(entities.iter().map(|json| entity(json)), edges.iter().map(|(key, json)| edge(key, json)))
}
