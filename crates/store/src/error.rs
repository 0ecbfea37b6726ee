//! What can go wrong between the service and the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use pledgegraph_model::{EdgeId, EdgeKind, EntityKind, EntityRef, Removed};
use thiserror::Error;
use uuid::Uuid;

use crate::refusal::{is_transient, refusal};
use crate::row::id_of;
use crate::schema::SchemaError;

/// Reading or reaching the database failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused, or could not be reached.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A row holds what the model does not allow.
    #[error("row {id} of table {table} breaks a rule: {problem}")]
    BrokenRow {
        /// The table.
        table: &'static str,
        /// The row's identifier.
        id: Uuid,
        /// Which rule.
        problem: String,
    },
    /// The log does not say what its chain, counts or digest say it says.
    #[error("the log is broken at commit {seq}: {problem}")]
    BrokenLog {
        /// The commit.
        seq: i64,
        /// What does not agree.
        problem: String,
    },
    /// The schema is not that of this program any more.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Too many ask for states of the past, or the one asked for takes too long.
    #[error("too much of the past is asked for at once")]
    Crowded,
    /// The database is known to be out of reach, and was not asked.
    #[error("the database has been out of reach for some time")]
    Away,
}

impl StoreError {
    pub(crate) fn broken_row(table: &'static str, id: Uuid, problem: &impl ToString) -> Self {
        Self::BrokenRow { table, id, problem: problem.to_string() }
    }

    /// Whether others were in the way for as long as one may wait: the lock was not had, or a statement took too long.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Database(error) => refusal(error).is_some_and(|refused| matches!(refused.code(), "55P03" | "57014")),
            Self::Crowded => true,
            Self::BrokenRow { .. } | Self::BrokenLog { .. } | Self::Schema(_) | Self::Away => false,
        }
    }

    /// Whether trying again later may help: the connection was lost or refused, the server is starting, stopping or
    /// failing over, or the transaction lost a race.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error),
            Self::Crowded | Self::Away => true,
            Self::BrokenRow { .. } | Self::BrokenLog { .. } | Self::Schema(_) => false,
        }
    }
}

/// Why a write was not done.
#[derive(Debug, Clone, Error)]
pub enum WriteError {
    /// The content breaks a rule by itself.
    #[error("mutation {mutation} is not allowed: {}", problems.iter().map(|(at, text)| format!("{at}: {text}")).collect::<Vec<_>>().join("; "))]
    Invalid {
        /// Which mutation of the write, from 0.
        mutation: usize,
        /// JSON pointer and text of each broken rule.
        problems: Vec<(String, String)>,
    },
    /// An entity or edge that the write names does not exist.
    #[error("{pointer} of {row} names {missing}, which does not exist")]
    DanglingReference {
        /// The row that names it.
        row: Uuid,
        /// JSON pointer of the name within the row.
        pointer: String,
        /// What does not exist.
        missing: Uuid,
    },
    /// An edge of this kind may not join entities of these kinds.
    #[error("a {kind} does not go from a {subject} to a {object} (edge {edge})")]
    EdgeEnds {
        /// The edge.
        edge: EdgeId,
        /// Its kind.
        kind: EdgeKind,
        /// Kind of its subject.
        subject: EntityKind,
        /// Kind of its object.
        object: EntityKind,
    },
    /// An entity that the write names exists, and is of a kind that does not belong there.
    #[error("{pointer} of {row} names a {found}; a {expected} belongs there")]
    WrongKind {
        /// The row that names it.
        row: Uuid,
        /// JSON pointer of the name within the row.
        pointer: String,
        /// What belongs there.
        expected: EntityKind,
        /// What it is.
        found: EntityKind,
    },
    /// Another entity has the reference.
    #[error("the reference {0} is taken")]
    DuplicateReference(EntityRef),
    /// A bulk load brings a row that exists.
    #[error("a row with this identifier exists")]
    DuplicateId,
    /// The row exists with another kind; kinds never change.
    #[error("{} is of another kind, and kinds never change", id_of(*.0))]
    KindChanged(Removed),
    /// There is no such row to remove.
    #[error("{} does not exist", id_of(*.0))]
    NotFound(Removed),
    /// Others still name what would be removed.
    #[error("other rows still name what would be removed: {}", counts.iter().map(|(what, n)| format!("{n} {what}")).collect::<Vec<_>>().join(", "))]
    InUse {
        /// How many rows name it, by what they are: statements by edge kind; `evidence` and `attribution` count
        /// statements that have it as source or speaker; `condition_test` and `publisher` count entities; `link`
        /// counts statements that bear on a statement that would go.
        counts: BTreeMap<String, i64>,
    },
    /// A rule that holds across rows.
    #[error("{rule}: {detail}")]
    Constraint {
        /// `self-loop` or `part-of-cycle`.
        rule: &'static str,
        /// What breaks it, in words.
        detail: String,
    },
    /// A rule that holds across rows and is of the content: what is written cannot be true of any graph with the others.
    #[error("{rule}: {detail}")]
    NotAllowed {
        /// `negated-test` or `supersedes-cycle`.
        rule: &'static str,
        /// What breaks it, in words.
        detail: &'static str,
    },
    /// The row is not as the writer expected.
    #[error("{} is not as expected", id_of(*row))]
    Stale {
        /// The row.
        row: Removed,
        /// The commit that wrote it last; `None` when there is no such row.
        current: Option<i64>,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Another rule of the database.
    #[error("the database refuses it: {constraint}")]
    Refused {
        /// The constraint, or SQLSTATE.
        constraint: String,
    },
    /// Others held the right to write, or all connections, for 2 seconds; nothing was written.
    #[error("the right to write was not had in time; nothing was written")]
    Busy,
    /// The database has no space left; nothing was written.
    #[error("the database has no space left; nothing was written")]
    Full,
    /// The database cannot be reached; nothing was written.
    #[error("the database is not available; nothing was written")]
    Unavailable(#[source] Arc<StoreError>),
    /// The connection was lost between COMMIT and its answer: the write may or may not have happened.
    #[error("the connection was lost during COMMIT: the write may or may not have happened")]
    OutcomeUnknown(#[source] Arc<StoreError>),
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::of_failure(error)
    }
}

impl WriteError {
    /// What a mutation breaks by itself, as (JSON pointer, text).
    pub(crate) fn invalid(mutation: usize, problems: Vec<(String, &'static str)>) -> Self {
        let problems = problems.into_iter().map(|(pointer, text)| (pointer, text.to_owned())).collect();
        Self::Invalid { mutation, problems }
    }

    /// The same, if it breaks anything.
    pub(crate) fn unless_valid(mutation: usize, problems: Vec<(String, &'static str)>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::invalid(mutation, problems)) }
    }

    /// Why nothing was written when the database failed.
    pub fn of_failure(error: StoreError) -> Self {
        let full = matches!(&error, StoreError::Database(e) if refusal(e).is_some_and(|r| r.code() == "53100"));
        match error {
            _ if full => Self::Full,
            error if error.is_busy() => Self::Busy,
            error => Self::Unavailable(Arc::new(error)),
        }
    }

    /// What it means that a constraint of the database refused: the rule across rows that it stands for, if it does.
    pub(crate) fn of_constraint(constraint: &str) -> Self {
        let of_content = |rule, detail| Self::NotAllowed { rule, detail };
        let (rule, detail) = match constraint {
            "edge_self_loop" => {
                ("self-loop", "a part_of, membership, sidelines or request joins two different entities")
            }
            "edge_part_of_cycle" => (
                "part-of-cycle",
                "the asserted part_of statements would lead back to where they began, or over more than 1,000 levels",
            ),
            "edge_condition_negated_test" => {
                return of_content("negated-test", "`not` would stand over a condition that has a test");
            }
            "edge_link_supersedes_cycle" => {
                return of_content("supersedes-cycle", "a statement would supersede itself, through others");
            }
            other => return Self::Refused { constraint: other.to_owned() },
        };
        Self::Constraint { rule, detail: detail.to_owned() }
    }
}
