//! Conflicts: the product against all pairs of random statements.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use pledgegraph_graph::{Conflict, ConflictKind, ConflictQuery, EdgeView, Graph};
use pledgegraph_model::EdgeId;
use proptest::prelude::*;

use crate::drawn::id;

/// One statement: what it says of whom and what, asserted or denied, by which document.
#[derive(Debug, Clone)]
struct Statement {
    says: Says,
    actor: usize,
    thing: usize,
    denied: bool,
    document: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Member,
    Attends { role: &'static str },
    Outcome { met: bool },
    Convenes { month: u32, cancelled: bool },
}

impl Statement {
    fn json(&self) -> String {
        let polarity = if self.denied { "denied" } else { "asserted" };
        let (thing, fields) = match self.says {
            Says::Member => ("coalition:w", r#""kind":"membership","role":"member""#.to_owned()),
            Says::Attends { role } => ("meeting:m", format!(r#""kind":"attendance","role":"{role}""#)),
            Says::Outcome { met } => {
                ("condition:c", format!(r#""kind":"outcome","value":"{}""#, if met { "met" } else { "unmet" }))
            }
            Says::Convenes { month, cancelled } => {
                let status = if cancelled { "cancelled" } else { "held" };
                ("meeting:m", format!(r#""kind":"convening","status":"{status}","date":{{"edtf":"2025-0{month}"}}"#))
            }
        };
        format!(
            r#"{{{fields},"subject":"organization:a{}","object":"{thing}{}","polarity":"{polarity}","evidence":[{{"source":"source:s{}","explicitness":"explicit"}}]}}"#,
            self.actor, self.thing, self.document
        )
    }

    /// Whether the two cannot both be true, and in what.
    fn contradicts(&self, other: &Self) -> Vec<ConflictKind> {
        let mut found = Vec::new();
        let same_ends = self.actor == other.actor && self.thing == other.thing;
        if self.says == other.says && same_ends && !self.denied && other.denied {
            found.push(ConflictKind::Polarity);
        }
        if self.denied || other.denied || self.thing != other.thing {
            return found;
        }
        match (self.says, other.says) {
            (Says::Attends { role: "participant" | "chair" }, Says::Attends { role: "absent" }) if same_ends => {
                found.push(ConflictKind::Attendance);
            }
            (Says::Outcome { met: true }, Says::Outcome { met: false }) => found.push(ConflictKind::Outcome),
            (Says::Convenes { cancelled: false, month }, Says::Convenes { cancelled: true, month: other }) => {
                found.push(ConflictKind::Status);
                found.extend((month < other).then_some(ConflictKind::Date));
            }
            (Says::Convenes { month, .. }, Says::Convenes { month: other, .. }) if month < other => {
                found.push(ConflictKind::Date);
            }
            _ => {}
        }
        found
    }
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let says = prop_oneof![
        Just(Says::Member),
        prop::sample::select(vec!["participant", "chair", "invited", "absent"]).prop_map(|role| Says::Attends { role }),
        any::<bool>().prop_map(|met| Says::Outcome { met }),
        (1..=3_u32, any::<bool>()).prop_map(|(month, cancelled)| Says::Convenes { month, cancelled }),
    ];
    let one = (says, 0..2_usize, 0..2_usize, prop::bool::weighted(0.3), 0..3_usize)
        .prop_map(|(says, actor, thing, denied, document)| Statement { says, actor, thing, denied, document });
    prop::collection::vec(one, 1..=8)
}

fn graph_of(statements: &[Statement]) -> Graph {
    let entities = |at: usize| {
        [
            format!(r#"{{"kind":"organization","slug":"a{at}","names":{{"en":"A"}},"class":"other"}}"#),
            format!(r#"{{"kind":"coalition","slug":"w{at}","names":{{"en":"W"}}}}"#),
            format!(r#"{{"kind":"meeting","slug":"m{at}","names":{{"en":"M"}}}}"#),
            format!(r#"{{"kind":"condition","slug":"c{at}","names":{{"en":"C"}},"condition_kind":"other"}}"#),
            format!(r#"{{"kind":"source","slug":"s{at}","names":{{"en":"S"}}}}"#),
        ]
    };
    let edges = statements.iter().enumerate().map(|(at, statement)| (format!("e{at}"), statement.json()));
    crate::drawn::graph(&(0..3).flat_map(entities).collect::<Vec<_>>(), &edges.collect::<Vec<_>>())
}

/// What contradicts what, of all pairs.
fn contradictions(statements: &[Statement]) -> BTreeSet<(ConflictKind, usize, usize)> {
    let mut expected: BTreeSet<(ConflictKind, usize, usize)> = BTreeSet::new();
    for (a, one) in statements.iter().enumerate() {
        for (b, other) in statements.iter().enumerate() {
            expected.extend(one.contradicts(other).into_iter().map(|kind| (kind, a, b)));
        }
    }
    // Of dates only those that end first stand against the later ones.
    let ends_first = |a: usize| {
        let month = |statement: &Statement| match statement.says {
            Says::Convenes { month, .. } if !statement.denied => Some(month),
            _ => None,
        };
        let of_meeting = statements.iter().filter(|other| other.thing == statements[a].thing);
        month(&statements[a]) == of_meeting.filter_map(month).min()
    };
    expected.retain(|(kind, a, _)| *kind != ConflictKind::Date || ends_first(*a));
    expected
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_all_pairs_say(statements in statements()) {
        let graph = graph_of(&statements);
        let answer = graph.conflicts(&ConflictQuery { budget: 1_000, ..ConflictQuery::default() });
        prop_assert!(!answer.truncated);
        let at = |view: &EdgeView<'_>| {
            (0..statements.len()).find(|at| EdgeId::of_key(&format!("e{at}")) == view.id()).expect("known")
        };
        let mut found: BTreeSet<(ConflictKind, usize, usize)> = BTreeSet::new();
        for conflict in &answer.conflicts {
            let (one, other): (Vec<usize>, Vec<usize>) =
                (conflict.one.iter().map(at).collect(), conflict.other.iter().map(at).collect());
            let mut documents: Vec<(usize, usize)> = Vec::new();
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (*a, *b))) {
                found.insert((conflict.kind, a, b));
                documents.push((statements[a].document, statements[b].document));
            }
            prop_assert_eq!(conflict.within_document, documents.iter().any(|(a, b)| a == b));
            prop_assert_eq!(conflict.between_documents, documents.iter().any(|(a, b)| a != b));
        }
        prop_assert_eq!(found, contradictions(&statements), "{:#?}", &statements);
        // Narrowed to an entity, the same conflicts are there, whole, and no others.
        let ids = |views: &[EdgeView<'_>]| views.iter().map(EdgeView::id).collect::<Vec<_>>();
        let shown = |conflict: &Conflict<'_>| (conflict.kind, ids(&conflict.one), ids(&conflict.other));
        for name in ["organization:a0", "organization:a1", "coalition:w0", "meeting:m0", "meeting:m1", "condition:c0"] {
            let entity = id(name);
            let asked = ConflictQuery { budget: 1_000, touching: Some(vec![entity]), ..ConflictQuery::default() };
            let touches = |view: &EdgeView<'_>| view.subject().id() == entity || view.object().id() == entity;
            let touched = answer.conflicts.iter().filter(|c| c.one.iter().chain(&c.other).any(touches));
            let narrowed: Vec<_> = graph.conflicts(&asked).conflicts.iter().map(shown).collect();
            prop_assert_eq!(narrowed, touched.map(shown).collect::<Vec<_>>(), "{} of {:#?}", name, &statements);
        }
    }
}

/// Two statements, each as the fields that differ from a plain one, and in what they contradict each other.
const PAIRS: &[(&str, &str, &str, Option<&str>)] = &[
    // A denial is set against the same, and against what is more exact.
    ("a membership denied", "MEMBER", "MEMBER DENIED", Some("polarity")),
    ("another role", "MEMBER", r#"MEMBER "role":"leader" DENIED"#, None),
    ("another member", "MEMBER", r#"MEMBER "subject":"country:FR" DENIED"#, None),
    ("left open", "MEMBER", r#"MEMBER "polarity":"unknown""#, None),
    ("expected only", "MEMBER", r#"MEMBER "modality":"expected_by_others" DENIED"#, None),
    ("a number denied", "MEMBER", r#"MEMBER "count":{"op":"eq","value":7} DENIED"#, None),
    ("a number and all denied", r#"MEMBER "count":{"op":"eq","value":7}"#, "MEMBER DENIED", Some("polarity")),
    ("a pledge denied", "PLEDGE", "PLEDGE DENIED", Some("polarity")),
    ("another capability", "PLEDGE", r#"PLEDGE "capability":"humanitarian" DENIED"#, None),
    ("another mission", "PLEDGE", r#"PLEDGE "mission":"training" DENIED"#, None),
    ("another stance", "PLEDGE", r#"PLEDGE "stance":"willing" DENIED"#, None),
    ("another coalition", "PLEDGE", r#"PLEDGE "coalition":"coalition:w" DENIED"#, None),
    ("another place", "PLEDGE", r#"PLEDGE "place":"place:p" DENIED"#, None),
    ("an amount denied", "PLEDGE", r#"PLEDGE "quantity":{"value":5,"unit":"EUR"} DENIED"#, None),
    ("an amount, all denied", r#"PLEDGE "quantity":{"value":5,"unit":"EUR"}"#, "PLEDGE DENIED", Some("polarity")),
    ("another text", "ACTION", r#"ACTION "text":{"en":"Other."} DENIED"#, None),
    ("a text translated", "ACTION", r#"ACTION "text":{"en":"Flew.","ar":"حلّق."} DENIED"#, Some("polarity")),
    ("another class", "ACTION", r#"ACTION "class":"consult" DENIED"#, None),
    ("another title", "OFFICE", r#"OFFICE "title":{"en":"Mayor"} DENIED"#, None),
    ("a title denied", "OFFICE", "OFFICE DENIED", Some("polarity")),
    ("another value", "OUTCOME", r#"OUTCOME "value":"unmet" DENIED"#, None),
    // Presence.
    ("present and absent", "ATTENDS", r#"ATTENDS "role":"absent""#, Some("attendance")),
    ("invited and absent", r#"ATTENDS "role":"invited""#, r#"ATTENDS "role":"absent""#, None),
    ("invited and present", r#"ATTENDS "role":"invited""#, "ATTENDS", None),
    ("host and chair", r#"ATTENDS "role":"host""#, r#"ATTENDS "role":"chair""#, None),
    ("expected and absent", r#"ATTENDS "modality":"expected_by_others""#, r#"ATTENDS "role":"absent""#, None),
    (
        "some and others",
        r#"ATTENDS "count":{"op":"eq","value":3}"#,
        r#"ATTENDS "role":"absent" "count":{"op":"eq","value":2}"#,
        None,
    ),
    // Time, rank and readings, of any kind.
    ("never at once", r#"MEMBER "valid_until":{"edtf":"2015"}"#, r#"MEMBER "valid_from":{"edtf":"2016"} DENIED"#, None),
    (
        "perhaps at once",
        r#"MEMBER "valid_until":{"edtf":"2015"}"#,
        r#"MEMBER "valid_from":{"edtf":"2015"} DENIED"#,
        Some("polarity"),
    ),
    ("known to be wrong", "MEMBER", r#"MEMBER "rank":"deprecated" DENIED"#, None),
    ("two readings, asserted and denied", "MEMBER", "MEMBER DENIED READING", None),
    ("two readings, present and absent", "ATTENDS", r#"ATTENDS "role":"absent" READING"#, None),
    ("two readings, met and unmet", "OUTCOME", r#"OUTCOME "value":"unmet" READING"#, None),
    ("two readings of a date", "CONVENES", r#"CONVENES "date":{"edtf":"2025-08"} READING"#, None),
    ("two readings of a stance", "PLEDGE", r#"PLEDGE "stance":"refused" READING"#, None),
    ("met and unmet", "OUTCOME", r#"OUTCOME "value":"unmet" "subject":"country:FR""#, Some("outcome")),
    ("two dates", "CONVENES", r#"CONVENES "date":{"edtf":"2025-08"} "subject":"country:FR""#, Some("date")),
    ("a date known to be wrong", "CONVENES", r#"CONVENES "date":{"edtf":"2025-08"} "rank":"deprecated""#, None),
    ("held and cancelled", "CONVENES", r#"CONVENES "status":"cancelled" "subject":"country:FR""#, Some("status")),
    ("pledged and refused", "PLEDGE", r#"PLEDGE "stance":"refused""#, Some("stance")),
    ("refused to another", "PLEDGE", r#"PLEDGE "stance":"refused" "object":"country:FR""#, None),
    (
        "refused within another coalition",
        r#"PLEDGE "coalition":"coalition:w""#,
        r#"PLEDGE "stance":"refused" "coalition":"coalition:v""#,
        None,
    ),
    ("stated", "MEMBER", "OUTCOME STATED", Some("stated")),
    ("stated of what is known to be wrong", r#"MEMBER "rank":"deprecated""#, "OUTCOME STATED", None),
];

/// A statement of the table above as JSON; `first` is the key of the first one of its pair.
fn written(text: &str, first: &str) -> String {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    let fields = match kind {
        "MEMBER" => r#"{"kind":"membership","object":"coalition:w","role":"member"}"#,
        "PLEDGE" => r#"{"kind":"commitment","object":"country:UA","capability":"financial","stance":"pledged"}"#,
        "ACTION" => r#"{"kind":"action","object":"country:UA","class":"coerce","text":{"en":"Flew."}}"#,
        "OFFICE" => r#"{"kind":"office","subject":"person:x","object":"country:UA","title":{"en":"Minister"}}"#,
        "OUTCOME" => r#"{"kind":"outcome","object":"condition:c","value":"met"}"#,
        "ATTENDS" => r#"{"kind":"attendance","object":"meeting:m","role":"participant"}"#,
        _ => r#"{"kind":"convening","object":"meeting:m","status":"held","date":{"edtf":"2025-07"}}"#,
    };
    let mut json: serde_json::Value = serde_json::from_str(fields).expect("fields");
    if json.get("subject").is_none() {
        json["subject"] = "country:GB".into();
    }
    json["evidence"] = serde_json::json!([{"source": "source:s", "explicitness": "explicit"}]);
    let link = |kind: &str| serde_json::json!([{"type": kind, "edge": EdgeId::of_key(first)}]);
    let mut rest = rest.to_owned();
    for (word, name, value) in [
        ("DENIED", "polarity", "denied".into()),
        ("READING", "links", link("alternative_reading")),
        ("STATED", "links", link("contradicts")),
    ] {
        if rest.contains(word) {
            rest = rest.replace(word, "");
            json[name] = value;
        }
    }
    let own = format!("{{{}}}", rest.trim().replace("\" \"", "\",\"").replace("} \"", "},\""));
    let own: serde_json::Value = serde_json::from_str(&own).unwrap_or_else(|error| panic!("{own}: {error}"));
    for (name, value) in own.as_object().expect("an object") {
        json[name] = value.clone();
    }
    json.to_string()
}

fn entities() -> Vec<String> {
    [
        r#""kind":"country","slug":"GB""#,
        r#""kind":"country","slug":"FR""#,
        r#""kind":"country","slug":"UA""#,
        r#""kind":"person","slug":"x""#,
        r#""kind":"coalition","slug":"w""#,
        r#""kind":"coalition","slug":"v""#,
        r#""kind":"meeting","slug":"m""#,
        r#""kind":"place","slug":"p""#,
        r#""kind":"source","slug":"s""#,
        r#""kind":"condition","slug":"c","condition_kind":"other""#,
    ]
    .map(|entity| {
        let codes = r#","iso3166":{"alpha2":"XZ","alpha3":"XZZ","numeric":"999"},"regions":[]"#;
        let codes = if entity.contains("country") { codes } else { "" };
        format!(r#"{{{entity},"names":{{"en":"Name"}}{codes}}}"#)
    })
    .to_vec()
}

#[test]
fn only_what_cannot_both_be_so_is_a_conflict() {
    for (name, one, other, expected) in PAIRS {
        // Either may be recorded first.
        for (first, second) in [("a", "b"), ("b", "a")] {
            let edges = [(first.to_owned(), written(one, first)), (second.to_owned(), written(other, first))];
            let graph = crate::drawn::graph(&entities(), &edges);
            let answer = graph.conflicts(&ConflictQuery { budget: 100, ..ConflictQuery::default() });
            let found: Vec<&str> = answer.conflicts.iter().map(|conflict| conflict.kind.as_str()).collect();
            assert_eq!(found, expected.iter().copied().collect::<Vec<_>>(), "{name}");
            for conflict in &answer.conflicts {
                assert_eq!((conflict.one.len(), conflict.other.len()), (1, 1), "{name}");
            }
        }
    }
}

/// Of three convenings of a meeting, two are apart; whoever is asked about, the conflict is whole.
#[test]
fn a_conflict_is_found_from_each_of_its_ends_on_days_on_which_both_sides_hold() {
    let statements = [
        ("a", r#"CONVENES "date":{"edtf":"2025-07"}"#),
        ("b", r#"CONVENES "date":{"edtf":"2025-08"} "subject":"country:FR" "valid_until":{"edtf":"2025-12"}"#),
        ("c", r#"MEMBER "valid_from":{"edtf":"2026"}"#),
        ("d", "OUTCOME STATED"),
    ];
    let edges = statements.map(|(key, text)| (key.to_owned(), written(text, "c")));
    let graph = crate::drawn::graph(&entities(), &edges);
    let kinds = |touching: Option<&str>, day: Option<(i32, u32)>| -> Vec<&str> {
        let query = ConflictQuery {
            budget: 100,
            touching: touching.map(|name| vec![id(name)]),
            valid_at: day.and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1)),
            ..ConflictQuery::default()
        };
        let mut found: Vec<&str> =
            graph.conflicts(&query).conflicts.iter().map(|conflict| conflict.kind.as_str()).collect();
        found.sort_unstable();
        found
    };
    for (touching, day, expected) in [
        (None, None, vec!["date", "stated"]),
        (Some("country:FR"), None, vec!["date"]),
        (Some("country:GB"), None, vec!["date", "stated"]),
        (Some("meeting:m"), None, vec!["date"]),
        (Some("coalition:w"), None, vec!["stated"]),
        (Some("condition:c"), None, vec!["stated"]),
        (Some("country:UA"), None, vec![]),
        (None, Some((2025, 6)), vec!["date"]),
        (None, Some((2026, 6)), vec!["stated"]),
        (Some("condition:c"), Some((2025, 6)), vec![]),
        (Some("country:FR"), Some((2026, 6)), vec![]),
        (Some("country:FR"), Some((2025, 6)), vec!["date"]),
    ] {
        assert_eq!(kinds(touching, day), expected, "{touching:?} {day:?}");
    }
}
