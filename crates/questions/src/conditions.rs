//! Trees of conditions in words.

use std::collections::BTreeSet;

use pledgegraph_graph::{Node, Value};
use pledgegraph_model::{ConditionNode, ConditionOp, Conditions, Explicitness, Query, QueryField, Relation};

use crate::answer::Answer;
use crate::speaker::{Speaker, filled};

/// What an answer hangs on, where a query selects it.
pub(crate) fn conditions_of<'g>(query: &Query, answer: &Answer<'g>) -> Option<&'g Conditions<Node>> {
    let at = query.group_by.iter().chain(&query.select).position(|field| *field == QueryField::Conditions)?;
    match answer.values.get(at)?.first()? {
        Value::Conditions(tree) => Some(tree),
        _ => None,
    }
}

/// A text that is the same for trees that say the same: without an order, and without what has one part only.
pub(crate) fn canonical(conditions: &Conditions<Node>) -> String {
    format!("{} {}", conditions.relation, canonical_node(&conditions.root))
}

/// The depth of a tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
fn canonical_node(node: &ConditionNode<Node>) -> String {
    if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
        return format!("{condition:?} {:?}", node.explicitness);
    }
    let n = node.of.len();
    let op = match (node.op, node.k.map_or(n, |k| k as usize)) {
        (ConditionOp::AtLeast, k) if k >= n => ConditionOp::AllOf,
        (ConditionOp::AtLeast, 1) => ConditionOp::AnyOf,
        (op, _) => op,
    };
    // Of what all or any of hold, parts of the same kind are parts of the whole.
    let is_flat = matches!(op, ConditionOp::AllOf | ConditionOp::AnyOf);
    let parts = node.of.iter().flat_map(|child| match child {
        child if is_flat && child.op == op => child.of.iter().map(canonical_node).collect(),
        child => vec![canonical_node(child)],
    });
    let parts: BTreeSet<String> = parts.collect();
    match parts.first() {
        Some(only) if parts.len() == 1 && op != ConditionOp::Not => only.clone(),
        _ => format!("{op} {} ({})", node.k.unwrap_or_default(), parts.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

impl Speaker<'_> {
    /// The depth of a tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
    pub(crate) fn conditions(&self, conditions: &Conditions<Node>) -> String {
        let said = self.condition(&conditions.root);
        match conditions.relation {
            Relation::Necessary => said,
            Relation::Sufficient => filled(self.word("sufficient"), &[&said]),
        }
    }

    fn condition(&self, node: &ConditionNode<Node>) -> String {
        if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
            let name = self.name(&self.graph.at(condition));
            let implied = node.explicitness == Some(Explicitness::Implied);
            return if implied { filled(self.word("implied"), &[name]) } else { name.to_owned() };
        }
        let bracketed = |child: &ConditionNode<Node>| {
            let said = self.condition(child);
            if child.of.len() > 1 { format!("({said})") } else { said }
        };
        let children: Vec<String> = node.of.iter().map(bracketed).collect();
        match node.op {
            ConditionOp::AnyOf => children.join(self.word("or")),
            ConditionOp::Not => format!("{}{}", self.word("not"), children.concat()),
            ConditionOp::AtLeast => {
                let k = self.number(u64::from(node.k.unwrap_or_default()));
                format!("{} {}", filled(self.word("at_least"), &[&k]), children.join(self.word("comma")))
            }
            _ => children.join(self.word("and")),
        }
    }
}
