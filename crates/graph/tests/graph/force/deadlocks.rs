//! Pledges that wait for each other, and the conditions that free them: the product against brute force.

use std::collections::BTreeSet;

use pledgegraph_graph::{Deadlock, Evaluation, Node};
use pledgegraph_model::{ConditionNode, Truth};

use super::naive::Drawn;
use super::world::{Test, World, key};

/// What differs between the least and the greatest fixpoint of a world.
struct Between<'d> {
    drawn: &'d Drawn<'d>,
    least: &'d [Truth],
    greatest: &'d [Truth],
}

/// Groups of statements that reach each other over what differs between the fixpoints; and what waives them.
pub(crate) fn check(drawn: &Drawn<'_>, evaluation: &Evaluation, (least, greatest): (&[Truth], &[Truth])) {
    let between = Between { drawn, least, greatest };
    let (world, n) = (drawn.world, drawn.trees.len());
    let answer = drawn.graph.deadlocks(evaluation, 1_000_000);
    let members = |group: &Deadlock<'_>| -> Vec<usize> {
        (0..n).filter(|at| group.commitments.iter().any(|view| view.id() == key(*at))).collect()
    };
    let mut found: Vec<Vec<usize>> = answer.deadlocks.iter().map(members).collect();
    found.sort();
    assert_eq!(found, between.groups(), "deadlocks of {world:#?}");
    for group in &answer.deadlocks {
        for condition in &group.conditions {
            let c = drawn.of(condition.node());
            assert!(between.differs(c));
            let truths = between.waived(c);
            let breaks = members(group).iter().all(|at| truths[*at] == greatest[*at]);
            let waived = group.waivers.iter().any(|view| view.node() == condition.node());
            assert_eq!(waived, breaks, "waiver of condition {c} of {world:#?}");
        }
    }
}

impl Between<'_> {
    fn truths(&self, c: usize) -> (Truth, Truth) {
        (self.drawn.world.condition(c, self.least), self.drawn.world.condition(c, self.greatest))
    }

    fn differs(&self, c: usize) -> bool {
        let (least, greatest) = self.truths(c);
        least != greatest
    }

    /// The conditions whose difference comes through to a statement.
    fn waits_on(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some((_, root)) = self.drawn.trees[at].as_ref().filter(|_| self.least[at] != self.greatest[at]) {
            let truths = |node| self.truths(self.drawn.of(node));
            passing(self.drawn.world, root, &truths, &mut |node| found.push(self.drawn.of(node)));
        }
        found
    }

    /// Whether the difference of a statement comes through to a condition.
    fn looks_at(&self, c: usize, at: usize) -> bool {
        let world = self.drawn.world;
        let said = &world.statements[at];
        let (is_of, min) = match world.conditions[c].test {
            Test::None => return false,
            Test::Actor(actor, min) => (actor == said.actor, min),
            Test::Threshold(_, min) => (true, min),
        };
        let disputed = world.statements.iter().any(|other| {
            other.actor == said.actor
                && other.other_mission == said.other_mission
                && !other.expected
                && other.stance.rank().is_some_and(|rank| rank < 0)
        });
        // A threshold counts an actor by the best of its positions.
        let best = |truths: &[Truth]| world.position(said.actor, min, truths).0;
        is_of
            && !said.expected
            && !disputed
            && said.stance.rank() >= min.rank()
            && self.least[at] != self.greatest[at]
            && best(self.least) != best(self.greatest)
            && self.differs(c)
    }

    /// The statements that one waits for, itself or through others.
    fn reach(&self, start: usize) -> BTreeSet<usize> {
        let (mut reached, mut stack) = (BTreeSet::new(), vec![start]);
        while let Some(at) = stack.pop() {
            for c in self.waits_on(at) {
                let looked_at = (0..self.least.len()).filter(|other| self.looks_at(c, *other));
                stack.extend(looked_at.filter(|other| reached.insert(*other)));
            }
        }
        reached
    }

    /// The groups of statements that wait for each other, sorted.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for at in 0..self.least.len() {
            let mine = self.reach(at);
            if mine.contains(&at) && !groups.iter().any(|group| group.contains(&at)) {
                groups.push(mine.into_iter().filter(|other| self.reach(*other).contains(&at)).collect());
            }
        }
        groups.sort();
        groups
    }

    /// The truths of all statements, from nothing upwards, with this condition taken as given.
    fn waived(&self, given: usize) -> Vec<Truth> {
        let world = self.drawn.world;
        let mut truths = vec![Truth::False; self.least.len()];
        loop {
            let condition = |node: Node| match self.drawn.of(node) {
                c if c == given => world.condition(c, self.greatest),
                c => world.condition(c, &truths),
            };
            let next: Vec<Truth> = (0..truths.len()).map(|at| self.drawn.supposed(at, &condition)).collect();
            if next == truths {
                return truths;
            }
            truths = next;
        }
    }
}

/// The leaves from which a difference between two assignments comes through to the root of a tree.
fn passing(
    world: &World,
    root: &ConditionNode<Node>,
    truths: &dyn Fn(Node) -> (Truth, Truth),
    each: &mut dyn FnMut(Node),
) {
    let value = |node: &ConditionNode<Node>| {
        (world.tree(node, &|condition| truths(condition).0), world.tree(node, &|condition| truths(condition).1))
    };
    let (before, after) = value(root);
    if before == after {
        return;
    }
    if let Some(condition) = root.condition {
        each(condition);
    }
    for child in &root.of {
        passing(world, child, truths, each);
    }
}
