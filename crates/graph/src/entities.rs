//! Lists of entities.

use std::borrow::Cow;

use pledgegraph_model::{Code, EdgeKind, Entity, EntityDetail, EntityId, EntityKind, Where, search_key, words};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::{Page, Total};
use crate::node::{Incidence, Node, NodeRecord};
use crate::plan::Plan;
use crate::postings::Postings;
use crate::select::{Clause, Select};
use crate::view::EntityView;

/// Which entities.
///
/// What holds filters in itself takes more than a list: all branches, `subject_of` and `object_of` are for
/// [`crate::Graph::query`]; a list leaves them to whoever asks.
#[derive(Debug, Clone)]
pub struct EntityQuery {
    /// Entities of these kinds; empty = all.
    pub kinds: Vec<EntityKind>,
    /// Which of them.
    pub which: Where,
    /// Only persons who hold an office, by a statement that counts.
    pub leaders: Option<Counted>,
}

impl EntityQuery {
    /// Entities of some kinds, empty = all.
    pub fn of(kinds: &[EntityKind], which: Where) -> Self {
        Self { kinds: kinds.to_vec(), which, leaders: None }
    }

    /// All entities.
    pub fn all() -> Self {
        Self::of(&[], Where::all())
    }
}

/// A page of entities.
#[derive(Debug)]
pub struct EntityPage<'g> {
    /// The entities.
    pub items: Vec<EntityView<'g>>,
    /// Whether more follow.
    pub more: bool,
    /// How many there are in all.
    pub total: Total,
}

impl Graph {
    /// The entities that are asked for, in the order of recording.
    pub fn entities(&self, query: &EntityQuery, page: Page<EntityId>) -> EntityPage<'_> {
        let passes = |record: &NodeRecord| {
            passes(&query.which, &record.entity)
                && query.leaders.as_ref().is_none_or(|counted| self.holds_office(record, counted))
        };
        let test = |number: u32| self.record(Node::new(number)).is_some_and(passes);
        let needs_records = query.leaders.is_some() || is_tested(&query.which);
        let page = page.and_then(|id| self.node(id).map(Node::number));
        let clauses = self.clauses_of_entities(&query.kinds, &query.which);
        let selection = Select { clauses, page }.run(needs_records.then_some(test));
        EntityPage {
            items: selection.numbers.iter().map(|number| self.at(Node::new(*number))).collect(),
            more: selection.more,
            total: selection.total,
        }
    }

    /// The numbers of all that a filter without trees lets through, ascending.
    pub(crate) fn entity_numbers(&self, kinds: &[EntityKind], which: &Where) -> Vec<u32> {
        let test = |number: u32| self.record(Node::new(number)).is_some_and(|record| passes(which, &record.entity));
        let select = Select { clauses: self.clauses_of_entities(kinds, which), page: Page::first(usize::MAX) };
        select.run(is_tested(which).then_some(test)).numbers
    }

    /// What the indexes tell.
    fn clauses_of_entities(&self, kinds: &[EntityKind], which: &Where) -> Vec<Clause<'_>> {
        let all = if kinds.is_empty() { EntityKind::ALL } else { kinds };
        let kinds = all.iter().filter(|kind| which.kind.is_empty() || which.kind.contains(kind));
        let mut clauses =
            vec![Clause::by_key(kinds.map(|kind| (kind.index(), Cow::Borrowed(&self.kinds[kind.index()]))))];
        for word in which.q.iter().flat_map(|text| words(&search_key(text)).map(str::to_owned).collect::<Vec<_>>()) {
            let named = self.names.words_with_prefix(&word);
            clauses.push(Clause::any(named.map(|(_, postings)| Cow::Owned(postings.clone()))));
        }
        if !which.is.is_empty() {
            let numbers = self.nodes_of(&which.is).into_iter().map(Node::number);
            clauses.push(Clause::one(Cow::Owned(Postings::of(numbers))));
        }
        if !which.source.is_empty() {
            clauses.push(Clause::one(Cow::Owned(self.named_in(&which.source))));
        }
        clauses
    }

    /// The entities at an end of a statement that a source is evidence of.
    fn named_in(&self, sources: &[EntityId]) -> Postings {
        let which = Where { source: sources.to_vec(), ..Where::all() };
        let edges = self.slots(Plan::of_node(&[], &which, None)).into_iter().filter_map(|slot| self.edge_record(slot));
        Postings::of(edges.flat_map(|edge| [edge.subject.number(), edge.object.number()]))
    }
}

impl Graph {
    /// Whether a person holds an office, by a statement that counts.
    pub fn is_leader(&self, id: EntityId, counted: &Counted) -> bool {
        self.node(id).and_then(|node| self.record(node)).is_some_and(|record| self.holds_office(record, counted))
    }

    fn holds_office(&self, record: &NodeRecord, counted: &Counted) -> bool {
        let offices = record.group(Incidence::Subject(EdgeKind::Office));
        let mut offices = offices.into_iter().flat_map(|slots| slots.iter());
        offices.any(|slot| self.edge_record(slot).is_some_and(|office| counted.takes(self, slot, office)))
    }
}

/// Whether a filter has what only the record tells.
fn is_tested(which: &Where) -> bool {
    !which.region.is_empty() || !which.condition_kind.is_empty() || !which.class.is_empty()
}

fn passes(which: &Where, entity: &Entity) -> bool {
    (which.region.is_empty()
        || matches!(&entity.detail, EntityDetail::Country(country)
            if country.regions.iter().any(|region| which.region.contains(region))))
        && (which.condition_kind.is_empty()
            || matches!(&entity.detail, EntityDetail::Condition(condition)
                if which.condition_kind.contains(&condition.condition_kind)))
        && (which.class.is_empty()
            || matches!(&entity.detail, EntityDetail::Organization(organization)
                if which.class.contains(&organization.class)))
}
