//! What the graph answers to a query, and how exactly.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, ForceQuery, Graph, Node, SetAside, Value};
use pledgegraph_model::{Conditionality, EntityId, Polarity, Query, QueryAsk, QueryField, Stance, Truth, Where};

use crate::beside::{Search, can_be_interrupted, is_interrupted};
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
    /// Whether that is not decided since no source states conditions.
    pub is_unstated: bool,
    /// Of a question for sets of conditions: the set, each condition with whether it holds in it.
    pub set: Option<Vec<(EntityView<'g>, bool)>>,
    /// The statements.
    pub statements: Vec<EdgeView<'g>>,
    /// Whether its statements were looked for: of very many entities they are not.
    pub is_sourced: bool,
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
            is_unstated: false,
            set: None,
            statements,
            is_sourced: true,
            against: Vec::new(),
        }
    }
}

/// How much may be spent on an answer.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How large a circuit may become, in gates and wires.
    pub circuit: usize,
    /// How many steps an analysis may take.
    pub steps: u64,
}

/// All answers; whoever shows them decides how many.
#[derive(Debug)]
pub struct Answers<'g> {
    /// The most exact first, then in the order of recording.
    pub answers: Vec<Answer<'g>>,
    /// Statements that speak against what was asked.
    pub counter: Vec<EdgeView<'g>>,
    /// What stands on record on the same matter, where no statement says what was asked; the commitments of which sets of
    /// conditions are told.
    pub instead: Vec<EdgeView<'g>>,
    /// What would be answers or speak against them if it counted: what is known to be wrong, superseded, taken back, over, or
    /// not begun.
    pub aside: Vec<EdgeView<'g>>,
    /// What was left out of the sets that the query joins, because it does not count.
    pub set_aside: Vec<SetAside>,
    /// Where conditions were asked for, what was found and has none.
    pub unconditioned: Vec<EdgeView<'g>>,
    /// Where something is supposed: the other conditions that the commitments hang on, and whether they hold.
    pub recorded: Vec<(EntityView<'g>, Truth)>,
    /// What no statement says that was found.
    pub unsaid: Option<QueryField>,
    /// How many rows were found before they were graded.
    pub found: usize,
    /// Whether there are more of any of these than were looked at. Else each list is whole, and its length the number.
    pub is_cut: bool,
    /// The day of standings and of what is in force.
    pub day: NaiveDate,
}

impl<'g> Answers<'g> {
    fn of(answers: Vec<Answer<'g>>, found: usize, is_cut: bool, day: NaiveDate) -> Self {
        Self {
            answers,
            counter: Vec::new(),
            instead: Vec::new(),
            aside: Vec::new(),
            set_aside: Vec::new(),
            unconditioned: Vec::new(),
            recorded: Vec::new(),
            unsaid: None,
            found,
            is_cut,
            day,
        }
    }
}

impl Answers<'_> {
    /// How many answers nothing was given up for.
    pub fn firm(&self) -> usize {
        self.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).count()
    }

    /// Whether the record says nothing at all on the matter.
    pub fn is_silent(&self) -> bool {
        self.found == 0
            && self.answers.is_empty()
            && self.counter.is_empty()
            && self.instead.is_empty()
            && self.aside.is_empty()
            && self.set_aside.is_empty()
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
    let day = query.which.day().unwrap_or(today);
    let mut search = Search::new(graph, day, limits.circuit);
    match query.ask {
        QueryAsk::UnlockingSets | QueryAsk::BlockingSets => return sets(&mut search, query, limits.steps),
        QueryAsk::Conflicts => return conflicts(&search, query),
        QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists | QueryAsk::Truth => {}
    }
    let relaxes = relaxes(query);
    let wider = if relaxes { wider(query) } else { query.clone() };
    // All are graded before the best are kept.
    let found = search.rows(&Query { ask: QueryAsk::Items, ..wider.clone() }, MOST_GRADED)?;
    let mut all = Answers::of(Vec::new(), found.total, found.total > found.rows.len(), day);
    all.set_aside = found.set_aside;
    let mut aside = Vec::new();
    let is_of_pledges = relaxes && query.ask != QueryAsk::Truth && can_be_interrupted(&query.which);
    for row in found.rows {
        if let Some(entity) = row.entity {
            let is_told = all.answers.len() < MOST_JOINED;
            let statements = if is_told { joined(&mut search, &query.which, entity.id())? } else { Vec::new() };
            let answer = Answer { is_sourced: is_told, ..Answer::exact(Some(entity), statements) };
            all.answers.push(Answer { values: row.values, ..answer });
            continue;
        }
        all.is_cut |= row.count > row.statements.len();
        // What is denied, not known or interrupted is no answer, but it is told; what is beside the capability is neither.
        let on_line = row.statements.into_iter().filter(|view| !relaxes || is_on_line(query, view));
        let (on_line, lapsed): (Vec<_>, Vec<_>) = on_line.partition(|view| search.takes(query, view));
        aside.extend(lapsed.into_iter().map(|view| (given_up(query, &view, relaxes).1, view)));
        let (asserted, open): (Vec<_>, Vec<_>) = on_line
            .into_iter()
            .partition(|view| view.polarity() == Polarity::Asserted && !(is_of_pledges && is_interrupted(view)));
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
    let less = |r: &Relaxation| matches!(r, Relaxation::Stance | Relaxation::Capability);
    // What is less than was asked for and does not count is told only where nothing else is.
    if aside.iter().any(|(up, _)| !up.iter().any(less)) || !answers.is_empty() {
        aside.retain(|(up, _)| !up.iter().any(less));
    }
    all.aside = aside.into_iter().map(|(_, view)| view).collect();
    if query.ask != QueryAsk::Truth && answers.iter().any(|answer| answer.grade != Grade::Relaxed) {
        // What others say of an actor, or imply, is still told; what is less than was asked for is not.
        answers.retain(|answer| !answer.relaxations.iter().any(less));
    }
    if !query.by_stance {
        answers.sort_by_key(|answer| (answer.grade, answer.relaxations.len()));
    }
    if query.ask == QueryAsk::Truth {
        all.recorded = evaluate(graph, query, day, limits.circuit, answers)?;
    }
    search.beside(query, &wider, &mut all)?;
    all.is_cut |= search.is_cut;
    Ok(all)
}

/// The minimal sets of conditions for what a query finds.
fn sets<'g>(search: &mut Search<'g>, query: &Query, steps: u64) -> Result<Answers<'g>, BudgetSpent> {
    let graph = search.graph;
    let mut all = Answers::of(Vec::new(), 0, false, search.day);
    let mut asked = query.clone();
    let mut relaxations = Vec::new();
    let mut count = search.how_many(&asked)?;
    // Where nothing is so firm, what is talked about.
    if count == 0 && asked.which.stance_min.is_some_and(|least| least.at_least(Stance::NotRuledOut)) {
        asked.which.stance_min = Some(Stance::InDiscussion);
        relaxations.push(Relaxation::Stance);
        count = search.how_many(&asked)?;
    }
    all.found = count;
    let these = search.statements(&Query { ask: QueryAsk::Items, ..asked.clone() })?;
    let (counted, aside): (Vec<_>, Vec<_>) = these.into_iter().partition(|view| search.counts(view));
    all.aside = aside;
    if count == 0 {
        search.tell_against(query, &mut all)?;
        return Ok(all);
    }
    all.instead = counted;
    let found = graph.query_sets(&asked, search.day, (search.budget, steps))?;
    let sets = if query.ask == QueryAsk::UnlockingSets { &found.unlocking } else { &found.blocking };
    let grade = if relaxations.is_empty() { Grade::Exact } else { Grade::Relaxed };
    let answers = sets.iter().map(|set| {
        let members = set.iter().map(|literal| {
            // A blocking set is of conditions that do not hold.
            (graph.at(literal.condition), literal.holds)
        });
        let relaxations = relaxations.clone();
        Answer { set: Some(members.collect()), grade, relaxations, ..Answer::exact(None, Vec::new()) }
    });
    all.answers = answers.collect();
    search.tell_against(query, &mut all)?;
    all.is_cut = found.truncated || search.is_cut;
    Ok(all)
}

/// The conflicts in which what a query finds takes part.
fn conflicts<'g>(search: &Search<'g>, query: &Query) -> Result<Answers<'g>, BudgetSpent> {
    let found = search.graph.query_conflicts(query, search.day, search.budget)?;
    let count = search.rows(query, 1)?.total;
    // The same two sides once, whichever comes first.
    let mut known = HashSet::new();
    let ids = |views: &[EdgeView<'_>]| views.iter().map(EdgeView::id).collect::<BTreeSet<_>>();
    let found: Vec<_> = found
        .into_iter()
        .filter(|conflict| known.insert(BTreeSet::from([ids(&conflict.one), ids(&conflict.other)])))
        .collect();
    let answers =
        found.into_iter().map(|conflict| Answer { against: conflict.other, ..Answer::exact(None, conflict.one) });
    Ok(Answers::of(answers.collect(), count, false, search.day))
}

/// Says of each commitment or condition whether it is in force under what is supposed. Where something is supposed to fail, what
/// states no conditions is not decided: silence about a condition does not say that the pledge would stand without it.
fn evaluate<'g>(
    graph: &'g Graph,
    query: &Query,
    day: NaiveDate,
    budget: usize,
    answers: &mut [Answer<'g>],
) -> Result<Vec<(EntityView<'g>, Truth)>, BudgetSpent> {
    let evaluation = graph.evaluate(&ForceQuery {
        commitments: Some(answers.iter().flat_map(|answer| answer.statements.iter().map(EdgeView::id)).collect()),
        conditions: answers.iter().filter_map(|answer| answer.entity.map(|entity| entity.id())).collect(),
        assume: query.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect(),
        withdraw: query.withdraw.clone(),
        ..ForceQuery::all(day, budget)
    })?;
    let supposed: HashSet<EntityId> = query.assume.iter().map(|assumed| assumed.condition).collect();
    let trees = answers.iter().flat_map(|answer| &answer.statements).filter_map(|view| view.detail().commitment());
    let leaves = trees.filter_map(|own| own.conditions.as_deref()).flat_map(|tree| tree.root.leaves());
    let nodes: BTreeSet<Node> = leaves.map(|(node, _)| *node).collect();
    let others = nodes.into_iter().filter(|node| !supposed.is_empty() && !supposed.contains(&graph.at(*node).id()));
    let recorded =
        others.filter_map(|node| Some((graph.at(node), evaluation.condition(graph, node)?.force.truth()))).collect();
    let fails = query.assume.iter().any(|assumed| assumed.truth == Truth::False);
    for answer in answers {
        let commitment = answer.statements.first().and_then(|view| evaluation.commitment(graph, view.id()));
        let condition = answer.entity.and_then(|entity| evaluation.condition(graph, entity.node()));
        let force = commitment.map(|known| known.force).or(condition.map(|known| known.force));
        answer.truth = force.map(pledgegraph_graph::Force::truth);
        let states =
            answer.statements.first().and_then(|view| view.detail().commitment()).map(|own| own.conditionality);
        if fails && answer.truth == Some(Truth::True) && states == Some(Conditionality::NotStated) {
            answer.truth = Some(Truth::Unknown);
            answer.is_unstated = true;
        }
    }
    Ok(recorded)
}

/// How many rows are graded; beyond it numbers are said to be least ones.
pub(crate) const MOST_GRADED: usize = 10_000;
/// Of how many entities the statements that join them are told.
const MOST_JOINED: usize = 100;

/// The statements by which an entity is an end of what its query joins.
fn joined<'g>(search: &mut Search<'g>, which: &Where, entity: EntityId) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let mut found = Vec::new();
    for related in which.all_of.iter().chain([which]).filter_map(|part| part.subject_of.as_deref()) {
        let which = Where { subject: vec![entity], all_of: vec![related.which.clone()], ..Where::all() };
        found.extend(search.statements(&Query { which, ..Query::of(related.find) })?);
    }
    found.retain(|view| search.counts(view));
    Ok(found)
}
