//! What an error of the driver says: whether the server refused, and whether trying again may help.

use sqlx::postgres::PgDatabaseError;

/// Whether trying again later may help: as `StoreError::is_transient` has it.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        // Protocol: a proxy without a server behind it answers the first bytes with something that is no PostgreSQL.
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            code.starts_with("08") // connection exception
                || code.starts_with("53") // out of connections, memory or disk
                || matches!(&*code, "57P01" | "57P02" | "57P03" | "57014" | "25006" | "40001" | "40P01" | "55P03")
        }
        _ => false,
    }
}

/// Whether the server refused what was sent, so that sending it again would not help.
pub(crate) fn is_refused(error: &sqlx::Error) -> bool {
    refusal(error).is_some() && !is_transient(error)
}

/// The database's own error, where it is one.
pub(crate) fn refusal(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()
}
