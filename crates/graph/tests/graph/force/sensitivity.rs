//! Which leaves of its conditions a statement is sensitive to: the product against another truth of each.

use std::cell::Cell;

use pledgegraph_graph::{Evaluation, Node};
use pledgegraph_model::{ConditionNode, Explicitness, Ground, Relation, Stance, Truth};

use super::naive::{ALL, Drawn};
use super::world::key;

/// A leaf matters if another truth of it alone gives the tree another one.
pub(crate) fn check(drawn: &Drawn<'_>, evaluation: &Evaluation, at: usize) {
    let Some((relation, root)) = &drawn.trees[at] else { return };
    let (world, graph) = (drawn.world, &drawn.graph);
    let reasons = evaluation.reasons(graph, key(at));
    // Where something else decides, the conditions are no reasons, whoever else hangs on them.
    if evaluation.commitment(graph, key(at)).expect("evaluated").ground != Ground::Conditions {
        let is_open = world.statements[at].stance == Stance::NotRuledOut;
        assert!(reasons.is_empty() || (is_open && reasons.iter().all(|reason| !reason.sensitive)), "{world:#?}");
        return;
    }
    // Leaves are told apart by their place.
    let mut values = Vec::new();
    walk_leaves(root, &mut |leaf| {
        if world.include_implied || leaf.explicitness == Some(Explicitness::Explicit) {
            let condition = evaluation.condition(graph, leaf.condition.expect("a leaf")).expect("evaluated");
            values.push(condition.force.cautious);
        }
    });
    let whole = |values: &[Truth]| {
        let value = world.tree_in_order(root, values, &Cell::new(0));
        value.map(|value| if *relation == Relation::Sufficient { value.max(Truth::Unknown) } else { value })
    };
    assert_eq!(reasons.len(), values.len(), "{world:#?}");
    for (place, reason) in reasons.iter().enumerate() {
        let with = |value| [&values[..place], &[value], &values[place + 1..]].concat();
        let expected = ALL.iter().any(|value| whole(&with(*value)) != whole(&values));
        assert_eq!(reason.sensitive, expected, "leaf {place} of statement {at} of {world:#?}");
    }
}

fn walk_leaves(node: &ConditionNode<Node>, each: &mut dyn FnMut(&ConditionNode<Node>)) {
    if node.condition.is_some() {
        each(node);
    }
    for child in &node.of {
        walk_leaves(child, each);
    }
}
