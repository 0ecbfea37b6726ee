//! How a filter is answered: what an index can tell is a clause, the rest is tested on the record.

use std::borrow::Cow;

use chrono::NaiveDate;
use pledgegraph_model::{
    Capability, Code, DateMatch, EdgeDetail, EdgeKind, EntityId, Explicitness, Stance, Standing, Where, lookup_keys,
    month_of, words,
};

use crate::Graph;
use crate::counted::{Counted, are_those_that_count, names_none};
use crate::filter::{Chosen, EdgeQuery};
use crate::indexes::Index;
use crate::names::with_prefix;
use crate::node::{Incidence, Node, NodeRecord};
use crate::postings::Postings;
use crate::record::EdgeRecord;
use crate::said::Span;
use crate::select::Clause;
use crate::standing::Rule;
use crate::view::EdgeView;

/// What is answered: of some kinds, empty = all, what each of some filters without trees lets through.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'q> {
    pub(crate) kinds: &'q [EdgeKind],
    which: &'q Where,
    /// More of them, each with alternatives that are filters without trees too.
    also: &'q [Where],
    counted: Option<&'q Counted>,
    /// Whether it is looked at whatever counts.
    takes_all: bool,
    only: Option<&'q Chosen>,
}

impl EdgeQuery {
    pub(crate) fn plan(&self) -> Plan<'_> {
        let (counted, only) = (self.counted.as_ref(), self.only.as_deref());
        Plan { kinds: &self.kinds, which: &self.which, also: &self.which.all_of, counted, takes_all: false, only }
    }
}

impl<'q> Plan<'q> {
    /// One node of a tree, without its branches; who asks looks at standings.
    pub(crate) fn of_node(kinds: &'q [EdgeKind], which: &'q Where, only: Option<&'q Chosen>) -> Self {
        Self { kinds, which, also: &[], counted: None, takes_all: false, only }
    }

    /// The same whether it counts or not.
    pub(crate) fn uncounted(self) -> Self {
        Self { takes_all: true, ..self }
    }

    fn filters(&self) -> impl Iterator<Item = &'q Where> + use<'q> {
        std::iter::once(self.which).chain(self.also)
    }

    /// What decides which statements are taken by their standing.
    fn decisive(&self) -> Option<&'q Counted> {
        self.counted.filter(|_| !self.takes_all)
    }

    /// The day on which statements must hold. Where standings decide, they know the day: what is over has one of its own.
    fn valid_at(&self, which: &Where) -> Option<NaiveDate> {
        which.valid_at.filter(|_| {
            let by_standing = self.counted.is_some() || which.is_about_firmness();
            if by_standing { is_certain(which) && names_none(which) } else { which.standing.is_empty() }
        })
    }

    /// Whether some of it no index can answer.
    pub(crate) fn needs_records(&self, graph: &Graph) -> bool {
        let by_index = |counted: &Counted| counted.day == graph.day() && counted.has_usual_modalities();
        self.decisive().is_some_and(|counted| !by_index(counted))
            || self.filters().any(|which| self.valid_at(which).is_some() || is_tested(which))
    }

    /// Whether a statement passes what no index can answer.
    pub(crate) fn passes(&self, graph: &Graph, slot: u32) -> bool {
        graph.edge_record(slot).is_some_and(|record| {
            self.filters().all(|which| {
                passes(which, graph, record)
                    && self.valid_at(which).is_none_or(|day| {
                        let certain = is_certain(which);
                        graph.holds_on(record, day, certain)
                            && (!certain || graph.standing_of(slot, record, day, &[]) == Standing::Stands)
                    })
            }) && self.decisive().is_none_or(|counted| counted.takes(graph, slot, record))
        })
    }

    /// Whether it is answered from lists at hand; see [`Graph::is_at_hand`].
    pub(crate) fn is_at_hand(&self, graph: &Graph) -> bool {
        !self.needs_records(graph)
            && self.filters().all(|which| which.q.is_none() && graph.has_parts(&graph.nodes_of(&which.pledger)))
    }

    /// What the indexes tell.
    pub(crate) fn clauses<'g>(&self, graph: &'g Graph) -> Vec<Clause<'g>> {
        let kinds = distinct(if self.kinds.is_empty() { EdgeKind::ALL } else { self.kinds });
        let mut clauses: Vec<Clause<'g>> = Vec::new();
        let mut of_kinds = false;
        for which in self.filters() {
            let before = clauses.len();
            self.clauses_by_end(graph, which, &kinds, &mut clauses);
            // Groups by end are of these kinds only, and only commitments have these codes.
            of_kinds |= clauses.len() > before;
            let before = clauses.len();
            clauses_of_commitments(graph, which, &kinds, &mut clauses);
            of_kinds |= clauses.len() > before && kinds == [EdgeKind::Commitment];
            clauses_of_any_kind(graph, which, &mut clauses);
            if self.valid_at(which).is_some() && is_certain(which) {
                clauses.push(Clause::one(Cow::Borrowed(graph.indexes.bounded())));
            }
        }
        for alternatives in self.also.iter().map(|which| &which.any_of).filter(|any_of| !any_of.is_empty()) {
            let slots = alternatives.iter().flat_map(|which| graph.slots(Self::of_node(self.kinds, which, None)));
            clauses.push(Clause::one(Cow::Owned(Postings::of(slots))));
        }
        if let Some(chosen) = self.only {
            clauses.push(Clause::by_key(chosen.0.iter().cloned().map(Cow::Owned).enumerate()));
        }
        self.clauses_by_standing(graph, &mut clauses);
        if clauses.is_empty() || (!self.kinds.is_empty() && !of_kinds) {
            clauses.push(by_code(graph, Index::Kind, &kinds));
        }
        clauses
    }

    fn clauses_by_end<'g>(&self, graph: &'g Graph, which: &Where, kinds: &[EdgeKind], clauses: &mut Vec<Clause<'g>>) {
        let of_kinds = |end: fn(EdgeKind) -> Incidence| kinds.iter().map(move |kind| end(*kind)).collect::<Vec<_>>();
        if !which.subject.is_empty() {
            // An edge has one subject and one kind, and so it is with objects.
            let nodes = graph.nodes_of(&which.subject);
            clauses.push(Clause::by_key(graph.lists(&nodes, &of_kinds(Incidence::Subject))));
        }
        if !which.pledger.is_empty() {
            let counted = self.counted.map(|counted| counted.day);
            let day = which.valid_at.or(counted).unwrap_or_else(|| graph.day());
            let nodes = graph.with_parts(graph.nodes_of(&which.pledger), day);
            // Nobody pledges in a statement of another kind.
            let pledges = kinds.contains(&EdgeKind::Commitment).then_some(Incidence::Subject(EdgeKind::Commitment));
            clauses.push(Clause::by_key(graph.lists(&nodes, pledges.as_slice())));
        }
        if !which.object.is_empty() {
            let nodes = graph.nodes_of(&which.object);
            clauses.push(Clause::by_key(graph.lists(&nodes, &of_kinds(Incidence::Object))));
        }
        if !which.touching.is_empty() {
            let either = [of_kinds(Incidence::Subject), of_kinds(Incidence::Object)].concat();
            clauses.push(graph.groups(&graph.nodes_of(&which.touching), &either));
        }
    }

    /// What narrows standings down; on another day than that of the graph, and for other modalities, the record decides.
    fn clauses_by_standing<'g>(&self, graph: &'g Graph, clauses: &mut Vec<Clause<'g>>) {
        let Some(counted) = self.decisive().filter(|counted| counted.day == graph.day()) else { return };
        let doubtful = (!counted.has_usual_modalities()).then_some(Standing::NotCounted);
        let standings = counted.standings().chain(doubtful);
        clauses.push(Clause::by_key(standings.map(|of| (of, Cow::Borrowed(graph.standings.list(of))))));
    }
}

fn clauses_of_commitments<'g>(graph: &'g Graph, which: &Where, kinds: &[EdgeKind], clauses: &mut Vec<Clause<'g>>) {
    clauses.extend(some(graph, Index::Mission, &which.mission));
    clauses.extend(by_stance(graph, which));
    clauses.extend(some(graph, Index::Stage, &which.stage));
    clauses.extend(some(graph, Index::Conditionality, &which.conditionality));
    if !which.condition.is_empty() {
        let explicitness = which.explicitness.as_ref().map_or(Explicitness::ALL, std::slice::from_ref);
        let leaves: Vec<Incidence> = explicitness.iter().copied().map(Incidence::Condition).collect();
        clauses.push(graph.groups(&graph.nodes_of(&which.condition), &leaves));
    } else if let Some(how) = which.explicitness {
        clauses.push(Clause::one(Cow::Borrowed(graph.indexes.get(Index::Explicitness, how))));
    }
    if !which.capability.is_empty() {
        // A list has the children in, so those of a capability that is asked for itself are left out: what is left tells
        // statements apart, since each has one capability.
        let codes = &which.capability;
        let covered = |c: &Capability| codes.iter().any(|other| other != c && c.is_within(*other));
        let wanted = codes.iter().filter(|c| !covered(c));
        let indexes = [Index::Capability, Index::RequestCapability];
        let indexes = &indexes[..if kinds == [EdgeKind::Commitment] { 1 } else { 2 }];
        clauses.push(Clause::by_key(wanted.flat_map(|c| {
            indexes.iter().map(|index| ((*index as usize, c.index()), Cow::Borrowed(graph.indexes.get(*index, *c))))
        })));
    }
}

fn clauses_of_any_kind<'g>(graph: &'g Graph, which: &Where, clauses: &mut Vec<Clause<'g>>) {
    for (ids, incidence) in [
        (&which.coalition, Incidence::Coalition),
        (&which.source, Incidence::Source),
        (&which.agent, Incidence::Agent),
        (&which.meeting, Incidence::Meeting),
        (&which.place, Incidence::Place),
        (&which.acting_through, Incidence::ActingThrough),
    ] {
        if !ids.is_empty() {
            clauses.push(graph.groups(&graph.nodes_of(ids), &[incidence]));
        }
    }
    if !which.modality.is_empty() && are_those_that_count(&which.modality) {
        clauses.push(Clause::one(Cow::Borrowed(graph.indexes.counted())));
    } else {
        clauses.extend(some(graph, Index::Modality, &which.modality));
    }
    clauses.extend(some(graph, Index::Polarity, &which.polarity));
    clauses.extend(some(graph, Index::Rank, &which.rank));
    clauses.extend(some(graph, Index::MembershipRole, &which.membership_role));
    clauses.extend(some(graph, Index::AttendanceRole, &which.attendance_role));
    for (is_asked, kind) in
        [(!which.attendance_mode.is_empty(), EdgeKind::Attendance), (!which.remark_type.is_empty(), EdgeKind::Remark)]
    {
        clauses.extend(is_asked.then(|| by_code(graph, Index::Kind, &[kind])));
    }
    // What narrows dates down; the record decides.
    if let Some(span) = said(which) {
        clauses.push(Clause::any(graph.indexes.said.within(span, is_certain(which)).into_iter().map(Cow::Borrowed)));
    }
    for word in which.q.iter().flat_map(|text| lookup_keys(text).into_iter().take(1)) {
        clauses.extend(words(&word).map(|word| graph.mentioning(word)));
    }
}

/// Whether dates must lie within whatever they mean.
fn is_certain(which: &Where) -> bool {
    which.date_match == Some(DateMatch::Certain)
}

/// When it was said, if that is asked.
fn said(which: &Where) -> Option<Span> {
    let span = Span { from: which.said_from, to: which.said_to };
    (span != Span::default()).then_some(span)
}

/// By when it is to be done, if that is asked.
fn due(which: &Where) -> Option<Span> {
    let span = Span { from: which.due_from, to: which.due_to };
    (span != Span::default()).then_some(span)
}

fn is_due_within(which: &Where, span: Span, record: &EdgeRecord) -> bool {
    let due = record.detail.commitment().and_then(|commitment| commitment.due.as_ref()?.edtf.as_ref());
    due.is_some_and(|due| {
        if is_certain(which) { due.certainly_in(span.from, span.to) } else { due.possibly_in(span.from, span.to) }
    })
}

/// The stances asked for, by the firmest index.
fn by_stance<'g>(graph: &'g Graph, which: &Where) -> Option<Clause<'g>> {
    if let (true, Some(least)) = (which.stance.is_empty(), which.stance_min) {
        return some(graph, Index::StanceAtLeast, &[least]);
    }
    if let (false, Some(least)) = (which.stance.is_empty(), which.stance_min) {
        let both: Vec<Stance> = which.stance.iter().copied().filter(|stance| stance.at_least(least)).collect();
        return Some(by_code(graph, Index::Stance, &both));
    }
    match least_of(&which.stance) {
        Some(least) => some(graph, Index::StanceAtLeast, &[least]),
        None => some(graph, Index::Stance, &which.stance),
    }
}

/// Any of the codes of an index in which a statement has one code at most, if any are asked for.
fn some<'g, C: Code>(graph: &'g Graph, index: Index, codes: &[C]) -> Option<Clause<'g>> {
    (!codes.is_empty()).then(|| by_code(graph, index, codes))
}

fn by_code<'g, C: Code>(graph: &'g Graph, index: Index, codes: &[C]) -> Clause<'g> {
    Clause::by_key(codes.iter().map(|code| (code.index(), Cow::Borrowed(graph.indexes.get(index, *code)))))
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

/// Whether a filter has what only the record tells.
fn is_tested(which: &Where) -> bool {
    said(which).is_some()
        || !which.month.is_empty()
        || due(which).is_some()
        || which.recorded_from.is_some()
        || !which.attendance_mode.is_empty()
        || !which.remark_type.is_empty()
}

/// Whether a record passes what only it tells.
fn passes(which: &Where, graph: &Graph, record: &EdgeRecord) -> bool {
    said_within(which, record)
        && due(which).is_none_or(|span| is_due_within(which, span, record))
        && which.recorded_from.is_none_or(|day| record.stamp.recorded_at.date_naive() >= day)
        && (which.month.is_empty() || is_in_month(which, EdgeView { graph, record }))
        && (which.attendance_mode.is_empty()
            || matches!(&*record.detail, EdgeDetail::Attendance(own)
                if own.mode.is_some_and(|mode| which.attendance_mode.contains(&mode))))
        && (which.remark_type.is_empty()
            || matches!(&*record.detail, EdgeDetail::Remark(own) if which.remark_type.contains(&own.remark_type)))
}

fn is_in_month(which: &Where, view: EdgeView<'_>) -> bool {
    let date = view.when().and_then(|date| date.edtf.as_ref());
    let mut months = which.month.iter().filter_map(|month| month_of(month));
    date.is_some_and(|edtf| months.any(|month| edtf.possibly_in_month(month)))
}

fn said_within(which: &Where, record: &EdgeRecord) -> bool {
    let Some(span) = said(which) else { return true };
    match (&record.circumstances().said_at.edtf, is_certain(which)) {
        (Some(edtf), true) => edtf.certainly_in(span.from, span.to),
        (Some(edtf), false) => edtf.possibly_in(span.from, span.to),
        // Without a date it may have been said on any day.
        (None, certain) => !certain,
    }
}

impl Graph {
    /// The nodes of some entities, ascending, each once.
    pub(crate) fn nodes_of(&self, ids: &[EntityId]) -> Vec<Node> {
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

    /// Whether a statement may hold on a day; `certain`: whether it does, whatever its dates mean.
    pub(crate) fn holds_on(&self, record: &EdgeRecord, day: NaiveDate, certain: bool) -> bool {
        let rule = Rule::new(self, day);
        if certain { rule.is_certainly_within(record) } else { !rule.is_outside(record) }
    }
}
