//! Kinds of entities, each with statements that name one in every role that it can have.

use serde_json::{Value, json};

/// A kind of entity, and what names one of it; `OLD` stands for its reference.
pub(super) struct Case {
    pub(super) collection: &'static str,
    pub(super) kind: &'static str,
    /// The fields of an entity of this kind, beside slug and names.
    pub(super) own: Value,
    /// Drafts and the collections to which they belong.
    pub(super) naming: Vec<(&'static str, Value)>,
}

pub(super) fn evidence(source: &str, agent: &str) -> Value {
    json!([{
        "source": source,
        "quotation": {"text": format!("the words of {source}"), "lang": "en"},
        "attribution": [{"agent": agent, "role": "speaker", "mode": "direct_quote"}],
    }])
}

fn statement(subject: &str, object: &str, own: Value) -> Value {
    let ends = json!({"subject": subject, "object": object, "evidence": evidence("source:seed-article", "country:ES")});
    with(ends, own)
}

fn remark(subject: &str, object: &str, own: Value) -> Value {
    with(statement(subject, object, json!({"type": "hope", "text": {"en": "Hopes."}})), own)
}

fn commitment(own: Value) -> Value {
    let draft = json!({
        "pledger": "country:ES", "beneficiary": "country:UA", "capability": "military.forces", "stance": "willing",
        "evidence": evidence("source:seed-article", "country:ES"),
    });
    with(draft, own)
}

fn with(mut draft: Value, own: Value) -> Value {
    if let (Value::Object(fields), Value::Object(own)) = (&mut draft, own) {
        fields.extend(own);
    }
    draft
}

pub(super) fn cases() -> Vec<Case> {
    let case = |collection, kind, own, naming| Case { collection, kind, own, naming };
    vec![
        case("organizations", "organization", json!({"class": "other"}), organization()),
        case("conditions", "condition", json!({"condition_kind": "legal_basis"}), condition()),
        case(
            "sources",
            "source",
            json!({"url": "https://example.org/a"}),
            vec![
                ("commitments", commitment(json!({"evidence": evidence("OLD", "country:ES")}))),
                ("remarks", remark("country:ES", "OLD", json!({}))),
            ],
        ),
        case(
            "meetings",
            "meeting",
            json!({}),
            vec![
                ("commitments", commitment(json!({"meeting": "OLD"}))),
                ("attendances", statement("country:ES", "OLD", json!({"role": "participant"}))),
                ("relations", statement("OLD", "meeting:coalition-summit", json!({"kind": "sidelines"}))),
            ],
        ),
        case("places", "place", json!({}), place()),
        case(
            "coalitions",
            "coalition",
            json!({}),
            vec![
                ("commitments", commitment(json!({"coalition": "OLD"}))),
                ("memberships", statement("country:ES", "OLD", json!({"role": "member"}))),
            ],
        ),
        case(
            "persons",
            "person",
            json!({}),
            vec![
                ("offices", statement("OLD", "country:ES", json!({"title": {"en": "King"}}))),
                (
                    "remarks",
                    remark("country:ES", "country:UA", json!({"evidence": evidence("source:seed-article", "OLD")})),
                ),
            ],
        ),
    ]
}

fn organization() -> Vec<(&'static str, Value)> {
    let test = json!({"actor": "OLD", "capability": "political.backstop", "min_stance": "pledged"});
    let backing = json!({
        "slug": "their-backing", "names": {"en": "Their backing"}, "condition_kind": "third_party_backing", "test": test,
    });
    vec![
        ("memberships", statement("OLD", "organization:nato", json!({"role": "member"}))),
        ("offices", statement("person:starmer", "OLD", json!({"title": {"en": "Chair"}}))),
        ("commitments", commitment(json!({"pledger": "OLD", "acting_through": "OLD"}))),
        ("commitments", commitment(json!({"beneficiary": "OLD"}))),
        ("requests", statement("country:UA", "country:ES", json!({"acting_through": "OLD"}))),
        ("remarks", remark("country:UA", "OLD", json!({"evidence": evidence("source:seed-article", "OLD")}))),
        ("relations", statement("country:ES", "OLD", json!({"kind": "part_of"}))),
        ("conditions", backing),
        ("sources", json!({"slug": "their-report", "names": {"en": "Their report"}, "publisher": "OLD"})),
    ]
}

fn condition() -> Vec<(&'static str, Value)> {
    let leaf = |condition: &str| json!({"op": "condition", "condition": condition});
    let tree = json!({"op": "all_of", "of": [leaf("condition:ceasefire"), {"op": "not", "of": [leaf("OLD")]}]});
    vec![
        ("commitments", commitment(json!({"conditions": tree}))),
        ("outcomes", statement("country:UA", "OLD", json!({"value": "met"}))),
    ]
}

fn place() -> Vec<(&'static str, Value)> {
    let attendance = json!({"role": "participant", "place": "OLD"});
    vec![
        ("commitments", commitment(json!({"place": "OLD", "area": "inside"}))),
        ("attendances", statement("country:ES", "meeting:coalition-april", attendance)),
        ("relations", statement("meeting:coalition-april", "OLD", json!({"kind": "location"}))),
    ]
}
