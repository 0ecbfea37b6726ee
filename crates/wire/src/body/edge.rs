//! Drafts of statements.

use pledgegraph_model::{
    COMMON_FIELDS, Code, ConditionNode, ConditionOp, Date, Edge, EdgeKind, EntityId, Field, IntervalEnd, Link, Takes,
};
use serde_json::{Map, Value, json};

use super::reader::BodyReader;
use super::tables;
use super::tables::edges::{EDGE_LINE, KIND, READ_ONLY, own};
use super::tables::entities::LINE_KEY;
use super::{Draft, Form, Resolve};
use crate::answers::edge::EndNames;
use crate::refusal::{FieldError, nearest};

/// The most nodes of a condition tree.
const MOST_NODES: usize = 1_000;

/// Whether the ends are `pledger` and `beneficiary`.
pub(super) fn is_typed(kinds: &[EdgeKind], form: Form) -> bool {
    kinds == [EdgeKind::Commitment] && form == Form::Request
}

/// The ends of a kind as fields.
pub(super) fn end_fields(kind: EdgeKind, typed: bool) -> [Field; 2] {
    let [subject, object] = if typed { EndNames::Commitment } else { EndNames::General }.names();
    [(subject, kind.ends().subjects), (object, kind.ends().objects)]
        .map(|((name, text, example), kinds)| Field::required(name, Takes::Reference(kinds), text).example(example))
}

/// The other fields of the draft of a kind.
pub(super) fn fields(kind: EdgeKind, form: Form) -> Vec<&'static Field> {
    let line: &[Field] = if form == Form::Line { &EDGE_LINE } else { &[] };
    let key: &[Field] = if form == Form::Line { &LINE_KEY } else { &[] };
    [&KIND].into_iter().chain(line).chain(key).chain(own(kind)).chain(&COMMON_FIELDS).collect()
}

pub(super) fn read(
    value: &Value,
    kinds: &[EdgeKind],
    form: Form,
    resolve: &dyn Resolve,
) -> Result<Draft<Edge>, Vec<FieldError>> {
    let mut reader = BodyReader::new(resolve);
    let Some(members) = reader.members(value) else { return Err(reader.finish()) };
    let Some(kind) = kind_of(&mut reader, members, kinds, form) else { return Err(reader.finish()) };
    let typed = is_typed(kinds, form);
    let ends = end_fields(kind, typed);
    let all: Vec<&Field> = ends.iter().chain(fields(kind, form)).collect();
    let mut read = reader.fields(&all, &tables::read_only(READ_ONLY), members);
    check_span(&mut reader, &read);
    if kind == EdgeKind::Commitment {
        check_commitment(&mut reader, members);
    }
    if !reader.is_sound() {
        return Err(reader.finish());
    }
    into_model_form(&mut read, kind, typed);
    match serde_json::from_value::<Edge>(Value::Object(read)) {
        Ok(edge) => {
            check_whole(&mut reader, &edge);
            if reader.is_sound() { Ok(Draft { value: edge, warnings: Vec::new() }) } else { Err(reader.finish()) }
        }
        Err(error) => {
            reader.fail("validation", error.to_string());
            Err(reader.finish())
        }
    }
}

/// The kind of the statement: the only one there is, or the one that the body gives.
fn kind_of(
    reader: &mut BodyReader<'_>,
    members: &Map<String, Value>,
    kinds: &[EdgeKind],
    form: Form,
) -> Option<EdgeKind> {
    let allowed: Vec<&'static str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let mark = reader.down("kind");
    let kind = match (members.get("kind"), kinds) {
        (None, [only]) if form == Form::Request => Some(*only),
        (None, _) => {
            let detail = "`kind` is required".to_owned();
            reader.fault(FieldError { code: "missing-field", detail, allowed, ..FieldError::default() });
            None
        }
        (Some(value), _) => {
            let Some(text) = value.as_str() else {
                reader.wrong_type(value, "a kind");
                reader.up(mark);
                return None;
            };
            let found = EdgeKind::parse(text).ok().filter(|kind| kinds.contains(kind));
            if found.is_none() {
                let detail = format!("`{}` is not a kind that this takes", crate::refusal::echo(text));
                let did_you_mean = nearest(text, allowed.iter().copied()).map(str::to_owned);
                reader.fault(FieldError { code: "validation", detail, did_you_mean, allowed, ..FieldError::default() });
            }
            found
        }
    };
    reader.up(mark);
    kind
}

/// The end does not lie before the beginning, and what has ended does not go on.
fn check_span(reader: &mut BodyReader<'_>, read: &Map<String, Value>) {
    let date = |name: &str| serde_json::from_value::<Date>(read.get(name)?.clone()).ok();
    let (from, until) = (date("valid_from"), date("valid_until"));
    let goes_on = |date: &Date| date.edtf.as_ref().is_some_and(|edtf| edtf.end() == IntervalEnd::Open);
    if until.as_ref().is_some_and(|until| until.ended && goes_on(until)) {
        reader.fail_at("valid_until", "bad-date", "`ended` says that it has ended, and `edtf` that it goes on");
    }
    let (first, last) = (from.and_then(|d| d.earliest()), until.and_then(|d| d.latest()));
    if matches!((first, last), (Some(first), Some(last)) if last < first) {
        reader.fail_at("valid_until", "bad-date", "the statement would end before it begins");
    }
}

/// What belongs to what among the fields of a commitment.
fn check_commitment(reader: &mut BodyReader<'_>, members: &Map<String, Value>) {
    let has = |name: &str| members.contains_key(name);
    let conditionality = members.get("conditionality").and_then(Value::as_str);
    match (has("conditions"), conditionality) {
        (true, Some("unconditional" | "not_stated")) => {
            reader.fail_at(
                "conditionality",
                "validation",
                "`conditions` are given, so it is `conditional`; or leave them out",
            );
        }
        (false, Some("conditional")) => {
            reader.fail_at("conditions", "missing-field", "it is `conditional`: say on what");
        }
        _ => {}
    }
    if has("relation") && !has("conditions") {
        reader.fail_at("relation", "validation", "`relation` needs `conditions`");
    }
    if has("area") && !has("place") {
        reader.fail_at("area", "validation", "`area` needs `place`");
    }
}

/// From the names of bodies to those of the model.
fn into_model_form(read: &mut Map<String, Value>, kind: EdgeKind, typed: bool) {
    read.remove("key");
    read.insert("kind".to_owned(), Value::from(kind.as_str()));
    if typed {
        for (name, plain) in [("pledger", "subject"), ("beneficiary", "object")] {
            if let Some(end) = read.remove(name) {
                read.insert(plain.to_owned(), end);
            }
        }
    }
    if let Some(root) = read.remove("conditions") {
        let relation = read.remove("relation").unwrap_or_else(|| Value::from("necessary"));
        read.insert("conditions".to_owned(), json!({ "relation": relation, "root": root }));
        read.insert("conditionality".to_owned(), Value::from("conditional"));
    }
}

/// The rules of the model, with pointers into the body; then those that look at other entities.
fn check_whole(reader: &mut BodyReader<'_>, edge: &Edge) {
    for (pointer, text) in edge.errors() {
        let pointer =
            pointer.strip_prefix("/conditions/root").map_or(pointer.clone(), |rest| format!("/conditions{rest}"));
        reader.fail_under(&pointer, "validation", text);
    }
    if let Some(conditions) = edge.detail.commitment().and_then(|c| c.conditions.as_deref()) {
        let mark = reader.down("conditions");
        let mut nodes = 0;
        check_node(reader, &conditions.root, false, &mut nodes);
        if nodes > MOST_NODES {
            reader.fail("validation", format!("the tree has {nodes} nodes; it takes at most {MOST_NODES}"));
        }
        reader.up(mark);
    }
    check_links(reader, &edge.links, edge);
}

/// `not` stands over no condition that has a test, so that dependence among pledges stays monotone.
fn check_node(reader: &mut BodyReader<'_>, node: &ConditionNode<EntityId>, negated: bool, nodes: &mut usize) {
    *nodes += 1;
    if let Some(condition) = node.condition.filter(|_| negated) {
        let tested = reader.resolve.whole(condition).is_some_and(|found| found.detail.test().is_some());
        if tested {
            reader.fail_at(
                "condition",
                "validation",
                "`not` stands only over conditions without a test, and this one has one",
            );
        }
    }
    let below = reader.down("of");
    for (at, child) in node.of.iter().enumerate() {
        let mark = reader.down(&at.to_string());
        check_node(reader, child, negated || node.op == ConditionOp::Not, nodes);
        reader.up(mark);
    }
    reader.up(below);
}

fn check_links(reader: &mut BodyReader<'_>, links: &[Link], edge: &Edge) {
    let mut seen = std::collections::HashSet::new();
    for (at, link) in links.iter().enumerate() {
        if link.edge == edge.id {
            reader.fail_under(&format!("/links/{at}/edge"), "validation", "a statement is not linked to itself");
        }
        if !seen.insert(link) {
            reader.fail_under(&format!("/links/{at}"), "validation", "the link is given twice");
        }
    }
}
