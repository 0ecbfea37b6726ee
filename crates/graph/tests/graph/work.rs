//! What questions about another day than that of the graph cost in steps: one look through all of it is within what a request
//! may take, with room, and what a question asks twice is found once.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use pledgegraph_graph::{
    Axis, Builder, Counted, EdgeQuery, ForceQuery, Graph, MatrixQuery, Page, PositionQuery, QueryTerms, Work,
};
use pledgegraph_model::{
    Code, DateMatch, Edge, EdgeKind, Modality, Polarity, Query, QueryTarget, Standing, Synthetic, Truth, Where,
};

/// What a request may take for each record; what it may take beside, whatever the graph holds, is not counted on.
const MOST: f64 = 12.0;

static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let synthetic = Synthetic::new(20_000, 1);
    Builder::one_commit(synthetic.entities(), synthetic.edges())
});

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day")
}

/// How many steps a question takes for each record.
fn steps<T>(question: impl FnOnce(&'static Graph) -> T) -> f64 {
    let graph: &'static Graph = &GRAPH;
    let work = Arc::new(Work::new(u64::MAX));
    work.run(|| question(graph)).expect("as many as it takes");
    let count = |number: usize| f64::from(u32::try_from(number).expect("a small graph"));
    let steps = usize::try_from(work.done()).expect("not that many");
    count(steps) / count(graph.edge_count() + graph.entity_count())
}

fn counted(standings: &[Standing]) -> EdgeQuery {
    EdgeQuery::all().counted(Counted::on(day()).standing(standings.to_vec()))
}

fn part(day: NaiveDate, standing: Standing) -> Where {
    Where { standing: vec![standing], valid_at: Some(day), ..Where::default() }
}

/// How many rows there are of a query.
fn found(graph: &Graph, which: Where) -> usize {
    let query = Query { which, ..Query::of(QueryTarget::Statements) };
    let terms = QueryTerms { day: graph.day(), concludes: true, limit: 50, budget: usize::MAX };
    graph.query(&query, terms).expect("within the budget").total
}

fn query(which: Where) -> f64 {
    steps(|graph| found(graph, which))
}

#[test]
fn a_look_through_the_whole_on_another_day_is_within_what_a_request_may_take() {
    let all = usize::MAX;
    let matrix = MatrixQuery {
        rows: Axis::Actor,
        columns: Axis::Capability,
        commitments: EdgeQuery { kinds: vec![EdgeKind::Commitment], ..counted(&[]) },
        include_implied: true,
        budget: all,
    };
    let which = Where { polarity: vec![Polarity::Asserted], ..Where::all() };
    let asserted = EdgeQuery { which, ..counted(&[]) };
    let which = Where { valid_at: Some(day()), date_match: Some(DateMatch::Certain), ..Where::all() };
    let certain = EdgeQuery { which, ..counted(&[]) };
    for (what, steps) in [
        ("a query", query(part(day(), Standing::Stands))),
        ("a query of what is in force", query(Where { in_force: vec![Truth::True], ..part(day(), Standing::Stands) })),
        ("a list", steps(|graph| graph.edges(&counted(&[Standing::Stands]), Page::first(50)))),
        ("a whole list", steps(|graph| graph.edges(&counted(&[Standing::Stands]), Page::first(all)))),
        ("a list of what holds for certain", steps(|graph| graph.edges(&certain, Page::first(all)))),
        ("what a list leaves out", steps(|graph| graph.set_aside(&counted(&[])))),
        ("what a list leaves out, some of it nowhere", steps(|graph| graph.set_aside(&asserted))),
        ("the matrix", steps(|graph| graph.matrix(&matrix))),
        ("positions", steps(|graph| graph.positions(&PositionQuery::all(day(), all)))),
        ("what is in force", steps(|graph| graph.evaluate(&ForceQuery::all(day(), all)).map(|_| ()))),
    ] {
        assert!(steps <= MOST * 0.6, "{what}: {steps:.2} steps a record");
    }
}

#[test]
fn what_two_parts_of_a_query_ask_is_found_once() {
    let both = |one: Where, other: Where| query(Where { any_of: vec![one, other], ..Where::default() });
    let modality = |modality: &[Modality], part: Where| Where { modality: modality.to_vec(), ..part };
    let stands = || part(day(), Standing::Stands);
    let one = query(stands());
    let two = both(stands(), part(day(), Standing::TakenBack));
    assert!(two <= one * 1.1, "{two:.2} beside {one:.2} steps a record");
    let usual = modality(&[Modality::ReportedByOthers, Modality::OwnStatement], part(day(), Standing::Over));
    let same = both(stands(), usual);
    assert!(same <= one * 1.1, "{same:.2} beside {one:.2} steps a record");
    let next = day().succ_opt().expect("a day");
    let apart = both(stands(), part(next, Standing::Stands));
    assert!(apart >= one * 1.5, "days are told apart: {apart:.2} beside {one:.2} steps a record");
    let others = both(stands(), modality(Modality::ALL, part(day(), Standing::Stands)));
    assert!(others >= one * 1.5, "modalities are told apart: {others:.2} beside {one:.2} steps a record");
}

#[test]
fn parts_of_one_day_and_of_others_find_what_stands_there() {
    let next = day().succ_opt().expect("a day");
    let modality = |day| Where { modality: vec![Modality::ExpectedByOthers], ..part(day, Standing::Stands) };
    let parts =
        [part(day(), Standing::Stands), part(day(), Standing::Over), part(next, Standing::Over), modality(day())];
    let has = |part: &Where, edge: &Edge| {
        let counted = Counted::on(part.valid_at.expect("it is given")).of(part.modality.clone());
        let is_asked = part.modality.is_empty() || part.modality.contains(&edge.modality);
        is_asked && part.standing.contains(&GRAPH.edge(edge.id).expect("it is there").standing_as(&counted))
    };
    let edges: Vec<Edge> = Synthetic::new(20_000, 1).edges().collect();
    let expected = edges.iter().filter(|edge| parts.iter().any(|part| has(part, edge))).count();
    assert_eq!(found(&GRAPH, Where { any_of: parts.to_vec(), ..Where::default() }), expected);
}

#[test]
fn what_a_list_leaves_out_on_another_day_is_what_lists_of_it_count() {
    let positive = EdgeQuery { kinds: vec![EdgeKind::Commitment], ..counted(&[]) };
    let few = EdgeQuery { kinds: vec![EdgeKind::Office], ..counted(&[Standing::Stands]) };
    let which = Where { polarity: vec![Polarity::Asserted], ..Where::all() };
    let asserted = EdgeQuery { which, ..counted(&[Standing::Denied]) };
    for query in [counted(&[]), positive, few, asserted, counted(Standing::ALL)] {
        let is_counted = query.counted.clone().expect("it is given");
        let (mut found, mut exact) = (Vec::new(), true);
        for standing in Standing::ALL.iter().copied().filter(|standing| !is_counted.takes_standing(*standing)) {
            let only = Counted { standings: vec![standing], ..is_counted.clone() };
            let total = GRAPH.edges(&query.clone().counted(only), Page::first(0)).total;
            exact &= total.exact;
            found.extend((total.value > 0).then_some((standing, total.value)));
        }
        assert_eq!(GRAPH.set_aside(&query), (found, exact), "{query:?}");
    }
}
