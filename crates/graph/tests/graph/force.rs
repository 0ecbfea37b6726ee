//! What is in force: the product against brute force on random small graphs.
//!
//! The brute force shares nothing with the product but the tree of conditions: it tries every assignment of the three
//! truths to all statements, keeps those that agree with the equations of the design, and takes the least and the greatest.

mod deadlocks;
mod naive;
mod sensitivity;
mod world;

use pledgegraph_graph::ForceQuery;
use pledgegraph_model::{Stance, Truth};

use crate::tree::random;
use naive::Drawn;
use world::{World, key, worlds};

fn check(world: &World) {
    let drawn = Drawn::new(world);
    let graph = &drawn.graph;
    let query = ForceQuery { include_implied: world.include_implied, ..ForceQuery::all(graph.day(), 1_000_000) };
    let evaluation = graph.evaluate(&query).expect("within the budget");
    let (least, greatest) = drawn.fixpoints();
    for (at, said) in world.statements.iter().enumerate() {
        let force = evaluation.commitment(graph, key(at)).expect("evaluated").force;
        // What is left open reaches a test, and is not shown as in force.
        let is_open = said.stance == Stance::NotRuledOut && !said.expected;
        let expected = if is_open { (Truth::False, Truth::False) } else { (least[at], greatest[at]) };
        assert_eq!((force.cautious, force.coordinated), expected, "statement {at} of {world:#?}");
    }
    for (c, node) in drawn.conditions.iter().enumerate() {
        let found = evaluation.condition(graph, *node).expect("evaluated").force;
        let expected = (world.condition(c, &least), world.condition(c, &greatest));
        assert_eq!((found.cautious, found.coordinated), expected, "condition {c} of {world:#?}");
    }
    deadlocks::check(&drawn, &evaluation, (&least, &greatest));
    for at in 0..world.statements.len() {
        sensitivity::check(&drawn, &evaluation, at);
    }
}

#[test]
fn both_fixpoints_are_those_of_brute_force() {
    random(2_000, &worlds(), |world| check(&world));
}
