//! Drafts of entities.

use pledgegraph_model::{
    COMMON_ENTITY_FIELDS, Code, ConditionKind, Entity, EntityDetail, EntityId, EntityKind, EntityRef, Field, Stance,
};
use serde_json::{Map, Value};

use super::reader::BodyReader;
use super::tables;
use super::tables::entities::{ENTITY_LINE, KIND, LINE_KEY, OF_CONVENINGS, READ_ONLY};
use super::{Draft, Form, Resolve};
use crate::answers::warning::WarningBody;
use crate::refusal::{FieldError, echo};

/// The most names of a draft that are compared with those of others.
const MOST_COMPARED: usize = 200;

/// The fields of the draft of a kind.
pub(super) fn fields(kind: EntityKind, form: Form) -> Vec<&'static Field> {
    let line: &[Field] = if form == Form::Line { &ENTITY_LINE } else { &[] };
    let key: &[Field] = if form == Form::Line { &LINE_KEY } else { &[] };
    [&KIND]
        .into_iter()
        .chain(line)
        .chain(key)
        .chain(&COMMON_ENTITY_FIELDS)
        .chain(EntityDetail::<EntityId>::fields(kind))
        .collect()
}

/// The fields of answers that no client sets.
pub(super) fn read_only(kind: EntityKind) -> Vec<&'static str> {
    let claims: &[&str] = if kind == EntityKind::Meeting { OF_CONVENINGS } else { &[] };
    [&tables::read_only(READ_ONLY)[..], claims].concat()
}

pub(super) fn read(
    value: &Value,
    kind: EntityKind,
    form: Form,
    resolve: &dyn Resolve,
) -> Result<Draft<Entity>, Vec<FieldError>> {
    let mut reader = BodyReader::new(resolve);
    let Some(members) = reader.members(value) else { return Err(reader.finish()) };
    let mut read = reader.fields(&fields(kind, form), &read_only(kind), members);
    check_kind(&mut reader, &read, kind, form);
    if kind == EntityKind::Condition {
        check_condition(&mut reader, members, &read);
    }
    if members.get("anonymity_reason").is_some()
        && read.get("anonymous") != Some(&Value::Bool(true))
        && kind == EntityKind::Person
    {
        reader.fail_at("anonymity_reason", "validation", "`anonymity_reason` needs `anonymous` to be `true`");
    }
    let warnings = check_lookalikes(&mut reader, kind, &read);
    if !reader.is_sound() {
        return Err(reader.finish());
    }
    read.remove("key");
    read.insert("kind".to_owned(), Value::from(kind.as_str()));
    let given_id = read.contains_key("id");
    match serde_json::from_value::<Entity>(Value::Object(read)) {
        Ok(mut entity) => {
            // The identifier that follows from the reference, unless another entity has or had it.
            if !given_id && resolve.whole(entity.id).is_some() {
                entity.id = EntityId::new();
            }
            Ok(Draft { value: entity, warnings })
        }
        Err(error) => {
            reader.fail("validation", error.to_string());
            Err(reader.finish())
        }
    }
}

/// A kind, where one is given or must be, is the one of the body.
fn check_kind(reader: &mut BodyReader<'_>, read: &Map<String, Value>, kind: EntityKind, form: Form) {
    match read.get("kind").and_then(Value::as_str) {
        Some(given) if given != kind.as_str() => {
            reader.fail_at("kind", "validation", format!("this takes a {kind}, not a {given}; a kind never changes"));
        }
        None if form == Form::Line => reader.fail_at("kind", "missing-field", "`kind` is required"),
        _ => {}
    }
}

/// A test belongs to the first three kinds of conditions; its actor or number follows from the kind.
fn check_condition(reader: &mut BodyReader<'_>, members: &Map<String, Value>, read: &Map<String, Value>) {
    let kind = read.get("condition_kind").and_then(Value::as_str).and_then(|code| ConditionKind::parse(code).ok());
    let Some(kind) = kind else { return };
    let Some(test) = members.get("test") else {
        if kind.has_test() {
            reader.fail_at("test", "missing-field", format!("`test` is required for a condition of the kind `{kind}`"));
        }
        return;
    };
    if !kind.has_test() {
        return reader.fail_at("test", "validation", format!("a condition of the kind `{kind}` has no test"));
    }
    let threshold = kind == ConditionKind::ParticipationThreshold;
    let (wanted, unwanted) = if threshold { ("n", "actor") } else { ("actor", "n") };
    let mark = reader.down("test");
    if test.get(wanted).is_none() {
        reader.fail_at(wanted, "missing-field", format!("`{wanted}` is required for a condition of the kind `{kind}`"));
    }
    if test.get(unwanted).is_some() {
        reader.fail_at(unwanted, "validation", format!("`{unwanted}` does not belong to the kind `{kind}`"));
    }
    if test.get("min_stance").and_then(Value::as_str) == Some(Stance::NotStated.as_str()) {
        reader.fail_at("min_stance", "validation", "`not_stated` is no measure; give a stance that has a rank");
    }
    reader.up(mark);
}

/// Slugs that look like another's are refused, names are warned of.
fn check_lookalikes(reader: &mut BodyReader<'_>, kind: EntityKind, read: &Map<String, Value>) -> Vec<WarningBody> {
    let Some(slug) = read.get("slug").and_then(Value::as_str) else { return Vec::new() };
    let own = slug.parse().ok().map(|slug| EntityRef { kind, slug });
    let others = |text: &str| {
        let found = reader.resolve.lookalikes(kind, text);
        found.into_iter().filter(|other| Some(&other.reference) != own.as_ref()).collect::<Vec<_>>()
    };
    let alike = others(slug).into_iter().find(|other| other.is_slug && other.spelling != slug);
    let names = read.get("names").and_then(Value::as_object).into_iter().flat_map(|names| names.values());
    let aliases = read.get("aliases").and_then(Value::as_array).into_iter().flatten();
    let texts = names.chain(aliases.filter_map(|alias| alias.get("text"))).filter_map(Value::as_str);
    let mut warnings = Vec::new();
    for text in texts.take(MOST_COMPARED) {
        if let Some(other) = others(text).into_iter().find(|other| !other.is_slug) {
            let (kind, how) =
                if other.spelling == text { ("duplicate-name", "is also") } else { ("confusable-name", "looks like") };
            let detail = format!("the name `{}` {how} a name of {}", echo(text), other.reference);
            warnings.push(WarningBody::new(kind, detail));
        }
    }
    if let Some(other) = alike {
        let detail = format!("the slug looks like that of {}; choose one that does not", other.reference);
        reader.fail_at("slug", "confusable", detail);
    }
    warnings
}
