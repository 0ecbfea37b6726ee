//! Small worlds of pledges that hang on each other, drawn at random, and the graphs of them.

use pledgegraph_graph::{Counted, Goal, GoalQuery, Graph};
use pledgegraph_model::{EdgeId, Stance};
use proptest::prelude::*;

use crate::drawn;
use crate::tree::{Tree, trees};

/// Who pledges what on which tree; `None`: without conditions.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// For each condition: tested on the pledge of this actor, or on so many actors, or not at all.
    pub(crate) conditions: Vec<Test>,
    /// For each actor its one commitment.
    pub(crate) pledges: Vec<Option<Tree>>,
    /// How many of the pledges make the goal.
    pub(crate) goal: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Test {
    None,
    Actor(usize),
    Threshold(usize),
}

/// The identifier of the pledge of an actor.
pub(crate) fn key(actor: usize) -> EdgeId {
    EdgeId::of_key(&format!("e{actor}"))
}

impl Test {
    fn json(self, c: usize) -> String {
        let least = r#""capability":"military.forces","min_stance":"willing""#;
        let (kind, test) = match self {
            Self::None => ("other", String::new()),
            Self::Actor(a) => ("third_party_backing", format!(r#","test":{{"actor":"organization:a{a}",{least}}}"#)),
            Self::Threshold(n) => ("participation_threshold", format!(r#","test":{{"n":{n},{least}}}"#)),
        };
        format!(r#"{{"kind":"condition","slug":"c{c}","names":{{"en":"C"}},"condition_kind":"{kind}"{test}}}"#)
    }
}

fn pledge(actor: usize, tree: Option<&Tree>) -> String {
    let conditions = tree.map_or(String::new(), |tree| {
        format!(r#","conditionality":"conditional","conditions":{{"root":{}}}"#, tree.json())
    });
    format!(
        r#"{{"kind":"commitment","subject":"organization:a{actor}","object":"country:UA","capability":"military.forces","stance":"willing"{conditions},"evidence":[{{"source":"source:s","explicitness":"explicit"}}]}}"#
    )
}

impl World {
    pub(crate) fn graph(&self) -> Graph {
        let mut entities = vec![
            r#"{"kind":"country","slug":"UA","names":{"en":"UA"},"iso3166":{"alpha2":"UA","alpha3":"UKR","numeric":"804"}}"#.to_owned(),
            r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
        ];
        entities.extend(self.conditions.iter().enumerate().map(|(c, test)| test.json(c)));
        let organization =
            |a| format!(r#"{{"kind":"organization","slug":"a{a}","names":{{"en":"A"}},"class":"other"}}"#);
        entities.extend((0..self.pledges.len()).map(organization));
        let pledges = self.pledges.iter().enumerate();
        let edges: Vec<_> = pledges.map(|(a, tree)| (format!("e{a}"), pledge(a, tree.as_ref()))).collect();
        drawn::graph(&entities, &edges)
    }

    pub(crate) fn query(&self, at_least: usize) -> GoalQuery {
        GoalQuery {
            goal: Goal::Commitments { ids: (0..self.goal).map(key).collect(), at_least: Some(at_least) },
            stance_min: Stance::Willing,
            counted: Counted::on(chrono::Utc::now().date_naive()),
            include_implied: true,
            assume: Vec::new(),
            withdraw: Vec::new(),
            budget: 1_000_000,
            steps: 1_000_000_000,
        }
    }
}

pub(crate) fn worlds(most_conditions: usize) -> impl Strategy<Value = World> {
    (1..=most_conditions, 1..=5_usize)
        .prop_flat_map(|(conditions, actors)| {
            let test = prop_oneof![
                3 => Just(Test::None),
                2 => (0..actors).prop_map(Test::Actor),
                1 => (1..=actors).prop_map(Test::Threshold),
            ];
            prop::collection::vec(test, conditions).prop_flat_map(move |tests| {
                let untested = (0..conditions).filter(|c| tests[*c] == Test::None).collect();
                let tree = trees(conditions, untested, 0.0);
                let pledges = prop::collection::vec(prop::option::weighted(0.9, tree), actors);
                (Just(tests), pledges, 1..=actors)
            })
        })
        .prop_map(|(conditions, pledges, goal)| World { conditions, pledges, goal })
}
