//! What is told beside the answers: what speaks against them, and what is on record where there are none.

use std::collections::HashSet;

use pledgegraph_graph::{BudgetSpent, EdgeView, Graph};
use pledgegraph_model::{AttendanceRole, Code, Polarity, Query, QueryAsk, QueryTarget, Stance, StanceSet, Where};

use crate::answer::{Answer, Answers};
use crate::grade::{is_on_line, relaxes, wider};

/// How many statements speak against, or are told instead.
const MOST: usize = 20;

/// Finds what is told beside the answers; `wider` is the query by which they were found.
pub(crate) fn beside<'g>(
    graph: &'g Graph,
    query: &Query,
    wider: &Query,
    told: &mut Answers<'g>,
    budget: usize,
) -> Result<(), BudgetSpent> {
    let relaxes = relaxes(query);
    if relaxes {
        let against = counter_evidence(graph, query, budget)?;
        told.counter.extend(against.into_iter().filter(|view| is_on_line(query, view)));
    }
    if query.find == QueryTarget::Attendances {
        let others = other_roles(graph, query, &told.answers, budget)?;
        told.counter.extend(others);
    }
    let mut known = HashSet::new();
    told.counter.retain(|view| known.insert(view.id()));
    told.counter.truncate(MOST);
    if query.ask == QueryAsk::Exists && relaxes {
        told.instead = on_the_matter(graph, query, budget)?;
    } else if told.answers.is_empty() && !query.select.is_empty() {
        let asked = Query { select: Vec::new(), ask: QueryAsk::Items, ..query.clone() };
        told.instead = statements(graph, &asked, budget)?;
        if told.instead.is_empty() {
            told.instead =
                statements(graph, &Query { select: Vec::new(), ask: QueryAsk::Items, ..wider.clone() }, budget)?;
        }
        told.instead.retain(|view| view.polarity() == Polarity::Asserted && (!relaxes || is_on_line(query, view)));
        told.unsaid = query.select.first().copied().filter(|_| !told.instead.is_empty());
    }
    // Of whom nothing of the kind is said, what is.
    let is_of_somebody = has_matter(query.find) && !query.which.subject.is_empty();
    if told.answers.is_empty() && told.instead.is_empty() && is_of_somebody {
        told.instead = on_the_matter(graph, query, budget)?;
        told.instead.retain(|view| !known.contains(&view.id()));
    }
    // Whose own words are not on record is told by what others say of them.
    if told.answers.is_empty() && query.find == QueryTarget::Statements && !query.which.agent.is_empty() {
        let of_them = Where { subject: query.which.agent.clone(), ..Where::all() };
        told.instead = statements(graph, &Query { which: of_them, ..Query::of(QueryTarget::Statements) }, budget)?;
    }
    Ok(())
}

/// Statements against what was asked: negative stances and denials on the same capability or a narrower or wider one, of
/// the same actors and beneficiary. None where the question itself is about such.
fn counter_evidence<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let which = &query.which;
    if which.stance_min.is_none() || which.capability.is_empty() {
        return Ok(Vec::new());
    }
    let negative: Vec<Stance> =
        Stance::ALL.iter().copied().filter(|stance| StanceSet::Negative.contains(*stance)).collect();
    let wider = wider(query).which;
    let same = Where {
        subject: which.subject.clone(),
        subject_is: which.subject_is.clone(),
        acting_through: which.acting_through.clone(),
        object: which.object.clone(),
        capability: wider.capability,
        ..Where::all()
    };
    let against =
        [Where { stance: negative, ..Where::all() }, Where { polarity: vec![Polarity::Denied], ..Where::all() }];
    let against = Query { which: Where { any_of: against.to_vec(), ..same }, ..Query::of(QueryTarget::Commitments) };
    statements(graph, &against, budget)
}

/// Whether those who attended are also on record as absent, and the other way round.
fn other_roles<'g>(
    graph: &'g Graph,
    query: &Query,
    answers: &[Answer<'g>],
    budget: usize,
) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let (absent, present) =
        ([AttendanceRole::Absent], [AttendanceRole::Participant, AttendanceRole::Host, AttendanceRole::Chair]);
    let asked = &query.which.attendance_role;
    let attendance_role = if asked.contains(&AttendanceRole::Absent) {
        present.to_vec()
    } else if asked.iter().any(|role| present.contains(role)) {
        absent.to_vec()
    } else {
        return Ok(Vec::new());
    };
    let ends = |view: &EdgeView<'_>| (view.subject().id(), view.object().id());
    let told: HashSet<_> = answers.iter().flat_map(|answer| &answer.statements).map(ends).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let (subject, object) = told.iter().copied().unzip();
    let which = Where { subject, object, attendance_role, ..Where::all() };
    let mut others = statements(graph, &Query { which, ..Query::of(QueryTarget::Attendances) }, budget)?;
    others.retain(|view| told.contains(&ends(view)));
    Ok(others)
}

/// Whether something else can be on record of the same matter: absence, another role, another office.
fn has_matter(find: QueryTarget) -> bool {
    use QueryTarget::{Attendances, Commitments, Memberships, Offices};
    matches!(find, Attendances | Commitments | Memberships | Offices)
}

/// What the same actors say on the same capability, what they are to the same meeting or coalition, which offices they hold.
fn on_the_matter<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let which = &query.which;
    let object = match query.find {
        QueryTarget::Attendances | QueryTarget::Memberships => which.object.clone(),
        _ => Vec::new(),
    };
    let matter = Where {
        subject: which.subject.clone(),
        subject_is: which.subject_is.clone(),
        object,
        capability: which.capability.clone(),
        ..Where::all()
    };
    statements(graph, &Query { which: matter, ..Query::of(query.find) }, budget)
}

/// The statements that a query finds.
pub(crate) fn statements<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let rows = graph.query(query, MOST, budget)?.rows;
    Ok(rows.into_iter().flat_map(|row| row.statements).collect())
}
