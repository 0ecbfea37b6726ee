//! Shapes that make recursion overflow and exponential searches run for ever: every analysis ends, with an answer or with
//! its budget spent, on a small stack.

use crate::shapes::{self, actor_id, pledge_id};
use pledgegraph_graph::{BudgetSpent, Counted, ForceQuery, Goal, GoalQuery, Graph};
use pledgegraph_model::{Stance, Truth};

/// A quarter of what a test thread has.
const STACK: usize = 512 * 1024;

/// Runs every analysis about the last pledge of a graph of `n`.
fn analyse(make: impl FnOnce() -> Graph + Send + 'static, n: usize, check: impl FnOnce(&Graph) + Send + 'static) {
    let run = move || {
        let graph = make();
        let query = ForceQuery::all(graph.day(), 20_000_000);
        let evaluation = graph.evaluate(&query).expect("within the budget");
        let _ = evaluation.reasons(&graph, pledge_id(n - 1));
        let _ = graph.deadlocks(&evaluation, 5_000_000);
        let _ = graph.activation(&query).expect("within the budget");
        let found = graph.fall_out(actor_id(0), &query).expect("within the budget");
        if let Some(last) = found.dependents.last() {
            assert_eq!(found.chain(last, 50).len(), usize::min(50, last.distance as usize));
        }
        let goal = GoalQuery {
            goal: Goal::Commitments { ids: vec![pledge_id(n - 1)], at_least: None },
            stance_min: Stance::Willing,
            counted: Counted::on(graph.day()),
            include_implied: true,
            assume: Vec::new(),
            withdraw: Vec::new(),
            budget: 20_000_000,
            steps: 5_000_000,
        };
        match graph.goal_sets(&goal) {
            Ok(found) => assert!(!found.unlocking.is_empty() || !found.blocking.is_empty() || !found.truncated),
            Err(BudgetSpent { budget }) => assert_eq!(budget, 5_000_000),
        }
        match graph.pivotality(&goal) {
            Ok(found) => assert!(found.exact || found.samples > 0),
            Err(BudgetSpent { budget }) => assert_eq!(budget, 5_000_000),
        }
        check(&graph);
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread");
    thread.join().expect("no panic, and no overflow");
}

/// The truth of some pledges at both fixpoints.
fn truths(graph: &Graph, at: &[usize]) -> Vec<(Truth, Truth)> {
    let evaluation = graph.evaluate(&ForceQuery::all(graph.day(), 20_000_000)).expect("within the budget");
    let of = |at: &usize| evaluation.commitment(graph, pledge_id(*at)).expect("evaluated").force;
    at.iter().map(of).map(|force| (force.cautious, force.coordinated)).collect()
}

const TRUE: (Truth, Truth) = (Truth::True, Truth::True);
const GAP: (Truth, Truth) = (Truth::False, Truth::True);

#[test]
fn a_chain_of_two_hundred_thousand() {
    analyse(
        || shapes::chain(200_000),
        200_000,
        |graph| {
            assert_eq!(truths(graph, &[0, 199_999]), [TRUE; 2]);
            let found =
                graph.fall_out(actor_id(0), &ForceQuery::all(graph.day(), 20_000_000)).expect("within the budget");
            assert_eq!(found.dependents.len(), 199_999);
            assert!(found.dependents.iter().all(|dependent| dependent.decisive));
            let activation = graph.activation(&ForceQuery::all(graph.day(), 20_000_000)).expect("within the budget");
            assert_eq!(activation.rounds.len(), 200_000);
        },
    );
}

#[test]
fn a_star_of_a_hundred_thousand() {
    analyse(|| shapes::star(100_000), 100_000, |graph| assert_eq!(truths(graph, &[0, 99_999]), [TRUE; 2]));
}

#[test]
fn a_threshold_over_a_hundred_thousand() {
    analyse(|| shapes::threshold(100_000), 100_000, |graph| assert_eq!(truths(graph, &[0, 99_999]), [TRUE, GAP]));
}

#[test]
fn ten_thousand_mutual_pledges() {
    analyse(
        || shapes::ring(10_000),
        10_000,
        |graph| {
            assert_eq!(truths(graph, &[0, 9_999]), [GAP; 2]);
            let evaluation = graph.evaluate(&ForceQuery::all(graph.day(), 20_000_000)).expect("within the budget");
            let found = graph.deadlocks(&evaluation, 5_000_000);
            assert_eq!(found.deadlocks.len(), 1);
            let ring = &found.deadlocks[0];
            assert_eq!((ring.commitments.len(), ring.conditions.len()), (10_000, 10_000));
            assert!(ring.waivers_truncated || ring.waivers.len() == 10_000, "each of them breaks it");
        },
    );
    analyse(
        || shapes::pairs(10_000),
        10_000,
        |graph| {
            let evaluation = graph.evaluate(&ForceQuery::all(graph.day(), 20_000_000)).expect("within the budget");
            let found = graph.deadlocks(&evaluation, 5_000_000);
            assert_eq!(found.deadlocks.len(), 5_000);
            assert!(found.deadlocks.iter().all(|pair| pair.waivers.len() == 2));
        },
    );
}

#[test]
fn a_thousand_that_all_hang_on_each_other() {
    analyse(|| shapes::complete(1_000), 1_000, |graph| assert_eq!(truths(graph, &[0, 999]), [GAP; 2]));
    analyse(|| shapes::any(1_000), 1_000, |graph| assert_eq!(truths(graph, &[0, 999]), [GAP; 2]));
}
