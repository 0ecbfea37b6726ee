use pledgegraph_model::{Code as _, EdgeKind, EntityKind};
use serde_json::Value;

use crate::body::schema::{BodySchema, Mode, edge_body, entity_body};

fn all() -> Vec<BodySchema> {
    let modes = [Mode::Draft, Mode::Patch];
    let entities = EntityKind::ALL.iter().flat_map(|kind| modes.map(|mode| entity_body(*kind, mode)));
    let edges = EdgeKind::ALL.iter().flat_map(|kind| modes.map(|mode| edge_body(kind.as_str(), &[*kind], mode)));
    entities.chain(edges).chain(modes.map(|mode| edge_body("Edge", EdgeKind::ALL, mode))).collect()
}

#[test]
fn every_reference_resolves_and_a_name_means_one_schema() {
    let mut known: std::collections::HashMap<String, Value> = std::collections::HashMap::new();
    for body in all() {
        let names: Vec<&String> = body.schemas.iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], &body.name);
        for (name, schema) in &body.schemas {
            let json = serde_json::to_value(schema).expect("a schema");
            for target in references(&json) {
                assert!(names.iter().any(|n| **n == target), "{target} is missing of {}", body.name);
            }
            let first = known.entry(name.clone()).or_insert_with(|| json.clone());
            assert_eq!(*first, json, "{name}");
        }
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn drafts_are_closed_and_patches_nullable() {
    let json = |body: BodySchema| serde_json::to_value(&body.schemas[0].1).expect("a schema");
    let draft = json(edge_body("Commitment", &[EdgeKind::Commitment], Mode::Draft));
    assert_eq!(draft["additionalProperties"], Value::Bool(false));
    assert_eq!(draft["required"], serde_json::json!(["pledger", "beneficiary", "capability", "stance", "evidence"]));
    let patch = json(edge_body("Commitment", &[EdgeKind::Commitment], Mode::Patch));
    assert!(patch.get("required").is_none());
    for (name, property) in patch["properties"].as_object().expect("properties") {
        let null = serde_json::json!({ "type": "null" });
        let nullable = property["type"].as_array().is_some_and(|types| types.contains(&null["type"]))
            || property["anyOf"].as_array().is_some_and(|either| either.contains(&null));
        let required = name == "kind" || draft["required"].as_array().expect("names").contains(&Value::from(&**name));
        assert!(nullable != required, "{name}: {property}");
    }
    let any = json(edge_body("Edge", EdgeKind::ALL, Mode::Draft));
    assert_eq!(any["required"], serde_json::json!(["subject", "object", "evidence", "kind"]));
    assert_eq!(any["properties"]["role"]["type"], "string");
}
