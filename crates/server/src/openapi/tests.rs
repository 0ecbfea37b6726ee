//! The rules that make every generator of clients read the document.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{document, text};

fn walk<'v>(value: &'v Value, pointer: &str, each: &mut impl FnMut(&str, &'v Value)) {
    each(pointer, value);
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| walk(v, &format!("{pointer}/{key}"), each)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{pointer}/{i}"), each)),
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<&Value> {
    let paths = document["paths"].as_object().expect("paths");
    paths.values().flat_map(|item| item.as_object().expect("an item").values()).collect()
}

/// What a reference refers to.
fn followed<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?));
    target.unwrap_or(value)
}

#[test]
fn every_reference_resolves() {
    let document = document();
    walk(&document, "", &mut |pointer, value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').expect("a local reference");
            assert!(document.pointer(target).is_some(), "{pointer} refers to {target}, which does not exist");
        }
    });
}

#[test]
fn every_component_is_used() {
    let document = document();
    let mut used = HashSet::new();
    walk(&document, "", &mut |_, value| {
        used.extend(value.get("$ref").and_then(Value::as_str).map(str::to_owned));
    });
    let sections = document["components"].as_object().expect("components");
    for (section, named) in sections.iter().filter(|(section, _)| *section != "securitySchemes") {
        for name in named.as_object().expect("a section").keys() {
            assert!(used.contains(&format!("#/components/{section}/{name}")), "{name} of {section} is not used");
        }
    }
}

#[test]
fn no_two_schemas_are_the_same() {
    let document = document();
    let mut known = HashMap::new();
    for (name, value) in document["components"]["schemas"].as_object().expect("schemas") {
        let mut bare = value.clone();
        bare.as_object_mut().expect("a schema").remove("description");
        // A record is called by its kind, whatever others have alike.
        let record = value["properties"]["id"].is_object() && value["properties"]["kind"].is_object();
        if let Some(other) = (!record).then(|| known.insert(bare.to_string(), name)).flatten() {
            panic!("{other} and {name} are the same");
        }
    }
}

#[test]
fn closed_sets_and_parameters_have_names() {
    let document = document();
    walk(&document, "", &mut |pointer, value| {
        let depth = pointer.matches('/').count();
        let named = pointer.starts_with("/components/schemas/") && depth == 3;
        assert!(named || value.get("enum").is_none(), "an enum without a name at {pointer}");
        let parameter = value.get("in").is_some() && value.get("schema").is_some();
        assert!(!parameter || pointer.starts_with("/components/parameters/"), "a parameter at {pointer}");
    });
}

#[test]
fn operations_are_named_described_and_public() {
    let document = document();
    let mut seen = HashSet::new();
    for operation in operations(&document) {
        let id = operation["operationId"].as_str().expect("an operation id");
        assert!(seen.insert(id), "{id} is not unique");
        assert!(
            id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit()),
            "{id} is not snake_case"
        );
        for field in ["summary", "description"] {
            assert!(operation[field].as_str().is_some_and(|text| !text.is_empty()), "{id} has no {field}");
        }
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{id} has one tag");
        // Analyses and questions take a body and only ask.
        let asks = ["analyses", "questions"].iter().any(|tag| operation["tags"][0] == *tag);
        let writes = (operation.get("requestBody").is_some() && !asks) || id.starts_with("retract_");
        let closed = writes || id == "list_audit";
        let token = serde_json::json!({ "token": [] });
        let stated = operation.get("security").unwrap_or(&document["security"]);
        let open = [serde_json::json!([{}]), serde_json::json!([{}, token])];
        let right = if closed { *stated == serde_json::json!([token]) } else { open.contains(stated) };
        assert!(right, "{id} states that {stated} may call it");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let response = followed(&document, response);
            assert!(response["description"].as_str().is_some_and(|t| !t.is_empty()), "{id} {status}");
        }
        let problem = &followed(&document, &operation["responses"]["default"])["content"]["application/problem+json"];
        assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{id}");
    }
    assert!(seen.len() > 70, "{} operations", seen.len());
}

#[test]
fn nothing_is_nullable_united_or_bare() {
    let document = document();
    walk(&document, "", &mut |pointer, value| {
        let Value::Object(map) = value else { return };
        // A merge patch removes a field by `null`.
        let patch = pointer.contains("Patch/properties");
        for word in ["oneOf", "anyOf", "allOf", "propertyNames", "const", "prefixItems"] {
            let or_null = word == "anyOf" && patch && value[word][1] == serde_json::json!({ "type": "null" });
            assert!(!map.contains_key(word) || or_null, "{word} at {pointer}");
        }
        if let (Some(Value::Array(types)), false) = (map.get("type"), patch) {
            panic!("several types at {pointer}: {types:?}");
        }
        assert!(patch || map.get("type") != Some(&Value::from("null")), "null at {pointer}");
        assert!(!(map.is_empty() && pointer.contains("/schema")), "a bare schema at {pointer}");
    });
}

#[test]
fn is_the_one_that_is_checked_in() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, text()).expect("openapi/openapi.json can be written");
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == text(),
        "openapi/openapi.json is stale: run UPDATE_OPENAPI=1 cargo test -p pledgegraph-server"
    );
}
