//! Questions about all that a query finds: what it takes, what contradicts it, what is in force.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, ForceQuery, Graph, Node};
use pledgegraph_model::{Conditionality, EntityId, Query, QueryAsk, Stance, Truth};

use crate::answer::{Answer, Answers};
use crate::grade::{Grade, Relaxation};
use crate::search::Search;

/// The minimal sets of conditions for what a query finds.
pub(crate) fn sets<'g>(search: &mut Search<'g>, query: &Query, steps: u64) -> Result<Answers<'g>, BudgetSpent> {
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
pub(crate) fn conflicts<'g>(search: &Search<'g>, query: &Query) -> Result<Answers<'g>, BudgetSpent> {
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
pub(crate) fn evaluate<'g>(
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
