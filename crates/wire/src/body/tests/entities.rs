use pledgegraph_model::{EntityId, EntityKind};
use serde_json::{Value, json};

use super::{codes, faults_of_entity, graph, with};
use crate::body::{Except, Form, patch_entity, read_entity, write_entity};
use crate::problem::Problem;
use crate::refusal::Refusal;

fn source() -> Value {
    json!({
        "slug": "report", "names": {"en": "A report", "ar": "تقرير"},
        "aliases": [{"text": "The report", "lang": "en", "kind": "short"}],
        "url": "https://example.org/a", "title": "Title", "publisher": "person:starmer", "language": "en",
        "published": {"edtf": "2025-07"}, "sha256": "0".repeat(64),
    })
}

#[test]
fn a_sound_draft_is_read_whole() {
    let graph = graph();
    let draft = read_entity(&source(), EntityKind::Source, Form::Request, &&graph).expect("sound");
    assert_eq!(draft.value.id, EntityId::of_key("source:report"));
    assert!(draft.warnings.is_empty());
    assert_eq!(draft.value.references(), [EntityId::of_key("person:starmer")]);
}

#[test]
fn faults_of_fields() {
    for (pointer, value, expected, code) in [
        ("/slug", json!(null), "/slug", "missing-field"),
        ("/slug", json!("a b"), "/slug", "validation"),
        ("/slug", json!("a\u{0}b"), "/slug", "forbidden-character"),
        ("/slug", json!(7), "/slug", "validation"),
        ("/names", json!({}), "/names", "validation"),
        ("/names", json!([]), "/names", "validation"),
        ("/names/EN", json!("x"), "/names/EN", "validation"),
        ("/names/en", json!(" \u{200B}"), "/names/en", "empty-name"),
        ("/names/en", json!("a\u{0}"), "/names/en", "forbidden-character"),
        ("/names/en", json!("a\u{202E}"), "/names/en", "forbidden-character"),
        ("/names/en", json!("p\u{430}ypal"), "/names/en", "mixed-script"),
        ("/names/en", json!("x".repeat(513)), "/names/en", "validation"),
        ("/aliases/0/lang", json!(null), "/aliases/0/lang", "missing-field"),
        ("/aliases/0/kind", json!("shrt"), "/aliases/0/kind", "validation"),
        ("/aliases/0/colour", json!("red"), "/aliases/0/colour", "unknown-field"),
        ("/id", json!("018f0000-0000-7000-8000-000000000000"), "/id", "read-only-field"),
        ("/version", json!(3), "/version", "read-only-field"),
        ("/created_by", json!("me"), "/created_by", "read-only-field"),
        ("/redirects", json!([]), "/redirects", "read-only-field"),
        ("/titel", json!("x"), "/titel", "unknown-field"),
        ("/a\u{0}b", json!("x"), "/a\\0b", "forbidden-character"),
        ("/iso3166", json!({}), "/iso3166", "unknown-field"),
        ("/kind", json!("country"), "/kind", "validation"),
        ("/url", json!("javascript:alert(1)"), "/url", "bad-url"),
        ("/publisher", json!("organization:nobody"), "/publisher", "dangling-reference"),
        ("/publisher", json!("place:modern"), "/publisher", "validation"),
        ("/publisher", json!({"ref": "person:starmer"}), "/publisher", "validation"),
        ("/language", json!("English"), "/language", "validation"),
        ("/published/edtf", json!("2025-02-30"), "/published/edtf", "bad-date"),
        ("/published/anchor", json!("unresolved"), "/published/anchor", "bad-date"),
        ("/published/earliest", json!("2025-07-01"), "/published/earliest", "read-only-field"),
        ("/sha256", json!("0".repeat(63)), "/sha256", "validation"),
        ("/sha256", json!("A".repeat(64)), "/sha256", "validation"),
    ] {
        let body = with(source(), pointer, value);
        let found = faults_of_entity(&body, EntityKind::Source, Form::Request);
        assert_eq!(found, [(expected.to_owned(), code)], "{body}");
    }
    for body in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(faults_of_entity(&body, EntityKind::Source, Form::Request), [(String::new(), "validation")]);
    }
    let null: Value = serde_json::from_str(r#"{"slug": "x", "names": {"en": "X"}, "aliases": null}"#).expect("JSON");
    assert_eq!(faults_of_entity(&null, EntityKind::Place, Form::Request), [("/aliases".to_owned(), "validation")]);
}

#[test]
fn all_faults_come_at_once_and_a_shared_code_is_the_problem() {
    let graph = graph();
    let body = json!({"names": {"en": ""}, "titel": 1, "url": "x", "publisher": "GBX"});
    let faults = read_entity(&body, EntityKind::Source, Form::Request, &&graph).expect_err("refused");
    assert_eq!(faults.len(), 5, "{faults:?}");
    let titel = faults.iter().find(|f| f.code == "unknown-field").expect("an unknown field");
    assert_eq!(titel.did_you_mean.as_deref(), Some("title"));
    assert_eq!(Refusal::fields(faults).problem, Problem::Validation);
    let body = json!({"slug": "x", "names": {"en": "p\u{430}y", "fr": "\u{391}b"}});
    let faults = read_entity(&body, EntityKind::Place, Form::Request, &&graph).expect_err("refused");
    assert_eq!(Refusal::fields(faults).problem, Problem::MixedScript);
    let many: Value = (0..1000).map(|n| (format!("f{n}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let faults = read_entity(&many, EntityKind::Place, Form::Request, &&graph).expect_err("refused");
    assert_eq!(faults.len(), 100);
}

#[test]
fn countries_and_conditions() {
    let country = json!({"slug": "FR", "names": {"en": "France"},
        "iso3166": {"alpha2": "FR", "alpha3": "FRA", "numeric": "250"}, "regions": ["155"]});
    assert_eq!(faults_of_entity(&country, EntityKind::Country, Form::Request), []);
    for (pointer, value) in [
        ("/iso3166/alpha2", json!("F")),
        ("/iso3166/alpha3", json!("fra")),
        ("/iso3166/numeric", json!("25")),
        ("/iso3166/numeric", json!(250)),
        ("/regions/0", json!("Europe")),
    ] {
        let found = faults_of_entity(&with(country.clone(), pointer, value), EntityKind::Country, Form::Request);
        assert_eq!(found, [(pointer.to_owned(), "validation")]);
    }
    let condition = json!({"slug": "x", "names": {"en": "X"}, "condition_kind": "reciprocal_commitment",
        "test": {"actor": "UA", "capability": "military", "min_stance": "pledged"}});
    let condition = with(condition, "/test/capability", json!("military.forces"));
    assert_eq!(faults_of_entity(&condition, EntityKind::Condition, Form::Request), []);
    for (pointer, value, expected, code) in [
        ("/test", json!(null), "/test", "missing-field"),
        ("/condition_kind", json!("ceasefire"), "/test", "validation"),
        ("/test/actor", json!(null), "/test/actor", "missing-field"),
        ("/test/n", json!(3), "/test/n", "validation"),
        ("/test/min_stance", json!("not_stated"), "/test/min_stance", "validation"),
    ] {
        let found = faults_of_entity(&with(condition.clone(), pointer, value), EntityKind::Condition, Form::Request);
        assert_eq!(found, [(expected.to_owned(), code)], "{pointer}");
    }
}

#[test]
fn names_and_slugs_that_look_like_others() {
    let graph = graph();
    let read = |slug: &str, name: &str, kind| {
        read_entity(&json!({"slug": slug, "names": {"en": name}}), kind, Form::Request, &&graph)
    };
    let warnings = |slug: &str, name: &str, kind| {
        read(slug, name, kind).expect("sound").warnings.into_iter().map(|w| w.kind).collect::<Vec<_>>()
    };
    assert_eq!(warnings("x", "Modem", EntityKind::Place), ["confusable-name"]);
    assert_eq!(warnings("x", "Modern", EntityKind::Place), ["duplicate-name"]);
    assert_eq!(warnings("x", "Modern", EntityKind::Group), [""; 0]);
    assert_eq!(warnings("modern", "Modern", EntityKind::Place), [""; 0]);
    let faults = read("modem", "X", EntityKind::Place).expect_err("refused");
    assert_eq!(codes(&faults), [("/slug".to_owned(), "confusable")]);
    assert_eq!(Refusal::fields(faults).problem, Problem::Confusable);
    let own = Except { within: &&graph, own: EntityId::of_key("place:modern") };
    let renamed = json!({"slug": "modem", "names": {"en": "Modern"}});
    assert!(read_entity(&renamed, EntityKind::Place, Form::Request, &own).is_ok_and(|d| d.warnings.is_empty()));
}

#[test]
fn the_decomposed_form_of_a_name_is_the_same_name() {
    let graph = graph();
    let body = json!({"slug": "IC", "names": {"fr": "Co\u{302}te d'Ivoire"},
        "iso3166": {"alpha2": "IC", "alpha3": "ICX", "numeric": "999"}});
    let draft = read_entity(&body, EntityKind::Country, Form::Request, &&graph).expect("sound");
    assert_eq!(draft.value.names.get("fr"), Some("Côte d'Ivoire"));
    assert_eq!(draft.warnings[0].kind, "duplicate-name");
}

#[test]
fn lines_name_their_kind_and_carry_identifiers() {
    let line = json!({"kind": "place", "key": "p1", "id": "018f0000-0000-7000-8000-000000000001", "slug": "x",
        "names": {"en": "X"}, "redirects": [{"id": "018f0000-0000-7000-8000-000000000002", "slug": "y"}]});
    let graph = graph();
    let draft = read_entity(&line, EntityKind::Place, Form::Line, &&graph).expect("sound");
    assert_eq!(
        (draft.value.id.to_string().as_str(), draft.value.redirects.len()),
        ("018f0000-0000-7000-8000-000000000001", 1)
    );
    for (pointer, value, code) in [
        ("/kind", json!(null), "missing-field"),
        ("/id", json!("1"), "validation"),
        ("/key", json!("a b"), "validation"),
        ("/version", json!(1), "read-only-field"),
        ("/redirects/0/slug", json!("-"), "validation"),
    ] {
        let found = faults_of_entity(&with(line.clone(), pointer, value), EntityKind::Place, Form::Line);
        assert_eq!(found, [(pointer.to_owned(), code)]);
    }
}

#[test]
fn patches() {
    let graph = graph();
    let current =
        write_entity(graph.find(&"person:starmer".parse().expect("a reference")).expect("found").entity(), &graph);
    let apply = |patch: Value| patch_entity(&current, &patch, EntityKind::Person, &&graph);
    let merged = apply(json!({"names": {"ar": "كير ستارمر"}, "anonymous": null})).expect("applied");
    assert_eq!(merged["names"], json!({"en": "Keir Starmer", "ar": "كير ستارمر"}));
    for (patch, pointer, code) in [
        (json!({"colour": null}), "/colour", "unknown-field"),
        (json!({"version": null}), "/version", "read-only-field"),
        (json!([]), "", "validation"),
    ] {
        assert_eq!(codes(&apply(patch).expect_err("refused")), [(pointer.to_owned(), code)]);
    }
    let emptied = apply(json!({"slug": null})).expect("applied");
    assert_eq!(faults_of_entity(&emptied, EntityKind::Person, Form::Request), [("/slug".to_owned(), "missing-field")]);
}
