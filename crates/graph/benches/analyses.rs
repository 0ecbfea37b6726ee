//! What analyses cost: `cargo bench -p pledgegraph-graph --bench analyses [-- EDGES...]`; 10,000, 100,000 and 1,000,000
//! edges unless told otherwise, then the hostile shapes of the tests.
//!
//! Prints the median time of each analysis and its ratio to one pass over all commitments of the same graph in the same
//! run. `budget spent` is an answer too: the service gives it as 422.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

#[path = "../tests/graph/shapes.rs"]
mod shapes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use pledgegraph_graph::{
    ActorGoal, Axis, BridgeQuery, BudgetSpent, Builder, ConflictQuery, Counted, EdgeQuery, EdgeView, ForceQuery, Goal,
    GoalQuery, Graph, MatrixQuery, Page, PathQuery,
};
use pledgegraph_model::{Capability, EdgeKind, EntityId, Stance, Synthetic, Where};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The budgets of the service.
const CIRCUIT: usize = 20_000_000;
const STEPS: u64 = 50_000_000;

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![10_000, 100_000, 1_000_000] } else { given };
    for edges in sizes {
        let graph = synthetic(edges);
        report(&format!("synthetic, {edges} edges"), &graph, EntityId::of_key("country:synthetic-cou-0"));
    }
    for (name, make) in [
        ("chain of 200,000", (|| shapes::chain(200_000)) as fn() -> Graph),
        ("star of 100,000", || shapes::star(100_000)),
        ("threshold over 100,000", || shapes::threshold(100_000)),
        ("ring of 10,000", || shapes::ring(10_000)),
        ("pairs of 10,000", || shapes::pairs(10_000)),
        ("complete, 1,000", || shapes::complete(1_000)),
        ("any of the others, 1,000", || shapes::any(1_000)),
    ] {
        report(name, &make(), shapes::actor_id(0));
    }
}

fn synthetic(edges: usize) -> Graph {
    let synthetic = Synthetic::new(edges, 1);
    Builder::one_commit(synthetic.entities(), synthetic.edges())
}

fn matrix(commitments: &EdgeQuery) -> MatrixQuery {
    MatrixQuery {
        rows: Axis::Actor,
        columns: Axis::Capability,
        commitments: commitments.clone(),
        include_implied: true,
        budget: usize::MAX,
    }
}

/// Between two who pledge.
fn paths(graph: &Graph, commitments: &EdgeQuery, actor: EntityId) -> PathQuery {
    let first = graph.edges(commitments, Page::first(2)).items;
    let pledger = |view: Option<&EdgeView<'_>>| view.map_or(actor, |view| view.subject().id());
    PathQuery {
        from: pledger(first.first()),
        to: pledger(first.last()),
        k: 3,
        max_hops: 6,
        kinds: Vec::new(),
        valid_at: None,
        max_edges: 10,
        budget: 5_000_000,
    }
}

fn goal(graph: &Graph) -> GoalQuery {
    GoalQuery {
        goal: Goal::Actors(ActorGoal {
            capability: Some(Capability::MilitaryForces),
            at_least: Some(3),
            ..ActorGoal::default()
        }),
        stance_min: Stance::Willing,
        counted: Counted::on(graph.day()),
        include_implied: true,
        assume: Vec::new(),
        withdraw: Vec::new(),
        budget: CIRCUIT,
        steps: STEPS,
    }
}

fn report(name: &str, graph: &Graph, actor: EntityId) {
    println!("{name}");
    let commitments = EdgeQuery::of(&[EdgeKind::Commitment], Where::all());
    let pass = time(|| {
        let all = graph.edges(&commitments, Page::first(usize::MAX)).items;
        Ok(all.iter().filter(|view| view.detail().commitment().is_some_and(|c| c.conditions.is_some())).count())
    })
    .0;
    let all = ForceQuery::all(graph.day(), CIRCUIT);
    let fifty: Vec<_> = graph.edges(&commitments, Page::first(50)).items.iter().map(EdgeView::id).collect();
    let page = ForceQuery { commitments: Some(fifty.clone()), ..all.clone() };
    let matrix = matrix(&commitments);
    let conflicts = ConflictQuery { budget: usize::MAX, ..ConflictQuery::default() };
    let paths = paths(graph, &commitments, actor);
    let bridges = BridgeQuery { kinds: Vec::new(), valid_at: None, max_members: 10, budget: usize::MAX };
    let goal = goal(graph);
    let evaluation = graph.evaluate(&all);
    let rows: [(&str, (Duration, String)); 12] = [
        ("evaluate everything", time(|| graph.evaluate(&all).map(|e| e.conditions().count()))),
        ("evaluate 50 commitments", time(|| graph.evaluate(&page).map(|e| e.conditions().count()))),
        (
            "deadlocks",
            time(|| match &evaluation {
                Ok(evaluation) => Ok(graph.deadlocks(evaluation, STEPS).deadlocks.len()),
                Err(spent) => Err(*spent),
            }),
        ),
        ("activation", time(|| graph.activation(&all).map(|a| a.rounds.len()))),
        ("fall-out", time(|| graph.fall_out(actor, &all).map(|f| f.dependents.len()))),
        ("unlocking and blocking sets", time(|| graph.goal_sets(&goal).map(|s| s.unlocking.len() + s.blocking.len()))),
        ("matrix", time(|| Ok(graph.matrix(&matrix).cells.len()))),
        ("conflicts", time(|| Ok(graph.conflicts(&conflicts).conflicts.len()))),
        ("provenance of 50 commitments", time(|| Ok(graph.provenance(&fifty).documents.len()))),
        ("paths", time(|| Ok(graph.paths(&paths).paths.len()))),
        ("bridges", time(|| Ok(graph.bridges(&bridges).bridges.len()))),
        ("pivotality", time(|| graph.pivotality(&goal).map(|p| p.conditions.len()))),
    ];
    println!("  {:<30} {pass:>10.1?}", "pass over all commitments");
    for (name, (took, found)) in rows {
        println!("  {name:<30} {took:>10.1?} {:>8.1} x  {found}", took.as_secs_f64() / pass.as_secs_f64());
    }
}

/// The median of five runs, and what was found.
fn time(mut run: impl FnMut() -> Result<usize, BudgetSpent>) -> (Duration, String) {
    let mut times = Vec::new();
    let mut found = String::new();
    for _ in 0..5 {
        let began = Instant::now();
        let answer = black_box(run());
        times.push(began.elapsed());
        found =
            answer.map_or_else(|spent| format!("budget spent ({})", spent.budget), |count| format!("{count} found"));
    }
    times.sort_unstable();
    (times[2], found)
}
