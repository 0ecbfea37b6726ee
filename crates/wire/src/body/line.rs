//! Records as the lines that an export writes and an import reads.

use pledgegraph_graph::Graph;
use pledgegraph_model::{Edge, Entity};
use serde_json::{Value, json};

use super::write::{Naming, write_edge, write_entity};

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
