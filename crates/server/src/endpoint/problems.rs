//! What operations can answer with beside success, by what they have alike.

use pledgegraph_wire::problem::Problem;

/// Every operation.
pub(crate) const EVERYWHERE: &[Problem] = &[
    Problem::BadParameter,
    Problem::Unauthenticated,
    Problem::InsufficientScope,
    Problem::NotAcceptable,
    Problem::UriTooLong,
    Problem::Misdirected,
    Problem::HistoryDiverged,
    Problem::QuotaExceeded,
    Problem::Internal,
    Problem::Overloaded,
    Problem::Timeout,
];

/// Every operation that takes a body.
pub(crate) const BODIES: &[Problem] =
    &[Problem::RequestTimeout, Problem::ContentTooLarge, Problem::UnsupportedMediaType, Problem::Validation];

/// Every write.
pub(crate) const WRITES: &[Problem] = &[Problem::Constraint, Problem::StoreFull];

/// Every write that needs `If-Match`.
pub(crate) const CONDITIONAL: &[Problem] =
    &[Problem::NotFound, Problem::PreconditionRequired, Problem::VersionMismatch];

/// A question with a body.
pub(crate) const QUESTION: &[Problem] = &[Problem::QueryTooExpensive];
/// A list.
pub(crate) const LIST: &[Problem] = &[Problem::CursorExpired, Problem::ForbiddenCharacter, Problem::QueryTooExpensive];
/// What has parameters and is not paged.
pub(crate) const EXPORT: &[Problem] = &[Problem::ForbiddenCharacter, Problem::QueryTooExpensive];
/// A record.
pub(crate) const RECORD: &[Problem] = &[Problem::Moved, Problem::NotFound, Problem::ForbiddenCharacter];
/// An analysis.
pub(crate) const ANALYSIS: &[Problem] = &[Problem::QueryTooExpensive, Problem::ForbiddenCharacter];
/// An analysis that is a list.
pub(crate) const ANALYSIS_LIST: &[Problem] =
    &[Problem::QueryTooExpensive, Problem::CursorExpired, Problem::ForbiddenCharacter];
