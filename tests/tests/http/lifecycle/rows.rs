//! One row a collection: what is created, how it is corrected, and what the correction shows.

use serde_json::{Value, json};

/// A record of a collection.
pub(crate) struct Row {
    pub(crate) collection: &'static str,
    /// The slug of an entity; statements have none.
    pub(crate) slug: Option<&'static str>,
    pub(crate) draft: Value,
    /// A merge patch.
    pub(crate) patch: Value,
    /// Where the patched record shows it, as a JSON pointer.
    pub(crate) place: &'static str,
    /// What it shows.
    pub(crate) shows: Value,
}

impl Row {
    /// What is expected to be in the record that was created: the field of the draft at the place, if it has one.
    pub(crate) fn before(&self) -> Option<&Value> {
        self.draft.pointer(self.place)
    }
}

fn entity(collection: &'static str, slug: &'static str, own: &Value, patch: Value, place: &'static str) -> Row {
    let mut draft = json!({"slug": slug, "names": {"en": format!("New {slug}"), "ar": "جديد"}});
    add(&mut draft, own);
    let shows = patch.pointer(place).cloned().unwrap_or_default();
    Row { collection, slug: Some(slug), draft, patch, place, shows }
}

fn statement(
    collection: &'static str,
    ends: [(&str, &str); 2],
    own: &Value,
    patch: Value,
    place: &'static str,
    shows: Value,
) -> Row {
    let mut draft = json!({"evidence": [{
        "source": "source:seed-article",
        "locator": {"line": 21},
        "quotation": {"text": format!("words on {collection}"), "lang": "en"},
        "attribution": [{"agent": "country:GB", "role": "speaker", "mode": "paraphrase"}],
    }]});
    for (name, reference) in ends {
        draft[name] = json!(reference);
    }
    add(&mut draft, own);
    Row { collection, slug: None, draft, patch, place, shows }
}

fn add(draft: &mut Value, own: &Value) {
    for (name, value) in own.as_object().into_iter().flatten() {
        draft[name] = value.clone();
    }
}

/// All collections that can be written.
pub(crate) fn all() -> Vec<Row> {
    entities().into_iter().chain(actors()).chain(events()).chain(relations()).collect()
}

fn entities() -> Vec<Row> {
    let iso = json!({"alpha2": "XK", "alpha3": "XKX", "numeric": "983"});
    vec![
        entity(
            "countries",
            "XK",
            &json!({"iso3166": iso, "regions": ["039", "150", "001"]}),
            json!({"regions": ["150", "001"]}),
            "/regions",
        ),
        entity(
            "coalitions",
            "of-the-able",
            &json!({}),
            json!({"aliases": [{"text": "The Able", "lang": "en", "kind": "short"}]}),
            "/aliases",
        ),
        entity("organizations", "osce", &json!({"class": "other"}), json!({"class": "intergovernmental"}), "/class"),
        entity("groups", "baltic-three", &json!({}), json!({"names": {"uk": "Балтійська трійка"}}), "/names/uk"),
        entity(
            "persons",
            "an-official",
            &json!({"anonymous": true, "anonymity_reason": "not authorised to speak"}),
            json!({"anonymity_reason": "for reasons of protocol"}),
            "/anonymity_reason",
        ),
        entity("meetings", "autumn-summit", &json!({}), json!({"names": {"fr": "Sommet d'automne"}}), "/names/fr"),
        entity("places", "odesa", &json!({}), json!({"names": {"ar": "أوديسا"}}), "/names/ar"),
        entity(
            "conditions",
            "polish-backing",
            &json!({
                "condition_kind": "third_party_backing",
                "test": {"actor": "country:PL", "capability": "political.backstop", "min_stance": "pledged"},
            }),
            json!({"test": {"min_stance": "committed"}}),
            "/test/min_stance",
        ),
        entity(
            "sources",
            "a-report",
            &json!({
                "url": "https://example.org/report", "title": "A report", "language": "en",
                "publisher": "organization:politico", "published": {"edtf": "2025-07-11"},
            }),
            json!({"published": {"edtf": "2025-07"}}),
            "/published/edtf",
        ),
    ]
}

fn actors() -> Vec<Row> {
    vec![
        statement(
            "commitments",
            [("pledger", "country:ES"), ("beneficiary", "country:UA")],
            &json!({
                "capability": "military.air_defence", "stance": "willing", "coalition": "coalition:of-the-willing",
                "said_at": {"edtf": "2025-07-10"},
                "conditions": {"op": "any_of", "of": [
                    {"op": "condition", "condition": "condition:ceasefire"},
                    {"op": "condition", "condition": "condition:peace-agreement", "explicitness": "implied"},
                ]},
            }),
            json!({"stance": "pledged", "stage": "planned"}),
            "/stance",
            json!("pledged"),
        ),
        statement(
            "memberships",
            [("subject", "country:ES"), ("object", "coalition:of-the-willing")],
            &json!({"role": "candidate"}),
            json!({"role": "member", "valid_from": {"edtf": "2025-07"}}),
            "/valid_from",
            json!({"edtf": "2025-07", "earliest": "2025-07-01", "latest": "2025-07-31", "precision": "month"}),
        ),
        statement(
            "offices",
            [("subject", "person:starmer"), ("object", "country:GB")],
            &json!({"title": {"en": "First Lord of the Treasury"}}),
            json!({"title": {"ar": "اللورد الأول للخزانة"}}),
            "/title/ar",
            json!("اللورد الأول للخزانة"),
        ),
        statement(
            "attendances",
            [("subject", "country:ES"), ("object", "meeting:coalition-summit")],
            &json!({"role": "invited"}),
            json!({"role": "participant", "mode": "remote", "place": "place:rome"}),
            "/place/ref",
            json!("place:rome"),
        ),
        statement(
            "convenings",
            [("subject", "country:GB"), ("object", "meeting:coalition-april")],
            &json!({"status": "planned", "date": {"edtf": "XXXX-04", "verbatim": "in April"}}),
            json!({"status": "held", "agenda": [{"en": "Forces", "ar": "القوات"}]}),
            "/agenda/0/ar",
            json!("القوات"),
        ),
        statement(
            "requests",
            [("subject", "country:UA"), ("object", "country:ES")],
            &json!({"capability": "military.air_defence.systems", "outcome": "pending"}),
            json!({"outcome": "accepted"}),
            "/outcome",
            json!("accepted"),
        ),
    ]
}

fn events() -> Vec<Row> {
    vec![
        statement(
            "actions",
            [("subject", "country:ES"), ("object", "meeting:coalition-april")],
            &json!({"class": "consult", "text": {"en": "Sends an envoy."}}),
            json!({"text": {"en": "Sends two envoys."}}),
            "/text/en",
            json!("Sends two envoys."),
        ),
        statement(
            "outcomes",
            [("subject", "country:UA"), ("object", "condition:legal-basis")],
            &json!({"value": "unmet"}),
            json!({"value": "met", "since": {"edtf": "2025-08-01"}}),
            "/since/earliest",
            json!("2025-08-01"),
        ),
        statement(
            "remarks",
            [("subject", "person:starmer"), ("object", "condition:us-backing")],
            &json!({"type": "hope", "text": {"en": "Hopes for it."}}),
            json!({"type": "demand"}),
            "/type",
            json!("demand"),
        ),
        statement(
            "edges",
            [("subject", "group:europeans"), ("object", "condition:ceasefire")],
            &json!({"kind": "remark", "type": "hope", "text": {"en": "Hope for it.", "ar": "يأملون فيه."}}),
            json!({"text": {"ar": null}, "rank": "preferred"}),
            "/rank",
            json!("preferred"),
        ),
    ]
}

fn relations() -> Vec<Row> {
    let [meeting, summit] = ["meeting:coalition-april", "meeting:coalition-summit"];
    vec![
        statement(
            "relations",
            [("subject", meeting), ("object", "place:kyiv")],
            &json!({"kind": "location"}),
            json!({"polarity": "unknown"}),
            "/polarity",
            json!("unknown"),
        ),
        statement(
            "relations",
            [("subject", meeting), ("object", summit)],
            &json!({"kind": "sidelines"}),
            json!({"modality": "own_statement"}),
            "/modality",
            json!("own_statement"),
        ),
        statement(
            "relations",
            [("subject", "country:ES"), ("object", "group:europeans")],
            &json!({"kind": "part_of", "listed": "partial"}),
            json!({"listed": "full"}),
            "/listed",
            json!("full"),
        ),
    ]
}
