//! What the processes of one database share and tell nobody.

use sqlx::PgConnection;

use crate::error::StoreError;

/// What seals cursors.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_cursors(conn: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query_scalar!("select value from secret where name = 'cursor'").fetch_one(conn).await?)
}
