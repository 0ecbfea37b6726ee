//! Statements that cannot all be true.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use pledgegraph_model::{
    AttendanceRole, Capability, Code, ConveningStatus, EdgeDetail, EdgeKind, EntityId, EntityKind, LinkType, Mission,
    OutcomeValue, Polarity, Rank, StanceSet,
};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::{EdgeFilter, Page};
use crate::node::Node;
use crate::positions::PositionQuery;
use crate::view::{EdgeView, EntityView};

/// In what statements contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConflictKind {
    /// A link says so.
    Stated,
    /// Positions of one actor on one matter that stand, positive and negative.
    Stance,
    /// The same asserted and denied.
    Polarity,
    /// Outcomes of one condition that stand, met and unmet.
    Outcome,
    /// Dates of one meeting that have no day in common.
    Date,
    /// One meeting held and cancelled.
    Status,
    /// One at a meeting and absent from it.
    Attendance,
}

impl ConflictKind {
    /// All kinds with their names on the wire.
    pub const ALL: [(&'static str, Self); 7] = [
        ("stated", Self::Stated),
        ("stance", Self::Stance),
        ("polarity", Self::Polarity),
        ("outcome", Self::Outcome),
        ("date", Self::Date),
        ("status", Self::Status),
        ("attendance", Self::Attendance),
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Which conflicts.
#[derive(Debug, Clone, Default)]
pub struct ConflictQuery {
    /// The kinds; empty = all.
    pub kinds: Vec<ConflictKind>,
    /// Only those in which a statement has one of these at an end.
    pub touching: Option<Vec<EntityId>>,
    /// Only statements that may hold on this day.
    pub valid_at: Option<NaiveDate>,
    /// At most so many statements are considered.
    pub budget: usize,
}

/// Two groups of statements that contradict each other.
#[derive(Debug)]
pub struct Conflict<'g> {
    /// In what.
    pub kind: ConflictKind,
    /// Whom or what both are about.
    pub about: EntityView<'g>,
    /// The statements of one side, in the order of recording.
    pub one: Vec<EdgeView<'g>>,
    /// Those of the other side.
    pub other: Vec<EdgeView<'g>>,
    /// Whether a document contradicts itself: it is evidence of both sides.
    pub within_document: bool,
    /// Whether two documents contradict each other.
    pub between_documents: bool,
}

/// Conflicts, and whether the budget left statements out.
#[derive(Debug)]
pub struct ConflictAnswer<'g> {
    /// By the first statement in the order of recording, then by kind.
    pub conflicts: Vec<Conflict<'g>>,
    /// Whether statements were left out because the budget was spent.
    pub truncated: bool,
}

/// What two statements must have alike to be about the same.
type Same = (EdgeKind, Node, Node, Option<(Capability, Mission)>);

/// Two sides of a possible conflict.
type Sides<'g> = [Vec<EdgeView<'g>>; 2];

impl Graph {
    /// Statements that contradict each other: by a link, or because of what they say. Deprecated ones are left out.
    ///
    /// O(statements x log statements): they are grouped by what they are about, never compared pair by pair.
    pub fn conflicts(&self, query: &ConflictQuery) -> ConflictAnswer<'_> {
        let filter = EdgeFilter {
            touching: query.touching.clone(),
            valid_at: query.valid_at,
            rank: Some(vec![Rank::Preferred, Rank::Normal]),
            ..EdgeFilter::default()
        };
        let found = self.edges(&filter, Page::first(query.budget));
        let mut truncated = found.more;
        let mut conflicts: Vec<Conflict<'_>> = Vec::new();
        let wanted = |kind| query.kinds.is_empty() || query.kinds.contains(&kind);
        if wanted(ConflictKind::Stated) {
            conflicts.extend(found.items.iter().flat_map(|view| self.stated(*view)));
        }
        let mut polarities: BTreeMap<Same, Sides<'_>> = BTreeMap::new();
        let mut attendances: BTreeMap<(Node, Node), Sides<'_>> = BTreeMap::new();
        let mut convenings: BTreeMap<Node, Vec<EdgeView<'_>>> = BTreeMap::new();
        for view in found.items.iter().copied() {
            let side = match view.polarity() {
                Polarity::Asserted => 0,
                Polarity::Denied => 1,
                Polarity::Unknown => continue,
            };
            let matter = view.detail().commitment().map(|commitment| (commitment.capability, commitment.mission));
            let same = (view.kind(), view.record.subject, view.record.object, matter);
            polarities.entry(same).or_default()[side].push(view);
            match view.detail() {
                EdgeDetail::Attendance(attendance) if side == 0 => {
                    let absent = usize::from(attendance.role == AttendanceRole::Absent);
                    attendances.entry((view.record.subject, view.record.object)).or_default()[absent].push(view);
                }
                EdgeDetail::Convening(_) if side == 0 => {
                    convenings.entry(view.record.object).or_default().push(view);
                }
                _ => {}
            }
        }
        let mut possible: Vec<(ConflictKind, Node, Sides<'_>)> = Vec::new();
        for ((_, subject, ..), sides) in polarities {
            possible.push((ConflictKind::Polarity, subject, sides));
        }
        for ((subject, _), sides) in attendances {
            possible.push((ConflictKind::Attendance, subject, sides));
        }
        for (meeting, views) in convenings {
            possible.push((ConflictKind::Date, meeting, apart(&views)));
            possible.push((ConflictKind::Status, meeting, by_status(&views)));
        }
        for (kind, about, sides) in possible.into_iter().filter(|(kind, ..)| wanted(*kind)) {
            conflicts.extend(self.conflict(kind, about, sides));
        }
        if wanted(ConflictKind::Outcome) {
            conflicts.extend(self.outcomes_that_disagree(query));
        }
        if wanted(ConflictKind::Stance) {
            let (stances, cut) = self.stances_that_disagree(query);
            conflicts.extend(stances);
            truncated |= cut;
        }
        let first = |conflict: &Conflict<'_>| conflict.one.iter().chain(&conflict.other).map(EdgeView::id).min();
        conflicts.sort_by_cached_key(|conflict| (first(conflict), conflict.kind));
        ConflictAnswer { conflicts, truncated }
    }

    /// A conflict, if both sides have statements.
    fn conflict<'g>(&'g self, kind: ConflictKind, about: Node, sides: Sides<'g>) -> Option<Conflict<'g>> {
        let [one, other] = sides;
        if one.is_empty() || other.is_empty() {
            return None;
        }
        let sources = |views: &[EdgeView<'_>]| -> BTreeSet<Node> {
            views.iter().flat_map(EdgeView::evidence).map(|piece| piece.source).collect()
        };
        let (ours, theirs) = (sources(&one), sources(&other));
        Some(Conflict {
            kind,
            about: self.at(about),
            within_document: !ours.is_disjoint(&theirs),
            between_documents: ours.iter().any(|source| theirs.iter().any(|other| other != source)),
            one,
            other,
        })
    }

    fn stated<'g>(&'g self, view: EdgeView<'g>) -> Vec<Conflict<'g>> {
        let links = view.links().into_iter().filter(|link| link.outgoing && link.link_type == LinkType::Contradicts);
        let others = links.filter_map(|link| self.edge(link.edge));
        let about = view.record.subject;
        others.filter_map(|other| self.conflict(ConflictKind::Stated, about, [vec![view], vec![other]])).collect()
    }

    fn outcomes_that_disagree(&self, query: &ConflictQuery) -> Vec<Conflict<'_>> {
        let counted = Counted::on(query.valid_at.unwrap_or_else(|| self.day()));
        let mut found = Vec::new();
        for condition in self.kinds[EntityKind::Condition.index()].iter().map(Node::new) {
            let mut sides: Sides<'_> = Default::default();
            for (slot, value) in self.standing_outcomes(condition, &counted) {
                sides[usize::from(value == OutcomeValue::Unmet)].extend(self.view(slot));
            }
            let touched = |view: &EdgeView<'_>| self.touches(view, query.touching.as_deref());
            if sides.iter().flatten().any(touched) {
                found.extend(self.conflict(ConflictKind::Outcome, condition, sides));
            }
        }
        found
    }

    fn stances_that_disagree(&self, query: &ConflictQuery) -> (Vec<Conflict<'_>>, bool) {
        let day = query.valid_at.unwrap_or_else(|| self.day());
        let positions = self.positions(&PositionQuery::all(day, query.budget));
        let conflicts = positions.positions.into_iter().filter_map(|position| {
            let of = |set: StanceSet| -> Vec<EdgeView<'_>> {
                let is = |view: &&EdgeView<'_>| view.detail().commitment().is_some_and(|c| set.contains(c.stance));
                position.current.iter().filter(is).copied().collect()
            };
            let sides = [of(StanceSet::Positive), of(StanceSet::Negative)];
            let touched = sides.iter().flatten().any(|view| self.touches(view, query.touching.as_deref()));
            touched.then(|| self.conflict(ConflictKind::Stance, position.actor.node(), sides)).flatten()
        });
        (conflicts.collect(), positions.truncated)
    }

    fn touches(&self, view: &EdgeView<'_>, ids: Option<&[EntityId]>) -> bool {
        let ends = [view.record.subject, view.record.object].map(|node| self.at(node).id());
        ids.is_none_or(|ids| ends.iter().any(|end| ids.contains(end)))
    }
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
