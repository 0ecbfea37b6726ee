//! The log as auditors read it.

use pledgegraph_store::StoreError;
use pledgegraph_store::audit::{self, AuditEntry};

use crate::Live;

impl Live {
    /// Commits with who made them, the newest first: those before `before`, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit(&self, before: Option<i64>, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
        self.connections.ask(move |connection| Box::pin(audit::list(connection, before, limit))).await
    }
}
