//! What a question means, as the graph has it: who acts through whom, and what is said of an entity itself.

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeFilter, EdgeView, EntityFilter, EntityView, Graph, Page};
use pledgegraph_model::{
    Code, EdgeKind, EntityDetail, EntityId, EntityKind, Query, QueryAsk, QueryField, QueryTarget, Related, Rows, Stage,
    Stance, Where,
};
use serde_json::{Map, Value};

use crate::meaning::{Lists, Means, merged, query_of};

/// How many persons a country's office is looked up for.
const MOST_HOLDERS: usize = 50;
/// How many conditions are looked through for those that somebody decides.
const MOST_CONDITIONS: usize = 500;

/// The query that is meant; `None` when its parts contradict each other.
pub(crate) fn resolve(graph: &Graph, means: &Means, today: NaiveDate) -> Option<Query> {
    let mut query: Query = serde_json::from_value(query_of(&of_entities(means)?)).ok()?;
    // Whether it holds for each is answered by those for whom it does.
    let of_each = means.get("where").and_then(|which| which.get("&subject")).is_some();
    if of_each && query.ask == QueryAsk::Exists {
        query.ask = QueryAsk::Items;
        query.select = vec![QueryField::Subject];
    }
    // Whether it is so, and how: the answer is what is on record.
    if query.ask == QueryAsk::Exists && !query.select.is_empty() {
        query.ask = QueryAsk::Items;
        query.select.insert(0, QueryField::Stance);
    }
    if !query.select.iter().all(|field| is_told(query.find, *field))
        || !fits(query.find, &query.which, query.ask, today)
    {
        return None;
    }
    if !is_possible(graph, means, &query) {
        return None;
    }
    if query.ask != QueryAsk::Conflicts {
        hold_today(query.find, &mut query.which, today);
    }
    // Persons are on record as those through whom countries pledge: of them nothing is lacking.
    let lacks = query.which.none_of.iter().any(|part| part.subject_of.is_some());
    if query.find == QueryTarget::Actors && lacks && query.which.kind.is_empty() {
        query.which.kind =
            vec![EntityKind::Country, EntityKind::Organization, EntityKind::Coalition, EntityKind::Group];
    }
    settle(graph, query.find, &mut query.which);
    Some(query)
}

/// Whether the graph lets it be meant. Who pledges nothing takes nothing back and leaves for something else; who is only given
/// something refuses to take it; a passive is of somebody who is given; nobody is a member of what has no members on record,
/// and no person of what countries belong to.
fn is_possible(graph: &Graph, means: &Means, query: &Query) -> bool {
    let which = &query.which;
    let all = |ids: &[EntityId], is_so: fn(&Graph, EntityId) -> bool| ids.iter().all(|id| is_so(graph, *id));
    let by_find = match query.find {
        QueryTarget::Commitments => {
            let is_passive = means.get("where").is_some_and(|which| which.get("!voice").is_some());
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
            || has(graph, &EdgeFilter { object: Some(groups.clone()), ..of_kind(EdgeKind::Membership) })
    };
    which.joins().all(|related| of(related) && has_members(graph, &related.which))
        && which.branches().all(|part| has_members(graph, part))
        && which.ends().all(|such| has_members(graph, such))
}

fn is_member_if_a_person(graph: &Graph, id: EntityId) -> bool {
    !is_person(graph, id) || has(graph, &EdgeFilter { subject: Some(vec![id]), ..of_kind(EdgeKind::Membership) })
}

fn is_person(graph: &Graph, id: EntityId) -> bool {
    graph.entity(id).is_some_and(|view| view.kind() == EntityKind::Person)
}

/// Whether statements of the kind have what is asked of them beside other things.
fn is_told(find: QueryTarget, field: QueryField) -> bool {
    let of_commitments = matches!(field, QueryField::Rationale | QueryField::Conditions | QueryField::Stance);
    !of_commitments || find == QueryTarget::Commitments
}

/// Who pledges less is looked for among those with a statement on the matter; the other way to take it is all countries.
pub(crate) fn of_all_countries(query: &Query) -> Option<Query> {
    let falls_short =
        |part: &Where| part.subject_of.as_ref().is_some_and(|lacking| lacking.find == QueryTarget::Commitments);
    let matter = query.which.subject_of.as_ref().filter(|matter| matter.find == QueryTarget::Commitments)?;
    let is_any = matter.which.stance.is_empty() && matter.which.stance_min.is_none() && matter.which.stage.is_empty();
    if query.find != QueryTarget::Actors || !is_any || !query.which.none_of.iter().any(falls_short) {
        return None;
    }
    let mut all = query.clone();
    all.which.subject_of = None;
    all.which.kind = vec![EntityKind::Country];
    Some(all)
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
        && !(is_region && !which.subject.is_empty())
        // Who says so is said of statements, and of none that is only supposed.
        && (which.agent.is_empty() || !(is_supposed || matches!(find.rows(), Rows::Entities(_))))
        && (!left_out || is_asked)
        && (find != Commitments || can_be_pledged(which))
        && which.branches().all(|part| fits(find, part, ask, today))
        && which.joins().all(|related| fits(related.find, &related.which, QueryAsk::Items, today))
        && which.ends().all(|such| fits(QueryTarget::Actors, such, QueryAsk::Items, today))
}

/// Whether commitments can be so: persons pledge for countries, what is done, suspended or taken back hangs on nothing more, `refused to
/// go without US backing` says what would change it, what is refused or suspended is not in force, and no stance is firmer
/// than itself.
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

/// Whether only what is refused, declined or taken back is asked for.
fn is_over(which: &Where) -> bool {
    let negative = |stance: &Stance| matches!(stance, Stance::Refused | Stance::Declined | Stance::Withdrawn);
    !which.stance.is_empty() && which.stance.iter().all(negative)
}

/// Whether an entity, or a person for another, gave its word or took it back.
fn can_take_back(graph: &Graph, id: EntityId) -> bool {
    let own =
        EdgeFilter { subject: Some(vec![id]), stance: Some(vec![Stance::Withdrawn]), ..of_kind(EdgeKind::Commitment) };
    is_person(graph, id) || has(graph, &own) || can_withdraw(graph, id)
}

/// Whether an entity is at least willing to give something, or decides a condition.
fn can_withdraw(graph: &Graph, id: EntityId) -> bool {
    let stances = Stance::ALL.iter().copied().filter(|stance| stance.at_least(Stance::Willing)).collect();
    let own = EdgeFilter { subject: Some(vec![id]), stance: Some(stances), ..of_kind(EdgeKind::Commitment) };
    let conditions = EntityFilter { kinds: vec![EntityKind::Condition], ..EntityFilter::default() };
    let decides = |view: &EntityView<'_>| match &view.entity().detail {
        EntityDetail::Condition { test: Some(test), .. } => test.actor == Some(id),
        _ => false,
    };
    has(graph, &own) || graph.entities(&conditions, Page::first(MOST_CONDITIONS)).items.iter().any(decides)
}

/// Whether an entity is on record as one that something is pledged to, and never as one that pledges or refuses.
fn is_only_given(graph: &Graph, id: EntityId) -> bool {
    let of = of_kind(EdgeKind::Commitment);
    !has(graph, &EdgeFilter { subject: Some(vec![id]), ..of.clone() })
        && has(graph, &EdgeFilter { object: Some(vec![id]), ..of })
}

fn of_kind(kind: EdgeKind) -> EdgeFilter {
    EdgeFilter { kinds: vec![kind], ..EdgeFilter::default() }
}

/// Whether the graph has such an edge.
fn has(graph: &Graph, filter: &EdgeFilter) -> bool {
    !graph.edges(filter, Page::first(1)).items.is_empty()
}

/// Who belongs and who holds an office is asked of today.
fn hold_today(find: QueryTarget, which: &mut Where, today: NaiveDate) {
    if matches!(find, QueryTarget::Memberships | QueryTarget::Offices) {
        which.valid_at.get_or_insert(today);
    }
    let joins = [&mut which.subject_of, &mut which.object_of].into_iter().flatten();
    for related in joins {
        hold_today(related.find, &mut related.which, today);
    }
    for such in [&mut which.subject_is, &mut which.object_is].into_iter().flatten() {
        hold_today(QueryTarget::Actors, such, today);
    }
    // Of a branch that is about the same rows the day is said once.
    for part in which.all_of.iter_mut().chain(&mut which.any_of).chain(&mut which.none_of) {
        for related in [&mut part.subject_of, &mut part.object_of].into_iter().flatten() {
            hold_today(related.find, &mut related.which, today);
        }
    }
}

/// Where entities are looked for, what is said of the subject is said of them.
fn of_entities(means: &Means) -> Option<Means> {
    let find = means.get("find").and_then(Value::as_str).and_then(|find| QueryTarget::parse(find).ok())?;
    let (Rows::Entities(_), Some(Value::Object(which))) = (find.rows(), means.get("where")) else {
        return Some(means.clone());
    };
    let mut which = which.clone();
    let Some(Value::Object(such)) = which.remove("subject_is") else { return Some(means.clone()) };
    // A join stands beside others of its kind.
    let mut own = such;
    if let Some(join) = own.remove("subject_of") {
        let branch = Value::Object(Map::from_iter([("subject_of".to_owned(), join)]));
        own = merged(&own, &Map::from_iter([("all_of".to_owned(), Value::Array(vec![branch]))]), Lists::Contradict)?;
    }
    let mut means = means.clone();
    means.insert("where".to_owned(), Value::Object(merged(&own, &which, Lists::Contradict)?));
    Some(means)
}

/// Puts whoever only acts for others where the graph has them, in a tree and its joins.
fn settle(graph: &Graph, find: QueryTarget, which: &mut Where) {
    match find {
        QueryTarget::Commitments => through(graph, EdgeKind::Commitment, which),
        QueryTarget::Requests => {
            through(graph, EdgeKind::Request, which);
            addressees(graph, which);
        }
        _ => {}
    }
    for part in which.all_of.iter_mut().chain(&mut which.any_of).chain(&mut which.none_of) {
        settle(graph, find, part);
    }
    let joins = [&mut which.subject_of, &mut which.object_of, &mut which.about];
    for Related { find, which } in joins.into_iter().flatten().map(|related| &mut **related) {
        settle(graph, *find, which);
    }
    for such in [&mut which.subject_is, &mut which.object_is].into_iter().flatten() {
        settle(graph, QueryTarget::Actors, such);
    }
}

/// The countries whose office a person holds, who speaks for nobody in a statement of the kind.
fn spoken_for(graph: &Graph, kind: EdgeKind, id: EntityId) -> Vec<EntityId> {
    if !is_person(graph, id) || has(graph, &EdgeFilter { acting_through: Some(vec![id]), ..of_kind(kind) }) {
        return Vec::new();
    }
    let offices = EdgeFilter { subject: Some(vec![id]), ..of_kind(EdgeKind::Office) };
    let held = graph.edges(&offices, Page::first(MOST_HOLDERS)).items;
    let mut countries: Vec<_> = held
        .iter()
        .map(EdgeView::object)
        .filter(|view| view.kind() == EntityKind::Country)
        .map(|view| view.id())
        .collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}

/// Persons, and bodies that pledge nothing in their own name, act for their countries: they stand as whom these act through,
/// or, where no statement names them, as the country whose office they hold.
fn through(graph: &Graph, kind: EdgeKind, which: &mut Where) {
    let acts_for_others = |id: &EntityId| {
        graph.entity(*id).is_some_and(|view| match view.kind() {
            EntityKind::Person => true,
            EntityKind::Organization => {
                let own = Some(vec![*id]);
                !has(graph, &EdgeFilter { subject: own.clone(), ..of_kind(kind) })
                    && has(graph, &EdgeFilter { acting_through: own, ..of_kind(kind) })
            }
            _ => false,
        })
    };
    let mut subjects = Vec::new();
    for id in &which.subject {
        let countries = spoken_for(graph, kind, *id);
        subjects.extend(if countries.is_empty() { vec![*id] } else { countries });
    }
    which.subject = subjects;
    let (acting, others): (Vec<_>, Vec<_>) = which.subject.iter().copied().partition(acts_for_others);
    if acting.is_empty() {
        return;
    }
    which.subject.clear();
    let through = Where { acting_through: acting, ..Where::all() };
    if others.is_empty() && which.acting_through.is_empty() {
        which.acting_through = through.acting_through;
    } else if others.is_empty() {
        which.all_of.push(through);
    } else {
        which.any_of.extend([Where { subject: others, ..Where::all() }, through]);
    }
}

/// Who asks a country may ask whoever holds an office of it.
fn addressees(graph: &Graph, which: &mut Where) {
    let countries: Vec<EntityId> = which
        .object
        .iter()
        .copied()
        .filter(|id| graph.entity(*id).is_some_and(|view| view.kind() == EntityKind::Country))
        .collect();
    if countries.is_empty() {
        return;
    }
    let offices = EdgeFilter { object: Some(countries), ..of_kind(EdgeKind::Office) };
    for office in graph.edges(&offices, Page::first(MOST_HOLDERS)).items {
        let holder = office.subject().id();
        let is_asked = has(graph, &EdgeFilter { object: Some(vec![holder]), ..of_kind(EdgeKind::Request) });
        if is_asked && !which.object.contains(&holder) {
            which.object.push(holder);
        }
    }
}
