//! Answers a query, and says how exactly.

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, Graph, QueryRow};
use pledgegraph_model::{EntityId, Polarity, Query, QueryAsk, Where};

use crate::analyses::{conflicts, evaluate, sets};
use crate::answer::{Answer, Answers};
use crate::beside::{can_be_interrupted, is_interrupted};
use crate::grade::{Grade, Relaxation, given_up, is_on_line, relaxes, wider};
use crate::search::{MOST_GRADED, Search};

/// Of how many entities the statements that join them are told.
const MOST_JOINED: usize = 100;

/// How much may be spent on an answer.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// How large a circuit may become, in gates and wires.
    pub circuit: usize,
    /// How many steps an analysis may take.
    pub steps: u64,
}

/// Finds the answers to a query. What is in force is of `today` unless the query has a day.
///
/// # Errors
/// As [`Graph::query`].
pub fn answer<'g>(
    graph: &'g Graph,
    query: &Query,
    today: NaiveDate,
    budget: Budget,
) -> Result<Answers<'g>, BudgetSpent> {
    let day = query.which.day().unwrap_or(today);
    let mut search = Search::new(graph, day, budget.circuit);
    match query.ask {
        QueryAsk::UnlockingSets | QueryAsk::BlockingSets => return sets(&mut search, query, budget.steps),
        QueryAsk::Conflicts => return conflicts(&search, query),
        QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists | QueryAsk::Truth => {}
    }
    let wider = if relaxes(query) { wider(query) } else { query.clone() };
    // All are graded before the best are kept.
    let found = search.rows(&Query { ask: QueryAsk::Items, ..wider.clone() }, MOST_GRADED)?;
    let mut all = Answers::of(Vec::new(), found.total, found.total > found.rows.len(), day);
    all.set_aside = found.set_aside;
    let mut lapsed = Vec::new();
    for row in found.rows {
        if let Some(entity) = row.entity {
            let is_told = all.answers.len() < MOST_JOINED;
            all.answers.push(of_entity(&mut search, &query.which, entity, is_told)?);
            continue;
        }
        all.is_cut |= row.count > row.statements.len();
        let graded = graded(&search, query, row);
        lapsed.extend(graded.lapsed);
        all.counter.extend(graded.open);
        all.answers.extend(graded.best);
    }
    all.aside = told_aside(lapsed, &all.answers);
    keep_best(query, &mut all.answers);
    if query.ask == QueryAsk::Truth {
        all.recorded = evaluate(graph, query, day, budget.circuit, &mut all.answers)?;
    }
    search.beside(query, &wider, &mut all)?;
    all.is_cut |= search.is_cut;
    Ok(all)
}

/// The statements of a row, by what they are to the question.
struct Graded<'g> {
    /// The answer that the most exact ones give.
    best: Option<Answer<'g>>,
    /// What is denied, not known or interrupted: no answer, but told.
    open: Vec<EdgeView<'g>>,
    /// What does not count, with what it gives up.
    lapsed: Vec<(Vec<Relaxation>, EdgeView<'g>)>,
}

/// Grades a row; what is beside the capability is neither an answer nor told.
fn graded<'g>(search: &Search<'g>, query: &Query, row: QueryRow<'g>) -> Graded<'g> {
    let relaxes = relaxes(query);
    let is_of_pledges = relaxes && query.ask != QueryAsk::Truth && can_be_interrupted(&query.which);
    let on_line = row.statements.into_iter().filter(|view| !relaxes || is_on_line(query, view));
    let (on_line, lapsed): (Vec<_>, Vec<_>) = on_line.partition(|view| search.takes(query, view));
    let lapsed = lapsed.into_iter().map(|view| (given_up(query, &view, relaxes).1, view)).collect();
    let (asserted, open): (Vec<_>, Vec<_>) = on_line
        .into_iter()
        .partition(|view| view.polarity() == Polarity::Asserted && !(is_of_pledges && is_interrupted(view)));
    let ups: Vec<_> = asserted.into_iter().map(|view| (given_up(query, &view, relaxes), view)).collect();
    let best = ups.iter().map(|((grade, up), _)| (*grade, up.len())).min().map(|best| {
        let kept = ups.into_iter().filter(|((grade, up), _)| (*grade, up.len()) == best);
        let (ups, statements): (Vec<_>, Vec<_>) = kept.map(|((_, up), view)| (up, view)).unzip();
        let mut relaxations = ups.concat();
        relaxations.sort_unstable();
        relaxations.dedup();
        Answer { values: row.values, grade: best.0, relaxations, ..Answer::exact(None, statements) }
    });
    Graded { best, open, lapsed }
}

/// Whether what is given up makes it less than was asked for.
fn is_less(up: &[Relaxation]) -> bool {
    up.iter().any(|given| matches!(given, Relaxation::Stance | Relaxation::Capability))
}

/// What does not count; what is less than was asked for too, where nothing else is told.
fn told_aside<'g>(mut lapsed: Vec<(Vec<Relaxation>, EdgeView<'g>)>, answers: &[Answer<'g>]) -> Vec<EdgeView<'g>> {
    if !answers.is_empty() || lapsed.iter().any(|(up, _)| !is_less(up)) {
        lapsed.retain(|(up, _)| !is_less(up));
    }
    lapsed.into_iter().map(|(_, view)| view).collect()
}

/// Keeps the most exact answers, and puts them first. What others say of an actor, or imply, is still told beside them; what
/// is less than was asked for is not.
fn keep_best(query: &Query, answers: &mut Vec<Answer<'_>>) {
    if query.ask != QueryAsk::Truth && answers.iter().any(|answer| answer.grade != Grade::Relaxed) {
        answers.retain(|answer| !is_less(&answer.relaxations));
    }
    if !query.by_stance {
        answers.sort_by_key(|answer| (answer.grade, answer.relaxations.len()));
    }
}

/// An entity as an answer, where it is told with the statements by which it is an end of what its query joins.
fn of_entity<'g>(
    search: &mut Search<'g>,
    which: &Where,
    entity: EntityView<'g>,
    is_told: bool,
) -> Result<Answer<'g>, BudgetSpent> {
    let statements = if is_told { joined(search, which, entity.id())? } else { Vec::new() };
    Ok(Answer { is_sourced: is_told, ..Answer::exact(Some(entity), statements) })
}

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
