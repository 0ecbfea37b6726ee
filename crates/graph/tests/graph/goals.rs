//! What it would take: the product against brute force on random small graphs.
//!
//! The brute force shares nothing with the product but the tree of conditions: it enumerates all assignments of the
//! conditions, finds out by repeated evaluation which pledges are then in force, and reads prime implicants and swings off
//! the truth table.

use crate::drawn::id;
use pledgegraph_graph::{ConditionLiteral, Counted, EdgeView, ForceQuery, Goal, GoalQuery, Graph, Node, Step};
use pledgegraph_model::{ConditionNode, ConditionOp, EdgeDetail, EdgeId, Stance, Truth};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A tree, as the test draws it.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(usize),
    Not(Box<Tree>),
    AtLeast(usize, Vec<Tree>),
}

/// Who pledges what on which tree; `None`: without conditions.
#[derive(Debug, Clone)]
struct World {
    /// For each condition: tested on the pledge of this actor, or on so many actors, or not at all.
    conditions: Vec<Test>,
    /// For each actor its one commitment.
    pledges: Vec<Option<Tree>>,
    /// How many of the pledges make the goal.
    goal: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    None,
    Actor(usize),
    Threshold(usize),
}

fn tree_json(tree: &Tree) -> String {
    match tree {
        Tree::Leaf(c) => format!(r#"{{"op":"condition","condition":"condition:c{c}","explicitness":"explicit"}}"#),
        Tree::Not(of) => format!(r#"{{"op":"not","of":[{}]}}"#, tree_json(of)),
        Tree::AtLeast(k, of) => {
            let children: Vec<String> = of.iter().map(tree_json).collect();
            format!(r#"{{"op":"at_least","k":{k},"of":[{}]}}"#, children.join(","))
        }
    }
}

impl World {
    fn graph(&self) -> Graph {
        let mut entities = vec![
            r#"{"kind":"country","slug":"UA","names":{"en":"UA"},"iso3166":{"alpha2":"UA","alpha3":"UKR","numeric":"804"}}"#.to_owned(),
            r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
        ];
        for (c, test) in self.conditions.iter().enumerate() {
            let (kind, test) = match test {
                Test::None => ("other", String::new()),
                Test::Actor(a) => (
                    "third_party_backing",
                    format!(
                        r#","test":{{"actor":"organization:a{a}","capability":"military.forces","min_stance":"willing"}}"#
                    ),
                ),
                Test::Threshold(n) => (
                    "participation_threshold",
                    format!(r#","test":{{"n":{n},"capability":"military.forces","min_stance":"willing"}}"#),
                ),
            };
            entities.push(format!(
                r#"{{"kind":"condition","slug":"c{c}","names":{{"en":"C"}},"condition_kind":"{kind}"{test}}}"#
            ));
        }
        let mut edges = Vec::new();
        for (a, tree) in self.pledges.iter().enumerate() {
            entities.push(format!(r#"{{"kind":"organization","slug":"a{a}","names":{{"en":"A"}},"class":"other"}}"#));
            let conditions = tree.as_ref().map_or(String::new(), |tree| {
                format!(r#","conditionality":"conditional","conditions":{{"root":{}}}"#, tree_json(tree))
            });
            edges.push((
                format!("e{a}"),
                format!(
                    r#"{{"kind":"commitment","subject":"organization:a{a}","object":"country:UA","capability":"military.forces","stance":"willing"{conditions},"evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
                ),
            ));
        }
        crate::drawn::graph(&entities, &edges)
    }

    fn query(&self, at_least: usize) -> GoalQuery {
        GoalQuery {
            goal: Goal::Commitments {
                ids: (0..self.goal).map(|a| EdgeId::of_key(&format!("e{a}"))).collect(),
                at_least: Some(at_least),
            },
            stance_min: Stance::Willing,
            counted: Counted::on(chrono::Utc::now().date_naive()),
            include_implied: true,
            assume: Vec::new(),
            withdraw: Vec::new(),
            budget: 1_000_000,
            steps: 1_000_000_000,
        }
    }

    /// Which pledges are in force when these conditions are given.
    fn in_force(
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

impl World {
    /// Which pledges are in force when everything that is not about an actor came about: conditions that do not look at
    /// it or at what hangs on it, and all that a `not` asks for.
    fn supposed(&self, without: Option<(usize, &[usize])>) -> Vec<bool> {
        fn holds(tree: &Tree, condition: &dyn Fn(usize) -> bool) -> bool {
            match tree {
                Tree::Leaf(c) => condition(*c),
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

fn worlds(most_conditions: usize) -> impl Strategy<Value = World> {
    (1..=most_conditions, 1..=5_usize)
        .prop_flat_map(|(conditions, actors)| {
            let test = prop_oneof![
                3 => Just(Test::None),
                2 => (0..actors).prop_map(Test::Actor),
                1 => (1..=actors).prop_map(Test::Threshold),
            ];
            prop::collection::vec(test, conditions).prop_flat_map(move |tests| {
                let untested: Vec<usize> = (0..conditions).filter(|c| tests[*c] == Test::None).collect();
                let leaf = (0..conditions).prop_map(Tree::Leaf).boxed();
                let negated = if untested.is_empty() {
                    leaf.clone()
                } else {
                    let plain = prop::sample::select(untested).prop_map(Tree::Leaf);
                    let inner = prop_oneof![
                        2 => plain.clone(),
                        1 => (1..=2_usize, prop::collection::vec(plain, 2)).prop_map(|(k, of)| Tree::AtLeast(k, of)),
                    ];
                    inner.prop_map(|tree| Tree::Not(Box::new(tree))).boxed()
                };
                let first = prop_oneof![4 => leaf, 1 => negated];
                let tree = first.prop_recursive(2, 8, 4, |inner| {
                    prop::collection::vec(inner, 1..=4)
                        .prop_flat_map(|of| (1..=of.len(), Just(of)))
                        .prop_map(|(k, of)| Tree::AtLeast(k, of))
                });
                let pledges = prop::collection::vec(prop::option::weighted(0.9, tree), actors);
                (Just(tests), pledges, 1..=actors)
            })
        })
        .prop_map(|(conditions, pledges, goal)| World { conditions, pledges, goal })
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
    let trees: Vec<Option<ConditionNode<Node>>> = (0..world.pledges.len())
        .map(|a| {
            let view = graph.edge(EdgeId::of_key(&format!("e{a}"))).expect("known");
            let EdgeDetail::Commitment(commitment) = view.detail() else { panic!("a commitment") };
            commitment.conditions.as_deref().map(|conditions| conditions.root.clone())
        })
        .collect();
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

/// Runs a check on random worlds, the same ones each time.
fn random<S: Strategy>(cases: u32, strategy: &S, check: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(strategy, |value| {
            check(value);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn sets_and_swings_are_those_of_brute_force() {
    random(2_000, &(worlds(7), 1..=5_usize), |(world, k)| check(&world, k.min(world.goal)));
}

#[test]
fn so_they_are_with_twelve_conditions() {
    random(15, &(worlds(12), 1..=5_usize), |(world, k)| check(&world, k.min(world.goal)));
}

/// Whether a pledge depends on an actor by any way, and whether it cannot do without.
#[test]
fn fall_out_is_that_of_brute_force() {
    random(2_000, &(worlds(7), 0..5_usize), |(world, actor)| {
        let actor = actor.min(world.pledges.len() - 1);
        let graph = world.graph();
        let query = ForceQuery::all(graph.day(), 1_000_000);
        let found = graph.fall_out(id(&format!("organization:a{actor}")), &query).expect("within the budget");
        let leaves = |a: usize| -> Vec<usize> {
            fn walk(tree: &Tree, found: &mut Vec<usize>) {
                match tree {
                    Tree::Leaf(c) => found.push(*c),
                    Tree::Not(of) => walk(of, found),
                    Tree::AtLeast(_, of) => of.iter().for_each(|child| walk(child, found)),
                }
            }
            let mut found = Vec::new();
            world.pledges[a].iter().for_each(|tree| walk(tree, &mut found));
            found
        };
        // Who is reached: pledges on a condition that looks at one that is reached.
        let looks_at = |c: usize, a: usize| match world.conditions[c] {
            Test::None => false,
            Test::Actor(other) => other == a,
            Test::Threshold(_) => true,
        };
        let mut reached = vec![actor];
        let mut next = 0;
        while let Some(a) = reached.get(next).copied() {
            next += 1;
            for other in 0..world.pledges.len() {
                if !reached.contains(&other) && leaves(other).into_iter().any(|c| looks_at(c, a)) {
                    reached.push(other);
                }
            }
        }
        let mut expected: Vec<EdgeId> = reached[1..].iter().map(|a| EdgeId::of_key(&format!("e{a}"))).collect();
        let mut ids: Vec<EdgeId> = found.dependents.iter().map(|d| d.commitment.id()).collect();
        for dependent in &found.dependents {
            let chain = found.chain(dependent, 100);
            assert!(matches!(chain.last(), Some(Step::Commitment(view)) if view.id() == dependent.commitment.id()));
            assert_eq!(chain.len(), dependent.distance as usize, "{world:?}");
        }
        expected.sort();
        ids.sort();
        assert_eq!(ids, expected, "what hangs on {actor} in {world:?}");
        for dependent in &found.dependents {
            let at = (0..world.pledges.len()).find(|a| dependent.commitment.id() == EdgeId::of_key(&format!("e{a}")));
            let at = at.expect("a pledge");
            let vital = world.supposed(None)[at] && !world.supposed(Some((actor, &reached)))[at];
            assert_eq!(dependent.decisive, vital, "whether {at} can do without {actor} in {world:?}");
        }
    });
}

/// The three pledges of the design: A if B, B if A, C if A and X.
#[test]
fn a_deadlock_is_named_and_a_waiver_breaks_it() {
    let world = World {
        conditions: vec![Test::Actor(0), Test::Actor(1), Test::None],
        pledges: vec![
            Some(Tree::Leaf(1)),
            Some(Tree::Leaf(0)),
            Some(Tree::AtLeast(2, vec![Tree::Leaf(0), Tree::Leaf(2)])),
        ],
        goal: 3,
    };
    let graph = world.graph();
    let mut query = ForceQuery::all(graph.day(), 1_000_000);
    query.assume = vec![(id("condition:c2"), Truth::True)];
    let evaluation = graph.evaluate(&query).expect("within the budget");
    for a in 0..3 {
        let force = evaluation.commitment(&graph, EdgeId::of_key(&format!("e{a}"))).expect("evaluated").force;
        assert_eq!((force.cautious, force.coordinated), (Truth::False, Truth::True));
    }
    let answer = graph.deadlocks(&evaluation, 1_000_000);
    assert_eq!(answer.deadlocks.len(), 1);
    let mut named = answer.deadlocks[0].ids();
    named.sort();
    let mut both = vec![EdgeId::of_key("e0"), EdgeId::of_key("e1")];
    both.sort();
    assert_eq!(named, both);
    assert_eq!(answer.deadlocks[0].waivers.len(), 2);
    assert_eq!(answer.behind.iter().map(EdgeView::id).collect::<Vec<_>>(), [EdgeId::of_key("e2")]);
    let activation = graph.activation(&query).expect("within the budget");
    assert!(activation.rounds.is_empty());
    assert_eq!(activation.never.len(), 3);
    query.assume.push((id("condition:c0"), Truth::True));
    let activation = graph.activation(&query).expect("within the budget");
    assert_eq!(activation.rounds.iter().map(Vec::len).sum::<usize>(), 3);
}
