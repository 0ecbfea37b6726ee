//! The words that histories are written in.

use anyhow::{Context as _, Result};
use pledgegraph_model::{Code as _, Edge, Stance};
use serde_json::{Value, json};

use crate::fixture::edge;

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
