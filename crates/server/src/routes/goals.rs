//! What it would take to reach a goal, what holds it back, and on which conditions it turns.

use axum::response::Response;
use pledgegraph_graph::{ConditionLiteral, EdgeView, Evaluation, Graph};
use pledgegraph_model::{Code, Truth};
use pledgegraph_wire::answers::condition::ConditionTruthBody;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::summary::{CommitmentListBody, ConditionListBody};
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::body::question::Question;
use pledgegraph_wire::body::tables::questions::GOAL_QUESTION;
use pledgegraph_wire::filters::analyses::too_expensive;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::endpoint::question::lang;
use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::reply::asked;
use crate::request::ask::Ask;
use crate::set_aside::{self, COMMITMENTS};

/// The most commitments that an answer names as what it rests on.
const MOST_COMMITMENTS: usize = 1_000;

/// A condition of a set.
#[derive(Serialize, ToSchema)]
#[schema(as = SetMember)]
pub(crate) struct MemberBody<'g> {
    /// The condition.
    condition: ReferenceBody<'g>,
    /// The truth that it has in this set: `true` or `false`.
    #[schema(value_type = codes::Truth)]
    truth: &'static str,
    /// What it is as things are.
    #[schema(value_type = codes::Truth)]
    now: &'static str,
}

/// A minimal set of conditions.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionSet)]
pub(crate) struct SetBody<'g> {
    /// The conditions; no part of the set is enough.
    conditions: Vec<MemberBody<'g>>,
    /// How many of them do not yet have the truth that the set needs.
    #[schema(value_type = i64)]
    missing: usize,
}

/// The minimal sets of conditions that unlock a goal, or that block it.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionSets)]
pub(crate) struct GoalSetsBody<'g> {
    /// The sets, the smallest first, at most `limit`. One set without conditions: it is so anyhow. None: it cannot be.
    sets: Vec<SetBody<'g>>,
    /// How many were found.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether the sets are complete; else the budget or `limit` left some out.
    truncated: bool,
    /// Whether each set is known to be minimal.
    minimal: bool,
    /// Sets of one condition: single points of failure (veto holders) where sets block.
    single_points: ConditionListBody<'g>,
    /// Steps taken: wires followed and sets compared.
    #[schema(value_type = i64)]
    spent: u64,
    /// The steps that an answer may take.
    #[schema(value_type = i64)]
    budget: u64,
    /// The conditions that were varied.
    varied: ConditionListBody<'g>,
    /// The commitments that the goal is about.
    rests_on: CommitmentListBody<'g>,
    /// What was taken as given.
    assumed: Vec<ConditionTruthBody<'g>>,
    /// The least stance that counts.
    #[schema(value_type = codes::Stance)]
    stance_min: &'static str,
    /// Whether conditions that a source only implies were taken in.
    include_implied: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// How much a goal turns on a condition.
#[derive(Serialize, ToSchema)]
#[schema(as = PivotalCondition)]
pub(crate) struct ShareBody<'g> {
    /// The condition.
    condition: ReferenceBody<'g>,
    /// The absolute Banzhaf index: in which share of all cases of the other conditions the goal turns on this one, 0 to 1.
    banzhaf: f64,
    /// The same as a share of the sum over all conditions, 0 to 1.
    normalized: f64,
}

/// How much a goal turns on each condition.
#[derive(Serialize, ToSchema)]
#[schema(as = Pivotality)]
pub(crate) struct PivotalityBody<'g> {
    /// The conditions, the most pivotal first, at most `limit`.
    conditions: Vec<ShareBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether `limit` left some out.
    truncated: bool,
    /// Whether every case was counted; else the shares are estimated from random cases.
    exact: bool,
    /// How many cases were looked at.
    #[schema(value_type = i64)]
    samples: u64,
    /// Half the width of the interval that holds each share with 95 % probability; 0 when exact.
    half_width: f64,
    /// Steps taken: wires followed.
    #[schema(value_type = i64)]
    spent: u64,
    /// The steps that an answer may take.
    #[schema(value_type = i64)]
    budget: u64,
    /// The commitments that the goal is about.
    rests_on: CommitmentListBody<'g>,
    /// What was taken as given.
    assumed: Vec<ConditionTruthBody<'g>>,
    /// The least stance that counts.
    #[schema(value_type = codes::Stance)]
    stance_min: &'static str,
    /// Whether conditions that a source only implies were taken in.
    include_implied: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// Which sets are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Unlocking,
    Blocking,
}

const SEMANTICS: &str = "Nothing on record is taken for met: a condition without a test is given or not, one with a test is \
    given, or comes about by its test from pledges that are then in force. `now` says how things are. Where a `not` occurs, \
    a set may need a condition to fail (prime implicants). The day is today unless `valid_at` says otherwise. Stores nothing.";

/// `POST /v1/analyses/unlocking-sets`.
pub(crate) fn find_unlocking_sets() -> Route {
    Endpoint::question("find_unlocking_sets", "/v1/analyses/unlocking-sets", "analyses")
        .says("Find what it would take", format!(
            "Minimal sets of conditions that are enough for a goal (minimal path sets of fault-tree analysis). {SEMANTICS}"
        ))
        .json("ConditionSets")
        .asks(&GOAL_QUESTION, |ask, body| sets(ask, body, Side::Unlocking))
}

/// `POST /v1/analyses/blocking-sets`.
pub(crate) fn find_blocking_sets() -> Route {
    Endpoint::question("find_blocking_sets", "/v1/analyses/blocking-sets", "analyses")
        .says("Find what holds a goal back", format!(
            "Minimal sets of conditions whose failing makes a goal impossible (minimal cut sets of fault-tree analysis); \
             a set of one is a single point of failure. {SEMANTICS}"
        ))
        .json("ConditionSets")
        .asks(&GOAL_QUESTION, |ask, body| sets(ask, body, Side::Blocking))
}

/// `POST /v1/analyses/pivotality`.
pub(crate) fn measure_pivotality() -> Route {
    Endpoint::question("measure_pivotality", "/v1/analyses/pivotality", "analyses")
        .says(
            "Measure on which conditions a goal turns",
            format!("The Banzhaf index of each condition: how often the goal turns on it. {SEMANTICS}"),
        )
        .json("Pivotality")
        .asks(&GOAL_QUESTION, pivotality)
}

fn sets(ask: &Ask, body: &Value, side: Side) -> Result<Response, ApiError> {
    let graph = &*ask.current;
    let lang = lang(ask)?;
    let question = Question::goal(graph, body, ask.day())?;
    let found = graph.goal_sets(&question.goal_query(ask.state.options.steps)).map_err(too_expensive)?;
    let wire = Wire::new(graph, &lang);
    let commitments = found.rests_on.iter().map(EdgeView::id).collect();
    // As things are: what the question assumes is assumed here too.
    let now = Now { graph, evaluation: graph.evaluate(&question.force(commitments, true)).map_err(too_expensive)? };
    let sets = if side == Side::Unlocking { &found.unlocking } else { &found.blocking };
    let singles: Vec<_> = sets.iter().filter_map(|set| set.first().filter(|_| set.len() == 1)).collect();
    let singles: Vec<_> = singles.iter().map(|literal| graph.at(literal.condition)).collect();
    let limit = question.limit();
    let warnings = found.truncated.then(|| {
        WarningBody::new(
            "budget-spent",
            format!("the search ended after {} steps: there may be more sets than these", found.spent),
        )
    });
    let body = GoalSetsBody {
        sets: sets.iter().take(limit).map(|set| SetBody::new(wire, set, &now)).collect(),
        total: sets.len(),
        truncated: found.truncated || sets.len() > limit,
        minimal: found.prime,
        single_points: ConditionListBody::new(wire, &singles, limit),
        spent: found.spent,
        budget: ask.state.options.steps,
        varied: ConditionListBody::new(wire, &found.varied, limit),
        rests_on: CommitmentListBody::new(wire, &found.rests_on, MOST_COMMITMENTS),
        assumed: ConditionTruthBody::assumed(wire, &question.assume),
        stance_min: question.stance_min().as_str(),
        include_implied: question.include_implied(),
        as_of: AsOfBody::new(graph, question.day()),
        warnings: warnings.into_iter().chain(left_out(ask, graph, &question)).collect(),
    };
    asked(graph, &lang, &body)
}

fn pivotality(ask: &Ask, body: &Value) -> Result<Response, ApiError> {
    let graph = &*ask.current;
    let lang = lang(ask)?;
    let question = Question::goal(graph, body, ask.day())?;
    let found = graph.pivotality(&question.goal_query(ask.state.options.steps)).map_err(too_expensive)?;
    let wire = Wire::new(graph, &lang);
    let limit = question.limit();
    let sum: f64 = found.conditions.iter().map(|share| share.banzhaf).sum();
    let shares = found.conditions.iter().take(limit).map(|share| ShareBody {
        condition: wire.reference(&share.condition),
        banzhaf: share.banzhaf,
        normalized: if sum > 0.0 { share.banzhaf / sum } else { 0.0 },
    });
    let body = PivotalityBody {
        conditions: shares.collect(),
        total: found.conditions.len(),
        truncated: found.conditions.len() > limit,
        exact: found.exact,
        samples: found.samples,
        half_width: found.half_width,
        spent: found.spent,
        budget: ask.state.options.steps,
        rests_on: CommitmentListBody::new(wire, &found.rests_on, MOST_COMMITMENTS),
        assumed: ConditionTruthBody::assumed(wire, &question.assume),
        stance_min: question.stance_min().as_str(),
        include_implied: question.include_implied(),
        as_of: AsOfBody::new(graph, question.day()),
        warnings: left_out(ask, graph, &question).into_iter().collect(),
    };
    asked(graph, &lang, &body)
}

/// What the answer leaves out because it does not count.
fn left_out(ask: &Ask, graph: &Graph, question: &Question) -> Option<WarningBody> {
    let (query, counts) = question.set_aside(graph);
    set_aside::list_of(ask, graph, COMMITMENTS, &query, counts)
}

/// How things are.
struct Now<'g> {
    graph: &'g Graph,
    evaluation: Evaluation,
}

impl Now<'_> {
    fn truth(&self, literal: ConditionLiteral) -> Truth {
        let known = self.evaluation.condition(self.graph, literal.condition);
        known.map_or(Truth::Unknown, |known| known.force.truth())
    }
}

impl<'g> SetBody<'g> {
    fn new(wire: Wire<'g>, set: &[ConditionLiteral], now: &Now<'g>) -> Self {
        let wanted = |holds: bool| if holds { Truth::True } else { Truth::False };
        Self {
            missing: set.iter().filter(|literal| now.truth(**literal) != wanted(literal.holds)).count(),
            conditions: set
                .iter()
                .map(|literal| MemberBody {
                    condition: wire.node(literal.condition),
                    truth: wanted(literal.holds).as_str(),
                    now: now.truth(*literal).as_str(),
                })
                .collect(),
        }
    }
}
