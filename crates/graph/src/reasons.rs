//! Why a commitment is what it is: the leaves of its tree, and which of them matter.

use std::collections::HashMap;

use pledgegraph_model::{Code, ConditionNode, ConditionOp, EdgeId, Explicitness, Ground, Relation, Truth};

use crate::force::Evaluation;
use crate::node::Node;
use crate::{EntityView, Graph};

/// A leaf of a commitment's tree, evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'g> {
    /// The condition.
    pub condition: EntityView<'g>,
    /// Whether the source states or implies it.
    pub explicitness: Explicitness,
    /// The truth of the condition, the cautious one where pledges wait for each other.
    pub truth: Truth,
    /// Whether another truth of this leaf alone would make the commitment another one.
    pub sensitive: bool,
}

type Tree = ConditionNode<Node>;

impl Evaluation {
    /// The leaves of a commitment's tree, left to right, each with its truth and whether it matters. None where something
    /// else decides, such as a refusal: its conditions are no reasons, even where other commitments hang on them.
    ///
    /// O(nodes of the tree): what the value of a node does to the commitment is handed down as a table of three values.
    pub fn reasons<'g>(&self, graph: &'g Graph, id: EdgeId) -> Vec<Reason<'g>> {
        let known = graph.slot(id).and_then(|slot| self.dependence.commitments.get(&slot).copied());
        let Some(known) = known.filter(|known| known.ground == Ground::Conditions) else { return Vec::new() };
        // Conditions of what pledges nothing are told, and none of them alone puts it into force.
        let is_open = self.known(known).is_open;
        let detail = graph.edge(id).and_then(|view| view.detail().commitment());
        let Some(conditions) = detail.and_then(|commitment| commitment.conditions.as_deref()) else {
            return Vec::new();
        };
        let mut values = HashMap::new();
        let Some(root) = self.value(&conditions.root, &mut values) else { return Vec::new() };
        let table = |truth: Truth| match conditions.relation {
            Relation::Necessary => truth.min(known.most),
            Relation::Sufficient => truth.max(Truth::Unknown).min(known.most),
        };
        let now = table(root);
        let mut stack = vec![(&conditions.root, [Truth::False, Truth::Unknown, Truth::True].map(table))];
        let mut found = Vec::new();
        while let Some((node, table)) = stack.pop() {
            if let (Some(condition), Some(explicitness), Some(truth)) =
                (node.condition, node.explicitness, values.get(&at(node)))
            {
                let sensitive = !is_open && table.iter().any(|other| *other != now);
                found.push(Reason { condition: graph.at(condition), explicitness, truth: *truth, sensitive });
                continue;
            }
            let children = || node.of.iter().filter_map(|child| Some((child, *values.get(&at(child))?)));
            let mut counts = Counts::default();
            children().for_each(|(_, truth)| counts.add(truth));
            for (child, truth) in children().collect::<Vec<_>>().into_iter().rev() {
                let handed = |value: Truth| table[counts.instead(truth, value).value(node).index()];
                stack.push((child, [Truth::False, Truth::Unknown, Truth::True].map(handed)));
            }
        }
        found
    }

    /// The value of a node, kept with those of all nodes under it; `None` when all its leaves are left out. The depth of a
    /// tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
    fn value(&self, node: &Tree, values: &mut HashMap<usize, Truth>) -> Option<Truth> {
        let truth = if let Some(condition) = node.condition {
            let counts = self.include_implied || node.explicitness != Some(Explicitness::Implied);
            let known = self.dependence.conditions.get(&condition).filter(|_| counts)?;
            self.force(known.var).cautious
        } else {
            let mut counts = Counts::default();
            for truth in node.of.iter().filter_map(|child| self.value(child, values)) {
                counts.add(truth);
            }
            (counts.all() > 0).then(|| counts.value(node))?
        };
        values.insert(at(node), truth);
        Some(truth)
    }
}

/// The identity of a node within its tree.
fn at(node: &Tree) -> usize {
    std::ptr::from_ref(node).addr()
}

/// How many nodes have each value: false, unknown, true.
#[derive(Debug, Clone, Copy, Default)]
struct Counts([usize; 3]);

impl Counts {
    fn add(&mut self, truth: Truth) {
        self.0[truth.index()] += 1;
    }

    fn all(self) -> usize {
        self.0.iter().sum()
    }

    /// With one node of another value.
    fn instead(mut self, old: Truth, new: Truth) -> Self {
        self.0[old.index()] -= 1;
        self.0[new.index()] += 1;
        self
    }

    /// What an operator makes of nodes with these values.
    fn value(self, node: &Tree) -> Truth {
        let [fails, unknown, holds] = self.0;
        let k = match node.op {
            ConditionOp::AllOf => self.all(),
            ConditionOp::AnyOf => 1,
            ConditionOp::Not => {
                return if holds > 0 {
                    Truth::False
                } else if fails > 0 {
                    Truth::True
                } else {
                    Truth::Unknown
                };
            }
            _ => node.k.map_or(self.all(), |k| k as usize).min(self.all()),
        };
        if holds >= k {
            Truth::True
        } else if holds + unknown >= k {
            Truth::Unknown
        } else {
            Truth::False
        }
    }
}
