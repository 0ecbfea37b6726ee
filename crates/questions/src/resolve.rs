//! What a question means, as the graph has it: who acts through whom, and what is said of an entity itself.

use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeQuery, EdgeView, Graph, Page};
use pledgegraph_model::{
    Code, EdgeKind, EntityId, EntityKind, Polarity, Query, QueryAsk, QueryField, QueryTarget, Related, Rows, Where,
};
use serde_json::{Map, Value};

use crate::meaning::{Lists, Means, is_of_each, merged, query_of};
use crate::possible::{can_be_meant, has, is_done_or_over, is_person, of_subject};

/// The query that is meant; `None` when its parts contradict each other.
pub(crate) fn resolve(graph: &Graph, means: &Means, today: NaiveDate) -> Option<Query> {
    let mut query: Query = serde_json::from_value(query_of(&of_entities(means)?)).ok()?;
    if !query.assume.is_empty() {
        supposed(&mut query)?;
    }
    // Whether it holds for each is answered by those for whom it does; whether it is so, and how, by what is on record.
    let of_each = is_of_each(means, "subject");
    if query.ask == QueryAsk::Exists && (of_each || !query.select.is_empty()) {
        let is_one = !of_each && query.find == QueryTarget::Commitments;
        query.ask = QueryAsk::Items;
        query.select.insert(0, if is_one { QueryField::Stance } else { QueryField::Subject });
    }
    if !can_be_meant(graph, means, &query, today) {
        return None;
    }
    // Persons are on record as those through whom countries pledge: of them nothing is lacking.
    let lacks = query.which.none_of.iter().any(|part| part.subject_of.is_some());
    if query.find == QueryTarget::Actors && lacks && query.which.kind.is_empty() {
        query.which.kind = vec![EntityKind::Country, EntityKind::Organization, EntityKind::Coalition];
        // A group of members stands for the members themselves.
        let of_members = |part: &Where| part.subject_of.as_ref().is_some_and(|of| of.find == QueryTarget::Memberships);
        if !std::iter::once(&query.which).chain(&query.which.all_of).any(of_members) {
            query.which.kind.push(EntityKind::Group);
        }
    }
    // Sources may disagree on what is long over, and since when somebody belongs is told of those who no longer do.
    let is_dated = query.find == QueryTarget::Memberships && query.select.contains(&QueryField::Date);
    let is_of_today = query.ask != QueryAsk::Conflicts && !is_dated;
    Settling { graph, today, is_of_today }.whole(query.find, &mut query.which);
    Some(query)
}

/// Where something is supposed, whoever and whether is asked, it is told of each commitment how it then stands. `None` where
/// that cannot be told: of other statements, and of what is done or refused already.
fn supposed(query: &mut Query) -> Option<()> {
    let is_asked = matches!(query.ask, QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists);
    if !is_asked {
        return Some(());
    }
    if query.find != QueryTarget::Commitments || is_done_or_over(&query.which) {
        return None;
    }
    query.ask = QueryAsk::Truth;
    query.select.clear();
    query.group_by = None;
    query.by_stance = false;
    Some(())
}

/// Who pledges less is looked for among those with a statement on the matter; the other way to take it is all countries.
pub(crate) fn of_all_countries(query: &Query) -> Option<Query> {
    let falls_short =
        |part: &Where| part.subject_of.as_ref().is_some_and(|lacking| lacking.find == QueryTarget::Commitments);
    let matter = query.which.subject_of.as_ref().filter(|matter| matter.find == QueryTarget::Commitments)?;
    let is_any = matter.which.stance.is_empty() && matter.which.stance_min.is_none() && matter.which.stage.is_empty();
    let of_others = !query.which.kind.is_empty() && !query.which.kind.contains(&EntityKind::Country);
    if query.find != QueryTarget::Actors || !is_any || of_others || !query.which.none_of.iter().any(falls_short) {
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
    today: NaiveDate,
    /// Whether who belongs and who holds an office is asked of today.
    is_of_today: bool,
}

impl Settling<'_> {
    fn whole(&self, find: QueryTarget, which: &mut Where) {
        if self.is_of_today && matches!(find, QueryTarget::Memberships | QueryTarget::Offices) {
            which.valid_at.get_or_insert(self.today);
        }
        self.part(find, which);
    }

    /// A branch is about the same rows as what it is a branch of, whose day is said once.
    fn part(&self, find: QueryTarget, which: &mut Where) {
        match find {
            QueryTarget::Commitments => through(self.graph, EdgeKind::Commitment, which, self.today),
            QueryTarget::Requests => {
                through(self.graph, EdgeKind::Request, which, self.today);
                addressees(self.graph, which, self.today);
            }
            QueryTarget::Actions => stand_for_countries(self.graph, EdgeKind::Action, which, self.today),
            QueryTarget::Remarks => stand_for_countries(self.graph, EdgeKind::Remark, which, self.today),
            _ => {}
        }
        for part in which.all_of.iter_mut().chain(&mut which.any_of).chain(&mut which.none_of) {
            self.part(find, part);
        }
        // Whoever does two things does them by what is asserted of them; in a list what is denied is told apart.
        if let Some(related) = which.subject_of.as_mut().filter(|_| find == QueryTarget::Actors)
            && related.find == QueryTarget::Commitments
            && related.which.polarity.is_empty()
        {
            related.which.polarity = vec![Polarity::Asserted];
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

/// The countries whose office a person holds on a day, who is named in no statement of the kind.
fn spoken_for(graph: &Graph, kind: EdgeKind, id: EntityId, day: NaiveDate) -> Vec<EntityId> {
    let is_named =
        has(graph, kind, Where { acting_through: vec![id], ..Where::all() }) || has(graph, kind, of_subject(id));
    if is_named || !is_person(graph, id) {
        return Vec::new();
    }
    let held = graph.edges(&offices(of_subject(id), day), Page::first(usize::MAX)).items;
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

/// Offices that are held on a day.
fn offices(which: Where, day: NaiveDate) -> EdgeQuery {
    EdgeQuery::of(&[EdgeKind::Office], which).counted(Counted::on(day))
}

fn stand_for_countries(graph: &Graph, kind: EdgeKind, which: &mut Where, day: NaiveDate) {
    let mut subjects = Vec::new();
    for id in &which.subject {
        let countries = spoken_for(graph, kind, *id, day);
        for id in if countries.is_empty() { vec![*id] } else { countries } {
            if !subjects.contains(&id) {
                subjects.push(id);
            }
        }
    }
    which.subject = subjects;
}

/// Persons, and bodies that pledge nothing in their own name, act for their countries: they stand as whom these act through,
/// or, where no statement names them, as the country whose office they hold.
fn through(graph: &Graph, kind: EdgeKind, which: &mut Where, day: NaiveDate) {
    let acts_for_others = |id: &EntityId| {
        graph.entity(*id).is_some_and(|view| match view.kind() {
            EntityKind::Person => true,
            EntityKind::Organization => {
                !has(graph, kind, of_subject(*id))
                    && has(graph, kind, Where { acting_through: vec![*id], ..Where::all() })
            }
            _ => false,
        })
    };
    stand_for_countries(graph, kind, which, day);
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
fn addressees(graph: &Graph, which: &mut Where, day: NaiveDate) {
    let countries: Vec<EntityId> = which
        .object
        .iter()
        .copied()
        .filter(|id| graph.entity(*id).is_some_and(|view| view.kind() == EntityKind::Country))
        .collect();
    if countries.is_empty() {
        return;
    }
    let of_them = Where { object: countries, ..Where::all() };
    for office in graph.edges(&offices(of_them, day), Page::first(usize::MAX)).items {
        let holder = office.subject().id();
        let is_asked = has(graph, EdgeKind::Request, Where { object: vec![holder], ..Where::all() });
        if is_asked && !which.object.contains(&holder) {
            which.object.push(holder);
        }
    }
}
