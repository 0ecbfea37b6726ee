//! What it would take: the product against brute force on random small graphs.
//!
//! The brute force shares nothing with the product but the tree of conditions: it enumerates all assignments of the
//! conditions, finds out by repeated evaluation which pledges are then in force, and reads prime implicants and swings off
//! the truth table.

mod fall_out;
mod naive;
mod world;

use pledgegraph_graph::{ConditionLiteral, EdgeView, ForceQuery, Node};
use pledgegraph_model::Truth;

use crate::drawn::id;
use crate::tree::{Tree, random};
use world::{Test, World, key, worlds};

/// Prime implicants of a truth table over `n` variables: for each variable `Some(value)` or `None`.
fn primes(n: usize, table: &dyn Fn(usize) -> bool) -> Vec<Vec<Option<bool>>> {
    // Terms in base 3: digit 0 false, 1 true, 2 free.
    let terms = 3_usize.pow(u32::try_from(n).expect("small"));
    let digit = |term: usize, v: usize| term / 3_usize.pow(u32::try_from(v).expect("small")) % 3;
    let mut implicant = vec![false; terms];
    for term in 0..terms {
        let free = (0..n).find(|v| digit(term, *v) == 2);
        implicant[term] = match free {
            None => table((0..n).filter(|v| digit(term, *v) == 1).map(|v| 1 << v).sum()),
            Some(v) => {
                let step = 3_usize.pow(u32::try_from(v).expect("small"));
                implicant[term - step] && implicant[term - 2 * step]
            }
        };
    }
    let is_prime = |term: usize| {
        implicant[term]
            && (0..n).filter(|v| digit(term, *v) != 2).all(|v| {
                let step = 3_usize.pow(u32::try_from(v).expect("small"));
                !implicant[term + (2 - digit(term, v)) * step]
            })
    };
    let shown = |term: usize| (0..n).map(|v| [Some(false), Some(true), None][digit(term, v)]).collect();
    (0..terms).filter(|term| is_prime(*term)).map(shown).collect()
}

fn sorted(mut sets: Vec<Vec<ConditionLiteral>>) -> Vec<Vec<ConditionLiteral>> {
    for set in &mut sets {
        set.sort();
    }
    sets.sort();
    sets
}

fn check(world: &World, at_least: usize) {
    let graph = world.graph();
    let query = world.query(at_least);
    let found = graph.goal_sets(&query).expect("within the budget");
    assert!(!found.truncated);
    let node = |c: usize| graph.find(&format!("condition:c{c}").parse().expect("a reference")).expect("known").node();
    let nodes: Vec<Node> = (0..world.conditions.len()).map(node).collect();
    let index = |node: Node| nodes.iter().position(|other| *other == node).expect("a condition");
    let trees = naive::conditions(world, &graph);
    let n = world.conditions.len();
    let table: Vec<bool> = (0..1 << n)
        .map(|given| {
            let force = world.in_force(&trees, &index, given);
            force[..world.goal].iter().filter(|f| **f).count() >= at_least
        })
        .collect();
    let literals = |term: Vec<Option<bool>>| -> Vec<ConditionLiteral> {
        let fixed = term.into_iter().enumerate().filter_map(|(v, value)| Some((v, value?)));
        fixed.map(|(v, holds)| ConditionLiteral { condition: nodes[v], holds }).collect()
    };
    let unlocking = primes(n, &|given| table[given]).into_iter().map(literals).collect();
    let blocking = primes(n, &|given| !table[given]).into_iter().map(literals).collect();
    assert_eq!(sorted(found.unlocking.clone()), sorted(unlocking), "unlocking sets of {world:?}");
    assert_eq!(sorted(found.blocking.clone()), sorted(blocking), "blocking sets of {world:?}");

    let pivotality = graph.pivotality(&query).expect("within the budget");
    assert!(pivotality.exact);
    for (v, node) in nodes.iter().enumerate() {
        let swings =
            (0..1_usize << n).filter(|given| given >> v & 1 == 0 && table[*given] != table[given | 1 << v]).count();
        let share = f64::from(u32::try_from(swings).expect("small")) / f64::from(1 << (n - 1));
        // A condition on which the goal does not hang is not listed.
        let listed = pivotality.conditions.iter().find(|share| share.condition.node() == *node);
        let found = listed.map_or(0.0, |share| share.banzhaf);
        assert!((found - share).abs() < 1e-9, "{found} for {share}, condition {v} of {world:?}");
    }
}

#[test]
fn sets_and_swings_are_those_of_brute_force() {
    random(2_000, &(worlds(7), 1..=5_usize), |(world, k)| check(&world, k.min(world.goal)));
}

#[test]
fn so_they_are_with_twelve_conditions() {
    random(15, &(worlds(12), 1..=5_usize), |(world, k)| check(&world, k.min(world.goal)));
}

/// The three pledges of the design: A if B, B if A, C if A and X.
#[test]
fn a_deadlock_is_named_and_a_waiver_breaks_it() {
    let world = World {
        conditions: vec![Test::Actor(0), Test::Actor(1), Test::None],
        pledges: vec![
            Some(Tree::Leaf(1, false)),
            Some(Tree::Leaf(0, false)),
            Some(Tree::AtLeast(2, vec![Tree::Leaf(0, false), Tree::Leaf(2, false)])),
        ],
        goal: 3,
    };
    let graph = world.graph();
    let mut query = ForceQuery::all(graph.day(), 1_000_000);
    query.assume = vec![(id("condition:c2"), Truth::True)];
    let evaluation = graph.evaluate(&query).expect("within the budget");
    for a in 0..3 {
        let force = evaluation.commitment(&graph, key(a)).expect("evaluated").force;
        assert_eq!((force.cautious, force.coordinated), (Truth::False, Truth::True));
    }
    let answer = graph.deadlocks(&evaluation, 1_000_000);
    assert_eq!(answer.deadlocks.len(), 1);
    let mut named = answer.deadlocks[0].ids();
    named.sort();
    let mut both = vec![key(0), key(1)];
    both.sort();
    assert_eq!(named, both);
    assert_eq!(answer.deadlocks[0].waivers.len(), 2);
    assert_eq!(answer.behind.iter().map(EdgeView::id).collect::<Vec<_>>(), [key(2)]);
    let activation = graph.activation(&query).expect("within the budget");
    assert!(activation.rounds.is_empty());
    assert_eq!(activation.never.len(), 3);
    query.assume.push((id("condition:c0"), Truth::True));
    let activation = graph.activation(&query).expect("within the budget");
    assert_eq!(activation.rounds.iter().map(Vec::len).sum::<usize>(), 3);
}
