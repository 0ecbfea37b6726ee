//! Which pledges are in force under given conditions, by evaluating again until nothing changes.

use pledgegraph_graph::{Graph, Node};
use pledgegraph_model::{ConditionNode, ConditionOp, EdgeDetail};

use super::world::{Test, World, key};

/// The conditions of each pledge.
pub(crate) fn conditions(world: &World, graph: &Graph) -> Vec<Option<ConditionNode<Node>>> {
    let of = |actor| {
        let view = graph.edge(key(actor)).expect("known");
        let EdgeDetail::Commitment(commitment) = view.detail() else { panic!("a commitment") };
        commitment.conditions.as_deref().map(|conditions| conditions.root.clone())
    };
    (0..world.pledges.len()).map(of).collect()
}

impl World {
    /// Which pledges are in force when these conditions are given.
    pub(crate) fn in_force(
        &self,
        trees: &[Option<ConditionNode<Node>>],
        index: &dyn Fn(Node) -> usize,
        given: usize,
    ) -> Vec<bool> {
        let mut force = vec![false; self.pledges.len()];
        loop {
            let holds = |c: usize| {
                given >> c & 1 == 1
                    || match self.conditions[c] {
                        Test::None => false,
                        Test::Actor(a) => force.get(a).copied().unwrap_or(false),
                        Test::Threshold(n) => force.iter().filter(|f| **f).count() >= n,
                    }
            };
            let next: Vec<bool> = trees
                .iter()
                .map(|tree| tree.as_ref().is_none_or(|tree| naive(tree, &|node| holds(index(node)))))
                .collect();
            if next == force {
                return force;
            }
            force = next;
        }
    }
}

/// A tree by the words of its operators.
fn naive(tree: &ConditionNode<Node>, holds: &dyn Fn(Node) -> bool) -> bool {
    let true_ones = || tree.of.iter().filter(|child| naive(child, holds)).count();
    match tree.op {
        ConditionOp::Condition => holds(tree.condition.expect("a leaf")),
        ConditionOp::Not => !naive(&tree.of[0], holds),
        ConditionOp::AllOf => true_ones() == tree.of.len(),
        ConditionOp::AnyOf => true_ones() > 0,
        ConditionOp::AtLeast => true_ones() >= tree.k.expect("with at_least") as usize,
    }
}
