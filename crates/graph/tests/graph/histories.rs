//! What is in force on any day, after every commit of random histories: the product against a naive iteration.
//!
//! How a statement stands and what the positions are is taken from the graph, which a test beside PostgreSQL compares with
//! views that were written apart from it. The iteration starts with everything false, or everything true, and evaluates all
//! statements again until nothing changes.

mod naive;
mod steps;

use chrono::{DateTime, NaiveDate};
use pledgegraph_graph::{Counted, EdgeQuery, EdgeView, ForceQuery, Graph, Page};
use pledgegraph_model::{Change, Commit, EdgeId, EdgeKind, Removed, Truth, Where, edge_hash};
use proptest::prelude::*;

use crate::drawn;
use naive::Naive;
use steps::{CONDITIONS, EVIDENCE, PARTS, Step, days, group_step, leaves, step};

const BUDGET: usize = 1_000_000;

/// What the graph shows.
fn found(graph: &Graph, names: &[String], day: NaiveDate) -> Vec<(EdgeId, Truth, Truth)> {
    let forces = graph.forces(&ForceQuery::all(day, BUDGET)).expect("within the budget");
    let of = |name: &String| {
        let id = EdgeId::of_key(name);
        let force = forces.of(graph, id)?;
        Some((id, force.cautious, force.coordinated))
    };
    names.iter().filter_map(of).collect()
}

/// What is there before anything is said.
fn beginning() -> Graph {
    let mut entities = vec![
        r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned(),
        r#"{"kind":"coalition","slug":"v","names":{"en":"V"}}"#.to_owned(),
        r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
        r#"{"kind":"source","slug":"t","names":{"en":"T"},"published":{"edtf":"2025-03-15"}}"#.to_owned(),
        r#"{"kind":"group","slug":"a3","names":{"en":"G"}}"#.to_owned(),
        r#"{"kind":"group","slug":"a4","names":{"en":"G"}}"#.to_owned(),
    ];
    for organization in ["a0", "a1", "a2", "o0", "o1"] {
        entities
            .push(format!(r#"{{"kind":"organization","slug":"{organization}","names":{{"en":"O"}},"class":"other"}}"#));
    }
    entities.extend(CONDITIONS.map(str::to_owned));
    let mut graph = drawn::graph(&entities, &[]);
    graph.turn(days()[2]);
    graph
}

/// The change that a step makes, and the digest of the graph with it; `None` where it makes none.
fn change(graph: &Graph, names: &[String], step: &Step) -> Option<(Change, u64)> {
    let (id, change, hash) = match step {
        Step::Turn(_) => return None,
        Step::Remove(name) => {
            let id = EdgeId::of_key(name);
            if graph.edge(id).is_none() || is_linked(graph, names, name) {
                return None;
            }
            (id, Change::Remove(Removed::Edge(id)), 0)
        }
        Step::Put(name, json) => {
            let mut edge = drawn::edge(name, json);
            edge.links.retain(|link| graph.edge(link.edge).is_some());
            let hash = edge_hash(&edge);
            (edge.id, Change::PutEdge(Box::new(edge), hash), hash)
        }
    };
    Some((change, graph.digest() ^ hash ^ graph.edge(id).map_or(0, |old| old.hash())))
}

/// The graph after a step.
fn after(graph: &Graph, names: &[String], step: &Step) -> Graph {
    let mut next = graph.clone();
    if let Step::Turn(day) = step {
        next.turn(*day);
    }
    if let Some((change, digest)) = change(graph, names, step) {
        let recorded_at = DateTime::from_timestamp(1_740_000_000, 0).expect("in range");
        next.apply(&Commit { seq: graph.seq() + 1, chain: [1; 16], digest, recorded_at, changes: vec![change] });
    }
    next
}

fn check(steps: &[Step]) {
    let mut graph = beginning();
    let names: Vec<String> = (0..7)
        .map(|e| format!("e{e}"))
        .chain((0..2).flat_map(|actor| (0..4).map(move |condition| format!("o{actor} {condition}"))))
        .collect();
    let mut versions = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let next = after(&graph, &names, step);
        // Every other version is asked before the next commit, the others only in the end.
        if at % 2 == 0 {
            agree(&next, &names, next.day(), steps);
        }
        agree(&next, &names, days()[at % days().len()], steps);
        assert!(next.verify().is_empty(), "{:?} after {steps:#?}", next.verify());
        versions.push(graph);
        graph = next;
    }
    versions.push(graph);
    for version in versions.iter().rev() {
        agree(version, &names, version.day(), steps);
    }
}

/// Whether another statement links to one, which then cannot be removed.
fn is_linked(graph: &Graph, names: &[String], name: &str) -> bool {
    let target = EdgeId::of_key(name);
    let all = names.iter().filter_map(|name| graph.edge(EdgeId::of_key(name)));
    all.flat_map(|view| view.to_edge().links).any(|link| link.edge == target)
}

fn agree(graph: &Graph, names: &[String], day: NaiveDate, steps: &[Step]) {
    let naive = Naive::new(graph, names, day);
    let (mut expected, mut found) = (naive.shown(), found(graph, names, day));
    expected.sort_unstable();
    found.sort_unstable();
    let standings = || {
        let standing = |view: &EdgeView<'_>| (view.id(), view.standing_as(&Counted::on(day)));
        naive.statements.iter().map(standing).collect::<Vec<_>>()
    };
    assert_eq!(found, expected, "on {day}, {:?}, after {steps:#?}", standings());
    for group in ["group:a3", "group:a4"].into_iter().filter(|_| day == graph.day()) {
        let which = Where { pledger: vec![drawn::id(group)], ..Where::all() };
        let query = EdgeQuery::of(&[EdgeKind::Commitment], which);
        let mut found: Vec<EdgeId> = graph.edges(&query, Page::first(100)).items.iter().map(EdgeView::id).collect();
        let mut expected = naive.taken_in(group);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "of {group} on {day} after {steps:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("LONG").is_some() { 20_000 } else { 1_000 },
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(16),
        ..ProptestConfig::default()
    })]

    /// 20,000 histories with `LONG=1`.
    #[test]
    fn what_is_in_force_is_that_of_a_naive_iteration(steps in prop::collection::vec(step(), 1..12)) {
        check(&steps);
    }

    /// The same of two groups and their members alone, with a pledge that hangs on how many of them pledge.
    #[test]
    fn what_groups_pledge_counts_for_members_that_say_nothing_else(steps in prop::collection::vec(group_step(), 2..8)) {
        let evidence = EVIDENCE[0];
        let parts = PARTS.iter().map(|(name, part, whole)| {
            let own = format!(r#"{{"kind":"part_of","subject":"{part}","object":"{whole}",{evidence}}}"#);
            Step::Put((*name).to_owned(), own)
        });
        let hanging = format!(
            r#"{{"kind":"commitment","subject":"organization:o0","object":"coalition:w","capability":"financial",
                "stance":"pledged","conditions":{{"relation":"necessary","root":{}}},{evidence}}}"#,
            leaves("LEAF2"),
        );
        let begin = parts.chain([Step::Put("e6".to_owned(), hanging)]);
        check(&begin.chain(steps).collect::<Vec<_>>());
    }
}
