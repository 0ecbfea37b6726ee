//! What the database says of a staged row, as an error of its line.

use pledgegraph_live::WriteError;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::FieldError;

use crate::error::ApiError;

/// The error of a line whose row is refused.
pub(crate) fn of_line(error: &WriteError) -> FieldError {
    let (pointer, code) = match error {
        WriteError::Invalid { problems, .. } => {
            let (pointer, detail) = problems.first().cloned().unwrap_or_default();
            return FieldError { pointer: Some(pointer), code: "validation", detail, ..FieldError::default() };
        }
        WriteError::DanglingReference { pointer, .. } => (pointer.clone(), "dangling-reference"),
        WriteError::WrongKind { pointer, .. } => (pointer.clone(), "validation"),
        WriteError::EdgeEnds { .. } => ("/kind".to_owned(), "validation"),
        WriteError::DuplicateReference(_) => ("/slug".to_owned(), "duplicate"),
        WriteError::DuplicateId | WriteError::Stale { .. } => (String::new(), "duplicate"),
        WriteError::KindChanged(_) => ("/kind".to_owned(), "constraint"),
        WriteError::Constraint { .. } => (String::new(), "constraint"),
        _ => (String::new(), "validation"),
    };
    let detail = match error {
        WriteError::DanglingReference { missing, .. } => {
            format!("there is no {missing}, or the line that brings it is refused")
        }
        WriteError::DuplicateId | WriteError::Stale { .. } => {
            "another client changed this row while the import was under way; send the line again".to_owned()
        }
        WriteError::Constraint { rule, detail } => format!("{rule}: {detail}"),
        WriteError::NotAllowed { rule, detail } => format!("{rule}: {detail}"),
        other => other.to_string(),
    };
    FieldError { pointer: Some(pointer), code, detail, ..FieldError::default() }
}

/// Why nothing more was written, when it is no fault of a line.
pub(crate) fn of_database(error: WriteError) -> ApiError {
    let problem = match &error {
        WriteError::Busy => Problem::WriteContention,
        WriteError::Full => Problem::StoreFull,
        WriteError::OutcomeUnknown(_) => {
            let detail = "the connection to the database was lost during COMMIT: send the import again, which writes \
                only what is missing";
            return ApiError::new(Problem::OutcomeUnknown, detail).caused_by(error);
        }
        WriteError::Unavailable(_) => Problem::StoreUnavailable,
        _ => return ApiError::internal(error),
    };
    ApiError::new(problem, "the database does not take the import now; what was committed stands, and sending it again writes only what is missing")
        .caused_by(error)
}
