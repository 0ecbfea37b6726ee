//! Statements that cannot all be true.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use fixedbitset::FixedBitSet;
use pledgegraph_model::{
    AttendanceRole, Code, ConveningStatus, EdgeDetail, EdgeId, EdgeKind, EntityKind, LinkType, Modality, OutcomeValue,
    Polarity, Rank, StanceSet, Standing, Where,
};

use crate::Graph;
use crate::conflict::{Conflict, ConflictAnswer, ConflictKind, ConflictQuery};
use crate::counted::Counted;
use crate::filter::{EdgeQuery, Page};
use crate::node::{Incidence, Node};
use crate::positions::PositionQuery;
use crate::saying::Saying;
use crate::view::EdgeView;

/// Two sides of a possible conflict.
type Sides<'g> = [Vec<EdgeView<'g>>; 2];

/// How many pairs may be compared for each statement of the budget; beyond that the answer is cut.
const PAIRS: usize = 20;

impl Graph {
    /// Statements that contradict each other: by a link, or because of what they say. Deprecated ones are left out, and so
    /// are two readings of one sentence and what can both be so. Everything is compared first and narrowed then, so that a
    /// conflict is found from either of its sides; both hold on the day asked.
    ///
    /// O(statements x log statements): they are grouped by what they are about, and compared within a group by what tells
    /// them apart. With `touching` only the groups of what is touched are looked at, each of them whole.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{ConflictKind, ConflictQuery};
    ///
    /// let query = ConflictQuery { kinds: vec![ConflictKind::Stated], touching: None, valid_at: None, budget: 1_000 };
    /// let answer = graph.conflicts(&query);
    /// // "Has not met since March of last year", and "met in April".
    /// let meetings = answer.conflicts.iter().find(|conflict| conflict.about.label("en").0 == "Coalition of the Willing");
    /// let meetings = meetings.expect("a conflict");
    /// assert_eq!((meetings.one.len(), meetings.other.len()), (1, 1));
    /// assert!(meetings.within_document);
    /// ```
    pub fn conflicts(&self, query: &ConflictQuery) -> ConflictAnswer<'_> {
        let mut finder = Finder::new(self, query);
        let wanted = |kind| query.kinds.is_empty() || query.kinds.contains(&kind);
        for (kind, find) in Finder::ALL {
            if kind.iter().any(|kind| wanted(*kind)) {
                find(&mut finder);
            }
        }
        let Finder { mut conflicts, truncated, .. } = finder;
        let ids: Option<HashSet<Node>> =
            query.touching.as_ref().map(|ids| ids.iter().filter_map(|id| self.node(*id)).collect());
        let touched = |view: &EdgeView<'_>| {
            ids.as_ref().is_none_or(|ids| ids.contains(&view.record.subject) || ids.contains(&view.record.object))
        };
        conflicts.retain(|conflict| wanted(conflict.kind) && conflict.one.iter().chain(&conflict.other).any(touched));
        let first = |conflict: &Conflict<'_>| conflict.one.iter().chain(&conflict.other).map(EdgeView::id).min();
        conflicts.sort_by_cached_key(|conflict| (first(conflict), conflict.kind));
        ConflictAnswer { conflicts, truncated }
    }
}

/// The kinds that a function finds, and the function.
type Search<F> = (&'static [ConflictKind], fn(&mut F));

/// Finds conflicts among some statements.
struct Finder<'g, 'q> {
    graph: &'g Graph,
    query: &'q ConflictQuery,
    /// In the order of recording: what is asked about, and all that stands in a group with it.
    views: Vec<EdgeView<'g>>,
    conflicts: Vec<Conflict<'g>>,
    /// How many pairs may still be compared.
    pairs: usize,
    truncated: bool,
}

impl<'g, 'q> Finder<'g, 'q> {
    /// What finds conflicts of which kinds.
    const ALL: [Search<Self>; 6] = [
        (&[ConflictKind::Stated], Self::stated),
        (&[ConflictKind::Polarity], Self::polarities),
        (&[ConflictKind::Attendance], Self::attendances),
        (&[ConflictKind::Date, ConflictKind::Status], Self::convenings),
        (&[ConflictKind::Outcome], Self::outcomes),
        (&[ConflictKind::Stance], Self::stances),
    ];

    fn new(graph: &'g Graph, query: &'q ConflictQuery) -> Self {
        let which = Where {
            touching: query.touching.clone().unwrap_or_default(),
            valid_at: query.valid_at,
            rank: vec![Rank::Preferred, Rank::Normal],
            ..Where::all()
        };
        let found = graph.edges(&EdgeQuery::of(&[], which), Page::first(query.budget));
        let (items, truncated) = (found.items, found.more);
        let pairs = query.budget.saturating_mul(PAIRS);
        let mut finder = Self { graph, query, views: Vec::new(), conflicts: Vec::new(), pairs, truncated };
        finder.views = items.into_iter().filter(|view| finder.counts(view)).collect();
        if query.touching.is_some() {
            finder.complete();
        }
        finder
    }

    /// Takes in the rest of the groups that `touching` touches. Asked about Britain, it is the British date of a meeting
    /// that was found; the French date of the same meeting, which it contradicts, does not touch Britain and is added here.
    /// Statements of one subject about one object need no such care: all are touched if one is.
    fn complete(&mut self) {
        let graph = self.graph;
        let meetings: BTreeSet<Node> = self.of_kind(EdgeKind::Convening).map(|view| view.record.object).collect();
        let mut known: HashSet<EdgeId> = self.views.iter().map(EdgeView::id).collect();
        let groups = meetings.into_iter().filter_map(|meeting| graph.record(meeting));
        let groups = groups.filter_map(|meeting| meeting.group(Incidence::Object(EdgeKind::Convening)));
        for view in groups.flat_map(|slots| slots.iter()).filter_map(|slot| graph.view(slot)) {
            if known.len() > self.query.budget.saturating_mul(2) {
                self.truncated = true;
                break;
            }
            if self.counts(&view) && known.insert(view.id()) {
                self.views.push(view);
            }
        }
        self.views.sort_by_cached_key(|view| graph.slot(view.id()));
    }

    fn of_kind(&self, kind: EdgeKind) -> impl Iterator<Item = EdgeView<'g>> {
        self.views.iter().copied().filter(move |view| view.kind() == kind)
    }

    /// Those that say how things are: what somebody is expected to do is not set against what is done.
    fn sayings(&self, polarity: Polarity) -> impl Iterator<Item = EdgeView<'g>> {
        let says =
            move |view: &EdgeView<'_>| view.polarity() == polarity && view.modality() != Modality::ExpectedByOthers;
        self.views.iter().copied().filter(says)
    }

    /// The day of standings: that which is asked, else that of the graph.
    fn day(&self) -> NaiveDate {
        self.query.valid_at.unwrap_or_else(|| self.graph.day())
    }

    /// Whether a statement can be a side: not known to be wrong, neither superseded nor taken back since, and holding on the
    /// day asked.
    fn counts(&self, view: &EdgeView<'_>) -> bool {
        let standing = view.standing(self.day());
        let is_gone = matches!(standing, Standing::Deprecated | Standing::Superseded | Standing::TakenBack);
        !is_gone && self.query.valid_at.is_none_or(|day| view.may_hold_on(day))
    }

    /// Enters the conflicts between two sides: those of the other side are put together that stand against the same ones.
    fn enter(
        &mut self,
        kind: ConflictKind,
        about: Node,
        [one, other]: &Sides<'g>,
        clash: impl Fn(&EdgeView<'g>, &EdgeView<'g>) -> bool,
    ) {
        let mut sides: Vec<Sides<'g>> = Vec::new();
        let mut known: HashMap<FixedBitSet, usize> = HashMap::new();
        for against in other {
            if self.pairs < one.len() {
                self.truncated = true;
                break;
            }
            self.pairs -= one.len();
            let clashing = |view: &EdgeView<'g>| {
                view.record.may_hold_with(against.record) && !are_readings(view, against) && clash(view, against)
            };
            let mut set = FixedBitSet::with_capacity(one.len());
            set.extend(one.iter().enumerate().filter(|(_, view)| clashing(view)).map(|(at, _)| at));
            if set.is_clear() {
                continue;
            }
            let at = *known.entry(set).or_insert_with_key(|set| {
                sides.push([set.ones().map(|at| one[at]).collect(), Vec::new()]);
                sides.len() - 1
            });
            sides[at][1].push(*against);
        }
        let graph = self.graph;
        self.conflicts.extend(sides.into_iter().map(|[one, other]| Conflict::new(graph, kind, about, one, other)));
    }

    fn stated(&mut self) {
        let graph = self.graph;
        let mut known: BTreeSet<[u32; 2]> = BTreeSet::new();
        for view in &self.views {
            for link in view.links().into_iter().filter(|link| link.link_type == LinkType::Contradicts) {
                let Some(other) = graph.edge(link.edge).filter(|other| self.counts(other)) else { continue };
                let (Some(own), Some(partner)) = (graph.slot(view.id()), graph.slot(other.id())) else { continue };
                if !are_readings(view, &other) {
                    known.insert(if link.outgoing { [own, partner] } else { [partner, own] });
                }
            }
        }
        // A link each way is one conflict.
        let is_first = |[one, other]: &[u32; 2]| one < other || !known.contains(&[*other, *one]);
        for [one, other] in known.iter().filter(|pair| is_first(pair)) {
            if let (Some(one), Some(other)) = (graph.view(*one), graph.view(*other)) {
                let about = one.record.subject;
                self.conflicts.push(Conflict::new(graph, ConflictKind::Stated, about, vec![one], vec![other]));
            }
        }
    }

    fn polarities(&mut self) {
        let mut groups: Vec<Sides<'g>> = Vec::new();
        let mut known: HashMap<Saying<'g>, usize> = HashMap::new();
        for view in self.sayings(Polarity::Denied) {
            let at = *known.entry(Saying(view.record)).or_insert_with(|| {
                groups.push(Sides::default());
                groups.len() - 1
            });
            groups[at][1].push(view);
        }
        for view in self.sayings(Polarity::Asserted).filter(|_| !known.is_empty()) {
            if let Some(at) = known.get(&Saying(view.record)) {
                groups[*at][0].push(view);
            }
        }
        for sides in groups {
            let Some(about) = sides[1].first().map(|view| view.record.subject) else { continue };
            let denies = |view: &EdgeView<'_>, denial: &EdgeView<'_>| denial.record.says_the_same(view.record);
            self.enter(ConflictKind::Polarity, about, &sides, denies);
        }
    }

    fn attendances(&mut self) {
        let mut groups: BTreeMap<(Node, Node), Sides<'g>> = BTreeMap::new();
        for view in self.sayings(Polarity::Asserted) {
            let EdgeDetail::Attendance(attendance) = view.detail() else { continue };
            let side = match attendance.role {
                AttendanceRole::Host | AttendanceRole::Chair | AttendanceRole::Participant => 0,
                AttendanceRole::Absent => 1,
                // Who was invited may have stayed away.
                AttendanceRole::Invited => continue,
            };
            groups.entry((view.record.subject, view.record.object)).or_default()[side].push(view);
        }
        // Of a group some may be there and others not.
        let counted = |view: &EdgeView<'_>| matches!(view.detail(), EdgeDetail::Attendance(own) if own.count.is_some());
        for ((subject, _), sides) in groups {
            self.enter(ConflictKind::Attendance, subject, &sides, |one, other| !(counted(one) && counted(other)));
        }
    }

    fn convenings(&mut self) {
        let mut groups: BTreeMap<Node, Vec<EdgeView<'g>>> = BTreeMap::new();
        for view in self.sayings(Polarity::Asserted).filter(|view| view.kind() == EdgeKind::Convening) {
            groups.entry(view.record.object).or_default().push(view);
        }
        for (meeting, views) in groups {
            self.enter(ConflictKind::Date, meeting, &apart(&views), |_, _| true);
            self.enter(ConflictKind::Status, meeting, &by_status(&views), |_, _| true);
        }
    }

    fn outcomes(&mut self) {
        let graph = self.graph;
        let counted = Counted::on(self.day());
        let conditions: BTreeSet<Node> = match self.query.touching {
            Some(_) => self.of_kind(EdgeKind::Outcome).map(|view| view.record.object).collect(),
            None => graph.kinds[EntityKind::Condition.index()].iter().map(Node::new).collect(),
        };
        for condition in conditions {
            let mut sides: Sides<'g> = Default::default();
            for (slot, value) in graph.standing_outcomes(condition, &counted) {
                sides[usize::from(value == OutcomeValue::Unmet)].extend(graph.view(slot));
            }
            self.enter(ConflictKind::Outcome, condition, &sides, |_, _| true);
        }
    }

    fn stances(&mut self) {
        let graph = self.graph;
        let actors: BTreeSet<Node> = match self.query.touching {
            Some(_) => self.of_kind(EdgeKind::Commitment).map(|view| view.record.subject).collect(),
            None => BTreeSet::new(),
        };
        if self.query.touching.is_some() && actors.is_empty() {
            return;
        }
        let positions = graph.positions(&PositionQuery {
            actors: actors.into_iter().map(|actor| graph.at(actor).id()).collect(),
            ..PositionQuery::all(self.day(), self.query.budget)
        });
        self.truncated |= positions.truncated;
        for position in positions.positions {
            let of = |set: StanceSet| -> Vec<EdgeView<'g>> {
                let is = |view: &&EdgeView<'_>| view.detail().commitment().is_some_and(|c| set.contains(c.stance));
                position.current.iter().filter(is).copied().collect()
            };
            let sides = [of(StanceSet::Positive), of(StanceSet::Negative)];
            self.enter(ConflictKind::Stance, position.actor.node(), &sides, are_on_one_matter);
        }
    }
}

impl<'g> Conflict<'g> {
    fn new(
        graph: &'g Graph,
        kind: ConflictKind,
        about: Node,
        one: Vec<EdgeView<'g>>,
        other: Vec<EdgeView<'g>>,
    ) -> Self {
        let sources = |views: &[EdgeView<'_>]| -> BTreeSet<Node> {
            views.iter().flat_map(EdgeView::evidence).map(|piece| piece.source).collect()
        };
        let (ours, theirs) = (sources(&one), sources(&other));
        Self {
            kind,
            about: graph.at(about),
            within_document: !ours.is_disjoint(&theirs),
            between_documents: ours.iter().any(|source| theirs.iter().any(|other| other != source)),
            one,
            other,
        }
    }
}

/// Whether one is another reading of the sentence that the other one reads.
fn are_readings(one: &EdgeView<'_>, other: &EdgeView<'_>) -> bool {
    let reads = |one: &EdgeView<'_>, other: &EdgeView<'_>| {
        let mut links = one.record.circumstances().links.iter();
        links.any(|link| link.link_type == LinkType::AlternativeReading && link.edge == other.id())
    };
    reads(one, other) || reads(other, one)
}

/// Whether a commitment may be about the same as another one of its actor: the beneficiary is, and so are the coalition and
/// the place, unless one of them leaves them open.
fn are_on_one_matter(one: &EdgeView<'_>, other: &EdgeView<'_>) -> bool {
    fn may_be_same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.zip(other).is_none_or(|(one, other)| one == other)
    }
    let (Some(own), Some(theirs)) = (one.detail().commitment(), other.detail().commitment()) else { return false };
    one.record.object == other.record.object
        && may_be_same(own.coalition, theirs.coalition)
        && may_be_same(own.place, theirs.place)
        && may_be_same(own.area, theirs.area)
}

/// Convenings whose dates have no day in common: those that end first, and those that begin after that.
fn apart<'g>(views: &[EdgeView<'g>]) -> Sides<'g> {
    let days = |view: &EdgeView<'_>| match view.detail() {
        EdgeDetail::Convening(convening) => convening.date.as_ref().and_then(|d| Some((d.earliest()?, d.latest()?))),
        _ => None,
    };
    let dated: Vec<_> = views.iter().filter_map(|view| Some((days(view)?, *view))).collect();
    let Some(end) = dated.iter().map(|((_, last), _)| *last).min() else { return Sides::default() };
    let (later, earlier): (Vec<_>, Vec<_>) = dated.into_iter().partition(|((first, _), _)| *first > end);
    let ends_first = earlier.into_iter().filter(|((_, last), _)| *last == end);
    [ends_first.map(|(_, view)| view).collect(), later.into_iter().map(|(_, view)| view).collect()]
}

fn by_status<'g>(views: &[EdgeView<'g>]) -> Sides<'g> {
    let of = |status: ConveningStatus| {
        let is = |view: &&EdgeView<'g>| matches!(view.detail(), EdgeDetail::Convening(own) if own.status == status);
        views.iter().filter(is).copied().collect()
    };
    [of(ConveningStatus::Held), of(ConveningStatus::Cancelled)]
}
