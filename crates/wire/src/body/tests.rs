//! What bodies are refused for, and that records survive the way to a draft and back.

mod entities;
mod round_trip;
mod schemas;
mod statements;

use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{Edge, EdgeId, EdgeKind, Entity, EntityKind};
use serde_json::{Value, json};

use super::{Form, read_edge, read_entity};
use crate::refusal::FieldError;

/// A small graph for drafts to refer to.
fn graph() -> Graph {
    let entity = |json: Value| serde_json::from_value::<Entity>(json).expect("an entity");
    let named = |kind: &str, slug: &str, name: &str| json!({"kind": kind, "slug": slug, "names": {"en": name}});
    let mut entities: Vec<Entity> = [
        ("coalition", "of-the-willing", "Coalition of the Willing"),
        ("group", "allies", "European allies"),
        ("person", "starmer", "Keir Starmer"),
        ("meeting", "summit", "Summit"),
        ("place", "modern", "Modern"),
        ("source", "article", "An article"),
    ]
    .map(|(kind, slug, name)| entity(named(kind, slug, name)))
    .into();
    for (slug, alpha3, name) in
        [("GB", "GBR", "United Kingdom"), ("UA", "UKR", "Ukraine"), ("CI", "CIV", "Côte d'Ivoire")]
    {
        let mut country = named("country", slug, name);
        country["iso3166"] = json!({"alpha2": slug, "alpha3": alpha3, "numeric": "826"});
        entities.push(entity(country));
    }
    let gb = entities[6].id;
    let mut condition = named("condition", "ceasefire", "Ceasefire");
    condition["condition_kind"] = json!("ceasefire");
    entities.push(entity(condition));
    let mut backing = named("condition", "backing", "British backing");
    backing["condition_kind"] = json!("third_party_backing");
    backing["test"] = json!({"actor": gb, "capability": "political.backstop", "min_stance": "pledged"});
    entities.push(entity(backing));
    let source = entities[5].id;
    let edge = json!({"kind": "membership", "subject": gb, "object": entities[0].id, "role": "leader",
        "evidence": [{"source": source, "explicitness": "explicit"}]});
    let edge = Edge { id: EdgeId::of_key("membership"), ..serde_json::from_value::<Edge>(edge).expect("an edge") };
    Builder::one_commit(entities, vec![edge])
}

/// The value with another at a pointer; a `null` removes.
fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match value.pointer_mut(parent).expect("the parent exists") {
        Value::Array(list) => list[name.parse::<usize>().expect("an index")] = new,
        Value::Object(map) if new == Value::Null => {
            map.remove(name);
        }
        other => other[name] = new,
    }
    value
}

/// (pointer, code) of each fault.
fn codes(faults: &[FieldError]) -> Vec<(String, &'static str)> {
    for fault in faults {
        assert!(fault.detail.chars().count() < 250, "{}", fault.detail);
    }
    faults.iter().map(|fault| (fault.pointer.clone().expect("a pointer"), fault.code)).collect()
}

fn faults_of_entity(value: &Value, kind: EntityKind, form: Form) -> Vec<(String, &'static str)> {
    let graph = graph();
    codes(&read_entity(value, kind, form, &&graph).err().unwrap_or_default())
}

fn faults_of_edge(value: &Value, kinds: &[EdgeKind], form: Form) -> Vec<(String, &'static str)> {
    let graph = graph();
    codes(&read_edge(value, kinds, form, &&graph).err().unwrap_or_default())
}
