//! What is said, as fragments of a query that are put together.

use pledgegraph_model::EntityId;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A part of a query.
pub(crate) type Means = Map<String, Value>;

/// Whether two lists of values of one member, from two parts of a question, are any of both, or contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// What is said twice is two things: no statement is both.
    Contradict,
    /// They stand beside each other, joined by an `or`.
    Any,
}

/// Where a part of a question goes that is about other statements than those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Under {
    /// The entity is the subject of such a statement.
    Has,
    /// The entity is the subject of no such statement.
    Lacks,
    /// The entity is the subject of no such statement on the matter that is said beside it.
    LacksIt,
    /// The entity is the subject of a statement on the same matter, but of none that is so firm.
    FallsShort,
    /// The statement is about such a statement.
    About,
}

/// Both together; `None` when they contradict each other. Branches of a tree, and members that begin with `+`, `-` or `&`, always stand
/// beside each other.
pub(crate) fn merged(a: &Means, b: &Means, lists: Lists) -> Option<Means> {
    let mut all = a.clone();
    for (key, theirs) in b {
        let together = match (all.get(key), theirs) {
            (None, theirs) => theirs.clone(),
            (Some(ours), theirs) if ours == theirs => continue,
            (Some(Value::Object(ours)), Value::Object(theirs)) => Value::Object(merged(ours, theirs, lists)?),
            (Some(Value::Array(ours)), Value::Array(theirs)) => {
                let stand_beside = lists == Lists::Any
                    || key.starts_with(['+', '-', '&'])
                    || ["assume", "withdraw", "select"].contains(&key.as_str())
                    || ours.iter().chain(theirs).all(Value::is_object);
                if !stand_beside {
                    return None;
                }
                let mut list = ours.clone();
                list.extend(theirs.iter().filter(|value| !ours.contains(value)).cloned());
                Value::Array(list)
            }
            _ => return None,
        };
        all.insert(key.clone(), together);
    }
    Some(all)
}

/// How much a fragment says of what is looked for: how many members of a `where` it gives a value.
pub(crate) fn weight(means: &Means) -> usize {
    means.get("where").and_then(Value::as_object).map_or(0, members)
}

fn members(which: &Means) -> usize {
    let of = |value: &Value| match value {
        Value::Object(inner) => members(inner),
        // Any of several values is one thing that is said; several branches are several.
        Value::Array(values) if values.iter().any(Value::is_object) => {
            values.iter().filter_map(Value::as_object).map(members).sum()
        }
        _ => 1,
    };
    which.iter().filter(|(member, _)| !member.starts_with('!')).map(|(_, value)| of(value)).sum()
}

/// The fragment that puts an entity at a path. `assume.true` supposes that a condition holds; a last member that begins
/// with `+` holds together with others of its name, where without it any of them does; with `-` it does not hold; one that
/// begins with `&` is told of each: whether it holds for all is no question of any.
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

/// What is said of the statements of an entity, as what is said of the entity.
pub(crate) fn under(place: Under, means: &Means) -> Option<Means> {
    // What is supposed is supposed of the question, and has no place in a join.
    if means.contains_key("assume") {
        return None;
    }
    let statements = |which: Option<&Value>| {
        let mut statements = Map::from_iter([("find".to_owned(), means.get("find")?.clone())]);
        statements.extend(which.map(|which| ("where".to_owned(), which.clone())));
        Some(Value::Object(statements))
    };
    if place == Under::About {
        let about = Map::from_iter([("about".to_owned(), statements(means.get("where"))?)]);
        let branch = Map::from_iter([("all_of".to_owned(), Value::Array(vec![Value::Object(about)]))]);
        return Some(Map::from_iter([("where".to_owned(), Value::Object(branch))]));
    }
    let related =
        |which: Option<&Value>| Some(Value::Object(Map::from_iter([("subject_of".to_owned(), statements(which)?)])));
    let own = related(means.get("where"))?;
    let list = |branch| Value::Array(vec![branch]);
    let which = match place {
        Under::Has | Under::About => Map::from_iter([("all_of".to_owned(), list(own))]),
        Under::Lacks => Map::from_iter([("none_of".to_owned(), list(own))]),
        Under::LacksIt => {
            let mut lacking = means.get("where")?.as_object()?.clone();
            lacking.insert(SAME.to_owned(), Value::Bool(true));
            Map::from_iter([("none_of".to_owned(), list(related(Some(&Value::Object(lacking)))?))])
        }
        Under::FallsShort => {
            let mut matter = means.get("where")?.as_object()?.clone();
            matter.retain(|member, _| !["stance", "stance_min", "stage"].contains(&member.as_str()));
            let matter = related(Some(&Value::Object(matter)))?;
            Map::from_iter([("all_of".to_owned(), list(matter)), ("none_of".to_owned(), list(own))])
        }
    };
    Some(Map::from_iter([("where".to_owned(), Value::Object(which))]))
}

/// The members of a `where` that lead to other statements.
const JOINS: [&str; 3] = ["subject_of", "object_of", "about"];

/// Marks what is of the same matter as what stands beside it.
const SAME: &str = "=";

/// The members of a `where` that say what a commitment is about.
const MATTER: [&str; 4] = ["capability", "mission", "object", "coalition"];

/// Completes what is lacking of the same matter: `pledged money but did not deliver it`. Where there is not one such matter, the
/// mark stays, and no query has it.
fn complete(which: &mut Map<String, Value>) {
    let Some(matter) = which.get("subject_of").map(|has| has.get("where").cloned().unwrap_or_default()) else { return };
    let Some(lacking) = which.get_mut("none_of").and_then(Value::as_array_mut) else { return };
    for lack in lacking {
        let Some(lack) = lack.pointer_mut("/subject_of/where").and_then(Value::as_object_mut) else { continue };
        if lack.remove(SAME).is_some() {
            for member in MATTER {
                if let Some(value) = matter.get(member) {
                    lack.entry(member).or_insert_with(|| value.clone());
                }
            }
        }
    }
}

/// The query that is meant: members with `+` become branches of `all_of`, those with `-` of `none_of`, and a join that stands
/// alone there goes beside it. Members with `!` only contradict others of their name.
pub(crate) fn query_of(means: &Means) -> Value {
    let mut whole = Map::new();
    let (mut branches, mut without): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for (key, value) in means {
        if key.starts_with(['&', '!']) {
            continue;
        }
        if let Some(member) = key.strip_prefix('-') {
            without.push(Value::Object(Map::from_iter([(member.to_owned(), value.clone())])));
            continue;
        }
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
            (_, Value::Array(values)) => {
                let each = values.iter().map(|value| value.as_object().map_or_else(|| value.clone(), query_of));
                whole.insert(key.clone(), Value::Array(each.collect()));
            }
            (_, value) => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
    let told = means.iter().filter_map(|(key, value)| Some((key.strip_prefix('&')?, value.as_array()?.clone())));
    for (member, parts) in told.chain([("all_of", branches), ("none_of", without)]) {
        if parts.is_empty() {
            continue;
        }
        if let Value::Array(all) = whole.entry(member).or_insert_with(|| Value::Array(Vec::new())) {
            all.extend(parts);
        }
    }
    let alone = match whole.get("all_of").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(only)]) => only.iter().next().filter(|_| only.len() == 1),
        _ => None,
    };
    let join = alone.filter(|(member, _)| JOINS.contains(&member.as_str()) && !whole.contains_key(*member));
    if let Some((member, join)) = join.map(|(member, join)| (member.clone(), join.clone())) {
        whole.remove("all_of");
        whole.insert(member, join);
    }
    complete(&mut whole);
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
        assert_eq!(merged(&a, &b, Lists::Any).map(Value::Object), Some(both));
        assert_eq!(merged(&a, &b, Lists::Contradict), None);
        assert_eq!(merged(&a, &means(json!({"find": "offices"})), Lists::Any), None);
        let told = means(json!({"where": {"subject": ["a"], "&subject": ["b"]}}));
        assert_eq!(query_of(&told), json!({"where": {"subject": ["a", "b"]}}));
    }

    #[test]
    fn conditions_that_hold_together_are_branches() {
        let asked = means(json!({"where": {"+condition": ["a", "b"]}}));
        let expected = json!({"where": {"condition": ["a"], "all_of": [{"condition": ["b"]}]}});
        assert_eq!(query_of(&asked), expected);
    }
}
