//! What is part of what: as the database has it, on a day, and however much it is.

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeQuery, EntityQuery, ForceQuery, Graph, Page, Violation};
use pledgegraph_model::{EdgeId, EdgeKind, Where};

use crate::drawn::{graph, id};

fn group(slug: &str) -> String {
    format!(r#"{{"kind":"group","slug":"{slug}","names":{{"en":"Gruppe {slug}"}}}}"#)
}

/// That one group is part of another, with fields of its own.
fn part_of(part: &str, whole: &str, own: &str) -> String {
    let own = if own.is_empty() { String::new() } else { format!(",{own}") };
    format!(
        r#"{{"kind":"part_of","subject":"group:{part}","object":"group:{whole}"{own},"evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
    )
}

fn pledge(pledger: &str) -> String {
    format!(
        r#"{{"kind":"commitment","subject":"group:{pledger}","object":"coalition:w","capability":"financial","stance":"pledged","evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
    )
}

fn of(slugs: &[&str], edges: &[String]) -> Graph {
    let mut entities: Vec<String> = slugs.iter().map(|slug| group(slug)).collect();
    entities.push(r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned());
    entities.push(r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned());
    let edges: Vec<_> = edges.iter().enumerate().map(|(at, edge)| (format!("e{at}"), edge.clone())).collect();
    graph(&entities, &edges)
}

#[test]
fn only_what_is_asserted_and_not_wrong_makes_a_circle() {
    let denied = r#""polarity":"denied""#;
    let unknown = r#""polarity":"unknown""#;
    let wrong = r#""rank":"deprecated""#;
    for (back, sound) in [
        (vec![("b", "a", denied)], true),
        (vec![("b", "a", unknown)], true),
        (vec![("b", "a", wrong)], true),
        (vec![("b", "a", r#""polarity":"denied","rank":"deprecated""#)], true),
        (vec![("b", "a", "")], false),
        (vec![("b", "a", r#""rank":"preferred""#)], false),
        (vec![("b", "a", r#""modality":"expected_by_others""#)], false),
        (vec![("b", "c", ""), ("c", "a", "")], false),
        (vec![("b", "c", ""), ("c", "a", denied)], true),
        (vec![("b", "c", unknown), ("c", "a", "")], true),
        (vec![("b", "c", wrong), ("c", "a", "")], true),
        (vec![("b", "a", denied), ("b", "a", "")], false),
        // The database looks at no dates here.
        (vec![("b", "a", r#""valid_until":{"edtf":"2001"}"#)], false),
    ] {
        let mut edges = vec![part_of("a", "b", "")];
        edges.extend(back.iter().map(|(part, whole, own)| part_of(part, whole, own)));
        let violations = of(&["a", "b", "c"], &edges).verify();
        assert_eq!(violations.is_empty(), sound, "{back:?}: {violations:?}");
        assert!(violations.iter().all(|violation| matches!(violation, Violation::PartOfItself(_))), "{violations:?}");
    }
}

#[test]
fn a_pledger_takes_in_what_is_part_of_it_on_the_day() {
    let day = |year| NaiveDate::from_ymd_opt(year, 6, 1);
    for (own, on, taken_in) in [
        ("", None, true),
        ("", day(1900), true),
        (r#""polarity":"denied""#, None, false),
        (r#""polarity":"unknown""#, None, false),
        (r#""rank":"deprecated""#, None, false),
        (r#""rank":"preferred""#, None, true),
        (r#""valid_until":{"edtf":"2015"}"#, None, false),
        (r#""valid_until":{"edtf":"2015"}"#, day(2014), true),
        (r#""valid_until":{"edtf":"2015"}"#, day(2015), true),
        (r#""valid_until":{"edtf":"2015"}"#, day(2016), false),
        (r#""valid_from":{"edtf":"2015"}"#, None, true),
        (r#""valid_from":{"edtf":"2015"}"#, day(2014), false),
        (r#""valid_from":{"edtf":"9000"}"#, None, false),
        (r#""valid_from":{"edtf":"2010"},"valid_until":{"edtf":"2012"}"#, day(2011), true),
    ] {
        // Directly, and through another part.
        let edges = [part_of("a", "b", own), part_of("b", "c", ""), pledge("a"), pledge("c")];
        let graph = of(&["a", "b", "c"], &edges);
        for whole in ["group:b", "group:c"] {
            let which = Where { pledger: vec![id(whole)], valid_at: on, ..Where::all() };
            let found = graph.edges(&EdgeQuery::of(&[EdgeKind::Commitment], which), Page::first(10)).items;
            let takes_in = found.iter().any(|view| view.subject().id() == id("group:a"));
            assert_eq!(takes_in, taken_in, "{own} on {on:?} under {whole}");
        }
    }
}

/// More parts, and more entities of one name, than any limit was ever set to.
#[test]
fn no_part_and_no_name_is_left_out() {
    const MANY: usize = 10_500;
    let slugs: Vec<String> = (0..=MANY).map(|at| format!("g{at}")).collect();
    let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
    let parts = slugs[1..].iter().map(|part| part_of(part, slugs[0], ""));
    let edges: Vec<String> = parts.chain(slugs[1..].iter().map(|slug| pledge(slug))).collect();
    let graph = of(&slugs, &edges);
    let named = || Where { q: Some("gruppe".to_owned()), ..Where::all() };
    for which in [
        Where { pledger: vec![id("group:g0")], ..Where::all() },
        named(),
        Where { q: Some("gru g".to_owned()), ..Where::all() },
        Where { pledger: vec![id("group:g0")], ..named() },
    ] {
        let query = EdgeQuery::of(&[EdgeKind::Commitment], which);
        let found = graph.edges(&query, Page::first(3)).total;
        assert!(found.exact && found.value == MANY as u64, "{found:?} of {query:?}");
        let last = graph.edges(&query, Page::first(usize::MAX)).items;
        assert_eq!(last.len(), MANY);
    }
    assert_eq!(graph.entities(&EntityQuery::of(&[], named()), Page::first(1)).total.value, MANY as u64 + 1);
}

/// Members say no to one thing that a group pledges: it counts for them by the other.
#[test]
fn what_members_refuse_is_not_all_that_a_group_pledges() {
    let said = |actor: &str, capability: &str, mission: &str, stance: &str, own: &str| {
        format!(
            r#"{{"kind":"commitment","subject":"{actor}","object":"coalition:w","capability":"{capability}","mission":"{mission}","stance":"{stance}"{own},"evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
        )
    };
    let forces = |actor: &str, mission: &str, stance: &str| said(actor, "military.forces", mission, stance, "");
    let part = |member: &str| {
        format!(
            r#"{{"kind":"part_of","subject":"organization:{member}","object":"group:g","evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
        )
    };
    let condition = r#","conditionality":"conditional","conditions":{"relation":"necessary","root":{"op":"condition","condition":"condition:c","explicitness":"explicit"}}"#;
    let mut entities = vec![
        group("g"),
        r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned(),
        r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
        r#"{"kind":"condition","slug":"c","names":{"en":"C"},"condition_kind":"participation_threshold","test":{"n":2,"capability":"military.forces","min_stance":"willing"}}"#.to_owned(),
    ];
    let organization =
        |slug: &str| format!(r#"{{"kind":"organization","slug":"{slug}","names":{{"en":"O"}},"class":"other"}}"#);
    entities.extend(["m1", "m2", "z"].map(organization));
    let edges = [
        part("m1"),
        part("m2"),
        forces("group:g", "reassurance", "pledged"),
        forces("group:g", "training", "pledged"),
        forces("organization:m1", "reassurance", "refused"),
        forces("organization:m2", "reassurance", "refused"),
        said("organization:z", "humanitarian", "unspecified", "pledged", condition),
        forces("organization:m1", "training", "pledged"),
    ];
    let edges: Vec<_> = edges.iter().enumerate().map(|(at, edge)| (format!("e{at}"), edge.clone())).collect();
    let graph = graph(&entities, &edges);
    let query = ForceQuery::all(graph.day(), 10_000);
    for (actor, decisive) in [("group:g", true), ("organization:m1", false)] {
        let found = graph.fall_out(id(actor), &query).expect("within the budget");
        let dependents: Vec<_> = found.dependents.iter().map(|of| (of.commitment.id(), of.decisive)).collect();
        assert_eq!(dependents, [(EdgeId::of_key("e6"), decisive)], "{actor}");
    }
}
