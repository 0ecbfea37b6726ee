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

/// What is apart in a `where` is in no query: it only contradicts others of its name.
const APART: &str = "apart";
/// What a `where` has here holds together with others of its name, where else any of them does.
const EVERY: &str = "every";
/// What a `where` has here does not hold.
const EXCEPT: &str = "except";
/// What a `where` has here is told of each: whether it holds for all is no question of any.
const EACH: &str = "each";

/// What is apart under a name.
pub(crate) fn apart<'m>(means: &'m Means, name: &str) -> Option<&'m str> {
    means.get("where")?.get(APART)?.get(name)?.as_str()
}

/// Whether a member is told of each.
pub(crate) fn is_of_each(means: &Means, member: &str) -> bool {
    means.get("where").and_then(|which| which.get(EACH)?.get(member)).is_some()
}

/// Both together; `None` when they contradict each other. Branches of a tree, and what holds of every, of none or of each,
/// always stand beside each other.
pub(crate) fn merged(a: &Means, b: &Means, lists: Lists) -> Option<Means> {
    let mut all = a.clone();
    for (key, theirs) in b {
        let together = match (all.get(key), theirs) {
            (None, theirs) => theirs.clone(),
            (Some(ours), theirs) if ours == theirs => continue,
            (Some(Value::Object(ours)), Value::Object(theirs)) => {
                let lists = if [EVERY, EXCEPT, EACH].contains(&key.as_str()) { Lists::Any } else { lists };
                Value::Object(merged(ours, theirs, lists)?)
            }
            (Some(Value::Array(ours)), Value::Array(theirs)) => {
                let stand_beside = lists == Lists::Any
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
    which.iter().filter(|(member, _)| *member != APART).map(|(_, value)| of(value)).sum()
}

/// The fragment that puts an entity at a path. `assume.true` supposes that a condition holds.
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
const SAME: &str = "same_matter";

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

/// The query that is meant: of what holds together each further value becomes a branch of `all_of`, what is excepted one of
/// `none_of`, and a join that stands alone there goes beside it.
pub(crate) fn query_of(means: &Means) -> Value {
    let mut whole = Map::new();
    for (member, value) in means.iter().filter(|(key, _)| ![APART, EVERY, EXCEPT, EACH].contains(&key.as_str())) {
        let value = match value {
            Value::Object(inner) => query_of(inner),
            Value::Array(values) => {
                let each = values.iter().map(|value| value.as_object().map_or_else(|| value.clone(), query_of));
                Value::Array(each.collect())
            }
            value => value.clone(),
        };
        whole.insert(member.clone(), value);
    }
    for (member, values) in within(means, EACH) {
        extend(&mut whole, member, values.as_array().into_iter().flatten().cloned());
    }
    let branches = further(means, &mut whole);
    extend(&mut whole, "all_of", branches);
    let without = within(means, EXCEPT).map(|(member, values)| one(member, values.clone()));
    extend(&mut whole, "none_of", without);
    put_beside(&mut whole);
    complete(&mut whole);
    Value::Object(whole)
}

/// The members that a fragment has under a key.
fn within<'m>(means: &'m Means, key: &str) -> impl Iterator<Item = (&'m String, &'m Value)> {
    means.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// A branch with one member.
fn one(member: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(member.to_owned(), value)]))
}

/// Adds values to a list; without any there need be none.
fn extend(whole: &mut Means, member: &str, values: impl IntoIterator<Item = Value>) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        return;
    }
    if let Value::Array(all) = whole.entry(member).or_insert_with(|| Value::Array(Vec::new())) {
        all.extend(values);
    }
}

/// Puts the first value of what holds together in its place, if there is none; the others are branches.
fn further(means: &Means, whole: &mut Means) -> Vec<Value> {
    let mut branches = Vec::new();
    for (member, values) in within(means, EVERY) {
        for value in values.as_array().into_iter().flatten() {
            let value = Value::Array(vec![value.clone()]);
            if whole.contains_key(member) {
                branches.push(one(member, value));
            } else {
                whole.insert(member.clone(), value);
            }
        }
    }
    branches
}

/// Puts a join that is the only branch beside the rest, if there is no other of its name.
fn put_beside(whole: &mut Means) {
    let alone = match whole.get("all_of").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(only)]) => only.iter().next().filter(|_| only.len() == 1),
        _ => None,
    };
    let join = alone.filter(|(member, _)| JOINS.contains(&member.as_str()) && !whole.contains_key(*member));
    if let Some((member, join)) = join.map(|(member, join)| (member.clone(), join.clone())) {
        whole.remove("all_of");
        whole.insert(member, join);
    }
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
        let told = means(json!({"where": {"subject": ["a"], "each": {"subject": ["b"]}}}));
        assert_eq!(query_of(&told), json!({"where": {"subject": ["a", "b"]}}));
    }

    #[test]
    fn conditions_that_hold_together_are_branches() {
        let asked = means(json!({"where": {"every": {"condition": ["a", "b"]}}}));
        let expected = json!({"where": {"condition": ["a"], "all_of": [{"condition": ["b"]}]}});
        assert_eq!(query_of(&asked), expected);
    }
}
