//! What a list of edges may be narrowed by.

use std::sync::Arc;

use chrono::NaiveDate;
use pledgegraph_model::{
    AttendanceRole, Capability, Conditionality, EdgeKind, EntityId, Explicitness, MembershipRole, Mission, Modality,
    Polarity, Rank, Stage, Stance,
};

use crate::counted::Counted;
use crate::postings::Postings;
use crate::said::Span;

/// Which part of a list: the items after `after` in the published order (the order of recording).
#[derive(Debug, Clone, Copy)]
pub struct Page<I> {
    /// The last item of the page before.
    pub after: Option<I>,
    /// At most so many items.
    pub limit: usize,
}

impl<I> Page<I> {
    /// The first `limit` items.
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }
}

/// How many items a whole list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub value: u64,
    /// `false`: there are at least so many; counting stopped at its budget.
    pub exact: bool,
}

/// Edges that an analysis has chosen, of one snapshot.
#[derive(Debug, Clone)]
pub struct Chosen(pub(crate) Vec<Postings>);

/// What edges are asked for. Fields are joined by AND, the values of one field by OR; `None` does not narrow, an empty
/// list matches nothing.
#[derive(Debug, Clone, Default)]
pub struct EdgeFilter {
    /// Kinds; empty = all.
    pub kinds: Vec<EdgeKind>,
    /// Only these, as an analysis has chosen them.
    pub only: Option<Arc<Chosen>>,
    /// The subject.
    pub subject: Option<Vec<EntityId>>,
    /// Takes in, for each subject, what is part of it, at any depth: on `valid_at`, else today.
    pub subject_with_parts: bool,
    /// The object.
    pub object: Option<Vec<EntityId>>,
    /// Either end.
    pub touching: Option<Vec<EntityId>>,
    /// The coalition of a commitment.
    pub coalition: Option<Vec<EntityId>>,
    /// A leaf of the condition tree.
    pub condition: Option<Vec<EntityId>>,
    /// A source of the evidence.
    pub source: Option<Vec<EntityId>>,
    /// An agent of an attribution chain.
    pub agent: Option<Vec<EntityId>>,
    /// The meeting where a commitment was announced.
    pub meeting: Option<Vec<EntityId>>,
    /// The place of a commitment or an attendance.
    pub place: Option<Vec<EntityId>>,
    /// The person or body through which the subject acts.
    pub acting_through: Option<Vec<EntityId>>,
    /// The capability; its dotted children are taken in.
    pub capability: Option<Vec<Capability>>,
    /// The mission.
    pub mission: Option<Vec<Mission>>,
    /// The stance.
    pub stance: Option<Vec<Stance>>,
    /// The stage.
    pub stage: Option<Vec<Stage>>,
    /// Whether it hangs on anything.
    pub conditionality: Option<Vec<Conditionality>>,
    /// Of the leaf that `condition` names, else of any leaf; never of the evidence.
    pub explicitness: Option<Vec<Explicitness>>,
    /// Whose stance the words are.
    pub modality: Option<Vec<Modality>>,
    /// Asserted, denied, unknown.
    pub polarity: Option<Vec<Polarity>>,
    /// Rank.
    pub rank: Option<Vec<Rank>>,
    /// Only statements that count so, by their standing.
    pub counted: Option<Counted>,
    /// The role of a membership.
    pub membership_role: Option<Vec<MembershipRole>>,
    /// The role of an attendance.
    pub attendance_role: Option<Vec<AttendanceRole>>,
    /// When it was said.
    pub said: Option<Span>,
    /// A day on which it holds. A statement without bounds always possibly holds.
    pub valid_at: Option<NaiveDate>,
    /// Dates must lie certainly within, not possibly.
    pub date_match_certain: bool,
    /// Words of its texts or of the names of what it touches; each must occur, as the beginning of a word.
    pub text: Option<String>,
}
