//! Whether a query can be what a question means: what narrows what, and what the graph has at all.

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeQuery, EntityQuery, EntityView, Graph, Page};
use pledgegraph_model::{
    EdgeKind, EntityId, EntityKind, Query, QueryAsk, QueryField, QueryTarget, Related, Rows, Stage, Stance, Where,
};

use crate::meaning::{Means, apart};

/// How many conditions are looked through for those that somebody decides.
const MOST_CONDITIONS: usize = 500;

/// Whether it can be meant.
pub(crate) fn can_be_meant(graph: &Graph, means: &Means, query: &Query, today: NaiveDate) -> bool {
    is_told(query)
        && fits(query.find, &query.which, query.ask, today)
        && !contradicts_itself(&query.which)
        && is_possible(graph, means, query)
}

/// Whether who has something firm is asked to have nothing that firm: ready to help, but without a pledge that is at least ready.
fn contradicts_itself(which: &Where) -> bool {
    let firmness = |part: &Where| part.subject_of.as_ref().and_then(|related| related.which.stance_min);
    let anything = |part: &Where| {
        let lacking = part.subject_of.as_ref().filter(|related| related.find == QueryTarget::Commitments)?;
        let all = Where { stance_min: lacking.which.stance_min, ..Where::all() };
        (lacking.which == all).then_some(all.stance_min?)
    };
    let mut has = std::iter::once(which).chain(&which.all_of).filter_map(firmness);
    let lacks: Vec<Stance> = which.none_of.iter().filter_map(anything).collect();
    has.any(|firm| lacks.iter().any(|lacking| firm.at_least(*lacking)))
}

/// Whether the graph lets it be meant. Who pledges nothing takes nothing back and leaves for something else; who is only given
/// something refuses to take it; a passive is of somebody who is given; members of what has none on record are nobody, and a
/// person is no member of what countries belong to.
fn is_possible(graph: &Graph, means: &Means, query: &Query) -> bool {
    let which = &query.which;
    let all = |ids: &[EntityId], is_so: fn(&Graph, EntityId) -> bool| ids.iter().all(|id| is_so(graph, *id));
    let by_find = match query.find {
        QueryTarget::Commitments => {
            let is_passive = apart(means, "voice") == Some("passive");
            (!is_passive || all(&which.object, is_only_given))
                && !(is_over(which) && which.subject.iter().any(|id| is_only_given(graph, *id)))
                && (which.stance != [Stance::Withdrawn] || all(&which.subject, can_take_back))
        }
        QueryTarget::Memberships => all(&which.subject, is_member_if_a_person),
        _ => true,
    };
    by_find && all(&query.withdraw, can_withdraw) && has_members(graph, which)
}

/// Whether every group whose members are meant has some.
fn has_members(graph: &Graph, which: &Where) -> bool {
    let of = |related: &Related| {
        let groups = &related.which.object;
        related.find != QueryTarget::Memberships
            || groups.is_empty()
            || has(graph, EdgeKind::Membership, Where { object: groups.clone(), ..Where::all() })
    };
    which.joins().all(|related| of(related) && has_members(graph, &related.which))
        && which.branches().all(|part| has_members(graph, part))
        && which.ends().all(|such| has_members(graph, such))
}

fn is_member_if_a_person(graph: &Graph, id: EntityId) -> bool {
    !is_person(graph, id) || has(graph, EdgeKind::Membership, of_subject(id))
}

/// Whether what is found has what is asked of it: only statements that are listed have anything, or are counted by one thing,
/// and of commitments alone it is told why and on what conditions.
fn is_told(query: &Query) -> bool {
    let is_listed = matches!(query.find.rows(), Rows::Statements(_))
        && matches!(query.ask, QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists);
    let of_commitments =
        |field: &QueryField| matches!(field, QueryField::Rationale | QueryField::Conditions | QueryField::Stance);
    // When a meeting is is said of its convening, not of who attends it or where it is.
    let is_dateless = matches!(query.find, QueryTarget::Attendances | QueryTarget::Locations | QueryTarget::Offices);
    query.select.is_empty()
        || (is_listed
            && (query.ask != QueryAsk::Count || query.select.len() == 1)
            && !(query.select.len() > 1 && is_dateless && query.select.contains(&QueryField::Date))
            && (query.find == QueryTarget::Commitments || !query.select.iter().any(of_commitments)))
}

/// Whether what narrows a query can narrow what it asks: a day on which something is said is not one on which it holds, nor
/// one by which it is to be done, nothing is said yet on a day to come, and who is named is not left out. Trees from questions
/// are a few levels deep.
fn fits(find: QueryTarget, which: &Where, ask: QueryAsk, today: NaiveDate) -> bool {
    use QueryTarget::{Actions, Commitments, Convenings, Offices, Outcomes, Remarks, Requests, Statements};
    let is_of = |targets: &[QueryTarget]| targets.contains(&find);
    let finds = matches!(ask, QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists);
    let is_supposed = matches!(ask, QueryAsk::Truth | QueryAsk::UnlockingSets | QueryAsk::BlockingSets);
    // By a day to come is when it is to be done.
    let limit_to_come = which.said_from.is_none() && which.said_to.is_some_and(|last| last > today);
    let said = which.said_from.or(which.said_to).is_none()
        || (finds && is_of(&[Statements, Commitments, Requests, Actions, Outcomes, Remarks]));
    let month = which.month.is_empty()
        || (finds && is_of(&[Statements, Commitments, Requests, Actions, Outcomes, Remarks, Convenings]));
    let to_come = which.said_from.is_some_and(|first| first > today);
    let left_out = which.none_of.iter().any(|part| !part.subject.is_empty());
    let is_asked = which.subject.is_empty() && !is_of(&[Offices, Convenings]);
    // Whoever is named comes from where they come from.
    let is_region = which.subject_is.as_ref().is_some_and(|such| !such.region.is_empty() || !such.none_of.is_empty());
    said && month
        && !to_come
        && !limit_to_come
        && (!is_region || which.subject.is_empty())
        // Who says so is said of statements, and of none that is only supposed.
        && (which.agent.is_empty() || !(is_supposed || matches!(find.rows(), Rows::Entities(_))))
        && (!left_out || is_asked)
        && (find != Commitments || can_be_pledged(which))
        && which.branches().all(|part| fits(find, part, ask, today))
        && which.joins().all(|related| fits(related.find, &related.which, QueryAsk::Items, today))
        && which.ends().all(|such| fits(QueryTarget::Actors, such, QueryAsk::Items, today))
}

/// Whether commitments can be so: persons pledge for countries, what is done, suspended or taken back hangs on nothing more,
/// `refused to go without US backing` says what would change it, what is refused or suspended is not in force, and no stance
/// is firmer than itself.
fn can_be_pledged(which: &Where) -> bool {
    let is_over = is_over(which);
    let is_done = !which.stage.is_empty();
    let is_suspended =
        which.stage.iter().any(|stage| matches!(stage, Stage::Suspended | Stage::Halted | Stage::Cancelled));
    let is_back = which.stance == [Stance::Withdrawn];
    let without = which.none_of.iter().any(|part| !part.condition.is_empty());
    let persons = which.subject_is.as_ref().is_some_and(|such| such.kind == [EntityKind::Person]);
    let is_some = which.stance.is_empty()
        || which.stance_min.is_none_or(|min| which.stance.iter().any(|stance| stance.at_least(min)));
    is_some
        && !(persons || (is_over && without) || ((is_done || is_back) && (without || !which.condition.is_empty())))
        && !((is_over || is_suspended) && !which.in_force.is_empty())
}

/// Whether it is done, taken back or refused: it hangs on nothing more.
pub(crate) fn is_done_or_over(which: &Where) -> bool {
    !which.stage.is_empty() || is_over(which)
}

/// Whether only what is refused, declined or taken back is asked for.
fn is_over(which: &Where) -> bool {
    let negative = |stance: &Stance| matches!(stance, Stance::Refused | Stance::Declined | Stance::Withdrawn);
    !which.stance.is_empty() && which.stance.iter().all(negative)
}

/// Whether an entity, or a person for another, gave its word or took it back.
fn can_take_back(graph: &Graph, id: EntityId) -> bool {
    let own = Where { stance: vec![Stance::Withdrawn], ..of_subject(id) };
    is_person(graph, id) || has(graph, EdgeKind::Commitment, own) || can_withdraw(graph, id)
}

/// Whether an entity is at least willing to give something, or decides a condition.
fn can_withdraw(graph: &Graph, id: EntityId) -> bool {
    let own = Where { stance_min: Some(Stance::Willing), ..of_subject(id) };
    let conditions = EntityQuery::of(&[EntityKind::Condition], Where::all());
    let decides = |view: &EntityView<'_>| view.entity().detail.test().is_some_and(|test| test.actor == Some(id));
    let conditions = graph.entities(&conditions, Page::first(MOST_CONDITIONS));
    // Of very many some may be decided by it.
    has(graph, EdgeKind::Commitment, own) || conditions.more || conditions.items.iter().any(decides)
}

/// Whether an entity is on record as one that something is pledged to, and never as one that pledges or refuses.
fn is_only_given(graph: &Graph, id: EntityId) -> bool {
    let of_object = Where { object: vec![id], ..Where::all() };
    !has(graph, EdgeKind::Commitment, of_subject(id)) && has(graph, EdgeKind::Commitment, of_object)
}

pub(crate) fn is_person(graph: &Graph, id: EntityId) -> bool {
    graph.entity(id).is_some_and(|view| view.kind() == EntityKind::Person)
}

/// What an entity is the subject of.
pub(crate) fn of_subject(id: EntityId) -> Where {
    Where { subject: vec![id], ..Where::all() }
}

/// Whether the graph has such an edge.
pub(crate) fn has(graph: &Graph, kind: EdgeKind, which: Where) -> bool {
    !graph.edges(&EdgeQuery::of(&[kind], which), Page::first(1)).items.is_empty()
}
