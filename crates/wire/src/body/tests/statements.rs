use pledgegraph_model::{Code as _, Conditionality, EdgeId, EdgeKind};
use serde_json::{Value, json};

use super::{codes, faults_of_edge, graph, with};
use crate::body::{Form, Naming, patch_edge, read_edge, write_edge};
use crate::problem::Problem;
use crate::refusal::Refusal;

const COMMITMENT: &[EdgeKind] = &[EdgeKind::Commitment];

fn commitment() -> Value {
    json!({
        "pledger": "country:GB", "beneficiary": "UA", "coalition": "of-the-willing",
        "capability": "military.forces", "mission": "ceasefire_monitoring", "stance": "willing",
        "relation": "necessary",
        "conditions": {"op": "all_of", "of": [
            {"op": "condition", "condition": "ceasefire", "explicitness": "implied"},
            {"op": "condition", "condition": "condition:backing"}]},
        "said_at": {"edtf": "2025-07-10", "verbatim": "on Thursday"},
        "valid_from": {"edtf": "2025-07"}, "valid_until": {"edtf": "2025"},
        "quantity": {"value": 10000, "unit": "troops"}, "count": {"op": "gt", "value": 30},
        "place": "country:UA", "area": "inside", "meeting": "summit", "acting_through": "starmer",
        "rationale": {"en": "Because.\nYes."},
        "evidence": [{"source": "source:article", "locator": {"line": 21, "quote": {"exact": "words", "start": 3, "end": 8}},
            "quotation": {"text": "words", "lang": "en"},
            "attribution": [{"agent": "starmer", "role": "speaker", "mode": "direct_quote"}]}],
        "links": [{"type": "supports", "edge": EdgeId::of_key("membership")}],
    })
}

#[test]
fn a_sound_draft_is_read_whole() {
    let graph = graph();
    let edge = read_edge(&commitment(), COMMITMENT, Form::Request, &&graph).expect("sound").value;
    let commitment = edge.detail.commitment().expect("a commitment");
    assert_eq!(commitment.conditionality, Conditionality::Conditional);
    assert_eq!(commitment.conditions.as_ref().map(|c| c.root.leaves().len()), Some(2));
    assert_eq!(edge.errors(), []);
    let least = json!({"pledger": "GB", "beneficiary": "UA", "capability": "financial", "stance": "pledged",
        "evidence": [{"source": "article"}]});
    let edge = read_edge(&least, COMMITMENT, Form::Request, &&graph).expect("sound").value;
    assert_eq!(edge.detail.commitment().map(|c| c.conditionality), Some(Conditionality::NotStated));
}

#[test]
fn faults_of_fields() {
    let long = "x".repeat(65_537);
    for (pointer, value, expected, code) in [
        ("/stance", json!(null), "/stance", "missing-field"),
        ("/stance", json!("wiling"), "/stance", "validation"),
        ("/stance", json!("\u{0}"), "/stance", "forbidden-character"),
        ("/stage", json!(3), "/stage", "validation"),
        ("/stanse", json!("x"), "/stanse", "unknown-field"),
        ("/in_force", json!("true"), "/in_force", "read-only-field"),
        ("/subject", json!("GB"), "/subject", "unknown-field"),
        ("/kind", json!("remark"), "/kind", "validation"),
        ("/pledger", json!("country:ZZ"), "/pledger", "dangling-reference"),
        ("/pledger", json!("018f0000-0000-7000-8000-000000000000"), "/pledger", "dangling-reference"),
        ("/pledger", json!("person:starmer"), "/pledger", "validation"),
        ("/beneficiary", json!("group:allies"), "/beneficiary", "validation"),
        ("/place", json!("meeting:summit"), "/place", "validation"),
        ("/place", json!(null), "/area", "validation"),
        ("/said_at/edtf", json!("2025-02-30"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("0000"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("10000"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("2016-12-31T23:59:60Z"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("2025-07-10T12:00:00+99:99"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("٢٠٢٥-٠٧-١٠"), "/said_at/edtf", "bad-date"),
        ("/said_at/edtf", json!("2025-05/2025-03"), "/said_at/edtf", "bad-date"),
        ("/said_at/precision", json!("day"), "/said_at/precision", "read-only-field"),
        ("/said_at", json!("2025-07-10"), "/said_at", "validation"),
        ("/valid_until/edtf", json!("2024"), "/valid_until", "bad-date"),
        ("/count/value", json!(-1), "/count/value", "validation"),
        ("/count/value", json!(1.5), "/count/value", "validation"),
        ("/quantity/value", json!(9_007_199_254_740_992_u64), "/quantity/value", "validation"),
        ("/quantity/value", json!("10"), "/quantity/value", "validation"),
        ("/rationale/en", json!("a\u{7}"), "/rationale/en", "forbidden-character"),
        ("/rationale/en", json!("\u{2067}open"), "/rationale/en", "forbidden-character"),
        ("/rationale/en", json!(long), "/rationale/en", "validation"),
        ("/evidence", json!([]), "/evidence", "validation"),
        ("/evidence", json!(null), "/evidence", "missing-field"),
        ("/evidence/0/source", json!("country:GB"), "/evidence/0/source", "validation"),
        ("/evidence/0/locator/line", json!(0), "/evidence/0/locator/line", "validation"),
        ("/evidence/0/locator/quote/end", json!(1), "/evidence/0/locator/quote/end", "validation"),
        ("/evidence/0/attribution/0/agent", json!(null), "/evidence/0/attribution/0", "validation"),
        ("/evidence/0/attribution/0/name", json!("He"), "/evidence/0/attribution/0", "validation"),
        ("/links/0/edge", json!(EdgeId::of_key("other")), "/links/0/edge", "dangling-reference"),
        ("/links/0/direction", json!("outgoing"), "/links/0/direction", "read-only-field"),
        ("/conditionality", json!("unconditional"), "/conditionality", "validation"),
        ("/conditions", json!(null), "/relation", "validation"),
        ("/conditions/of", json!(null), "/conditions", "validation"),
        ("/conditions/k", json!(1), "/conditions", "validation"),
        ("/conditions/of/0/condition", json!(null), "/conditions/of/0", "validation"),
        ("/conditions/of/0/condition", json!("country:GB"), "/conditions/of/0/condition", "validation"),
        ("/conditions/of/1/op", json!("and"), "/conditions/of/1/op", "validation"),
    ] {
        let body = with(commitment(), pointer, value);
        assert_eq!(faults_of_edge(&body, COMMITMENT, Form::Request), [(expected.to_owned(), code)], "{pointer}");
    }
    let twice = with(commitment(), "/links", json!([commitment()["links"][0], commitment()["links"][0]]));
    assert_eq!(faults_of_edge(&twice, COMMITMENT, Form::Request), [("/links/1".to_owned(), "validation")]);
    let many = with(commitment(), "/evidence", Value::Array(vec![commitment()["evidence"][0].clone(); 1001]));
    assert_eq!(faults_of_edge(&many, COMMITMENT, Form::Request), [("/evidence".to_owned(), "validation")]);
}

#[test]
fn trees() {
    let leaf = |slug: &str| json!({"op": "condition", "condition": slug});
    let not = |node: Value| json!({"op": "not", "of": [node]});
    let faults = |tree: Value| faults_of_edge(&with(commitment(), "/conditions", tree), COMMITMENT, Form::Request);
    assert_eq!(faults(not(leaf("ceasefire"))), []);
    let tested = faults(json!({"op": "any_of", "of": [leaf("ceasefire"), not(leaf("backing"))]}));
    assert_eq!(tested, [("/conditions/of/1/of/0/condition".to_owned(), "validation")]);
    assert_eq!(faults((0..7).fold(leaf("ceasefire"), |node, _| not(node))), []);
    let deep = faults((0..8).fold(leaf("ceasefire"), |node, _| not(node)));
    assert_eq!(deep, [(format!("/conditions{}", "/of/0".repeat(8)), "validation")]);
    let wide = json!({"op": "any_of", "of": vec![leaf("ceasefire"); 1000]});
    assert_eq!(faults(wide), [("/conditions".to_owned(), "validation")]);
}

#[test]
fn a_dangling_reference_is_a_problem_of_its_own_and_names_the_nearest() {
    let graph = graph();
    let body = with(commitment(), "/coalition", json!("coalition:of-the-wiling"));
    let faults = read_edge(&body, COMMITMENT, Form::Request, &&graph).expect_err("refused");
    assert_eq!(faults[0].did_you_mean.as_deref(), Some("coalition:of-the-willing"));
    assert_eq!(Refusal::fields(faults).problem, Problem::DanglingReference);
    let many = json!({"op": "all_of", "of": (0..500).map(|n| json!({"op": "condition", "condition": format!("c{n}")})).collect::<Vec<_>>()});
    let faults = faults_of_edge(&with(commitment(), "/conditions", many), COMMITMENT, Form::Request);
    assert_eq!(faults.len(), 20);
}

#[test]
fn kinds() {
    let relations = &[EdgeKind::Location, EdgeKind::Sidelines, EdgeKind::PartOf];
    let evidence = json!([{"source": "article"}]);
    let part = json!({"kind": "part_of", "subject": "country:GB", "object": "group:allies", "listed": "partial", "evidence": evidence});
    assert_eq!(faults_of_edge(&part, relations, Form::Request), []);
    for (pointer, value, expected, code) in [
        ("/kind", json!(null), "/kind", "missing-field"),
        ("/kind", json!("commitment"), "/kind", "validation"),
        ("/kind", json!("location"), "/subject", "validation"),
        ("/pledger", json!("GB"), "/pledger", "unknown-field"),
    ] {
        let found = faults_of_edge(&with(part.clone(), pointer, value), relations, Form::Request);
        assert_eq!(found[0], (expected.to_owned(), code));
    }
    let line = json!({"kind": "commitment", "id": EdgeId::of_key("x"), "key": "k", "subject": "GB", "object": "UA",
        "capability": "financial", "stance": "pledged", "evidence": evidence});
    let graph = graph();
    let read = read_edge(&line, EdgeKind::ALL, Form::Line, &&graph).expect("sound").value;
    assert_eq!(read.id, EdgeId::of_key("x"));
    assert_eq!(
        faults_of_edge(&line, EdgeKind::ALL, Form::Request),
        [("/id".to_owned(), "read-only-field"), ("/key".to_owned(), "unknown-field")]
    );
    let office = json!({"subject": "starmer", "object": "GB", "title": {}, "evidence": evidence});
    assert_eq!(faults_of_edge(&office, &[EdgeKind::Office], Form::Request), [("/title".to_owned(), "validation")]);
}

#[test]
fn patches() {
    let graph = graph();
    let edge = read_edge(&commitment(), COMMITMENT, Form::Request, &&graph).expect("sound").value;
    let current = write_edge(&edge, &graph, Naming::Typed);
    let apply = |patch: Value| patch_edge(&current, &patch, COMMITMENT, EdgeKind::Commitment, &&graph);
    let read = |draft: Value| read_edge(&draft, COMMITMENT, Form::Request, &&graph).map(|d| d.value);
    let same = read(apply(json!({})).expect("applied")).expect("sound");
    assert_eq!(pledgegraph_model::Edge { id: edge.id, ..same }, edge);
    let free =
        read(apply(json!({"conditions": null, "said_at": {"verbatim": null}})).expect("applied")).expect("sound");
    assert_eq!(free.detail.commitment().map(|c| c.conditionality), Some(Conditionality::NotStated));
    assert!(free.said_at.verbatim.is_none() && free.said_at.edtf.is_some());
    let said_free = apply(json!({"conditions": null, "conditionality": "unconditional"})).expect("applied");
    assert_eq!(
        read(said_free.clone()).expect("sound").detail.commitment().map(|c| c.conditionality),
        Some(Conditionality::Unconditional)
    );
    let bound = patch_edge(
        &said_free,
        &json!({"conditions": {"op": "condition", "condition": "ceasefire"}}),
        COMMITMENT,
        EdgeKind::Commitment,
        &&graph,
    );
    assert_eq!(
        codes(&read(bound.expect("applied")).expect_err("contradicts")),
        [("/conditionality".to_owned(), "validation")]
    );
    let faults = apply(json!({"said_at": {"day": null}, "subject": null})).expect_err("refused");
    assert_eq!(
        codes(&faults),
        [("/said_at/day".to_owned(), "unknown-field"), ("/subject".to_owned(), "unknown-field")]
    );
}
