//! What is in force: the product against brute force on random small graphs.
//!
//! The brute force shares nothing with the product but the tree of conditions: it tries every assignment of the three
//! truths to all statements, keeps those that agree with the equations of the design, and takes the least and the greatest.

use pledgegraph_graph::{ForceQuery, Graph, Node};
use pledgegraph_model::{
    ConditionNode, ConditionOp, EdgeDetail, EdgeId, Explicitness, Ground, Relation, Stance, Truth,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A tree, as the test draws it: condition and whether it is implied.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(usize, bool),
    Not(Box<Tree>),
    AtLeast(usize, Vec<Tree>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    None,
    Actor(usize, Stance),
    Threshold(usize, Stance),
}

/// A condition: its test, and what outcomes say of it.
#[derive(Debug, Clone)]
struct Condition {
    test: Test,
    met: bool,
    unmet: bool,
}

/// One statement of an actor.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own")]
struct Statement {
    actor: usize,
    other_mission: bool,
    stance: Stance,
    expected: bool,
    suspended: bool,
    sufficient: bool,
    conditional: bool,
    tree: Option<Tree>,
}

#[derive(Debug, Clone)]
struct World {
    actors: usize,
    conditions: Vec<Condition>,
    statements: Vec<Statement>,
    include_implied: bool,
}

fn key(at: usize) -> EdgeId {
    EdgeId::of_key(&format!("e{at}"))
}

fn tree_json(tree: &Tree) -> String {
    match tree {
        Tree::Leaf(c, implied) => format!(
            r#"{{"op":"condition","condition":"condition:c{c}","explicitness":"{}"}}"#,
            if *implied { "implied" } else { "explicit" }
        ),
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
            r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned(),
            r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
            r#"{"kind":"organization","slug":"o1","names":{"en":"O"},"class":"other"}"#.to_owned(),
            r#"{"kind":"organization","slug":"o2","names":{"en":"O"},"class":"other"}"#.to_owned(),
        ];
        for actor in 0..self.actors {
            entities
                .push(format!(r#"{{"kind":"organization","slug":"a{actor}","names":{{"en":"A"}},"class":"other"}}"#));
        }
        let evidence = r#""evidence":[{"source":"source:s","explicitness":"explicit"}]"#;
        let mut edges = Vec::new();
        for (c, condition) in self.conditions.iter().enumerate() {
            let capability = r#""capability":"military.forces""#;
            let (kind, test) = match condition.test {
                Test::None => ("other", String::new()),
                Test::Actor(a, least) => (
                    "third_party_backing",
                    format!(r#","test":{{"actor":"organization:a{a}",{capability},"min_stance":"{least}"}}"#),
                ),
                Test::Threshold(n, least) => {
                    ("participation_threshold", format!(r#","test":{{"n":{n},{capability},"min_stance":"{least}"}}"#))
                }
            };
            entities.push(format!(
                r#"{{"kind":"condition","slug":"c{c}","names":{{"en":"C"}},"condition_kind":"{kind}"{test}}}"#
            ));
            for (said, actor, value) in [(condition.met, "o1", "met"), (condition.unmet, "o2", "unmet")] {
                if said {
                    edges.push((
                        format!("outcome {c} {value}"),
                        format!(
                            r#"{{"kind":"outcome","subject":"organization:{actor}","object":"condition:c{c}","value":"{value}",{evidence}}}"#
                        ),
                    ));
                }
            }
        }
        for (at, said) in self.statements.iter().enumerate() {
            let relation = if said.sufficient { "sufficient" } else { "necessary" };
            let conditions = match &said.tree {
                Some(tree) => format!(
                    r#","conditionality":"conditional","conditions":{{"relation":"{relation}","root":{}}}"#,
                    tree_json(tree)
                ),
                None if said.conditional => r#","conditionality":"conditional""#.to_owned(),
                None => String::new(),
            };
            let mission = if said.other_mission { "peacekeeping" } else { "deterrence" };
            let modality = if said.expected { "expected_by_others" } else { "own_statement" };
            let stage = if said.suspended { "suspended" } else { "none" };
            edges.push((
                format!("e{at}"),
                format!(
                    r#"{{"kind":"commitment","subject":"organization:a{}","object":"coalition:w","capability":"military.forces","mission":"{mission}","stance":"{}","stage":"{stage}","modality":"{modality}"{conditions},{evidence}}}"#,
                    said.actor, said.stance
                ),
            ));
        }
        crate::drawn::graph(&entities, &edges)
    }

    /// What a test makes of the pledges of one actor, and whether its statements disagree.
    fn position(&self, actor: usize, least: Stance, truths: &[Truth]) -> (Truth, bool) {
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

    fn condition(&self, c: usize, truths: &[Truth]) -> Truth {
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

    /// The truth of a statement under some truth of the conditions.
    fn supposed(
        &self,
        at: usize,
        tree: Option<&(Relation, ConditionNode<Node>)>,
        truth: &dyn Fn(Node) -> Truth,
    ) -> Truth {
        let said = &self.statements[at];
        if said.expected {
            return Truth::Unknown;
        }
        if said.stance.rank().is_some_and(|rank| rank <= 0) || said.suspended {
            return Truth::False;
        }
        let Some((relation, root)) = tree else {
            return if said.conditional { Truth::Unknown } else { Truth::True };
        };
        match (self.tree(root, truth), relation) {
            (None, _) => Truth::True,
            (Some(truth), Relation::Necessary) => truth,
            (Some(truth), Relation::Sufficient) => truth.max(Truth::Unknown),
        }
    }

    /// The truth of a statement, from a guess of all.
    fn statement(
        &self,
        at: usize,
        truths: &[Truth],
        tree: Option<&(Relation, ConditionNode<Node>)>,
        of: &dyn Fn(Node) -> usize,
    ) -> Truth {
        self.supposed(at, tree, &|node| self.condition(of(node), truths))
    }

    /// A tree by the words of its operators; `None` where nothing is left of it.
    fn tree(&self, node: &ConditionNode<Node>, truth: &dyn Fn(Node) -> Truth) -> Option<Truth> {
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
}

const ALL: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];

fn worlds() -> impl Strategy<Value = World> {
    let least = prop::sample::select(vec![Stance::NotRuledOut, Stance::Willing, Stance::Pledged]);
    (1..=4_usize, 1..=8_usize, any::<bool>())
        .prop_flat_map(move |(actors, conditions, include_implied)| {
            let test = prop_oneof![
                3 => Just(Test::None),
                3 => (0..actors, least.clone()).prop_map(|(a, least)| Test::Actor(a, least)),
                1 => (1..=actors, least.clone()).prop_map(|(n, least)| Test::Threshold(n, least)),
            ];
            let condition = (test, prop::bool::weighted(0.2), prop::bool::weighted(0.2))
                .prop_map(|(test, met, unmet)| Condition { test, met, unmet });
            (Just(actors), prop::collection::vec(condition, conditions), Just(include_implied))
        })
        .prop_flat_map(|(actors, conditions, include_implied)| {
            let untested: Vec<usize> = (0..conditions.len()).filter(|c| conditions[*c].test == Test::None).collect();
            let leaf = (0..conditions.len(), prop::bool::weighted(0.3))
                .prop_map(|(c, implied)| Tree::Leaf(c, implied))
                .boxed();
            let negated = if untested.is_empty() {
                leaf.clone()
            } else {
                let plain =
                    (prop::sample::select(untested), prop::bool::weighted(0.3)).prop_map(|(c, i)| Tree::Leaf(c, i));
                let pair =
                    (1..=2_usize, prop::collection::vec(plain.clone(), 2)).prop_map(|(k, of)| Tree::AtLeast(k, of));
                prop_oneof![2 => plain, 1 => pair].prop_map(|tree| Tree::Not(Box::new(tree))).boxed()
            };
            let tree = prop_oneof![4 => leaf, 1 => negated].prop_recursive(2, 8, 4, |inner| {
                prop::collection::vec(inner, 1..=4)
                    .prop_flat_map(|of| (1..=of.len(), Just(of)))
                    .prop_map(|(k, of)| Tree::AtLeast(k, of))
            });
            let stance = prop::sample::select(vec![
                Stance::Refused,
                Stance::NoPosition,
                Stance::NotRuledOut,
                Stance::Willing,
                Stance::Willing,
                Stance::Pledged,
            ]);
            let flags = (
                prop::bool::weighted(0.3),
                prop::bool::weighted(0.1),
                prop::bool::weighted(0.1),
                prop::bool::weighted(0.3),
                prop::bool::weighted(0.3),
            );
            let statement = (0..actors, stance, flags, prop::option::weighted(0.8, tree)).prop_map(
                |(actor, stance, (other_mission, expected, suspended, sufficient, conditional), tree)| Statement {
                    actor,
                    other_mission,
                    stance,
                    expected,
                    suspended,
                    sufficient,
                    conditional,
                    tree,
                },
            );
            (Just(actors), Just(conditions), prop::collection::vec(statement, 1..=5), Just(include_implied))
        })
        .prop_map(|(actors, conditions, statements, include_implied)| World {
            actors,
            conditions,
            statements,
            include_implied,
        })
}

fn check(world: &World) {
    let graph = world.graph();
    let query = ForceQuery { include_implied: world.include_implied, ..ForceQuery::all(graph.day(), 1_000_000) };
    let evaluation = graph.evaluate(&query).expect("within the budget");
    let node = |c: usize| graph.find(&format!("condition:c{c}").parse().expect("a reference")).expect("known").node();
    let nodes: Vec<Node> = (0..world.conditions.len()).map(node).collect();
    let of = |node: Node| nodes.iter().position(|other| *other == node).expect("a condition");
    let n = world.statements.len();
    let trees: Vec<Option<(Relation, ConditionNode<Node>)>> = (0..n)
        .map(|at| {
            let EdgeDetail::Commitment(commitment) = graph.edge(key(at)).expect("known").detail() else { panic!() };
            commitment.conditions.as_deref().map(|conditions| (conditions.relation, conditions.root.clone()))
        })
        .collect();
    let mut fixpoints: Vec<Vec<Truth>> = Vec::new();
    for case in 0..3_usize.pow(u32::try_from(n).expect("small")) {
        let guess: Vec<Truth> =
            (0..n).map(|at| ALL[case / 3_usize.pow(u32::try_from(at).expect("small")) % 3]).collect();
        if (0..n).all(|at| world.statement(at, &guess, trees[at].as_ref(), &of) == guess[at]) {
            fixpoints.push(guess);
        }
    }
    let below = |a: &[Truth], b: &[Truth]| a.iter().zip(b).all(|(a, b)| a <= b);
    let least = fixpoints.iter().find(|one| fixpoints.iter().all(|other| below(one, other))).expect("a least one");
    let greatest =
        fixpoints.iter().find(|one| fixpoints.iter().all(|other| below(other, one))).expect("a greatest one");
    for at in 0..n {
        let force = evaluation.commitment(&graph, key(at)).expect("evaluated").force;
        // What is left open reaches a test, and is not shown as in force.
        let said = &world.statements[at];
        let is_open = said.stance == Stance::NotRuledOut && !said.expected;
        let expected = if is_open { (Truth::False, Truth::False) } else { (least[at], greatest[at]) };
        assert_eq!((force.cautious, force.coordinated), expected, "statement {at} of {world:#?}");
    }
    for (c, node) in nodes.iter().enumerate() {
        let found = evaluation.condition(&graph, *node).expect("evaluated").force;
        let expected = (world.condition(c, least), world.condition(c, greatest));
        assert_eq!((found.cautious, found.coordinated), expected, "condition {c} of {world:#?}");
    }
    deadlocks(world, &graph, &evaluation, (least, greatest), &nodes, &trees, &of);
    for (at, tree) in trees.iter().enumerate() {
        sensitivity(world, &graph, &evaluation, at, tree.as_ref());
    }
}

/// Groups of statements that reach each other over what differs between the fixpoints; and what waives them.
fn deadlocks(
    world: &World,
    graph: &Graph,
    evaluation: &pledgegraph_graph::Evaluation,
    (least, greatest): (&[Truth], &[Truth]),
    nodes: &[Node],
    trees: &[Option<(Relation, ConditionNode<Node>)>],
    of: &dyn Fn(Node) -> usize,
) {
    let n = world.statements.len();
    let differs = |c: usize| world.condition(c, least) != world.condition(c, greatest);
    // The conditions whose difference comes through to the statement, and the statements whose difference to a condition.
    let waits_on = |at: usize| -> Vec<usize> {
        let mut found = Vec::new();
        if let Some((_, root)) = &trees[at].as_ref().filter(|_| least[at] != greatest[at]) {
            passing(
                world,
                root,
                &|node| (world.condition(of(node), least), world.condition(of(node), greatest)),
                &mut |node| {
                    found.push(of(node));
                },
            );
        }
        found
    };
    let looks_at = |c: usize, at: usize| {
        let said = &world.statements[at];
        let (actors, min) = match world.conditions[c].test {
            Test::None => return false,
            Test::Actor(actor, min) => (vec![actor], min),
            Test::Threshold(_, min) => ((0..world.actors).collect::<Vec<_>>(), min),
        };
        let disputed = world.statements.iter().any(|other| {
            other.actor == said.actor
                && other.other_mission == said.other_mission
                && !other.expected
                && other.stance.rank().is_some_and(|rank| rank < 0)
        });
        // A threshold counts an actor by the best of its positions.
        let best = |truths: &[Truth]| world.position(said.actor, min, truths).0;
        let comes_through = best(least) != best(greatest);
        actors.contains(&said.actor)
            && !said.expected
            && !disputed
            && said.stance.rank() >= min.rank()
            && least[at] != greatest[at]
            && comes_through
            && differs(c)
    };
    let reach = |start: usize| {
        let (mut statements, mut conditions) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            for c in waits_on(at) {
                conditions.insert(c);
                for other in (0..n).filter(|other| looks_at(c, *other)) {
                    if statements.insert(other) {
                        stack.push(other);
                    }
                }
            }
        }
        (statements, conditions)
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..n {
        let (mine, _) = reach(at);
        if mine.contains(&at) && !groups.iter().any(|group| group.contains(&at)) {
            groups.push((0..n).filter(|other| mine.contains(other) && reach(*other).0.contains(&at)).collect());
        }
    }
    let answer = graph.deadlocks(evaluation, 1_000_000);
    let mut found: Vec<Vec<usize>> = answer
        .deadlocks
        .iter()
        .map(|group| (0..n).filter(|at| group.commitments.iter().any(|view| view.id() == key(*at))).collect())
        .collect();
    found.sort();
    groups.sort();
    assert_eq!(found, groups, "deadlocks of {world:#?}");
    for group in &answer.deadlocks {
        let members: Vec<usize> = (0..n).filter(|at| group.commitments.iter().any(|v| v.id() == key(*at))).collect();
        for condition in &group.conditions {
            let c = of(condition.node());
            assert!(nodes.contains(&condition.node()) && differs(c));
            // From nothing upwards, the condition taken as given.
            let mut truths = vec![Truth::False; n];
            loop {
                let condition = |node: Node, truths: &[Truth]| {
                    if of(node) == c { world.condition(c, greatest) } else { world.condition(of(node), truths) }
                };
                let next: Vec<Truth> =
                    (0..n).map(|at| world.supposed(at, trees[at].as_ref(), &|node| condition(node, &truths))).collect();
                if next == truths {
                    break;
                }
                truths = next;
            }
            let breaks = members.iter().all(|at| truths[*at] == greatest[*at]);
            let waived = group.waivers.iter().any(|view| view.node() == condition.node());
            assert_eq!(waived, breaks, "waiver of condition {c} of {world:#?}");
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

/// A leaf matters if another truth of it alone gives the tree another one.
fn sensitivity(
    world: &World,
    graph: &Graph,
    evaluation: &pledgegraph_graph::Evaluation,
    at: usize,
    tree: Option<&(Relation, ConditionNode<Node>)>,
) {
    let Some((relation, root)) = tree else { return };
    let truth = |node: Node| evaluation.condition(graph, node).expect("evaluated").force.cautious;
    let whole = |root: &ConditionNode<Node>, changed: Option<(usize, Truth)>| {
        // Leaves are told apart by their place: each has a condition of its own in a copy of the tree.
        let mut place = 0;
        let mut values = Vec::new();
        walk_leaves(root, &mut |leaf| {
            if world.include_implied || leaf.explicitness == Some(Explicitness::Explicit) {
                let own = truth(leaf.condition.expect("a leaf"));
                values.push(changed.filter(|(at, _)| *at == place).map_or(own, |(_, value)| value));
                place += 1;
            }
        });
        let next = std::cell::Cell::new(0);
        let value = world.tree_in_order(root, &values, &next);
        value.map(|value| if *relation == Relation::Sufficient { value.max(Truth::Unknown) } else { value })
    };
    let now = whole(root, None);
    let reasons = evaluation.reasons(graph, key(at));
    // Where something else decides, the conditions are no reasons, whoever else hangs on them.
    if evaluation.commitment(graph, key(at)).expect("evaluated").ground != Ground::Conditions {
        let is_open = world.statements[at].stance == Stance::NotRuledOut;
        assert!(reasons.is_empty() || (is_open && reasons.iter().all(|reason| !reason.sensitive)), "{world:#?}");
        return;
    }
    let mut counted = 0;
    walk_leaves(root, &mut |leaf| {
        counted += usize::from(world.include_implied || leaf.explicitness == Some(Explicitness::Explicit));
    });
    assert_eq!(reasons.len(), counted, "{world:#?}");
    for (place, reason) in reasons.iter().enumerate() {
        let expected = ALL.iter().any(|value| whole(root, Some((place, *value))) != now);
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

impl World {
    /// A tree whose leaves have these values, left to right.
    fn tree_in_order(
        &self,
        node: &ConditionNode<Node>,
        values: &[Truth],
        next: &std::cell::Cell<usize>,
    ) -> Option<Truth> {
        self.tree(node, &|_| {
            let at = next.get();
            next.set(at + 1);
            values[at]
        })
    }
}

#[test]
fn both_fixpoints_are_those_of_brute_force() {
    let config = Config { cases: 2_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let run = |world: World| {
        check(&world);
        Ok(())
    };
    runner.run(&worlds(), run).unwrap_or_else(|error| panic!("{error}"));
}
