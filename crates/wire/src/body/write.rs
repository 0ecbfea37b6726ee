//! Records in the draft form.

use std::convert::Infallible;

use pledgegraph_graph::Graph;
use pledgegraph_model::{
    COMMON_FIELDS, Code, Conditionality, Edge, EdgeDetail, EdgeKind, Entity, EntityDetail, EntityId, Field, Takes,
};
use serde_json::{Map, Value, json};

/// How a draft names the ends of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// As typed collections do: a commitment has `pledger` and `beneficiary`, and there is no `kind`.
    Typed,
    /// As lines, `/v1/edges` and `/v1/relations` do: `kind`, `subject` and `object`.
    General,
}

/// How drafts name an entity: by its reference, else by its identifier.
fn reference(graph: &Graph, id: EntityId) -> String {
    let found = graph.entity(id).filter(|view| view.id() == id);
    found.map_or_else(|| id.to_string(), |view| view.reference().to_string())
}

/// The draft form of an entity, with `kind`; without `id` and `redirects`.
pub fn write_entity(entity: &Entity, graph: &Graph) -> Value {
    let named: Result<_, Infallible> = entity.clone().try_map(|id| Ok(reference(graph, id)));
    let mut value = named.map_or_else(|never| match never {}, |named| json!(named));
    if let Some(draft) = value.as_object_mut() {
        draft.remove("id");
        draft.remove("redirects");
        underive(draft, EntityDetail::<EntityId>::fields(entity.kind));
    }
    value
}

/// The draft form of a statement, without `id`.
pub fn write_edge(edge: &Edge, graph: &Graph, naming: Naming) -> Value {
    let named: Result<_, Infallible> = edge.clone().try_map(|id| Ok(reference(graph, id)), |id| Ok(id.to_string()));
    let mut value = named.map_or_else(|never| match never {}, |named| json!(named));
    if let Some(draft) = value.as_object_mut() {
        draft.remove("id");
        underive(draft, EdgeDetail::<EntityId>::fields(edge.kind()).iter().chain(&COMMON_FIELDS));
        if edge.kind() == EdgeKind::Commitment {
            put_conditions(draft);
        }
        if naming == Naming::Typed {
            draft.remove("kind");
        }
        if naming == Naming::Typed && edge.kind() == EdgeKind::Commitment {
            for (typed, plain) in [("pledger", "subject"), ("beneficiary", "object")] {
                if let Some(end) = draft.remove(plain) {
                    draft.insert(typed.to_owned(), end);
                }
            }
        }
    }
    value
}

/// Leaves out what is derived from the rest of an object, as the first day of a date is.
fn underive<'f>(draft: &mut Map<String, Value>, fields: impl IntoIterator<Item = &'f Field>) {
    for field in fields {
        if let (Takes::Object(table), Some(Value::Object(object))) = (field.takes, draft.get_mut(field.name)) {
            table.read_only.iter().for_each(|derived| drop(object.remove(*derived)));
        }
    }
}

/// Root and relation as fields of the statement. `conditionality` stays only where it does not follow from them, so
/// that a patch of the one does not contradict the other.
fn put_conditions(draft: &mut Map<String, Value>) {
    if let Some(Value::Object(mut conditions)) = draft.remove("conditions") {
        draft.extend(conditions.remove("relation").map(|relation| ("relation".to_owned(), relation)));
        draft.extend(conditions.remove("root").map(|root| ("conditions".to_owned(), root)));
    }
    if draft.get("conditionality").and_then(Value::as_str) != Some(Conditionality::Unconditional.as_str()) {
        draft.remove("conditionality");
    }
}
