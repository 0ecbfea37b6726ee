//! What a question means, as the graph has it: who acts through whom, and what is said of an entity itself.

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeFilter, EdgeView, Graph, Page};
use pledgegraph_model::{
    Code, EdgeKind, EntityId, EntityKind, Query, QueryAsk, QueryField, QueryTarget, Related, Rows, Where,
};
use serde_json::{Map, Value};

use crate::meaning::{Lists, Means, merged, query_of};
use crate::possible::{can_be_meant, has, is_person, of_kind};

/// How many persons a country's office is looked up for.
const MOST_HOLDERS: usize = 50;

/// The query that is meant; `None` when its parts contradict each other.
pub(crate) fn resolve(graph: &Graph, means: &Means, today: NaiveDate) -> Option<Query> {
    let mut query: Query = serde_json::from_value(query_of(&of_entities(means)?)).ok()?;
    // Whether it holds for each is answered by those for whom it does; whether it is so, and how, by what is on record.
    let of_each = means.get("where").and_then(|which| which.get("&subject")).is_some();
    if query.ask == QueryAsk::Exists && (of_each || !query.select.is_empty()) {
        query.ask = QueryAsk::Items;
        query.select.insert(0, if of_each { QueryField::Subject } else { QueryField::Stance });
    }
    if !can_be_meant(graph, means, &query, today) {
        return None;
    }
    // Persons are on record as those through whom countries pledge: of them nothing is lacking.
    let lacks = query.which.none_of.iter().any(|part| part.subject_of.is_some());
    if query.find == QueryTarget::Actors && lacks && query.which.kind.is_empty() {
        query.which.kind =
            vec![EntityKind::Country, EntityKind::Organization, EntityKind::Coalition, EntityKind::Group];
    }
    // Sources may disagree on what is long over.
    let day = Some(today).filter(|_| query.ask != QueryAsk::Conflicts);
    Settling { graph, day }.whole(query.find, &mut query.which);
    Some(query)
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

/// Puts a tree and its joins as the graph has them.
struct Settling<'g> {
    graph: &'g Graph,
    /// Who belongs and who holds an office is asked of a day.
    day: Option<NaiveDate>,
}

impl Settling<'_> {
    fn whole(&self, find: QueryTarget, which: &mut Where) {
        if let (QueryTarget::Memberships | QueryTarget::Offices, Some(day)) = (find, self.day) {
            which.valid_at.get_or_insert(day);
        }
        self.part(find, which);
    }

    /// A branch is about the same rows as what it is a branch of, whose day is said once.
    fn part(&self, find: QueryTarget, which: &mut Where) {
        match find {
            QueryTarget::Commitments => through(self.graph, EdgeKind::Commitment, which),
            QueryTarget::Requests => {
                through(self.graph, EdgeKind::Request, which);
                addressees(self.graph, which);
            }
            _ => {}
        }
        for part in which.all_of.iter_mut().chain(&mut which.any_of).chain(&mut which.none_of) {
            self.part(find, part);
        }
        let joins = [&mut which.subject_of, &mut which.object_of, &mut which.about];
        for Related { find, which } in joins.into_iter().flatten().map(|related| &mut **related) {
            self.whole(*find, which);
        }
        for such in [&mut which.subject_is, &mut which.object_is].into_iter().flatten() {
            self.whole(QueryTarget::Actors, such);
        }
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
