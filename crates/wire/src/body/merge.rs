//! Merge patches (RFC 7396) on the draft form.

use pledgegraph_model::{EdgeKind, EntityKind, Field, Takes};
use serde_json::{Map, Value};

use super::reader::BodyReader;
use super::tables::{self, edges};
use super::{Form, Resolve, edge, entity};
use crate::refusal::FieldError;

/// The draft of an entity with a patch applied to it; read it again as any draft.
///
/// # Errors
/// What [`super::read_entity`] cannot see any more: a patch that is no object, `null` for a field that does not exist.
pub fn patch_entity(
    current: &Value,
    patch: &Value,
    kind: EntityKind,
    resolve: &dyn Resolve,
) -> Result<Value, Vec<FieldError>> {
    let fields: Vec<&Field> = entity::fields(kind, Form::Request);
    apply(current, patch, &fields, &entity::read_only(kind), resolve)
}

/// The draft of a statement with a patch applied to it; read it again as any draft. `kinds` are those of the collection,
/// `kind` that of the statement. Removing the conditions removes their `relation`.
///
/// # Errors
/// As [`patch_entity`].
pub fn patch_edge(
    current: &Value,
    patch: &Value,
    kinds: &[EdgeKind],
    kind: EdgeKind,
    resolve: &dyn Resolve,
) -> Result<Value, Vec<FieldError>> {
    let ends = edge::end_fields(kind, edge::is_typed(kinds, Form::Request));
    let fields: Vec<&Field> = ends.iter().chain(edge::fields(kind, Form::Request)).collect();
    let mut merged = apply(current, patch, &fields, &tables::read_only(edges::READ_ONLY), resolve)?;
    if let (Some(draft), Some(Value::Null), None) =
        (merged.as_object_mut(), patch.get("conditions"), patch.get("relation"))
    {
        draft.remove("relation");
    }
    Ok(merged)
}

fn apply(
    current: &Value,
    patch: &Value,
    fields: &[&Field],
    read_only: &[&str],
    resolve: &dyn Resolve,
) -> Result<Value, Vec<FieldError>> {
    let mut reader = BodyReader::new(resolve);
    let Some(members) = reader.members(patch) else { return Err(reader.finish()) };
    nulls(&mut reader, members, fields, read_only);
    if !reader.is_sound() {
        return Err(reader.finish());
    }
    let mut merged = current.clone();
    merge(&mut merged, patch);
    Ok(merged)
}

/// Refuses `null` for what is no field: applying the patch would lose it silently.
fn nulls(reader: &mut BodyReader<'_>, members: &Map<String, Value>, fields: &[&Field], read_only: &[&str]) {
    for (name, value) in members {
        let field = fields.iter().find(|field| field.name == name);
        match (value, field.map(|field| field.takes)) {
            (Value::Null, None) => reader.known(name, fields, read_only),
            (Value::Object(inner), Some(Takes::Object(table) | Takes::Conditions(table))) => {
                let mark = reader.down(name);
                nulls(reader, inner, &table.fields.iter().collect::<Vec<_>>(), table.read_only);
                reader.up(mark);
            }
            _ => {}
        }
    }
}

/// Applies a patch: objects are merged, `null` removes, anything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        patch.clone_into(target);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A, that begin with an object or need one.
    #[test]
    fn merges_as_the_standard_says() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result, "{target} {patch}");
        }
    }
}
