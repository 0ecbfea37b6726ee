//! Questions on a small drawn graph.
//!
//! ```text
//!   GB --membership--> W <--membership-- FR          GB --commitment (willing)--> UA
//!   pentagon --part_of--> US                         pentagon --commitment (refused)--> UA
//!   starmer --office--> GB                           GB --convening--> summit (two claims of its date)
//! ```

use chrono::DateTime;
use pledgegraph_graph::{
    Counted, Direction, EdgeQuery, EdgeView, EntityQuery, Follow, Graph, MatchQuality, Page, PositionQuery,
    SubgraphQuery, Violation,
};
use pledgegraph_model::{
    Change, Commit, Edge, EdgeId, EdgeKind, Entity, EntityId, EntityKind, EntityRef, Where, edge_hash, entity_hash,
};

const ENTITIES: &[&str] = &[
    r#"{"kind":"country","slug":"GB","names":{"en":"United Kingdom","ar":"المملكة المتحدة"},"aliases":[{"text":"Britain","lang":"en","kind":"short"},{"text":"بريطانيا","lang":"ar","kind":"short"}],"iso3166":{"alpha2":"GB","alpha3":"GBR","numeric":"826"},"regions":["154","150"]}"#,
    r#"{"kind":"country","slug":"FR","names":{"en":"France"},"iso3166":{"alpha2":"FR","alpha3":"FRA","numeric":"250"}}"#,
    r#"{"kind":"country","slug":"US","names":{"en":"United States"},"iso3166":{"alpha2":"US","alpha3":"USA","numeric":"840"}}"#,
    r#"{"kind":"country","slug":"UA","names":{"en":"Ukraine"},"iso3166":{"alpha2":"UA","alpha3":"UKR","numeric":"804"}}"#,
    r#"{"kind":"coalition","slug":"w","names":{"en":"Coalition of the Willing"}}"#,
    r#"{"kind":"organization","slug":"pentagon","names":{"en":"Pentagon"},"class":"government_body"}"#,
    r#"{"kind":"person","slug":"starmer","names":{"en":"Keir Starmer"}}"#,
    r#"{"kind":"meeting","slug":"summit","names":{"en":"Summit"}}"#,
    r#"{"kind":"source","slug":"old","names":{"en":"Old"},"published":{"edtf":"2025-01-01"}}"#,
    r#"{"kind":"source","slug":"new","names":{"en":"New"},"published":{"edtf":"2025-07-04"}}"#,
];

fn id(reference: &str) -> EntityId {
    EntityId::of_key(reference)
}

fn edge(key: &str, json: &str, source: &str) -> Edge {
    let evidence = format!(r#","evidence":[{{"source":"source:{source}","explicitness":"explicit"}}]}}"#);
    let json = json.strip_suffix('}').expect("an object").to_owned() + &evidence;
    let read: Edge<EntityRef> = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{key}: {e}"));
    let known = |r: EntityRef| Ok::<_, ()>(id(&r.to_string()));
    let mut edge = read.try_map(known, Ok).expect("total");
    edge.id = EdgeId::of_key(key);
    edge
}

fn commitment(subject: &str, stance: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"commitment","subject":"{subject}","object":"country:UA","capability":"military.forces","stance":"{stance}"{more}}}"#
    )
}

fn graph(extra: &[Edge]) -> Graph {
    let mut edges = vec![
        edge("a-gb", r#"{"kind":"membership","subject":"country:GB","object":"coalition:w","role":"leader"}"#, "old"),
        edge("b-fr", r#"{"kind":"membership","subject":"country:FR","object":"coalition:w","role":"leader"}"#, "old"),
        edge("c-part", r#"{"kind":"part_of","subject":"organization:pentagon","object":"country:US"}"#, "old"),
        edge(
            "d-office",
            r#"{"kind":"office","subject":"person:starmer","object":"country:GB","title":{"en":"Prime Minister"}}"#,
            "old",
        ),
        edge("e-gb", &commitment("country:GB", "willing", ""), "old"),
        edge("f-pentagon", &commitment("organization:pentagon", "refused", ""), "old"),
    ];
    edges.extend_from_slice(extra);
    let entities: Vec<Entity> = ENTITIES
        .iter()
        .map(|json| serde_json::from_str::<Entity<EntityRef>>(json).unwrap_or_else(|e| panic!("{json}: {e}")))
        .map(|entity| entity.try_map(|r| Ok::<_, ()>(id(&r.to_string()))).expect("total"))
        .collect();
    let digest = entities.iter().map(entity_hash).chain(edges.iter().map(edge_hash)).fold(0, |a, b| a ^ b);
    let put_entity = |e: Entity| Change::PutEntity(Box::new(e.clone()), entity_hash(&e));
    let put_edge = |e: Edge| Change::PutEdge(Box::new(e.clone()), edge_hash(&e));
    let changes = entities.into_iter().map(put_entity).chain(edges.into_iter().map(put_edge)).collect();
    let mut graph = Graph::empty();
    let recorded_at = DateTime::from_timestamp(1_750_000_000, 0).expect("in range");
    graph.apply(&Commit { seq: 1, chain: [1; 16], digest, recorded_at, changes });
    graph
}

fn keys(edges: &[EdgeView<'_>], known: &[&str]) -> Vec<String> {
    let name = |edge: &EdgeView<'_>| {
        known.iter().find(|key| EdgeId::of_key(key) == edge.id()).map_or("?", |key| *key).to_owned()
    };
    let mut found: Vec<String> = edges.iter().map(name).collect();
    found.sort();
    found
}

#[test]
fn a_pledger_takes_in_its_bodies() {
    let graph = graph(&[]);
    let ask = |with_parts| {
        let states = vec![id("country:US")];
        let which = if with_parts {
            Where { pledger: states, ..Where::all() }
        } else {
            Where { subject: states, ..Where::all() }
        };
        graph.edges(&EdgeQuery::of(&[EdgeKind::Commitment], which), Page::first(10)).items.len()
    };
    assert_eq!((ask(false), ask(true)), (0, 1));
}

#[test]
fn words_find_texts_and_names() {
    let graph = graph(&[]);
    let count = |text: &str| {
        let which = Where { q: Some(text.to_owned()), ..Where::all() };
        graph.edges(&EdgeQuery::of(&[], which), Page::first(10)).total.value
    };
    assert_eq!(count("prime minister"), 1);
    assert_eq!(count("Britain willing"), 1, "the coalition of the willing, joined by Britain");
    assert_eq!(count("pentagon"), 2);
    assert_eq!(count("nobody"), 0);
}

#[test]
fn any_usual_spelling_finds_the_entity() {
    let graph = graph(&[]);
    let first = |text: &str| {
        let hits = graph.search(text, &[], 3);
        hits.first().map(|hit| (hit.entity.reference().to_string(), hit.quality, hit.name.to_owned()))
    };
    for (text, reference, quality, name) in [
        ("Britain", "country:GB", MatchQuality::Exact, "Britain"),
        ("وبريطانيا", "country:GB", MatchQuality::Exact, "بريطانيا"),
        ("gb", "country:GB", MatchQuality::Exact, "GB"),
        ("the United Kingdom", "country:GB", MatchQuality::Exact, "United Kingdom"),
        ("united k", "country:GB", MatchQuality::Prefix, "United Kingdom"),
        ("kingdom", "country:GB", MatchQuality::Words, "United Kingdom"),
        ("Starmr", "person:starmer", MatchQuality::Fuzzy, "starmer"),
    ] {
        assert_eq!(first(text), Some((reference.to_owned(), quality, name.to_owned())), "{text}");
    }
    assert_eq!(first("zzzz"), None);
    assert!(graph.search("united", &[EntityKind::Person], 3).is_empty());
}

#[test]
fn a_position_is_the_latest_statement_and_what_cannot_be_compared_is_kept() {
    let said = |date: &str| format!(r#","said_at":{{"edtf":"{date}"}}"#);
    let known = ["e-gb", "g-feb", "h-march", "i-same", "j-expected", "k-denied"];
    let position = |extra: &[Edge]| {
        let graph = graph(extra);
        let query = PositionQuery { actors: vec![id("country:GB")], ..PositionQuery::all(graph.day(), 100) };
        let answer = graph.positions(&query);
        assert_eq!((answer.positions.len(), answer.truncated), (1, false));
        (keys(&answer.positions[0].current, &known), keys(&answer.positions[0].passed_over, &known))
    };
    // The undated statement counts from its source's date, 2025-01-01.
    let feb = edge("g-feb", &commitment("country:GB", "pledged", &said("2025-02")), "new");
    let march = edge("h-march", &commitment("country:GB", "declined", &said("2025-02-20")), "new");
    assert_eq!(position(std::slice::from_ref(&feb)), (vec!["g-feb".to_owned()], vec!["e-gb".to_owned()]));
    // "In February" may be before or after 20 February: both are kept.
    let both = vec!["g-feb".to_owned(), "h-march".to_owned()];
    // What was pledged before is taken back.
    assert_eq!(position(&[feb.clone(), march.clone()]), (both, vec![]));
    // What a budget leaves out of a matter is looked at again: what is told of it is the latest all the same.
    let training = |key: &str| {
        let json = commitment("country:GB", "willing", "").replace("military.forces", "military.training");
        edge(key, &json, "new")
    };
    let last = edge("x-last", &commitment("country:GB", "pledged", &said("2025-03-01")), "new");
    let others = ["l", "m", "n", "o", "p", "q", "r", "s"].map(training);
    let many = graph(&[&[feb.clone(), march.clone(), last.clone()], &others[..]].concat());
    let query = PositionQuery { actors: vec![id("country:GB")], ..PositionQuery::all(many.day(), 4) };
    let seen = many.edges(&query.edges(), Page::first(query.budget)).items;
    assert!(seen.iter().any(|view| view.id() == feb.id) && seen.iter().all(|view| view.id() != last.id));
    let answer = many.positions(&query);
    assert!(answer.truncated);
    assert_eq!(answer.positions[0].current.iter().map(EdgeView::id).collect::<Vec<_>>(), [last.id]);
    // On the same day a preferred statement goes before a normal one.
    let more = format!(r#"{},"rank":"preferred""#, said("2025-02-20"));
    let same = edge("i-same", &commitment("country:GB", "willing", &more), "new");
    let (current, passed_over) = position(&[march, same]);
    assert_eq!((current, passed_over), (vec!["i-same".to_owned()], vec!["h-march".to_owned()]));
    // What others expect, and what is denied, is no position.
    let expected =
        edge("j-expected", &commitment("country:GB", "committed", r#","modality":"expected_by_others""#), "new");
    let denied = edge("k-denied", &commitment("country:GB", "committed", r#","polarity":"denied""#), "new");
    assert_eq!(position(&[expected, denied]), (vec!["e-gb".to_owned()], vec![]));
}

#[test]
fn a_meeting_is_read_from_its_convenings() {
    let convening = |date: &str| {
        format!(
            r#"{{"kind":"convening","subject":"country:GB","object":"meeting:summit","status":"planned","date":{date}}}"#
        )
    };
    let thursday = edge("m-thursday", &convening(r#"{"verbatim":"next Thursday","anchor":"unresolved"}"#), "old");
    let tenth = edge("n-tenth", &convening(r#"{"edtf":"2025-07-10"}"#), "new");
    let graph = graph(&[thursday, tenth]);
    let claims = graph.meeting(id("meeting:summit"));
    let known = ["m-thursday", "n-tenth"];
    assert_eq!(
        (keys(&claims.current, &known), keys(&claims.passed_over, &known)),
        (vec!["n-tenth".to_owned()], vec!["m-thursday".to_owned()])
    );
}

#[test]
fn neighbours_and_subgraphs() {
    let graph = graph(&[]);
    let groups: Vec<_> = graph.adjacent(id("country:GB")).iter().map(|g| (g.kind, g.direction, g.total)).collect();
    assert_eq!(
        groups,
        [
            (EdgeKind::Membership, Direction::Outgoing, 1),
            (EdgeKind::Commitment, Direction::Outgoing, 1),
            (EdgeKind::Office, Direction::Incoming, 1),
        ]
    );
    let around = |depth, kinds: &[EdgeKind], max_nodes| {
        let query = SubgraphQuery {
            roots: vec![id("country:GB")],
            depth,
            kinds: kinds.to_vec(),
            max_nodes,
            max_edges: 100,
            valid_at: None,
        };
        let found = graph.subgraph(&query);
        let names: Vec<String> = found.nodes.iter().map(|n| n.reference().to_string()).collect();
        (names, found.edges.len(), found.truncated)
    };
    let (names, edges, truncated) = around(2, &[EdgeKind::Membership], 10);
    assert_eq!(
        (names.as_slice(), edges, truncated),
        (["country:GB", "coalition:w", "country:FR"].map(str::to_owned).as_slice(), 2, false)
    );
    assert_eq!(around(0, &[], 10), (vec!["country:GB".to_owned()], 0, false));
    assert!(around(3, &[], 3).2);
    let roots = ["country:GB", "country:FR"].map(id).to_vec();
    let two = SubgraphQuery { roots, depth: 0, kinds: vec![], max_nodes: 1, max_edges: 1, valid_at: None };
    assert!(graph.subgraph(&two).truncated, "a root was left out");
    assert_eq!(around(9, &[], 100).0.len(), 7, "all but the meeting and the sources");
}

#[test]
fn leaders_and_regions() {
    let graph = graph(&[]);
    let count = |query: &EntityQuery| graph.entities(query, Page::first(50)).total.value;
    let persons = EntityQuery::of(&[EntityKind::Person], Where::all());
    assert_eq!(count(&EntityQuery { leaders: Some(Counted::on(graph.day())), ..persons }), 1);
    let of = |which| count(&EntityQuery::of(&[], which));
    assert_eq!(of(Where { region: vec!["150".to_owned()], ..Where::all() }), 1);
    assert_eq!(of(Where { q: Some("united".to_owned()), ..Where::all() }), 2);
    assert_eq!(of(Where::all()), ENTITIES.len() as u64);
}

/// A reference that one entity gives up may be another's in the same commit.
#[test]
fn a_reference_passes_on_within_a_commit() {
    let mut graph = graph(&[]);
    let successor = r#"{"kind":"meeting","slug":"summit","names":{"en":"Another summit"}}"#;
    let mut successor: Entity = serde_json::from_str(successor).expect("valid");
    successor.id = EntityId::of_key("meeting:another");
    let (gone, hash) = (id("meeting:summit"), entity_hash(&successor));
    let old = entity_hash(graph.entity(gone).expect("known").entity());
    let changes = vec![
        Change::PutEntity(Box::new(successor.clone()), hash),
        Change::Remove(pledgegraph_model::Removed::Entity(gone)),
    ];
    let recorded_at = DateTime::from_timestamp(1_750_000_001, 0).expect("in range");
    graph.apply(&Commit { seq: 2, chain: [2; 16], digest: graph.digest() ^ old ^ hash, recorded_at, changes });
    assert_eq!(graph.find(&successor.reference()).map(|found| found.id()), Some(successor.id));
    assert_eq!(graph.verify(), []);
}

/// A checker must be able to fail.
#[test]
fn verify_sees_a_wrong_digest_a_loop_and_wrong_ends() {
    assert_eq!(graph(&[]).verify(), []);
    let back = edge("x-back", r#"{"kind":"part_of","subject":"country:US","object":"organization:pentagon"}"#, "old");
    assert!(matches!(graph(&[back]).verify()[..], [Violation::PartOfItself(_)]));
    let wrong = edge("y-wrong", r#"{"kind":"location","subject":"country:US","object":"country:UA"}"#, "old");
    assert!(matches!(graph(&[wrong]).verify()[..], [Violation::Ends(_)]));
    let orphan = edge("z-orphan", r#"{"kind":"location","subject":"meeting:none","object":"place:none"}"#, "old");
    assert_eq!(graph(&[orphan]).verify(), [Violation::Digest]);
}

#[test]
fn verify_sees_statements_that_supersede_themselves() {
    let superseding = |key: &str, others: &[&str]| {
        let links: Vec<String> = others
            .iter()
            .map(|other| format!(r#"{{"type":"supersedes","edge":"{}"}}"#, EdgeId::of_key(other)))
            .collect();
        let json = format!(
            r#"{{"kind":"location","subject":"organization:pentagon","object":"country:US","links":[{}]}}"#,
            links.join(",")
        );
        edge(key, &json, "old")
    };
    let cycles = |edges: &[(&str, &[&str])]| {
        let edges: Vec<Edge> = edges.iter().map(|(key, others)| superseding(key, others)).collect();
        let found = graph(&edges).verify().into_iter();
        found.filter(|v| matches!(v, Violation::SupersedesItself(_))).count()
    };
    for (edges, expected) in [
        (&[("a", &[][..]), ("b", &["a"]), ("c", &["b", "a"])][..], 0),
        (&[("a", &["a"])], 1),
        (&[("a", &["b"]), ("b", &["a"])], 1),
        (&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])], 1),
        (&[("a", &["b"]), ("b", &["a"]), ("c", &["d", "a"]), ("d", &["c"])], 2),
    ] {
        assert_eq!(cycles(edges), expected, "{edges:?}");
    }
}

#[test]
fn verify_sees_a_not_over_a_test() {
    let pledge = |op: &str| {
        let leaf = r#"{"op":"condition","condition":"condition:backing","explicitness":"explicit"}"#;
        let root = format!(r#"{{"op":"{op}","of":[{{"op":"any_of","of":[{leaf},{leaf}]}}]}}"#);
        let json = format!(
            r#"{{"kind":"commitment","subject":"country:GB","object":"country:UA","capability":"military.forces",
                "stance":"willing","conditionality":"conditional","conditions":{{"relation":"necessary","root":{root}}}}}"#
        );
        edge("negating", &json, "old")
    };
    for (op, test, sound) in [("not", true, false), ("not", false, true), ("all_of", true, true)] {
        let mut graph = graph(&[]);
        let mut condition = serde_json::json!({"kind": "condition", "slug": "backing", "names": {"en": "Backing"},
            "condition_kind": if test { "third_party_backing" } else { "other" }});
        if test {
            let actor = id("country:US");
            condition["test"] = serde_json::json!({"actor": actor, "capability": "political.backstop",
                "min_stance": "pledged"});
        }
        let mut condition: Entity = serde_json::from_value(condition).expect("valid");
        condition.id = id("condition:backing");
        let pledge = pledge(op);
        let hashes = (entity_hash(&condition), edge_hash(&pledge));
        let changes = vec![
            Change::PutEntity(Box::new(condition.clone()), hashes.0),
            Change::PutEdge(Box::new(pledge.clone()), hashes.1),
        ];
        let recorded_at = DateTime::from_timestamp(1_750_000_001, 0).expect("in range");
        let digest = graph.digest() ^ hashes.0 ^ hashes.1;
        graph.apply(&Commit { seq: 2, chain: [2; 16], digest, recorded_at, changes });
        let broken = [Violation::NegatedTest(pledge.id, condition.id)];
        assert_eq!(graph.verify(), if sound { &[][..] } else { &broken[..] }, "{op} {test}");
    }
}

#[test]
fn petgraph_runs_on_a_view_of_some_kinds() {
    let graph = graph(&[]);
    let kinds = [EdgeKind::Membership];
    let view = graph.project(&kinds, Follow::Both);
    let start = graph.handle(id("country:FR")).expect("known");
    let mut bfs = petgraph::visit::Bfs::new(view, start);
    let mut reached = Vec::new();
    while let Some(node) = bfs.next(view) {
        reached.push(graph.at(node).reference().to_string());
    }
    assert_eq!(reached, ["country:FR", "coalition:w", "country:GB"]);
}
