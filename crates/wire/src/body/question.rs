//! Reads questions that come as bodies.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use pledgegraph_graph::{ActorGoal, Counted, EdgeQuery, ForceQuery, Goal, GoalQuery, Graph};
use pledgegraph_model::{
    Assumed, Capability, EdgeId, EntityId, EntityKind, Mission, Modality, Stance, Standing, Table, Truth, Where,
};
use serde::Deserialize;
use serde_json::Value;

use super::reader::BodyReader;
use super::tables::questions::{GOAL_QUESTION, SCENARIO};
use crate::answers::warning::Counts;
use crate::filters::analyses::{CIRCUIT, commitments};
use crate::refusal::Refusal;

/// What a question says; fields that its table does not have are absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// The conditions whose truth is supposed.
    pub assume: Vec<Assumed>,
    /// The actors whose commitments are supposed to be withdrawn.
    pub withdraw: Vec<EntityId>,
    stance_min: Option<Stance>,
    include_implied: Option<bool>,
    /// Whose words count; empty: the usual.
    pub modality: Vec<Modality>,
    valid_at: Option<NaiveDate>,
    /// What is pledged.
    pub capability: Option<Capability>,
    /// What for.
    pub mission: Option<Mission>,
    /// The coalition within which it is pledged.
    pub coalition: Option<EntityId>,
    /// To whom.
    pub beneficiary: Option<EntityId>,
    limit: Option<usize>,
    goal: GoalGiven,
    /// What `valid_at` is unless it is given.
    #[serde(skip)]
    today: NaiveDate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GoalGiven {
    commitments: Vec<EdgeId>,
    actors: Vec<EntityId>,
    actor_kinds: Vec<EntityKind>,
    capability: Option<Capability>,
    mission: Option<Mission>,
    coalition: Option<EntityId>,
    beneficiary: Option<EntityId>,
    at_least: Option<usize>,
}

impl Question {
    /// Reads what a scenario supposes.
    pub fn scenario(graph: &Graph, body: &Value, today: NaiveDate) -> Result<Self, Refusal> {
        Self::read(graph, &SCENARIO, body, today)
    }

    /// Reads a goal.
    pub fn goal(graph: &Graph, body: &Value, today: NaiveDate) -> Result<Self, Refusal> {
        Self::read(graph, &GOAL_QUESTION, body, today)
    }

    fn read(graph: &Graph, table: &'static Table, body: &Value, today: NaiveDate) -> Result<Self, Refusal> {
        let mut reader = BodyReader::new(graph);
        let read = reader.object(table, body).filter(|_| reader.is_sound());
        let Some(read) = read else { return Err(Refusal::fields(reader.finish())) };
        let read = serde_json::from_value::<Self>(Value::Object(read)).map_err(Refusal::internal)?;
        let question = Self { today, ..read };
        question.check(&mut reader, table.schema == GOAL_QUESTION.schema);
        if reader.is_sound() { Ok(question) } else { Err(Refusal::fields(reader.finish())) }
    }

    /// What a table cannot say.
    fn check(&self, reader: &mut BodyReader<'_>, has_goal: bool) {
        contradictions(reader, &self.assume);
        if !has_goal {
            return;
        }
        let goal = &self.goal;
        let describes = !goal.actors.is_empty()
            || !goal.actor_kinds.is_empty()
            || goal.capability.is_some()
            || goal.mission.is_some()
            || goal.coalition.is_some()
            || goal.beneficiary.is_some();
        if describes != goal.commitments.is_empty() {
            let detail = "a goal names `commitments`, or describes some by `actors`, `capability` and so on";
            reader.fail_at("goal", "validation", detail);
        }
        let actors: BTreeSet<&EntityId> = goal.actors.iter().collect();
        let commitments: BTreeSet<&EdgeId> = goal.commitments.iter().collect();
        let named = if commitments.is_empty() { actors.len() } else { commitments.len() };
        if named > 0 && goal.at_least.is_some_and(|n| n > named) {
            reader.fail_under("/goal/at_least", "validation", format!("only {named} are named"));
        }
    }

    /// The least stance that counts.
    pub fn stance_min(&self) -> Stance {
        self.stance_min.unwrap_or(Stance::Willing)
    }

    /// Whether conditions that a source only implies are taken in.
    pub fn include_implied(&self) -> bool {
        self.include_implied.unwrap_or(true)
    }

    /// The day on which statements hold.
    pub fn day(&self) -> NaiveDate {
        self.valid_at.unwrap_or(self.today)
    }

    /// Which statements count.
    pub fn counted(&self) -> Counted {
        Counted::on(self.day()).of(self.modality.clone())
    }

    /// The commitments that a goal describes, or all where it names some, and how many of those that it is about are left
    /// out because they do not count.
    pub fn set_aside(&self, graph: &Graph) -> (EdgeQuery, Counts) {
        let (goal, counted) = (&self.goal, self.counted());
        if !goal.commitments.is_empty() {
            let mut found: BTreeMap<Standing, u64> = BTreeMap::new();
            for view in goal.commitments.iter().filter_map(|id| graph.edge(*id)) {
                let standing = view.standing_as(&counted);
                *found.entry(standing).or_default() += u64::from(!counted.takes_standing(standing));
            }
            found.retain(|_, count| *count > 0);
            let counts = (found.into_iter().collect(), true);
            return (commitments(Where::all(), &counted), counts);
        }
        let which = Where {
            subject: goal.actors.clone(),
            object: goal.beneficiary.into_iter().collect(),
            coalition: goal.coalition.into_iter().collect(),
            capability: goal.capability.into_iter().collect(),
            mission: goal.mission.into_iter().collect(),
            stance_min: Some(self.stance_min()),
            ..Where::all()
        };
        let described = commitments(which, &counted);
        let counts = graph.set_aside(&described);
        (described, counts)
    }

    /// At most so many items.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(1_000)
    }

    fn assumed(&self) -> Vec<(EntityId, Truth)> {
        self.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect()
    }

    /// The evaluation of some commitments; with what is supposed, or as things are.
    pub fn force(&self, commitments: Vec<EdgeId>, supposed: bool) -> ForceQuery {
        let (assume, withdraw) = if supposed { (self.assumed(), self.withdraw.clone()) } else { Default::default() };
        ForceQuery {
            commitments: Some(commitments),
            counted: self.counted(),
            stance_min: self.stance_min(),
            include_implied: self.include_implied(),
            assume,
            withdraw,
            ..ForceQuery::all(self.day(), CIRCUIT)
        }
    }

    /// The goal, to be analysed in at most so many steps.
    pub fn goal_query(&self, steps: u64) -> GoalQuery {
        let given = &self.goal;
        let goal = if given.commitments.is_empty() {
            let countries = given.actors.is_empty() && given.actor_kinds.is_empty();
            Goal::Actors(ActorGoal {
                among: None,
                actors: given.actors.clone(),
                kinds: if countries { vec![EntityKind::Country] } else { given.actor_kinds.clone() },
                capability: given.capability,
                mission: given.mission,
                coalition: given.coalition,
                beneficiary: given.beneficiary,
                at_least: given.at_least,
            })
        } else {
            Goal::Commitments { ids: given.commitments.clone(), at_least: given.at_least }
        };
        GoalQuery {
            goal,
            stance_min: self.stance_min(),
            counted: self.counted(),
            include_implied: self.include_implied(),
            assume: self.assumed(),
            withdraw: self.withdraw.clone(),
            budget: CIRCUIT,
            steps,
        }
    }
}

/// A condition is supposed to have one truth.
pub(super) fn contradictions(reader: &mut BodyReader<'_>, assume: &[Assumed]) {
    let mut known: BTreeMap<EntityId, Truth> = BTreeMap::new();
    for (at, assumed) in assume.iter().enumerate() {
        if *known.entry(assumed.condition).or_insert(assumed.truth) != assumed.truth {
            let detail = "the condition is supposed to have another truth above";
            reader.fail_under(&format!("/assume/{at}/truth"), "validation", detail);
        }
    }
}
