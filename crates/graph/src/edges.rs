//! Lists of edges: every filter that an index can answer is a clause, the rest is tested on the record.

use std::borrow::Cow;
use std::cell::Cell;

use chrono::NaiveDate;
use pledgegraph_model::{
    Capability, Code, EdgeId, EdgeKind, EntityId, Explicitness, Stance, Standing, lookup_keys, words,
};

use crate::Graph;
use crate::counted::{Counted, are_those_that_count};
use crate::filter::{EdgeFilter, Page, Total};
use crate::indexes::Index;
use crate::names::with_prefix;
use crate::node::{Incidence, Node, NodeRecord};
use crate::postings::Postings;
use crate::record::EdgeRecord;
use crate::select::{COUNT_BUDGET, Clause, Select};
use crate::standing::Rule;
use crate::view::EdgeView;

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
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{EdgeFilter, Page};
    /// use pledgegraph_model::{Capability, EdgeKind, Stance};
    ///
    /// let backing = graph.find(&"condition:us-backing".parse()?).expect("an entity").id();
    /// let filter = EdgeFilter {
    ///     kinds: vec![EdgeKind::Commitment],
    ///     capability: Some(vec![Capability::MilitaryForces]),
    ///     stance: Some(vec![Stance::Willing, Stance::Offered, Stance::Pledged]),
    ///     condition: Some(vec![backing]),
    ///     ..EdgeFilter::default()
    /// };
    /// let page = graph.edges(&filter, Page::first(2));
    /// let pledgers: Vec<&str> = page.items.iter().map(|edge| edge.subject().label("en").0).collect();
    /// assert_eq!(pledgers, ["Australia", "France"]);
    /// assert_eq!((page.more, page.total.value), (true, 3));
    ///
    /// let last = page.items.last().map(|edge| edge.id());
    /// let rest = graph.edges(&filter, Page { after: last, limit: 2 });
    /// assert_eq!(rest.items[0].subject().label("en").0, "United Kingdom");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn edges(&self, filter: &EdgeFilter, page: Page<EdgeId>) -> EdgePage<'_> {
        let select =
            Select { clauses: self.clauses(filter), after: page.after.and_then(|id| self.slot(id)), limit: page.limit };
        let test = |slot: u32| self.passes(slot, filter);
        let selection = select.run(self.needs_records(filter).then_some(test));
        EdgePage {
            items: selection.numbers.iter().filter_map(|slot| self.view(*slot)).collect(),
            more: selection.more,
            total: selection.total,
            visited: selection.visited,
        }
    }

    /// The slots of all edges that a filter lets through, ascending.
    pub(crate) fn slots(&self, filter: &EdgeFilter) -> Vec<u32> {
        let select = Select { clauses: self.clauses(filter), after: None, limit: usize::MAX };
        let test = |slot: u32| self.passes(slot, filter);
        select.run(self.needs_records(filter).then_some(test)).numbers
    }

    /// What a filter leaves out because it does not count, by standing; `false`: counting stopped at its budget.
    ///
    /// O(what does not count) on the day of the graph, else as much as the list itself, once for all standings.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{Counted, EdgeFilter, Page};
    /// use pledgegraph_model::{EdgeKind, Stance, Standing};
    ///
    /// // One declining is on record; others concede it, so it is not the group's own word.
    /// let filter = EdgeFilter {
    ///     kinds: vec![EdgeKind::Commitment],
    ///     capability: Some(vec!["military.forces".parse()?]),
    ///     stance: Some(vec![Stance::Declined]),
    ///     counted: Some(Counted::on(graph.day())),
    ///     ..EdgeFilter::default()
    /// };
    /// assert!(graph.edges(&filter, Page::first(10)).items.is_empty());
    /// assert_eq!(graph.set_aside(&filter), (vec![(Standing::NotCounted, 1)], true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_aside(&self, filter: &EdgeFilter) -> (Vec<(Standing, u64)>, bool) {
        let Some(counted) = &filter.counted else { return (Vec::new(), true) };
        if counted.day != self.day() {
            return self.set_aside_on_another_day(filter, counted);
        }
        let (mut found, mut exact) = (Vec::new(), true);
        for standing in Standing::ALL.iter().copied().filter(|standing| !counted.takes_standing(*standing)) {
            if counted.has_usual_modalities() && self.standings.list(standing).is_empty() {
                continue;
            }
            let only = Counted { standings: vec![standing], ..counted.clone() };
            let left_out = EdgeFilter { counted: Some(only), ..filter.clone() };
            let total = self.edges(&left_out, Page::first(0)).total;
            exact &= total.exact;
            found.extend((total.value > 0).then_some((standing, total.value)));
        }
        (found, exact)
    }

    /// The same where the rule finds each standing. Of each that was seen, counting stops when the budget is spent; the others
    /// are looked for until the end.
    fn set_aside_on_another_day(&self, filter: &EdgeFilter, counted: &Counted) -> (Vec<(Standing, u64)>, bool) {
        let others = EdgeFilter { counted: None, ..filter.clone() };
        let left_out = |standing: &&Standing| !counted.takes_standing(**standing);
        let tallies: Vec<(Standing, Cell<u64>)> =
            Standing::ALL.iter().filter(left_out).map(|standing| (*standing, Cell::new(0))).collect();
        if tallies.is_empty() {
            return (Vec::new(), true);
        }
        let (visited, exact) = (Cell::new(0), Cell::new(true));
        let is_told = |tally: &Cell<u64>| visited.get() > COUNT_BUDGET && tally.get() > 0;
        // Lets nothing through while anything is to be told, so that the walk goes on.
        let test = |slot: u32| {
            exact.set(exact.get() && !tallies.iter().any(|(_, tally)| is_told(tally)));
            let edge = self.edge_record(slot).filter(|_| self.passes(slot, &others));
            let standing = edge.map(|edge| counted.standing_of(self, slot, edge));
            let of = tallies.iter().find(|(of, _)| Some(*of) == standing);
            if let Some((_, tally)) = of.filter(|(_, tally)| !is_told(tally)) {
                tally.set(tally.get() + 1);
            }
            visited.set(visited.get() + 1);
            tallies.iter().all(|(_, tally)| is_told(tally))
        };
        let walk = Select { clauses: self.clauses(filter), after: None, limit: 0 }.run(Some(test));
        let exact = exact.get() && walk.total.exact;
        let found = tallies.into_iter().map(|(standing, tally)| (standing, tally.get()));
        (found.filter(|(_, count)| *count > 0).collect(), exact)
    }

    /// Whether a filter by what statements touch is answered from lists at hand, in no more than O(edges / 64) word
    /// operations a list: no record is tested, no text searched, and no part of a whole looked for.
    pub fn is_at_hand(&self, filter: &EdgeFilter) -> bool {
        let wholes = filter.subject.as_ref().filter(|_| filter.subject_with_parts);
        let has_parts = wholes.is_none_or(|ids| self.has_parts(&self.nodes_of(ids)));
        has_parts && filter.text.is_none() && !self.needs_records(filter)
    }

    fn clauses(&self, filter: &EdgeFilter) -> Vec<Clause<'_>> {
        let kinds = distinct(if filter.kinds.is_empty() { EdgeKind::ALL } else { &filter.kinds });
        let mut clauses: Vec<Clause<'_>> = self.clauses_by_end(filter, &kinds);
        // Groups by end are of these kinds only, and only commitments have these codes.
        let mut of_kinds = !clauses.is_empty();
        let before = clauses.len();
        self.clauses_of_commitments(filter, &kinds, &mut clauses);
        of_kinds |= clauses.len() > before && kinds == [EdgeKind::Commitment];
        for (ids, incidences) in [
            (&filter.coalition, &[Incidence::Coalition][..]),
            (&filter.source, &[Incidence::Source]),
            (&filter.agent, &[Incidence::Agent]),
            (&filter.meeting, &[Incidence::Meeting]),
            (&filter.place, &[Incidence::Place]),
            (&filter.acting_through, &[Incidence::ActingThrough]),
        ] {
            clauses.extend(ids.as_ref().map(|ids| self.groups(&self.nodes_of(ids), incidences)));
        }
        if filter.modality.as_ref().is_some_and(|modalities| are_those_that_count(modalities)) {
            clauses.push(Clause::one(Cow::Borrowed(self.indexes.counted())));
        } else {
            self.clause(Index::Modality, filter.modality.as_ref(), &mut clauses);
        }
        if let Some(chosen) = &filter.only {
            clauses.push(Clause::by_key(chosen.0.iter().cloned().map(Cow::Owned).enumerate()));
        }
        self.clause(Index::Polarity, filter.polarity.as_ref(), &mut clauses);
        self.clause(Index::Rank, filter.rank.as_ref(), &mut clauses);
        self.clause(Index::MembershipRole, filter.membership_role.as_ref(), &mut clauses);
        self.clause(Index::AttendanceRole, filter.attendance_role.as_ref(), &mut clauses);
        self.clauses_by_standing(filter, &mut clauses);
        self.clauses_by_date(filter, &mut clauses);
        for word in filter.text.iter().flat_map(|text| lookup_keys(text).into_iter().take(1)) {
            clauses.extend(words(&word).map(|word| self.mentioning(word)));
        }
        if clauses.is_empty() || (!filter.kinds.is_empty() && !of_kinds) {
            self.clause(Index::Kind, Some(&kinds), &mut clauses);
        }
        clauses
    }

    fn clauses_by_end(&self, filter: &EdgeFilter, kinds: &[EdgeKind]) -> Vec<Clause<'_>> {
        let of_kinds = |end: fn(EdgeKind) -> Incidence| kinds.iter().map(move |kind| end(*kind)).collect::<Vec<_>>();
        let subjects = filter.subject.as_ref().map(|ids| {
            let nodes = self.nodes_of(ids);
            let counted = filter.counted.as_ref().map(|counted| counted.day);
            let day = || filter.valid_at.or(counted).unwrap_or_else(|| self.day());
            let nodes = if filter.subject_with_parts { self.with_parts(nodes, day()) } else { nodes };
            // An edge has one subject and one kind, and so it is with objects.
            Clause::by_key(self.lists(&nodes, &of_kinds(Incidence::Subject)))
        });
        let objects = filter
            .object
            .as_ref()
            .map(|ids| Clause::by_key(self.lists(&self.nodes_of(ids), &of_kinds(Incidence::Object))));
        let either = || [of_kinds(Incidence::Subject), of_kinds(Incidence::Object)].concat();
        let touching = filter.touching.as_ref().map(|ids| self.groups(&self.nodes_of(ids), &either()));
        subjects.into_iter().chain(objects).chain(touching).collect()
    }

    fn clauses_of_commitments<'g>(&'g self, filter: &EdgeFilter, kinds: &[EdgeKind], clauses: &mut Vec<Clause<'g>>) {
        self.clause(Index::Mission, filter.mission.as_ref(), clauses);
        match filter.stance.as_deref().map(|stances| (stances, least_of(stances))) {
            Some((_, Some(least))) => self.clause(Index::StanceAtLeast, Some(&vec![least]), clauses),
            _ => self.clause(Index::Stance, filter.stance.as_ref(), clauses),
        }
        self.clause(Index::Stage, filter.stage.as_ref(), clauses);
        self.clause(Index::Conditionality, filter.conditionality.as_ref(), clauses);
        let explicitness = distinct(filter.explicitness.as_deref().unwrap_or(Explicitness::ALL));
        if let Some(ids) = &filter.condition {
            let leaves: Vec<Incidence> = explicitness.into_iter().map(Incidence::Condition).collect();
            clauses.push(self.groups(&self.nodes_of(ids), &leaves));
        } else if filter.explicitness.is_some() {
            // A tree may have leaves of both.
            let lists = explicitness.into_iter().map(|how| self.indexes.get(Index::Explicitness, how));
            clauses.push(Clause::any(lists.map(Cow::Borrowed)));
        }
        if let Some(codes) = &filter.capability {
            // A list has the children in, so those of a capability that is asked for itself are left out: what is left
            // tells statements apart, since each has one capability.
            let covered = |c: &Capability| codes.iter().any(|other| other != c && c.is_within(*other));
            let wanted = codes.iter().filter(|c| !covered(c));
            let indexes = [Index::Capability, Index::RequestCapability];
            let indexes = &indexes[..if kinds == [EdgeKind::Commitment] { 1 } else { 2 }];
            clauses.push(Clause::by_key(wanted.flat_map(|c| {
                indexes.iter().map(|index| ((*index as usize, c.index()), Cow::Borrowed(self.indexes.get(*index, *c))))
            })));
        }
    }

    /// What narrows standings down; on another day than that of the graph, and for other modalities, the record decides.
    fn clauses_by_standing<'g>(&'g self, filter: &EdgeFilter, clauses: &mut Vec<Clause<'g>>) {
        let Some(counted) = filter.counted.as_ref().filter(|counted| counted.day == self.day()) else { return };
        let doubtful = (!counted.has_usual_modalities()).then_some(Standing::NotCounted);
        let standings = counted.standings().chain(doubtful);
        clauses.push(Clause::by_key(standings.map(|of| (of, Cow::Borrowed(self.standings.list(of))))));
    }

    /// What narrows dates down; the record decides.
    fn clauses_by_date<'g>(&'g self, filter: &EdgeFilter, clauses: &mut Vec<Clause<'g>>) {
        if let Some(span) = filter.said {
            let any = self.indexes.said.within(span, filter.date_match_certain);
            clauses.push(Clause::any(any.into_iter().map(Cow::Borrowed)));
        }
        if filter.valid_at.is_some() && filter.date_match_certain {
            clauses.push(Clause::one(Cow::Borrowed(self.indexes.bounded())));
        }
    }

    /// Any of the codes of an index in which a statement has one code at most.
    fn clause<'g, C: Code>(&'g self, index: Index, codes: Option<&Vec<C>>, clauses: &mut Vec<Clause<'g>>) {
        let Some(codes) = codes else { return };
        let lists = codes.iter().map(|code| (code.index(), Cow::Borrowed(self.indexes.get(index, *code))));
        clauses.push(Clause::by_key(lists));
    }

    fn nodes_of(&self, ids: &[EntityId]) -> Vec<Node> {
        let mut nodes: Vec<Node> = ids.iter().filter_map(|id| self.node(*id)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// The edges to which any of the nodes is any of the incidences. An edge may have several of them.
    fn groups(&self, nodes: &[Node], incidences: &[Incidence]) -> Clause<'_> {
        Clause::any(self.lists(nodes, incidences).into_iter().map(|(_, list)| list))
    }

    /// The groups of statements of some nodes, by node and incidence.
    fn lists(&self, nodes: &[Node], incidences: &[Incidence]) -> Vec<((Node, Incidence), Cow<'_, Postings>)> {
        let records = nodes.iter().filter_map(|node| Some((*node, self.record(*node)?)));
        let groups = records.flat_map(|(node, record)| {
            incidences.iter().filter_map(move |i| Some(((node, *i), Cow::Borrowed(record.group(*i)?))))
        });
        groups.collect()
    }

    /// The edges with a word that begins so in their texts, or in a name of what they touch.
    fn mentioning(&self, word: &str) -> Clause<'_> {
        let texts = with_prefix(&self.indexes.words, word).map(|(_, p)| Cow::Owned(p.clone()));
        let mut nodes: Vec<Node> = Vec::new();
        for (_, postings) in self.names.words_with_prefix(word) {
            nodes.extend(postings.iter().map(Node::new));
        }
        nodes.sort_unstable();
        nodes.dedup();
        // In any way but as a source: the words of a document's title are no words of what it says.
        let groups = nodes.iter().filter_map(|node| self.record(*node)).flat_map(NodeRecord::groups);
        let names = groups.filter(|(incidence, _)| *incidence != Incidence::Source);
        Clause::any(texts.chain(names.map(|(_, list)| Cow::Borrowed(list))))
    }
}

/// Each code once.
fn distinct<C: Code>(codes: &[C]) -> Vec<C> {
    let mut codes = codes.to_vec();
    codes.sort_unstable_by_key(|code| code.index());
    codes.dedup();
    codes
}

/// The stance from which a set goes up, if it is such a set.
fn least_of(stances: &[Stance]) -> Option<Stance> {
    let least = stances.iter().copied().filter(|s| s.rank().is_some()).min_by_key(|s| s.rank())?;
    Stance::ALL.iter().all(|s| s.at_least(least) == stances.contains(s)).then_some(least)
}

impl Graph {
    /// Whether some of a filter no index can answer.
    fn needs_records(&self, filter: &EdgeFilter) -> bool {
        let by_index = |counted: &Counted| counted.day == self.day() && counted.has_usual_modalities();
        filter.said.is_some() || filter.valid_at.is_some() || filter.counted.as_ref().is_some_and(|c| !by_index(c))
    }

    /// Whether a statement passes what no index can answer.
    fn passes(&self, slot: u32, filter: &EdgeFilter) -> bool {
        self.edge_record(slot).is_some_and(|record| {
            record.said_within(filter)
                && filter.valid_at.is_none_or(|day| {
                    self.holds_on(record, day, filter.date_match_certain)
                        && (!filter.date_match_certain || self.standing_of(slot, record, day, &[]) == Standing::Stands)
                })
                && filter.counted.as_ref().is_none_or(|counted| counted.takes(self, slot, record))
        })
    }

    /// Whether a statement may hold on a day; `certain`: whether it does, whatever its dates mean.
    pub(crate) fn holds_on(&self, record: &EdgeRecord, day: NaiveDate, certain: bool) -> bool {
        let rule = Rule::new(self, day);
        if certain { rule.is_certainly_within(record) } else { !rule.is_outside(record) }
    }
}

impl EdgeRecord {
    fn said_within(&self, filter: &EdgeFilter) -> bool {
        let Some(span) = filter.said else { return true };
        match (&self.circumstances().said_at.edtf, filter.date_match_certain) {
            (Some(edtf), true) => edtf.certainly_in(span.from, span.to),
            (Some(edtf), false) => edtf.possibly_in(span.from, span.to),
            // Without a date it may have been said on any day.
            (None, certain) => !certain,
        }
    }
}
