//! What the log tells of rows and commits.

use std::time::Duration;

use pledgegraph_model::{Edge, EdgeId, Removed};
use pledgegraph_store::changes::{self, LoggedChange};
use pledgegraph_store::history::{self, RowVersion, VersionHead};
use pledgegraph_store::{StoreError, log};
use tokio::sync::watch;

use crate::Live;

impl Live {
    /// The commits that changed a row, oldest first, without what they left of it; empty when there never was such a
    /// row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn versions(&self, row: Removed) -> Result<Vec<VersionHead>, StoreError> {
        self.connections.ask(move |connection| Box::pin(history::versions(connection, row))).await
    }

    /// The versions of a row that these commits wrote, oldest first. Commits that did not change it are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn versions_at(&self, row: Removed, seqs: Vec<i64>) -> Result<Vec<RowVersion>, StoreError> {
        self.connections
            .ask(move |connection| Box::pin(async move { history::versions_at(connection, row, &seqs).await }))
            .await
    }

    /// The version of a row that a commit wrote; `None` when the commit did not change it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn version_at(&self, row: Removed, seq: i64) -> Result<Option<RowVersion>, StoreError> {
        Ok(self.versions_at(row, vec![seq]).await?.pop())
    }

    /// A row as it last stood at or before a commit; `None` when it never did.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_version_at(&self, row: Removed, upto_seq: i64) -> Result<Option<RowVersion>, StoreError> {
        self.connections.ask(move |connection| Box::pin(history::last_version_at(connection, row, upto_seq))).await
    }

    /// All versions of a row, oldest first, all in memory at once; empty when there never was such a row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn history(&self, row: Removed) -> Result<Vec<RowVersion>, StoreError> {
        self.connections.ask(move |connection| Box::pin(history::of_row(connection, row))).await
    }

    /// Those of the edges that stand, from the database: with quotations, and with the commit that wrote them last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn whole_edges(&self, ids: &[EdgeId]) -> Result<Vec<(Edge, i64)>, StoreError> {
        let ids = ids.to_vec();
        self.connections.ask(|connection| Box::pin(async move { history::whole_edges(connection, &ids).await })).await
    }

    /// The link of the chain at a commit, in the history as it is; `None` when the log has no such commit. A version
    /// with another link belongs to a history that was lost.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn chain_at(&self, seq: i64) -> Result<Option<[u8; 16]>, StoreError> {
        if let Some(link) = self.snapshot().link_at(seq) {
            return Ok(Some(link));
        }
        self.connections.ask(move |connection| Box::pin(log::chain_at(connection, seq))).await
    }

    /// The changes after a place in the feed, at most `limit`. A place is `(seq, ordinal)`: `(7, 2)` goes on after change 2 of
    /// commit 7, and `(7, -1)` after the whole of commit 7, so that `(0, -1)` is the beginning.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changes(&self, after: (i64, i32), limit: usize) -> Result<Vec<LoggedChange>, StoreError> {
        self.connections.ask(move |connection| Box::pin(changes::after(connection, after, limit))).await
    }

    /// Waits until the newest snapshot holds a commit; `false` when that takes longer than `limit`.
    pub async fn reaches(&self, seq: i64, limit: Duration) -> bool {
        self.published.reaches(seq, limit).await
    }

    /// `seq` of the newest snapshot, to be told when it changes.
    pub fn published_seq(&self) -> watch::Receiver<i64> {
        self.published.watch()
    }
}
