//! What the graph answers to a query, and how exactly.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, ForceQuery, Graph, Value};
use pledgegraph_model::{EntityId, Polarity, Query, QueryAsk, QueryField, Stance, Truth, Where};

use crate::beside::{beside, statements};
use crate::grade::{Grade, Relaxation, given_up, is_on_line, relaxes, wider};

/// One answer: values, or an entity, with the statements that say so.
#[derive(Debug)]
pub struct Answer<'g> {
    /// The values of the fields selected.
    pub values: Vec<Vec<Value<'g>>>,
    /// The entity, where entities were asked for.
    pub entity: Option<EntityView<'g>>,
    /// How exactly it is what was asked for.
    pub grade: Grade,
    /// What it gives up, over all its statements.
    pub relaxations: Vec<Relaxation>,
    /// Whether the commitment is in force, where that was asked, under what is supposed.
    pub truth: Option<Truth>,
    /// Of a question for sets of conditions: the set, each condition with whether it holds in it.
    pub set: Option<Vec<(EntityView<'g>, bool)>>,
    /// The statements.
    pub statements: Vec<EdgeView<'g>>,
    /// Of a question for conflicts: the statements that those contradict.
    pub against: Vec<EdgeView<'g>>,
}

impl<'g> Answer<'g> {
    /// An answer for which nothing was given up.
    fn exact(entity: Option<EntityView<'g>>, statements: Vec<EdgeView<'g>>) -> Self {
        Self {
            values: Vec::new(),
            entity,
            grade: Grade::Exact,
            relaxations: Vec::new(),
            truth: None,
            set: None,
            statements,
            against: Vec::new(),
        }
    }
}

/// How much may be spent on an answer.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At most so many answers.
    pub answers: usize,
    /// How large a circuit may become, in gates and wires.
    pub circuit: usize,
    /// How many steps an analysis may take.
    pub steps: u64,
}

/// All answers.
#[derive(Debug)]
pub struct Answers<'g> {
    /// The most exact first, then in the order of recording.
    pub answers: Vec<Answer<'g>>,
    /// Statements that speak against what was asked.
    pub counter: Vec<EdgeView<'g>>,
    /// What stands on record on the same matter, where no statement says what was asked; the commitments of which sets of
    /// conditions are told.
    pub instead: Vec<EdgeView<'g>>,
    /// What no statement says that was found.
    pub unsaid: Option<QueryField>,
    /// How many answers there are; `answers` has at most as many as were asked for.
    pub total: usize,
    /// How many rows were found before they were graded.
    pub found: usize,
    /// Whether there are more than were looked at.
    pub truncated: bool,
}

impl<'g> Answers<'g> {
    fn of(answers: Vec<Answer<'g>>, found: usize, truncated: bool) -> Self {
        let total = answers.len();
        Self { answers, counter: Vec::new(), instead: Vec::new(), unsaid: None, total, found, truncated }
    }
}

impl Answers<'_> {
    /// How many answers nothing was given up for.
    pub fn firm(&self) -> usize {
        if self.answers.iter().all(|answer| answer.grade != Grade::Relaxed) {
            return self.total;
        }
        self.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).count()
    }

    /// Whether the record says nothing at all on the matter.
    pub fn is_silent(&self) -> bool {
        self.found == 0 && self.answers.is_empty() && self.counter.is_empty() && self.instead.is_empty()
    }
}

/// Finds the answers to a query. What is in force is of `today` unless the query has a day.
///
/// # Errors
/// As [`Graph::query`].
pub fn answer<'g>(
    graph: &'g Graph,
    query: &Query,
    today: NaiveDate,
    limits: Limits,
) -> Result<Answers<'g>, BudgetSpent> {
    let (limit, budget) = (limits.answers, limits.circuit);
    match query.ask {
        QueryAsk::UnlockingSets | QueryAsk::BlockingSets => return sets(graph, query, today, limits),
        QueryAsk::Conflicts => return conflicts(graph, query, limits),
        QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists | QueryAsk::Truth => {}
    }
    let relaxes = relaxes(query);
    let wider = if relaxes { wider(query) } else { query.clone() };
    // All are graded before the best are kept.
    let found = graph.query(&Query { ask: QueryAsk::Items, ..wider.clone() }, limit.max(MOST_GRADED), budget)?;
    let mut all = Answers::of(Vec::new(), found.total, found.total > found.rows.len());
    for row in found.rows {
        if let Some(entity) = row.entity {
            let is_told = all.answers.len() < MOST_JOINED;
            let statements = if is_told { joined(graph, &query.which, entity.id(), budget)? } else { Vec::new() };
            all.answers.push(Answer { values: row.values, ..Answer::exact(Some(entity), statements) });
            continue;
        }
        // What is denied or not known is no answer, but it is told; what is beside the capability is neither.
        let on_line = row.statements.into_iter().filter(|view| !relaxes || is_on_line(query, view));
        let (asserted, open): (Vec<_>, Vec<_>) = on_line.partition(|view| view.polarity() == Polarity::Asserted);
        all.counter.extend(open);
        let graded: Vec<_> = asserted.into_iter().map(|view| (given_up(query, &view, relaxes), view)).collect();
        let Some(best) = graded.iter().map(|((grade, up), _)| (*grade, up.len())).min() else { continue };
        let kept = graded.into_iter().filter(|((grade, up), _)| (*grade, up.len()) == best);
        let (ups, statements): (Vec<_>, Vec<_>) = kept.map(|((_, up), view)| (up, view)).unzip();
        let mut relaxations = ups.concat();
        relaxations.sort_unstable();
        relaxations.dedup();
        all.answers.push(Answer { values: row.values, grade: best.0, relaxations, ..Answer::exact(None, statements) });
    }
    let answers = &mut all.answers;
    if answers.iter().any(|answer| answer.grade != Grade::Relaxed) {
        // What others say of an actor, or imply, is still told; what is less than was asked for is not.
        let less = |r: &Relaxation| matches!(r, Relaxation::Stance | Relaxation::Capability);
        answers.retain(|answer| !answer.relaxations.iter().any(less));
    }
    if !query.by_stance {
        answers.sort_by_key(|answer| (answer.grade, answer.relaxations.len()));
    }
    all.total = answers.len();
    all.truncated |= answers.len() > limit;
    answers.truncate(limit);
    if query.ask == QueryAsk::Truth {
        evaluate(graph, query, today, budget, answers)?;
    }
    beside(graph, query, &wider, &mut all, budget)?;
    Ok(all)
}

/// The minimal sets of conditions for what a query finds.
fn sets<'g>(graph: &'g Graph, query: &Query, today: NaiveDate, limits: Limits) -> Result<Answers<'g>, BudgetSpent> {
    let mut asked = query.clone();
    let mut relaxations = Vec::new();
    let mut count = how_many(graph, &asked, limits.circuit)?;
    // Where nothing is so firm, what is talked about.
    if count == 0 && asked.which.stance_min.is_some_and(|least| least.at_least(Stance::NotRuledOut)) {
        asked.which.stance_min = Some(Stance::InDiscussion);
        relaxations.push(Relaxation::Stance);
        count = how_many(graph, &asked, limits.circuit)?;
    }
    if count == 0 {
        return Ok(Answers::of(Vec::new(), 0, false));
    }
    let found = graph.query_sets(&asked, today, (limits.circuit, limits.steps))?;
    let sets = if query.ask == QueryAsk::UnlockingSets { &found.unlocking } else { &found.blocking };
    let grade = if relaxations.is_empty() { Grade::Exact } else { Grade::Relaxed };
    let answers = sets.iter().take(limits.answers).map(|set| {
        let members = set.iter().map(|literal| {
            // A blocking set is of conditions that do not hold.
            (graph.at(literal.condition), literal.holds)
        });
        let relaxations = relaxations.clone();
        Answer { set: Some(members.collect()), grade, relaxations, ..Answer::exact(None, Vec::new()) }
    });
    let truncated = found.truncated || sets.len() > limits.answers;
    let mut all = Answers::of(answers.collect(), count, truncated);
    all.instead = statements(graph, &Query { ask: QueryAsk::Items, ..asked }, limits.circuit)?;
    Ok(all)
}

/// The conflicts in which what a query finds takes part.
fn conflicts<'g>(graph: &'g Graph, query: &Query, limits: Limits) -> Result<Answers<'g>, BudgetSpent> {
    let found = graph.query_conflicts(query, limits.circuit)?;
    let count = how_many(graph, query, limits.circuit)?;
    // The same two sides once, whichever comes first.
    let mut known = HashSet::new();
    let ids = |views: &[EdgeView<'_>]| views.iter().map(EdgeView::id).collect::<BTreeSet<_>>();
    let found: Vec<_> = found
        .into_iter()
        .filter(|conflict| known.insert(BTreeSet::from([ids(&conflict.one), ids(&conflict.other)])))
        .collect();
    let truncated = found.len() > limits.answers;
    let answers = found.into_iter().take(limits.answers);
    let answers = answers.map(|conflict| Answer { against: conflict.other, ..Answer::exact(None, conflict.one) });
    Ok(Answers::of(answers.collect(), count, truncated))
}

/// Says of each commitment or condition whether it is in force under what is supposed.
fn evaluate(
    graph: &Graph,
    query: &Query,
    today: NaiveDate,
    budget: usize,
    answers: &mut [Answer<'_>],
) -> Result<(), BudgetSpent> {
    let evaluation = graph.evaluate(&ForceQuery {
        commitments: Some(answers.iter().flat_map(|answer| answer.statements.iter().map(EdgeView::id)).collect()),
        conditions: answers.iter().filter_map(|answer| answer.entity.map(|entity| entity.id())).collect(),
        assume: query.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect(),
        withdraw: query.withdraw.clone(),
        ..ForceQuery::all(Some(query.which.valid_at.unwrap_or(today)), budget)
    })?;
    for answer in answers {
        let commitment = answer.statements.first().and_then(|view| evaluation.commitment(graph, view.id()));
        let condition = answer.entity.and_then(|entity| evaluation.condition(graph, entity.node()));
        let force = commitment.map(|known| known.force).or(condition.map(|known| known.force));
        answer.truth = force.map(pledgegraph_graph::Force::truth);
    }
    Ok(())
}

/// How many rows are graded, at least.
const MOST_GRADED: usize = 10_000;
/// Of how many entities the statements that join them are told.
const MOST_JOINED: usize = 100;

/// How many rows a query finds, whatever it asks of them.
fn how_many(graph: &Graph, query: &Query, budget: usize) -> Result<usize, BudgetSpent> {
    Ok(graph.query(&Query { ask: QueryAsk::Items, ..query.clone() }, 1, budget)?.total)
}

/// The statements by which an entity is an end of what its query joins.
fn joined<'g>(
    graph: &'g Graph,
    which: &Where,
    entity: EntityId,
    budget: usize,
) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let mut found = Vec::new();
    for related in which.all_of.iter().chain([which]).filter_map(|part| part.subject_of.as_deref()) {
        let which = Where { subject: vec![entity], all_of: vec![related.which.clone()], ..Where::all() };
        found.extend(statements(graph, &Query { which, ..Query::of(related.find) }, budget)?);
    }
    Ok(found)
}
