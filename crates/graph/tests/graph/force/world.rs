//! Small worlds of conditions and statements, drawn at random, and the graphs of them.

use pledgegraph_graph::Graph;
use pledgegraph_model::{EdgeId, Stance};
use proptest::prelude::*;

use crate::drawn;
use crate::tree::{Tree, trees};

const EVIDENCE: &str = r#""evidence":[{"source":"source:s","explicitness":"explicit"}]"#;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Test {
    None,
    Actor(usize, Stance),
    Threshold(usize, Stance),
}

/// A condition: its test, and what outcomes say of it.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) test: Test,
    pub(crate) met: bool,
    pub(crate) unmet: bool,
}

/// One statement of an actor.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own")]
pub(crate) struct Statement {
    pub(crate) actor: usize,
    pub(crate) other_mission: bool,
    pub(crate) stance: Stance,
    pub(crate) expected: bool,
    pub(crate) suspended: bool,
    sufficient: bool,
    pub(crate) conditional: bool,
    tree: Option<Tree>,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) actors: usize,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) include_implied: bool,
}

/// The identifier of a statement.
pub(crate) fn key(at: usize) -> EdgeId {
    EdgeId::of_key(&format!("e{at}"))
}

impl Condition {
    fn json(&self, c: usize) -> String {
        let capability = r#""capability":"military.forces""#;
        let (kind, test) = match self.test {
            Test::None => ("other", String::new()),
            Test::Actor(a, least) => (
                "third_party_backing",
                format!(r#","test":{{"actor":"organization:a{a}",{capability},"min_stance":"{least}"}}"#),
            ),
            Test::Threshold(n, least) => {
                ("participation_threshold", format!(r#","test":{{"n":{n},{capability},"min_stance":"{least}"}}"#))
            }
        };
        format!(r#"{{"kind":"condition","slug":"c{c}","names":{{"en":"C"}},"condition_kind":"{kind}"{test}}}"#)
    }

    fn outcomes(&self, c: usize) -> impl Iterator<Item = (String, String)> {
        let said = [(self.met, "o1", "met"), (self.unmet, "o2", "unmet")].into_iter().filter(|(said, ..)| *said);
        said.map(move |(_, actor, value)| {
            let outcome = format!(
                r#"{{"kind":"outcome","subject":"organization:{actor}","object":"condition:c{c}","value":"{value}",{EVIDENCE}}}"#
            );
            (format!("outcome {c} {value}"), outcome)
        })
    }
}

impl Statement {
    fn json(&self) -> String {
        let relation = if self.sufficient { "sufficient" } else { "necessary" };
        let conditions = match &self.tree {
            Some(tree) => format!(
                r#","conditionality":"conditional","conditions":{{"relation":"{relation}","root":{}}}"#,
                tree.json()
            ),
            None if self.conditional => r#","conditionality":"conditional""#.to_owned(),
            None => String::new(),
        };
        let mission = if self.other_mission { "peacekeeping" } else { "deterrence" };
        let modality = if self.expected { "expected_by_others" } else { "own_statement" };
        let stage = if self.suspended { "suspended" } else { "none" };
        format!(
            r#"{{"kind":"commitment","subject":"organization:a{}","object":"coalition:w","capability":"military.forces","mission":"{mission}","stance":"{}","stage":"{stage}","modality":"{modality}"{conditions},{EVIDENCE}}}"#,
            self.actor, self.stance
        )
    }
}

impl World {
    pub(crate) fn graph(&self) -> Graph {
        let mut entities = vec![
            r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned(),
            r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
        ];
        let organizations =
            ["o1", "o2"].map(str::to_owned).into_iter().chain((0..self.actors).map(|a| format!("a{a}")));
        entities.extend(
            organizations.map(|slug| {
                format!(r#"{{"kind":"organization","slug":"{slug}","names":{{"en":"O"}},"class":"other"}}"#)
            }),
        );
        let conditions = || self.conditions.iter().enumerate();
        entities.extend(conditions().map(|(c, condition)| condition.json(c)));
        let mut edges: Vec<(String, String)> = conditions().flat_map(|(c, condition)| condition.outcomes(c)).collect();
        edges.extend(self.statements.iter().enumerate().map(|(at, said)| (format!("e{at}"), said.json())));
        drawn::graph(&entities, &edges)
    }
}

fn condition(actors: usize) -> impl Strategy<Value = Condition> {
    let least = prop::sample::select(vec![Stance::NotRuledOut, Stance::Willing, Stance::Pledged]);
    let test = prop_oneof![
        3 => Just(Test::None),
        3 => (0..actors, least.clone()).prop_map(|(a, least)| Test::Actor(a, least)),
        1 => (1..=actors, least).prop_map(|(n, least)| Test::Threshold(n, least)),
    ];
    (test, prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(|(test, met, unmet)| Condition {
        test,
        met,
        unmet,
    })
}

fn statement(actors: usize, conditions: &[Condition]) -> impl Strategy<Value = Statement> + use<> {
    let untested = (0..conditions.len()).filter(|c| conditions[*c].test == Test::None).collect();
    let tree = trees(conditions.len(), untested, 0.3);
    let stance = prop::sample::select(vec![
        Stance::Refused,
        Stance::NoPosition,
        Stance::NotRuledOut,
        Stance::Willing,
        Stance::Willing,
        Stance::Pledged,
    ]);
    let flags = [0.3, 0.1, 0.1, 0.3, 0.3].map(prop::bool::weighted);
    (0..actors, stance, flags, prop::option::weighted(0.8, tree)).prop_map(
        |(actor, stance, [other_mission, expected, suspended, sufficient, conditional], tree)| Statement {
            actor,
            other_mission,
            stance,
            expected,
            suspended,
            sufficient,
            conditional,
            tree,
        },
    )
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (1..=4_usize, 1..=8_usize, any::<bool>())
        .prop_flat_map(|(actors, conditions, include_implied)| {
            (Just(actors), prop::collection::vec(condition(actors), conditions), Just(include_implied))
        })
        .prop_flat_map(|(actors, conditions, include_implied)| {
            let statements = prop::collection::vec(statement(actors, &conditions), 1..=5);
            (Just(actors), Just(conditions), statements, Just(include_implied))
        })
        .prop_map(|(actors, conditions, statements, include_implied)| World {
            actors,
            conditions,
            statements,
            include_implied,
        })
}
