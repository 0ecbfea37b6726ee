//! What is done to a graph in a random history.

use chrono::NaiveDate;
use pledgegraph_model::EdgeId;
use proptest::prelude::*;

pub(crate) const CONDITIONS: [&str; 5] = [
    r#"{"kind":"condition","slug":"c0","names":{"en":"C"},"condition_kind":"other"}"#,
    r#"{"kind":"condition","slug":"c1","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a0","capability":"military.forces","min_stance":"willing"}}"#,
    r#"{"kind":"condition","slug":"c2","names":{"en":"C"},"condition_kind":"participation_threshold",
        "test":{"n":2,"capability":"military.forces","min_stance":"willing"}}"#,
    r#"{"kind":"condition","slug":"c3","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a1","capability":"military.forces.air","min_stance":"not_ruled_out"}}"#,
    r#"{"kind":"condition","slug":"c4","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a2","capability":"military.forces","min_stance":"pledged"}}"#,
];
/// Fields that a statement may have beside its own, each empty for what is usual.
const FIELDS: [&[&str]; 5] = [
    &[
        "",
        r#""said_at":{"edtf":"2025-01-10"}"#,
        r#""said_at":{"edtf":"2025-02-10"}"#,
        r#""said_at":{"edtf":"2025-03-10"}"#,
        r#""said_at":{"edtf":"2025-03-20"}"#,
    ],
    &[
        "",
        "",
        "",
        r#""valid_from":{"edtf":"2025-03-01"}"#,
        r#""valid_until":{"edtf":"2025-03-15"}"#,
        r#""valid_until":{"ended":true}"#,
        r#""valid_until":{"verbatim":"as long as it takes"}"#,
    ],
    &["", "", "", "", "", "", r#""polarity":"denied""#, r#""polarity":"unknown""#, r#""rank":"deprecated""#],
    &["", "", "", "", r#""modality":"expected_by_others""#],
    &["", "", "", r#""stage":"suspended""#, r#""stage":"cancelled""#, r#""stage":"delivered""#],
];
/// Whom a statement is of: three organizations, and two groups, the one part of the other now and then.
const ACTORS: [&str; 7] = [
    "organization:a0",
    "organization:a0",
    "organization:a1",
    "organization:a1",
    "organization:a2",
    "group:a3",
    "group:a4",
];
/// What is part of what, now and then.
pub(crate) const PARTS: [(&str, &str, &str); 4] = [
    ("p0", "organization:a0", "group:a3"),
    ("p1", "organization:a1", "group:a3"),
    ("p2", "organization:a2", "group:a4"),
    ("p3", "group:a3", "group:a4"),
];
/// For whom a pledge is, and what for.
const MATTERS: &[&str] = &[
    r#""object":"coalition:w""#,
    r#""object":"coalition:w""#,
    r#""object":"coalition:w""#,
    r#""object":"coalition:v""#,
    r#""object":"coalition:w","mission":"training""#,
];
/// A source without a date, and one that was published.
pub(crate) const EVIDENCE: &[&str] = &[
    r#""evidence":[{"source":"source:s","explicitness":"explicit"}]"#,
    r#""evidence":[{"source":"source:s","explicitness":"explicit"}]"#,
    r#""evidence":[{"source":"source:t","explicitness":"explicit"}]"#,
];
const STANCES: [&str; 9] = [
    "pledged",
    "pledged",
    "committed",
    "willing",
    "not_ruled_out",
    "withdrawn",
    "refused",
    "not_stated",
    "no_position",
];
const TREES: [&str; 9] = [
    "LEAF0",
    "LEAF1",
    "LEAF2",
    "LEAF3",
    "LEAF4",
    r#"{"op":"any_of","of":[LEAF1,LEAF2]}"#,
    r#"{"op":"all_of","of":[LEAF3,LEAF0]}"#,
    r#"{"op":"at_least","k":2,"of":[LEAF1,LEAF3,LEAF4]}"#,
    r#"{"op":"any_of","of":[{"op":"not","of":[LEAF0]},LEAF2]}"#,
];

/// What is done to the graph.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Says something, or says it otherwise.
    Put(String, String),
    Remove(String),
    /// Another day comes.
    Turn(NaiveDate),
}

pub(crate) fn days() -> Vec<NaiveDate> {
    let days = ["2025-01-01", "2025-01-10", "2025-02-20", "2025-03-12", "2025-03-16", "2025-05-01"];
    days.iter().map(|day| day.parse().expect("a day")).collect()
}

pub(crate) fn leaves(tree: &str) -> String {
    (0..CONDITIONS.len()).fold(tree.to_owned(), |tree, c| {
        let leaf = format!(r#"{{"op":"condition","condition":"condition:c{c}","explicitness":"explicit"}}"#);
        tree.replace(&format!("LEAF{c}"), &leaf)
    })
}

fn of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words.to_vec())
}

/// A draft of its own words and of fields, of which some are empty.
fn draft(own: &[String], fields: &[&str]) -> String {
    let fields = fields.iter().copied().filter(|field| !field.is_empty());
    let all: Vec<&str> = own.iter().map(String::as_str).chain(fields).collect();
    format!("{{{}}}", all.join(","))
}

fn pledge() -> impl Strategy<Value = Step> {
    let said = (
        (0..7_usize, of(&ACTORS), of(&STANCES), any::<bool>()),
        prop::option::weighted(0.7, (of(&TREES), any::<bool>())),
        FIELDS.into_iter().chain([MATTERS, EVIDENCE]).map(of).collect::<Vec<_>>(),
        prop::option::weighted(0.15, 0..7_usize),
    );
    said.prop_map(|((name, actor, stance, air), tree, fields, superseded)| {
        let capability = if air { "military.forces.air" } else { "military.forces" };
        let mut own =
            vec![format!(r#""kind":"commitment","subject":"{actor}","capability":"{capability}","stance":"{stance}""#)];
        if let Some((tree, sufficient)) = tree {
            let relation = if sufficient { "sufficient" } else { "necessary" };
            let root = leaves(tree);
            own.push(format!(
                r#""conditionality":"conditional","conditions":{{"relation":"{relation}","root":{root}}}"#
            ));
        }
        // Later ones link to earlier ones, so that there is no cycle.
        if let Some(other) = superseded.filter(|other| *other < name) {
            let other = EdgeId::of_key(&format!("e{other}"));
            own.push(format!(r#""links":[{{"type":"supersedes","edge":"{other}"}}]"#));
        }
        Step::Put(format!("e{name}"), draft(&own, &fields))
    })
}

/// The fields that statements of any kind may have.
fn fields() -> impl Strategy<Value = Vec<&'static str>> {
    FIELDS[..4].iter().copied().chain([EVIDENCE]).map(of).collect::<Vec<_>>()
}

fn outcome() -> impl Strategy<Value = Step> {
    ((0..2_usize, 0..4_usize, any::<bool>()), fields()).prop_map(|((actor, condition, met), fields)| {
        let value = if met { "met" } else { "unmet" };
        let own = format!(
            r#""kind":"outcome","subject":"organization:o{actor}","object":"condition:c{condition}","value":"{value}""#
        );
        Step::Put(format!("o{actor} {condition}"), draft(&[own], &fields))
    })
}

fn part() -> impl Strategy<Value = Step> {
    (prop::sample::select(PARTS.to_vec()), fields()).prop_map(|((name, part, whole), fields)| {
        let own = format!(r#""kind":"part_of","subject":"{part}","object":"{whole}""#);
        Step::Put(name.to_owned(), draft(&[own], &fields))
    })
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => pledge(),
        3 => outcome(),
        2 => part(),
        1 => prop::sample::select(PARTS.to_vec()).prop_map(|(name, ..)| Step::Remove(name.to_owned())),
        1 => (0..7_usize).prop_map(|name| Step::Remove(format!("e{name}"))),
        1 => prop::sample::select(days()).prop_map(Step::Turn),
    ]
}

/// A plain word of a group or of one of its members.
pub(crate) fn group_step() -> impl Strategy<Value = Step> {
    let said = ((0..6_usize, 0..5_usize, any::<bool>(), any::<bool>()), of(FIELDS[0]), of(MATTERS), of(EVIDENCE));
    let said = said.prop_map(|((name, actor, pledged, air), said_at, matter, evidence)| {
        let actor = if actor < 3 { format!("organization:a{actor}") } else { format!("group:a{actor}") };
        let capability = if air { "military.forces.air" } else { "military.forces" };
        let stance = if pledged { "pledged" } else { "refused" };
        let own = format!(
            r#""kind":"commitment","subject":"{actor}","capability":"{capability}","stance":"{stance}",{matter},{evidence}"#
        );
        let said_at = if said_at.is_empty() { String::new() } else { format!(",{said_at}") };
        Step::Put(format!("e{name}"), format!("{{{own}{said_at}}}"))
    });
    prop_oneof![6 => said, 1 => prop::sample::select(days()).prop_map(Step::Turn)]
}
