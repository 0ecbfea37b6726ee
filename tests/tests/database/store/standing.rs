//! The rule of standing in SQL: small histories, one for each way that a row of the rule applies or just does not.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use pledgegraph_model::{Code, Edge, EdgeId, Stance, Standing};
use pledgegraph_tests::database::TestDb;
use serde_json::{Value, json};
use sqlx::{Executor as _, PgConnection, Row as _};
use uuid::Uuid;

use crate::fixture::{edge, entity, entity_with, one, put_edge, put_entity, world};

/// Statements of one actor, `name: words; ...`, a day, and the standing of `x` on it. Words are a stance and what differs
/// from a commitment of military forces to Ukraine, of a source without a date: `said=2025-01`, `denied`, `supersedes=x`.
pub(crate) const HISTORIES: &[(&str, &str, &str)] = &[
    // What the source says of it.
    ("x: pledged", "2025-01-01", "stands"),
    ("x: pledged denied", "2025-01-01", "denied"),
    ("x: pledged unknown", "2025-01-01", "unverified"),
    ("x: pledged denied deprecated", "2025-01-01", "denied"),
    ("x: pledged deprecated until=2020", "2025-01-01", "deprecated"),
    // Bounds.
    ("x: pledged from=2025-03", "2025-02-28", "not_yet"),
    ("x: pledged from=2025-03", "2025-03-01", "may_stand"),
    ("x: pledged from=2025-03", "2025-03-31", "stands"),
    ("x: pledged from=2025-03/", "2026-03-01", "may_stand"),
    ("x: pledged from=../2025-03", "2025-03-01", "may_stand"),
    ("x: pledged from=XXXX-04", "2025-03-01", "may_stand"),
    ("x: pledged from~soon", "2025-03-01", "may_stand"),
    ("x: pledged said=2025-03", "2025-02-28", "not_yet"),
    ("x: pledged said=2025-03", "2025-03-01", "stands"),
    ("x: pledged said=2025-03/", "2025-02-01", "not_yet"),
    ("x: pledged source=source:a", "2025-02-28", "stands"),
    ("x: kind=membership role=member said=2025-03", "2025-02-28", "stands"),
    ("x: kind=membership role=member from=2025-03", "2025-02-28", "not_yet"),
    ("x: pledged until=2025-03", "2025-02-28", "stands"),
    ("x: pledged until=2025-03", "2025-03-01", "stands"),
    ("x: pledged until=2025-03", "2025-03-02", "may_stand"),
    ("x: pledged until=2025-03", "2025-03-31", "may_stand"),
    ("x: pledged until=2025-03", "2025-04-01", "over"),
    ("x: pledged until=2025-03/..", "2030-01-01", "stands"),
    ("x: pledged until=2025-03/", "2025-03-01", "stands"),
    ("x: pledged until=2025-03/", "2025-03-02", "may_stand"),
    ("x: pledged until=../2025-03", "2025-01-01", "may_stand"),
    ("x: pledged until=XXXX-04", "2025-01-01", "may_stand"),
    ("x: pledged until~takes", "2025-01-01", "may_stand"),
    ("x: pledged from=2025-06 until=2025-03", "2025-05-01", "not_yet"),
    ("x: pledged until=ended said=2025-03", "2025-03-30", "may_stand"),
    ("x: pledged until=ended said=2025-03", "2025-03-31", "over"),
    ("x: pledged until=ended source=source:a", "2025-07-03", "may_stand"),
    ("x: pledged until=ended source=source:a", "2025-07-04", "over"),
    ("x: pledged until=ended source=source:a said=2025-08", "2025-07-04", "not_yet"),
    ("x: pledged until=ended source=source:a said=2025-03", "2025-05-01", "may_stand"),
    ("x: kind=office until=ended", "2999-01-01", "over"),
    ("x: kind=office until=ended", "2025-01-01", "may_stand"),
    ("x: pledged until=2025-03+ended", "2025-02-01", "stands"),
    ("x: pledged until=2025-03+ended", "2025-04-01", "over"),
    // Superseded.
    ("x: pledged; c: pledged supersedes=x", "2025-01-01", "superseded"),
    ("x: pledged; c: pledged mission=training supersedes=x denied", "2025-01-01", "stands"),
    ("x: pledged; c: pledged supersedes=x deprecated", "2025-01-01", "stands"),
    ("x: pledged; c: pledged supersedes=x expected", "2025-01-01", "stands"),
    ("x: pledged; c: pledged supersedes=x from=2025-03", "2025-02-28", "stands"),
    ("x: pledged; c: pledged supersedes=x from=2025-03", "2025-03-15", "may_stand"),
    ("x: pledged; c: pledged supersedes=x from=2025-03", "2025-03-31", "superseded"),
    ("x: pledged; c: pledged supersedes=x said=2025-03", "2025-03-15", "may_stand"),
    ("x: pledged; c: pledged supersedes=x source=source:a", "2025-07-03", "stands"),
    ("x: pledged; c: pledged supersedes=x until=2025-03", "2025-05-01", "superseded"),
    ("x: pledged; c: pledged supersedes=x; d: pledged supersedes=c", "2025-01-01", "superseded"),
    ("x: kind=membership role=member; c: kind=membership role=leader supersedes=x", "2025-01-01", "superseded"),
    ("x: pledged expected; c: pledged supersedes=x", "2025-01-01", "superseded"),
    ("x: pledged until=2024; c: pledged supersedes=x", "2025-01-01", "over"),
    // Taken back.
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01", "2025-01-31", "stands"),
    ("x: pledged said=2025-01-01; c: declined said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: pledged said=2025-01-01; c: not_stated stage=cancelled said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: in_discussion said=2025-01-01; c: declined said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: no_position said=2025-01-01; c: declined said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged stage=delivered said=2025-01-01; c: withdrawn said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged stage=planned said=2025-01-01; c: withdrawn said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: declined said=2025-01-01; c: willing said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: refused said=2025-01-01; c: pledged stage=cancelled said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged stage=cancelled said=2025-01-01; c: pledged said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: pledged stage=cancelled said=2025-01-01; c: withdrawn said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged said=2025-01-01; c: withdrawn denied said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged said=2025-01-01; c: withdrawn expected said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged said=2025-01-01; c: withdrawn deprecated said=2025-02-01", "2025-02-01", "stands"),
    ("x: pledged said=2025-01-01; c: withdrawn until=2025-02 said=2025-02-01", "2025-05-01", "taken_back"),
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01; d: pledged supersedes=c", "2025-03-01", "stands"),
    ("x: pledged expected said=2025-01-01; c: withdrawn said=2025-02-01", "2025-02-01", "taken_back"),
    ("x: pledged said=2025-03-01; c: withdrawn said=2025-02-01", "2025-04-01", "stands"),
    ("x: pledged said=2025-02; c: withdrawn said=2025-02-15", "2025-04-01", "may_stand"),
    ("x: pledged said=2025-03; c: withdrawn said=/2025-02", "2025-04-01", "stands"),
    ("x: pledged said=2025-01; c: withdrawn said=2025-02/", "2025-04-01", "may_stand"),
    ("x: pledged; c: withdrawn said=2025-02", "2025-04-01", "may_stand"),
    ("x: pledged said=2025-02; c: withdrawn", "2025-04-01", "may_stand"),
    ("x: pledged said=2025-02; c: withdrawn source=source:a", "2025-08-01", "taken_back"),
    ("x: pledged said=2025-01-01; c: withdrawn conditional said=2025-02-01", "2025-02-01", "may_stand"),
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01 from=2025-04", "2025-03-31", "stands"),
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01 from=2025-04", "2025-04-01", "may_stand"),
    ("x: pledged said=2025-01-01; c: withdrawn said=2025-02-01 from=2025-04", "2025-04-30", "taken_back"),
    // What covers it.
    ("x: pledged said=2025-01; c: withdrawn cap=military.arms said=2025-02", "2025-05-01", "stands"),
    ("x: pledged said=2025-01; c: withdrawn cap=military.forces.ground said=2025-02", "2025-05-01", "stands"),
    ("x: pledged cap=military.forces.ground said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "taken_back"),
    ("x: pledged said=2025-01; c: withdrawn cap=unspecified said=2025-02", "2025-05-01", "taken_back"),
    ("x: pledged cap=unspecified said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "stands"),
    ("x: pledged mission=training said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "taken_back"),
    ("x: pledged said=2025-01; c: withdrawn mission=training said=2025-02", "2025-05-01", "stands"),
    ("x: pledged said=2025-01; c: withdrawn to=country:US said=2025-02", "2025-05-01", "stands"),
    (
        "x: pledged coalition=yes said=2025-01; c: withdrawn to=coalition:willing said=2025-02",
        "2025-05-01",
        "taken_back",
    ),
    ("x: pledged said=2025-01; c: withdrawn to=coalition:willing said=2025-02", "2025-05-01", "stands"),
    ("x: pledged coalition=yes said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "taken_back"),
    ("x: pledged said=2025-01; c: withdrawn coalition=yes said=2025-02", "2025-05-01", "stands"),
    ("x: pledged place=place:london said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "taken_back"),
    ("x: pledged said=2025-01; c: withdrawn place=place:london said=2025-02", "2025-05-01", "stands"),
    (
        "x: pledged place=country:UA area=inside said=2025-01; c: withdrawn place=country:UA area=outside said=2025-02",
        "2025-05-01",
        "stands",
    ),
    (
        "x: pledged place=country:UA area=inside said=2025-01; c: withdrawn place=country:UA said=2025-02",
        "2025-05-01",
        "taken_back",
    ),
    (
        "x: pledged place=country:UA said=2025-01; c: withdrawn place=country:UA area=inside said=2025-02",
        "2025-05-01",
        "stands",
    ),
    ("x: pledged by=country:GB said=2025-01; c: withdrawn said=2025-02", "2025-05-01", "stands"),
    // Said at one time: the narrower is an exception.
    ("x: pledged cap=military.forces.air said=2025-02-01; c: declined said=2025-02-01", "2025-05-01", "stands"),
    ("x: declined said=2025-02-01; c: pledged cap=military.forces.air said=2025-02-01", "2025-05-01", "stands"),
    ("x: pledged cap=military.forces.air; c: declined", "2025-05-01", "stands"),
    ("x: pledged cap=military.forces.air; c: declined source=source:c", "2025-05-01", "may_stand"),
    ("x: pledged cap=military.forces.air said=2025-02; c: declined", "2025-05-01", "may_stand"),
    ("x: pledged cap=military.forces.air said=2025-02; c: declined said=2025-02", "2025-05-01", "may_stand"),
    ("x: pledged said=2025-02-01; c: declined said=2025-02-01", "2025-05-01", "may_stand"),
    ("x: pledged; c: declined", "2025-05-01", "may_stand"),
    // One that links what it takes back.
    ("x: pledged said=2025-03; c: withdrawn said=2025-02 supersedes=x", "2025-05-01", "taken_back"),
    ("x: pledged; c: withdrawn cap=military.arms supersedes=x", "2025-05-01", "taken_back"),
    ("x: pledged; c: withdrawn conditional supersedes=x", "2025-05-01", "may_stand"),
    ("x: pledged; c: withdrawn from=2025-05 supersedes=x", "2025-05-01", "may_stand"),
    ("x: pledged; c: withdrawn supersedes=x; d: withdrawn supersedes=c", "2025-05-01", "superseded"),
    ("x: pledged stage=delivered; c: withdrawn supersedes=x", "2025-05-01", "superseded"),
    ("x: pledged by=country:GB; c: withdrawn supersedes=x", "2025-05-01", "superseded"),
    (
        "x: pledged said=2025-01; y: pledged said=2025-01; c: withdrawn said=2025-02 supersedes=y",
        "2025-05-01",
        "stands",
    ),
    (
        "x: pledged said=2025-01; y: withdrawn said=2025-01; c: withdrawn said=2025-02 supersedes=y",
        "2025-05-01",
        "taken_back",
    ),
    // A modality that does not count.
    ("x: pledged expected", "2025-05-01", "not_counted"),
    ("x: pledged assessed from~soon", "2025-05-01", "not_counted"),
    ("x: declined conceded", "2025-05-01", "not_counted"),
    // A later refusal; a later opening after a refusal.
    ("x: pledged said=2025-01; c: refused said=2025-02", "2025-05-01", "may_stand"),
    ("x: pledged said=2025-01; c: refused said=2025-02", "2025-02-01", "may_stand"),
    ("x: pledged said=2025-01; c: refused said=2025-02", "2025-01-31", "stands"),
    ("x: pledged said=2025-01; c: refused said=2025-01", "2025-05-01", "stands"),
    ("x: pledged said=2025-01; c: refused cap=military.arms said=2025-02", "2025-05-01", "stands"),
    ("x: pledged said=2025-01; c: refused said=2025-02; d: pledged supersedes=c", "2025-05-01", "stands"),
    ("x: pledged stage=delivered said=2025-01; c: refused said=2025-02", "2025-05-01", "stands"),
    ("x: refused said=2025-01; c: not_ruled_out said=2025-02", "2025-05-01", "may_stand"),
    ("x: refused said=2025-01; c: in_discussion said=2025-02", "2025-05-01", "may_stand"),
    ("x: refused said=2025-01; c: no_position said=2025-02", "2025-05-01", "stands"),
    ("x: refused said=2025-02; c: not_ruled_out said=2025-02", "2025-05-01", "stands"),
    ("x: refused said=2025-01; c: in_discussion stage=cancelled said=2025-02", "2025-05-01", "stands"),
    ("x: refused stage=delivered said=2025-01; c: in_discussion said=2025-02", "2025-05-01", "stands"),
    ("x: pledged stage=cancelled said=2025-01; c: refused said=2025-02", "2025-05-01", "stands"),
    ("x: pledged said=2025-01; c: refused stage=cancelled said=2025-02", "2025-05-01", "taken_back"),
    (
        "x: pledged said=2025-01; y: pledged said=2025-01; c: refused stage=cancelled said=2025-02 supersedes=y",
        "2025-05-01",
        "stands",
    ),
    // Contradicted, or another reading.
    ("x: pledged; c: declined cap=military.arms contradicts=x", "2025-05-01", "may_stand"),
    ("c: declined cap=military.arms; x: pledged contradicts=c", "2025-05-01", "may_stand"),
    ("x: pledged; c: offered alternative_reading=x", "2025-05-01", "may_stand"),
    ("c: offered; x: pledged alternative_reading=c", "2025-05-01", "may_stand"),
    ("x: pledged preferred; c: offered alternative_reading=x", "2025-05-01", "stands"),
    ("x: pledged preferred; c: offered preferred alternative_reading=x", "2025-05-01", "may_stand"),
    ("x: pledged; c: offered deprecated alternative_reading=x", "2025-05-01", "stands"),
    ("x: pledged; c: offered unknown contradicts=x", "2025-05-01", "stands"),
    ("x: pledged; c: offered supports=x", "2025-05-01", "stands"),
    // Denied by another.
    ("x: pledged; c: pledged denied", "2025-05-01", "may_stand"),
    ("x: pledged; c: willing denied", "2025-05-01", "may_stand"),
    ("x: pledged; c: declined denied", "2025-05-01", "stands"),
    ("x: pledged; c: pledged denied deprecated", "2025-05-01", "stands"),
    ("x: pledged; c: pledged denied expected", "2025-05-01", "stands"),
    ("x: pledged; c: pledged denied mission=training", "2025-05-01", "stands"),
    ("x: pledged said=2025-02; c: pledged denied said=2025-01", "2025-05-01", "stands"),
    ("x: pledged said=2025-02; c: pledged denied said=2025-02", "2025-05-01", "may_stand"),
    ("x: kind=membership role=member; c: kind=membership role=member denied", "2025-05-01", "may_stand"),
    ("x: kind=membership role=member; c: kind=membership role=leader denied", "2025-05-01", "stands"),
    ("x: kind=office; c: kind=office denied", "2025-05-01", "may_stand"),
    ("x: kind=part_of; c: kind=part_of denied", "2025-05-01", "may_stand"),
    ("x: kind=remark type=hope; c: kind=remark type=hope denied", "2025-05-01", "may_stand"),
    ("x: kind=remark type=hope; c: kind=remark type=demand denied", "2025-05-01", "stands"),
];

/// Statements of one actor, and which of them are its positions on 2025-08-01.
const POSITIONS: &[(&str, &str)] = &[
    ("x: pledged said=2025-01; c: willing said=2025-02", "c"),
    ("x: pledged said=2025-02; c: willing said=2025-02-15", "c x"),
    ("x: pledged said=/2025-01-15; c: willing said=2025-02", "c"),
    ("x: pledged said=2025-03/; c: willing said=2025-02", "x"),
    ("x: pledged; c: willing said=2025-02", "c x"),
    ("x: pledged source=source:a; c: willing said=2025-02", "x"),
    ("x: pledged said=2025-02 specificity=some_form; c: pledged said=2025-02", "c x"),
    ("x: pledged said=2025-02-01 specificity=some_form; c: pledged said=2025-02-01", "c"),
    ("x: pledged said=2025-02-01 own; c: pledged said=2025-02-01", "x"),
    ("x: pledged said=2025-02-01 own; c: pledged said=2025-02-01 preferred", "c"),
    ("x: pledged said=2025-02-01; c: willing said=2025-02-01", "c x"),
    ("x: pledged said=2025-01; c: willing said=2025-02 to=country:US", "c x"),
    ("x: pledged said=2025-01; c: willing said=2025-02 mission=training", "c x"),
    ("x: pledged said=2025-01; c: willing said=2025-02 cap=military.forces.air", "c x"),
    ("x: pledged said=2025-01; c: declined said=2025-02", "c"),
    ("x: pledged said=2025-01; c: willing said=2025-02 denied", "x"),
    ("x: pledged said=2025-01; c: willing said=2025-02 until=2025-03", "x"),
    ("x: pledged said=2025-01; c: willing said=2025-02 expected", "x"),
    ("x: pledged said=2025-01; c: willing said=2025-09", "x"),
    // What has not begun is passed over by what has: published on 2025-09-05.
    ("x: pledged said=2025-01; c: withdrawn source=source:d", "x"),
    ("x: pledged said=2025-01; c: willing source=source:d", "x"),
    ("x: pledged; c: willing source=source:d", "x"),
    ("c: willing source=source:d", "c"),
    ("x: pledged said=2025-01; c: willing source=source:d from=2025-08-01", "c"),
    ("x: pledged said=2025-01; c: willing source=source:d from=2025-08-02", "x"),
    ("x: pledged source=source:d specificity=some_form; c: pledged source=source:d", "c"),
    ("x: pledged source=source:d specificity=some_form; c: pledged source=source:d from=2025-07", "c"),
];

/// One statement of a history in words.
pub(crate) fn statement(case: &str, text: &str) -> Result<Edge> {
    let (name, words) = text.trim().split_once(": ").with_context(|| text.to_owned())?;
    let mut fields = json!({"kind": "commitment", "subject": format!("group:{case}"), "object": "country:UA",
        "stance": "not_stated", "capability": "military.forces"});
    let mut source = "source:b";
    for word in words.split(' ') {
        match word.split_once('=') {
            Some(("source", value)) => source = value,
            Some(("kind", kind)) => fields = other(kind, case),
            Some((name @ ("supersedes" | "contradicts" | "supports" | "alternative_reading"), value)) => {
                fields["links"] = json!([{"type": name, "edge": format!("{case} {value}")}]);
            }
            Some((name, value)) => set(&mut fields, name, value),
            None => set_word(&mut fields, word),
        }
    }
    fields["evidence"] = json!([{"source": source, "explicitness": "explicit"}]);
    Ok(edge(&format!("{case} {name}"), &fields))
}

/// A statement of another kind.
fn other(kind: &str, case: &str) -> Value {
    let group = format!("group:{case}");
    match kind {
        "office" => json!({"kind": kind, "subject": "person:pm", "object": format!("organization:{case}"),
            "title": {"en": "Minister"}}),
        "part_of" => json!({"kind": kind, "subject": group, "object": "country:UA"}),
        "remark" => json!({"kind": kind, "subject": group, "object": "country:UA", "text": {"en": "A text"}}),
        _ => json!({"kind": kind, "subject": group, "object": "coalition:willing"}),
    }
}

fn set(fields: &mut Value, name: &str, value: &str) {
    let (field, value) = match name {
        "said" => ("said_at", json!({"edtf": value})),
        "from" => ("valid_from", json!({"edtf": value})),
        "until" => (
            "valid_until",
            match value.split_once('+') {
                Some((edtf, _)) => json!({"edtf": edtf, "ended": true}),
                None if value == "ended" => json!({"ended": true}),
                None => json!({"edtf": value}),
            },
        ),
        "coalition" => ("coalition", json!("coalition:willing")),
        "to" => ("object", json!(value)),
        "by" => ("subject", json!(value)),
        "cap" => ("capability", json!(value)),
        name => (name, json!(value)),
    };
    fields[field] = value;
}

fn set_word(fields: &mut Value, word: &str) {
    let condition = json!({"op": "condition", "condition": "condition:ceasefire", "explicitness": "explicit"});
    let (field, value) = match word {
        "denied" | "unknown" => ("polarity", json!(word)),
        "deprecated" | "preferred" => ("rank", json!(word)),
        "own" => ("modality", json!("own_statement")),
        "expected" | "assessed" | "conceded" => ("modality", json!(format!("{word}_by_others"))),
        "from~soon" => ("valid_from", json!({"verbatim": "soon"})),
        "until~takes" => ("valid_until", json!({"verbatim": "as long as it takes"})),
        "conditional" => {
            fields["conditionality"] = json!("conditional");
            ("conditions", json!({"root": condition, "relation": "necessary"}))
        }
        stance => ("stance", json!(Stance::parse(stance).expect("a stance").as_str())),
    };
    fields[field] = value;
}

/// Writes histories, each with an actor and a body of its own.
pub(crate) async fn write(conn: &mut PgConnection, histories: impl Iterator<Item = &str>) -> Result<()> {
    let mut entities = world();
    entities.push(entity_with("source:c", &json!({})));
    entities.push(entity_with("source:d", &json!({"published": {"edtf": "2025-09-05"}})));
    let mut edges = Vec::new();
    for (number, history) in histories.enumerate() {
        let case = format!("h{number}");
        entities.extend([entity(&format!("group:{case}")), entity(&format!("organization:{case}"))]);
        for text in history.split(';') {
            edges.push(statement(&case, text)?);
        }
    }
    one(conn, entities.iter().map(put_entity)).await?;
    one(conn, edges.iter().map(put_edge)).await?;
    Ok(())
}

/// The histories whose standing is not the expected one.
async fn wrong(conn: &mut PgConnection) -> Result<Vec<String>> {
    let mut days: HashMap<&str, HashMap<Uuid, String>> = HashMap::new();
    for (_, day, _) in HISTORIES {
        if !days.contains_key(day) {
            let query = format!("select id, standing from statement_standing_on('{day}')");
            let rows = conn.fetch_all(sqlx::AssertSqlSafe(query)).await?;
            days.insert(day, rows.iter().map(|row| (row.get(0), row.get(1))).collect());
        }
    }
    let mut wrong = Vec::new();
    for (number, (history, day, expected)) in HISTORIES.iter().enumerate() {
        assert!(Standing::parse(expected).is_ok(), "{expected}");
        let found = days[day].get(&EdgeId::of_key(&format!("h{number} x")).0).context("a standing")?;
        if found != expected {
            wrong.push(format!("{history} on {day}: {found}, not {expected}"));
        }
    }
    Ok(wrong)
}

#[tokio::test]
async fn every_row_of_the_rule() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, HISTORIES.iter().map(|(history, ..)| *history)).await?;
    let found = wrong(&mut conn).await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    let seen = conn.fetch_one("select count(*) = (select count(*) from edge) from statement_standing").await?;
    assert!(seen.get::<bool, _>(0), "the view has each statement once");
    Ok(())
}

/// A function, a part of it, and another in its place, with which some history has another standing.
const MUTANTS: &[(&str, &str, &str)] = &[
    (RULE, "f.polarity = 'denied'", "false"),
    (RULE, "f.polarity = 'unknown'", "false"),
    (RULE, "f.rank = 'deprecated'", "false"),
    (RULE, "when f.from_first > day or", "when"),
    (RULE, "f.kind = 'commitment' and f.said_first > day", "f.said_first > day"),
    (RULE, "or f.kind = 'commitment' and f.said_first > day", ""),
    (RULE, "f.until_last < day or", ""),
    (RULE, "f.until_last < day", "f.until_first < day"),
    (RULE, "f.until_last < day", "f.until_last <= day"),
    (RULE, "or f.ended_by <= day", ""),
    (RULE, "f.ended_by <= day", "f.ended_by < day"),
    (RULE, "when r.certain", "when r.id is not null"),
    (RULE, "when o.certain", "when o.id is not null"),
    (RULE, "when not f.modality_counts", "when false"),
    (RULE, "f.from_stated and not f.from_last <= day or", ""),
    (RULE, "f.until_stated and not f.until_first >= day", "false"),
    (RULE, "f.until_stated and", ""),
    (RULE, "or r.id is not null", ""),
    (RULE, "or o.id is not null", ""),
    (RULE, "or d.id is not null", ""),
    (RULE, "when f.from_last <= day then true", "when f.from_first <= day then true"),
    (RULE, "when f.last <= day then true", "when true then true"),
    (RULE, "where s.sound and s.begun", "where s.begun"),
    (RULE, "f.id in (select target_id from link where link.begun)", "false"),
    (RULE, "c.subject_id is not distinct from x.subject_id and", ""),
    (RULE, "where not exists (select from takes_back b", "where exists (select from takes_back b"),
    (RULE, "b.taken = l.target_id and not c.replaced", "b.taken = l.target_id"),
    (RULE, "cross join lateral (select x.mission union select 'unspecified')", "cross join lateral (select x.mission)"),
    (RULE, "union select x.coalition_id where x.coalition_id is not null", ""),
    (RULE, "where c.id <> x.id and c.sound and", "where c.id <> x.id and"),
    (RULE, "and not c.replaced and c.begun", "and c.begun"),
    (RULE, "(c.coalition_id is null or c.coalition_id = x.coalition_id)", "true"),
    (
        RULE,
        "(c.coalition_id is null or c.coalition_id = x.coalition_id)",
        "c.coalition_id is not distinct from x.coalition_id",
    ),
    (RULE, "c.place_id is null or", ""),
    (RULE, "and (c.area is null or c.area = x.area)", ""),
    (RULE, "c.area is null or", ""),
    (RULE, "c.first = x.first\n", "false\n"),
    (RULE, "or not c.said and not x.said and exists", "or not c.said and exists"),
    (RULE, "or not c.said and not x.said and exists", "or not c.said and not x.said or exists"),
    (RULE, "is distinct from (x.capability", "is not distinct from (x.capability"),
    (RULE, "c.begun and not c.conditional as certain", "c.begun as certain"),
    (RULE, "v.later and v.begun and not v.conditional", "v.later and v.begun"),
    (RULE, "v.later and v.begun and not v.conditional", "v.later and not v.conditional"),
    (RULE, "v.later and v.begun and not v.conditional", "v.begun and not v.conditional"),
    (RULE, "not v.earlier and", ""),
    (RULE, "and (v.later or not v.exception)", ""),
    (RULE, "and not exists (select from takes_back b where b.taker = v.by)", ""),
    (RULE, "where v.casts_doubt and v.later", "where v.casts_doubt"),
    (RULE, "where v.casts_doubt and v.later", "where false"),
    (RULE, "c.stance = 'refused' and c.stage", "c.stage"),
    (RULE, "and c.stage <> 'cancelled' and x.firmness", "and x.firmness"),
    (RULE, "x.stage <> 'delivered' and case", "case"),
    (RULE, "c.firmness in (1, 2) and", "false and"),
    (RULE, "c.firmness in (1, 2) and not c.negative", "c.firmness in (1, 2)"),
    (RULE, "when x.negative then c.firmness", "when false then c.firmness"),
    (RULE, "in ('contradicts', 'alternative_reading')\n        union", "in ('contradicts')\n        union"),
    (RULE, "union select target_id, edge_id from edge_link", "union select edge_id, edge_id from edge_link"),
    (RULE, "where p.sound and", "where"),
    (RULE, "and not (x.rank = 'preferred' and p.rank <> 'preferred')", ""),
    (RULE, "and p.rank <> 'preferred')", ")"),
    (RULE, "d.polarity = 'denied' and", ""),
    (RULE, "d.rank <> 'deprecated' and", ""),
    (RULE, "and d.modality_counts and not", "and not"),
    (RULE, "and not d.last < x.first", ""),
    (RULE, "not d.last < x.first", "d.first > x.last"),
    (RULE, "when 'membership' then d.detail", "when 'nothing' then d.detail"),
    (RULE, "(d.detail -> 'type', d.detail -> 'text')", "(x.detail -> 'type', d.detail -> 'text')"),
    (SIGN, "of_stage <> 'delivered' and", ""),
    (SIGN, "of_stage = 'cancelled' or", ""),
    (SIGN, ">= 3", ">= 4"),
    (SIGN, ">= 3", ">= 1"),
    (SIGN, "and stage <> 'cancelled'", ""),
    (SIGN, "stance_rank(of_stance) >= 1", "stance_rank(of_stance) >= 3"),
    (SIGN, "stance_rank(of_stance) >= 1", "stance_rank(of_stance) >= 0"),
    (SIGN, "'declined'", "'refused'"),
    (SIGN, "or stage = 'cancelled'", ""),
    (WIDER, "select 'unspecified' where", "select 'unspecified' where false and"),
    (WIDER, "[1:depth]", ""),
];

const RULE: &str = "statement_standing_on(date)";
const SIGN: &str = "opposite_sign(text, text, text, text)";
const WIDER: &str = "capability_or_wider(text)";

/// A table that misses a part of the rule is no proof of it.
#[tokio::test]
async fn no_part_of_the_rule_can_be_left_out() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, HISTORIES.iter().map(|(history, ..)| *history)).await?;
    let mut unseen = Vec::new();
    for (function, part, other) in MUTANTS {
        let query = format!("select pg_get_functiondef('{function}'::regprocedure)");
        let definition: String = conn.fetch_one(sqlx::AssertSqlSafe(query)).await?.get(0);
        assert!(definition.contains(part), "{function} has no {part}");
        conn.execute("begin").await?;
        let mutant = definition.replacen(part, other, 1);
        conn.execute(sqlx::AssertSqlSafe(mutant)).await.with_context(|| format!("{part} -> {other}"))?;
        if wrong(&mut conn).await?.is_empty() {
            unseen.push(format!("{part} -> {other}"));
        }
        conn.execute("rollback").await?;
    }
    assert!(unseen.is_empty(), "no history tells these from the rule:\n{}", unseen.join("\n"));
    Ok(())
}

/// Commits refuse a cycle, and earlier versions did not.
#[tokio::test]
async fn the_links_of_a_cycle_count_for_nothing() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let histories = [
        "x: pledged; c: pledged supersedes=x; d: offered mission=training supersedes=c",
        "x: pledged; c: pledged supersedes=x; d: offered mission=training supersedes=x; e: offered supersedes=d",
    ];
    write(&mut conn, histories.into_iter()).await?;
    conn.execute("set session_replication_role = replica").await?;
    for (from, to) in [("h0 x", "h0 d"), ("h1 x", "h1 c")] {
        let (from, to) = (EdgeId::of_key(from), EdgeId::of_key(to));
        let query = format!("insert into edge_link values ('{from}', 'supersedes', '{to}', 0)");
        conn.execute(sqlx::AssertSqlSafe(query)).await?;
    }
    let rows = conn.fetch_all("select id, standing from statement_standing").await?;
    let found: HashMap<Uuid, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (name, expected) in [
        ("h0 x", "stands"),
        ("h0 c", "stands"),
        ("h0 d", "stands"),
        ("h1 x", "superseded"),
        ("h1 c", "stands"),
        ("h1 d", "superseded"),
        ("h1 e", "stands"),
    ] {
        assert_eq!(found[&EdgeId::of_key(name).0], expected, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn positions_are_the_latest_that_count() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, POSITIONS.iter().map(|(history, _)| *history)).await?;
    let rows = conn.fetch_all("select id from position_statements_on('2025-08-01')").await?;
    let found: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let mut wrong = Vec::new();
    for (number, (history, expected)) in POSITIONS.iter().enumerate() {
        let is_position = |name: &&str| found.contains(&EdgeId::of_key(&format!("h{number} {name}")).0);
        let names: Vec<&str> = ["c", "x"].into_iter().filter(is_position).collect();
        if names.join(" ") != *expected {
            wrong.push(format!("{history}: {}, not {expected}", names.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    conn.fetch_all("select * from positions").await?;
    Ok(())
}
