//! Lists of edges: every filter that an index can answer is a clause, the rest is tested on the record.

use std::borrow::Cow;
use std::collections::HashSet;

use pledgegraph_model::{
    Capability, Code, Date, EdgeDetail, EdgeId, EdgeKind, EntityId, Explicitness, lookup_keys, words,
};

use crate::Graph;
use crate::filter::{EdgeFilter, Page, Total};
use crate::indexes::Index;
use crate::names::with_prefix;
use crate::node::{Incidence, Node};
use crate::record::EdgeRecord;
use crate::select::{Clause, Select};
use crate::view::EdgeView;

/// How many nodes a hierarchy or a word may bring in before the rest is left out of a filter.
const MOST_NODES: usize = 10_000;

/// A page of edges.
#[derive(Debug)]
pub struct EdgePage<'g> {
    /// The edges.
    pub items: Vec<EdgeView<'g>>,
    /// Whether more follow.
    pub more: bool,
    /// How many there are in all.
    pub total: Total,
    /// How many edge records were looked at.
    pub visited: u64,
}

impl Graph {
    /// The edges that a filter lets through, in the order of recording.
    ///
    /// A filter by index costs O(edges / 64 x clauses) word operations at most and looks at no record; see
    /// [`EdgePage::visited`] for what was looked at.
    pub fn edges(&self, filter: &EdgeFilter, page: Page<EdgeId>) -> EdgePage<'_> {
        let select =
            Select { clauses: self.clauses(filter), after: page.after.and_then(|id| self.slot(id)), limit: page.limit };
        let test = |slot: u32| self.edge_record(slot).is_some_and(|record| record.passes(filter));
        let selection = select.run(filter.needs_records().then_some(test));
        EdgePage {
            items: selection.numbers.iter().filter_map(|slot| self.view(*slot)).collect(),
            more: selection.more,
            total: selection.total,
            visited: selection.visited,
        }
    }

    fn clauses(&self, filter: &EdgeFilter) -> Vec<Clause<'_>> {
        let kinds: &[EdgeKind] = if filter.kinds.is_empty() { EdgeKind::ALL } else { &filter.kinds };
        let mut clauses: Vec<Clause<'_>> = Vec::new();
        let subjects = filter.subject.as_ref().map(|ids| {
            let nodes = self.nodes_of(ids);
            if filter.subject_with_parts { self.with_parts(nodes) } else { nodes }
        });
        let of_kinds = |end: fn(EdgeKind) -> Incidence| kinds.iter().map(move |kind| end(*kind)).collect::<Vec<_>>();
        clauses.extend(subjects.map(|nodes| self.groups(&nodes, &of_kinds(Incidence::Subject))));
        let leaf: Vec<Incidence> = match filter.explicitness {
            Some(how) => vec![Incidence::Condition(how)],
            None => Explicitness::ALL.iter().map(|how| Incidence::Condition(*how)).collect(),
        };
        let either = [of_kinds(Incidence::Subject), of_kinds(Incidence::Object)].concat();
        for (ids, incidences) in [
            (&filter.object, of_kinds(Incidence::Object)),
            (&filter.touching, either),
            (&filter.condition, leaf),
            (&filter.coalition, vec![Incidence::Coalition]),
            (&filter.source, vec![Incidence::Source]),
            (&filter.agent, vec![Incidence::Agent]),
            (&filter.meeting, vec![Incidence::Meeting]),
            (&filter.place, vec![Incidence::Place]),
            (&filter.acting_through, vec![Incidence::ActingThrough]),
        ] {
            clauses.extend(ids.as_ref().map(|ids| self.groups(&self.nodes_of(ids), &incidences)));
        }
        self.clauses_by_code(filter, &mut clauses);
        for word in filter.text.iter().flat_map(|text| lookup_keys(text).into_iter().take(1)) {
            clauses.extend(words(&word).map(|word| self.mentioning(word)));
        }
        if !filter.kinds.is_empty() || clauses.is_empty() {
            clauses.push(kinds.iter().map(|kind| Cow::Borrowed(self.indexes.get(Index::Kind, *kind))).collect());
        }
        clauses
    }

    fn clauses_by_code<'g>(&'g self, filter: &EdgeFilter, clauses: &mut Vec<Clause<'g>>) {
        let capabilities = filter.capability.as_ref().map(|codes| {
            let wanted: HashSet<Capability> = codes.iter().flat_map(|c| c.with_children()).collect();
            wanted.into_iter().collect::<Vec<_>>()
        });
        self.clause(Index::Capability, capabilities.as_ref(), clauses);
        self.clause(Index::Mission, filter.mission.as_ref(), clauses);
        self.clause(Index::Stance, filter.stance.as_ref(), clauses);
        self.clause(Index::Stage, filter.stage.as_ref(), clauses);
        self.clause(Index::Conditionality, filter.conditionality.as_ref(), clauses);
        self.clause(Index::Modality, filter.modality.as_ref(), clauses);
        self.clause(Index::Polarity, filter.polarity.as_ref(), clauses);
        if filter.condition.is_none() {
            self.clause(Index::Explicitness, filter.explicitness.map(|how| vec![how]).as_ref(), clauses);
        }
    }

    fn clause<'g, C: Code>(&'g self, index: Index, codes: Option<&Vec<C>>, clauses: &mut Vec<Clause<'g>>) {
        let get = |codes: &Vec<C>| codes.iter().map(|code| Cow::Borrowed(self.indexes.get(index, *code))).collect();
        clauses.extend(codes.map(get));
    }

    fn nodes_of(&self, ids: &[EntityId]) -> Vec<Node> {
        ids.iter().filter_map(|id| self.node(*id)).collect()
    }

    /// The edges to which any of the nodes is any of the incidences.
    fn groups(&self, nodes: &[Node], incidences: &[Incidence]) -> Clause<'_> {
        let records = nodes.iter().filter_map(|node| self.record(*node));
        records.flat_map(|record| incidences.iter().filter_map(|i| record.group(*i))).map(Cow::Borrowed).collect()
    }

    /// The nodes and all that is part of them, at any depth.
    fn with_parts(&self, mut nodes: Vec<Node>) -> Vec<Node> {
        let mut seen: HashSet<Node> = nodes.iter().copied().collect();
        let mut next = 0;
        while let Some(whole) = nodes.get(next).copied() {
            next += 1;
            let parts = self.record(whole).and_then(|record| record.group(Incidence::Object(EdgeKind::PartOf)));
            for slot in parts.into_iter().flat_map(|p| p.iter()) {
                let Some(part) = self.edge_record(slot).map(|record| record.subject) else { continue };
                if nodes.len() < MOST_NODES && seen.insert(part) {
                    nodes.push(part);
                }
            }
        }
        nodes
    }

    /// The edges with a word that begins so in their texts, or in a name of what they touch.
    fn mentioning(&self, word: &str) -> Clause<'_> {
        let mut clause: Clause<'_> =
            with_prefix(&self.indexes.words, word).map(|(_, p)| Cow::Owned(p.clone())).collect();
        let mut nodes: Vec<Node> = Vec::new();
        for (_, postings) in self.names.words_with_prefix(word) {
            nodes.extend(postings.iter().map(Node::new).take(MOST_NODES - nodes.len().min(MOST_NODES)));
        }
        nodes.sort_unstable();
        nodes.dedup();
        let incidences: Vec<Incidence> = Incidence::ends()
            .chain(Explicitness::ALL.iter().map(|how| Incidence::Condition(*how)))
            .chain([Incidence::Coalition, Incidence::Meeting, Incidence::Place, Incidence::ActingThrough])
            .collect();
        clause.extend(self.groups(&nodes, &incidences));
        clause
    }
}

impl EdgeFilter {
    /// Whether some of it no index can answer.
    fn needs_records(&self) -> bool {
        self.rank.is_some()
            || self.membership_role.is_some()
            || self.attendance_role.is_some()
            || self.said.is_some()
            || self.valid_at.is_some()
    }
}

impl EdgeRecord {
    /// Whether it passes what no index can answer.
    fn passes(&self, filter: &EdgeFilter) -> bool {
        fn any_of<C: Code>(codes: Option<&Vec<C>>, code: Option<C>) -> bool {
            codes.is_none_or(|codes| code.is_some_and(|code| codes.contains(&code)))
        }
        let (membership_role, attendance_role) = match &*self.detail {
            EdgeDetail::Membership(detail) => (Some(detail.role), None),
            EdgeDetail::Attendance(detail) => (None, Some(detail.role)),
            _ => (None, None),
        };
        any_of(filter.rank.as_ref(), Some(self.rank))
            && any_of(filter.membership_role.as_ref(), membership_role)
            && any_of(filter.attendance_role.as_ref(), attendance_role)
            && self.said_within(filter)
            && self.holds(filter)
    }

    fn said_within(&self, filter: &EdgeFilter) -> bool {
        let Some(span) = filter.said else { return true };
        match (&self.circumstances().said_at.edtf, filter.date_match_certain) {
            (Some(edtf), true) => edtf.certainly_in(span.from, span.to),
            (Some(edtf), false) => edtf.possibly_in(span.from, span.to),
            // Without a date it may have been said on any day.
            (None, certain) => !certain,
        }
    }

    fn holds(&self, filter: &EdgeFilter) -> bool {
        let Some(day) = filter.valid_at else { return true };
        let Self { circumstances: Some(circumstances), .. } = self else { return !filter.date_match_certain };
        let (from, until) = (&circumstances.valid_from, &circumstances.valid_until);
        if filter.date_match_certain {
            let began = from.latest().is_some_and(|latest| latest <= day);
            let goes_on = until.edtf.is_none() || until.earliest().is_some_and(|earliest| earliest >= day);
            began && goes_on
        } else {
            let not_yet = |date: &Date| date.earliest().is_some_and(|earliest| earliest > day);
            let over = |date: &Date| date.latest().is_some_and(|latest| latest < day);
            !not_yet(from) && !over(until)
        }
    }
}
