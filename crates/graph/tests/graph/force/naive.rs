//! What a world comes to, by brute force.

use std::cell::Cell;

use pledgegraph_graph::{Graph, Node};
use pledgegraph_model::{ConditionNode, ConditionOp, EdgeDetail, Explicitness, Relation, Stance, Truth};

use super::world::{Test, World, key};

pub(crate) const ALL: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];

impl World {
    /// What a test makes of the pledges of one actor, and whether its statements disagree.
    pub(crate) fn position(&self, actor: usize, least: Stance, truths: &[Truth]) -> (Truth, bool) {
        let (mut best, mut disputed) = (None, false);
        for mission in [false, true] {
            let on = |at: &usize| {
                let said = &self.statements[*at];
                said.actor == actor && said.other_mission == mission && !said.expected
            };
            let own: Vec<usize> = (0..self.statements.len()).filter(on).collect();
            if own.is_empty() {
                continue;
            }
            let rank = |at: &usize| self.statements[*at].stance.rank().expect("ranked");
            let reaching: Vec<usize> =
                own.iter().copied().filter(|at| rank(at) >= least.rank().expect("ranked")).collect();
            let negative = own.iter().any(|at| rank(at) < 0);
            // Nothing has a date: a refusal beside an offer of the same may have been taken back.
            let offered = own.iter().any(|at| rank(at) >= 3);
            let value = match (reaching.is_empty(), negative) {
                (false, false) => reaching.iter().map(|at| truths[*at]).max().expect("some"),
                (true, true) if !offered => Truth::False,
                (empty, _) => {
                    disputed |= !empty;
                    Truth::Unknown
                }
            };
            best = best.max(Some(value));
        }
        (best.unwrap_or(Truth::Unknown), disputed)
    }

    pub(crate) fn condition(&self, c: usize, truths: &[Truth]) -> Truth {
        let condition = &self.conditions[c];
        let tested = match condition.test {
            Test::None => None,
            Test::Actor(actor, least) => Some(self.position(actor, least, truths)),
            Test::Threshold(n, least) => {
                let counted = |a: &usize| self.statements.iter().any(|said| said.actor == *a && !said.expected);
                let of: Vec<_> = (0..self.actors).filter(counted).map(|a| self.position(a, least, truths)).collect();
                let reach = |least: Truth| of.iter().filter(|(truth, _)| *truth >= least).count() >= n;
                let truth = match (reach(Truth::True), reach(Truth::Unknown)) {
                    (true, _) => Truth::True,
                    (_, true) => Truth::Unknown,
                    _ => Truth::False,
                };
                Some((truth, of.iter().any(|(_, disputed)| *disputed)))
            }
        };
        let (test, disputed) = tested.unwrap_or((Truth::Unknown, false));
        match (condition.met, condition.unmet) {
            (false, false) => test,
            (true, true) => Truth::Unknown,
            // What disagrees matters only where it is not decided without it.
            (true, false) if disputed => test.max(Truth::Unknown),
            (false, true) if disputed => test.min(Truth::Unknown),
            (true, false) if test == Truth::False => Truth::Unknown,
            (true, false) => Truth::True,
            (false, true) if test == Truth::True => Truth::Unknown,
            (false, true) => Truth::False,
        }
    }

    /// A tree by the words of its operators; `None` where nothing is left of it.
    pub(crate) fn tree(&self, node: &ConditionNode<Node>, truth: &dyn Fn(Node) -> Truth) -> Option<Truth> {
        if let Some(condition) = node.condition {
            let counts = self.include_implied || node.explicitness == Some(Explicitness::Explicit);
            return counts.then(|| truth(condition));
        }
        let mut of: Vec<Truth> = node.of.iter().filter_map(|child| self.tree(child, truth)).collect();
        if of.is_empty() {
            return None;
        }
        of.sort();
        of.reverse();
        Some(match node.op {
            ConditionOp::Not => !of[0],
            ConditionOp::AllOf => of[of.len() - 1],
            ConditionOp::AnyOf => of[0],
            _ => of[(node.k.expect("with at_least") as usize).min(of.len()) - 1],
        })
    }

    /// A tree whose leaves have these values, left to right.
    pub(crate) fn tree_in_order(
        &self,
        node: &ConditionNode<Node>,
        values: &[Truth],
        next: &Cell<usize>,
    ) -> Option<Truth> {
        self.tree(node, &|_| {
            let at = next.get();
            next.set(at + 1);
            values[at]
        })
    }
}

/// A world beside the graph of it.
pub(crate) struct Drawn<'w> {
    pub(crate) world: &'w World,
    pub(crate) graph: Graph,
    pub(crate) conditions: Vec<Node>,
    /// The conditions of each statement.
    pub(crate) trees: Vec<Option<(Relation, ConditionNode<Node>)>>,
}

impl<'w> Drawn<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let graph = world.graph();
        let node = |c| graph.find(&format!("condition:c{c}").parse().expect("a reference")).expect("known").node();
        let conditions = (0..world.conditions.len()).map(node).collect();
        let tree = |at| {
            let EdgeDetail::Commitment(commitment) = graph.edge(key(at)).expect("known").detail() else { panic!() };
            commitment.conditions.as_deref().map(|conditions| (conditions.relation, conditions.root.clone()))
        };
        let trees = (0..world.statements.len()).map(tree).collect();
        Self { world, graph, conditions, trees }
    }

    /// Which condition of the world this is.
    pub(crate) fn of(&self, node: Node) -> usize {
        self.conditions.iter().position(|other| *other == node).expect("a condition")
    }

    /// The truth of a statement under some truth of the conditions.
    pub(crate) fn supposed(&self, at: usize, truth: &dyn Fn(Node) -> Truth) -> Truth {
        let said = &self.world.statements[at];
        if said.expected {
            return Truth::Unknown;
        }
        if said.stance.rank().is_some_and(|rank| rank <= 0) || said.suspended {
            return Truth::False;
        }
        let Some((relation, root)) = &self.trees[at] else {
            return if said.conditional { Truth::Unknown } else { Truth::True };
        };
        match (self.world.tree(root, truth), relation) {
            (None, _) => Truth::True,
            (Some(truth), Relation::Necessary) => truth,
            (Some(truth), Relation::Sufficient) => truth.max(Truth::Unknown),
        }
    }

    /// The truth of a statement, from a guess of all.
    fn statement(&self, at: usize, truths: &[Truth]) -> Truth {
        self.supposed(at, &|node| self.world.condition(self.of(node), truths))
    }

    /// The least and the greatest assignment of truths to all statements that agrees with itself.
    pub(crate) fn fixpoints(&self) -> (Vec<Truth>, Vec<Truth>) {
        let n = self.trees.len();
        let power = |at: usize| 3_usize.pow(u32::try_from(at).expect("small"));
        let guesses = (0..power(n)).map(|case| (0..n).map(|at| ALL[case / power(at) % 3]).collect::<Vec<_>>());
        let agrees = |guess: &Vec<Truth>| (0..n).all(|at| self.statement(at, guess) == guess[at]);
        let all: Vec<Vec<Truth>> = guesses.filter(agrees).collect();
        let below = |a: &[Truth], b: &[Truth]| a.iter().zip(b).all(|(a, b)| a <= b);
        let least = all.iter().find(|one| all.iter().all(|other| below(one, other))).expect("a least one");
        let greatest = all.iter().find(|one| all.iter().all(|other| below(other, one))).expect("a greatest one");
        (least.clone(), greatest.clone())
    }
}
