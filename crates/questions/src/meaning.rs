//! What is said, as fragments of a query that are put together.

use pledgegraph_model::EntityId;
use serde_json::{Map, Value};

/// A part of a query.
pub(crate) type Means = Map<String, Value>;

/// Both together; `None` when they contradict each other.
pub(crate) fn merged(a: &Means, b: &Means) -> Option<Means> {
    let mut all = a.clone();
    for (key, theirs) in b {
        let together = match (all.get(key), theirs) {
            (None, theirs) => theirs.clone(),
            (Some(Value::Object(ours)), Value::Object(theirs)) => Value::Object(merged(ours, theirs)?),
            (Some(Value::Array(ours)), Value::Array(theirs)) => {
                let mut list = ours.clone();
                list.extend(theirs.iter().filter(|value| !ours.contains(value)).cloned());
                Value::Array(list)
            }
            (Some(ours), theirs) if ours == theirs => continue,
            _ => return None,
        };
        all.insert(key.clone(), together);
    }
    Some(all)
}

/// The fragment that puts an entity at a path. `assume.true` supposes that a condition holds; a last member that begins
/// with `+` holds together with others of its name, where without it any of them does.
pub(crate) fn at(path: &[Box<str>], id: EntityId) -> Means {
    let id = Value::from(id.0.to_string());
    let (last, before) = match path {
        [assume, truth] if &**assume == "assume" => {
            let assumed = Map::from_iter([("condition".to_owned(), id), ("truth".to_owned(), Value::from(&**truth))]);
            return Map::from_iter([("assume".to_owned(), Value::Array(vec![Value::Object(assumed)]))]);
        }
        [before @ .., last] => (last, before),
        [] => return Map::new(),
    };
    let mut means = Map::from_iter([(last.to_string(), Value::Array(vec![id]))]);
    for member in before.iter().rev() {
        means = Map::from_iter([(member.to_string(), Value::Object(means))]);
    }
    means
}

/// The query that is meant: members with `+` become branches of `all_of`.
pub(crate) fn query_of(means: &Means) -> Value {
    let mut whole = Map::new();
    let mut branches: Vec<Value> = Vec::new();
    for (key, value) in means {
        match (key.strip_prefix('+'), value) {
            (Some(bare), Value::Array(values)) => {
                for value in values {
                    let one = Value::Array(vec![value.clone()]);
                    if !whole.contains_key(bare) && !means.contains_key(bare) {
                        whole.insert(bare.to_owned(), one);
                    } else {
                        branches.push(Value::Object(Map::from_iter([(bare.to_owned(), one)])));
                    }
                }
            }
            (_, Value::Object(inner)) => {
                whole.insert(key.clone(), query_of(inner));
            }
            (_, value) => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
    if !branches.is_empty() {
        let all = whole.entry("all_of").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all) = all {
            all.extend(branches);
        }
    }
    Value::Object(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn means(value: Value) -> Means {
        if let Value::Object(means) = value { means } else { Means::new() }
    }

    #[test]
    fn fragments_are_put_together_unless_they_contradict() {
        let a = means(json!({"find": "commitments", "where": {"capability": ["financial"]}}));
        let b = means(json!({"where": {"capability": ["humanitarian"], "stance_min": "willing"}}));
        let both = json!({"find": "commitments", "where": {"capability": ["financial", "humanitarian"], "stance_min": "willing"}});
        assert_eq!(merged(&a, &b).map(Value::Object), Some(both));
        assert_eq!(merged(&a, &means(json!({"find": "offices"}))), None);
    }

    #[test]
    fn conditions_that_hold_together_are_branches() {
        let asked = means(json!({"where": {"+condition": ["a", "b"]}}));
        let expected = json!({"where": {"condition": ["a"], "all_of": [{"condition": ["b"]}]}});
        assert_eq!(query_of(&asked), expected);
    }
}
