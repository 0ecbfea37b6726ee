//! What a conflict is, and how conflicts are asked for.

use chrono::NaiveDate;
use pledgegraph_model::EntityId;

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
    /// Only those of which both sides may hold on this day.
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
