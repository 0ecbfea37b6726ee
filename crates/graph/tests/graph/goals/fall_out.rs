//! What falls when an actor stays out: the product against brute force on random small graphs.

use pledgegraph_graph::{ForceQuery, Step};
use pledgegraph_model::EdgeId;

use super::world::{Test, World, key, worlds};
use crate::drawn::id;
use crate::tree::{Tree, random};

fn leaves(tree: &Tree) -> Vec<usize> {
    match tree {
        Tree::Leaf(c, _) => vec![*c],
        Tree::Not(of) => leaves(of),
        Tree::AtLeast(_, of) => of.iter().flat_map(leaves).collect(),
    }
}

impl World {
    /// An actor, and those whose pledges hang on a condition that looks at one of them.
    fn reached(&self, actor: usize) -> Vec<usize> {
        let looks_at = |c: usize, a: usize| match self.conditions[c] {
            Test::None => false,
            Test::Actor(other) => other == a,
            Test::Threshold(_) => true,
        };
        let hangs_on = |pledge: usize, a: usize| {
            self.pledges[pledge].as_ref().is_some_and(|tree| leaves(tree).into_iter().any(|c| looks_at(c, a)))
        };
        let mut reached = vec![actor];
        let mut next = 0;
        while let Some(a) = reached.get(next).copied() {
            next += 1;
            let more = (0..self.pledges.len()).filter(|other| !reached.contains(other) && hangs_on(*other, a));
            reached.extend(more.collect::<Vec<_>>());
        }
        reached
    }

    /// Which pledges are in force when everything that is not about an actor came about: conditions that do not look at
    /// it or at what hangs on it, and all that a `not` asks for.
    fn supposed(&self, without: Option<(usize, &[usize])>) -> Vec<bool> {
        fn holds(tree: &Tree, condition: &dyn Fn(usize) -> bool) -> bool {
            match tree {
                Tree::Leaf(c, _) => condition(*c),
                Tree::Not(_) => true,
                Tree::AtLeast(k, of) => of.iter().filter(|child| holds(child, condition)).count() >= *k,
            }
        }
        let mut force = vec![false; self.pledges.len()];
        loop {
            let condition = |c: usize| {
                let hangs = |a: usize| without.is_some_and(|(_, reached)| reached.contains(&a));
                match self.conditions[c] {
                    Test::None => true,
                    Test::Actor(a) => !hangs(a) || force[a],
                    Test::Threshold(n) => without.is_none() || force.iter().filter(|f| **f).count() >= n,
                }
            };
            let gone = |a: usize| without.is_some_and(|(actor, _)| actor == a);
            let next: Vec<bool> = (0..self.pledges.len())
                .map(|a| !gone(a) && self.pledges[a].as_ref().is_none_or(|tree| holds(tree, &condition)))
                .collect();
            if next == force {
                return force;
            }
            force = next;
        }
    }
}

/// Whether a pledge depends on an actor by any way, and whether it cannot do without.
#[test]
fn fall_out_is_that_of_brute_force() {
    random(2_000, &(worlds(7), 0..5_usize), |(world, actor)| check(&world, actor.min(world.pledges.len() - 1)));
}

fn check(world: &World, actor: usize) {
    let graph = world.graph();
    let query = ForceQuery::all(graph.day(), 1_000_000);
    let found = graph.fall_out(id(&format!("organization:a{actor}")), &query).expect("within the budget");
    let reached = world.reached(actor);
    let mut expected: Vec<EdgeId> = reached[1..].iter().copied().map(key).collect();
    let mut ids: Vec<EdgeId> = found.dependents.iter().map(|d| d.commitment.id()).collect();
    expected.sort();
    ids.sort();
    assert_eq!(ids, expected, "what hangs on {actor} in {world:?}");
    for dependent in &found.dependents {
        let chain = found.chain(dependent, 100);
        assert!(matches!(chain.last(), Some(Step::Commitment(view)) if view.id() == dependent.commitment.id()));
        assert_eq!(chain.len(), dependent.distance as usize, "{world:?}");
        let at = (0..world.pledges.len()).find(|a| dependent.commitment.id() == key(*a)).expect("a pledge");
        let vital = world.supposed(None)[at] && !world.supposed(Some((actor, &reached)))[at];
        assert_eq!(dependent.decisive, vital, "whether {at} can do without {actor} in {world:?}");
    }
}
