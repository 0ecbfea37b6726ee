//! Lists of entities.

use std::borrow::Cow;

use pledgegraph_model::{
    Code, ConditionKind, EdgeKind, Entity, EntityDetail, EntityId, EntityKind, OrganizationClass, search_key, words,
};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::{Page, Total};
use crate::node::{Incidence, Node, NodeRecord};
use crate::select::{Clause, Select};
use crate::view::EntityView;

/// What entities are asked for. Fields are joined by AND, the values of one field by OR.
#[derive(Debug, Clone, Default)]
pub struct EntityFilter {
    /// Kinds; empty = all.
    pub kinds: Vec<EntityKind>,
    /// Words of a name; each must occur, as the beginning of a word.
    pub text: Option<String>,
    /// Only persons who hold an office, by a statement that counts.
    pub leaders: Option<Counted>,
    /// Only countries in any of these UN M49 regions.
    pub region: Option<Vec<String>>,
    /// Only conditions of these kinds.
    pub condition_kind: Option<Vec<ConditionKind>>,
    /// Only organizations of these classes.
    pub class: Option<Vec<OrganizationClass>>,
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
    /// The entities that a filter lets through, in the order of recording.
    pub fn entities(&self, filter: &EntityFilter, page: Page<EntityId>) -> EntityPage<'_> {
        let kinds: &[EntityKind] = if filter.kinds.is_empty() { EntityKind::ALL } else { &filter.kinds };
        let by_kind = kinds.iter().map(|kind| (kind.index(), Cow::Borrowed(&self.kinds[kind.index()])));
        let mut clauses = vec![Clause::by_key(by_kind)];
        if let Some(text) = &filter.text {
            let key = search_key(text);
            clauses.extend(words(&key).map(|word| {
                Clause::any(self.names.words_with_prefix(word).map(|(_, postings)| Cow::Owned(postings.clone())))
            }));
        }
        let after = page.after.and_then(|id| self.node(id)).map(Node::number);
        let passes = |record: &NodeRecord| {
            filter.passes(record) && filter.leaders.as_ref().is_none_or(|counted| self.holds_office(record, counted))
        };
        let test = |number: u32| self.record(Node::new(number)).is_some_and(passes);
        let selection = Select { clauses, after, limit: page.limit }.run(filter.needs_records().then_some(test));
        EntityPage {
            items: selection.numbers.iter().map(|number| self.at(Node::new(*number))).collect(),
            more: selection.more,
            total: selection.total,
        }
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

impl EntityFilter {
    fn needs_records(&self) -> bool {
        self.leaders.is_some() || self.region.is_some() || self.condition_kind.is_some() || self.class.is_some()
    }

    fn passes(&self, record: &NodeRecord) -> bool {
        let entity: &Entity = &record.entity;
        self.region.as_ref().is_none_or(|wanted| match &entity.detail {
            EntityDetail::Country(country) => country.regions.iter().any(|region| wanted.contains(region)),
            _ => false,
        }) && self.condition_kind.as_ref().is_none_or(|kinds| match &entity.detail {
            EntityDetail::Condition(condition) => kinds.contains(&condition.condition_kind),
            _ => false,
        }) && self.class.as_ref().is_none_or(|classes| match &entity.detail {
            EntityDetail::Organization(organization) => classes.contains(&organization.class),
            _ => false,
        })
    }
}
