//! Imports: many rows as one commit, staged beside all other writes, and published by the follower.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pledgegraph_graph::Graph;
use pledgegraph_store::bulk::CommitError;
use pledgegraph_store::import::Import as Rows;
use pledgegraph_store::{Origin, StoreError, WriteError};

use crate::published::Published;
use crate::writer::not_published;
use crate::{Live, Receipt};

/// How often the turn is asked for while another import is under way.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// How long the snapshot may take to arrive where the head of the log is: a big import before this one is read back.
const PUBLISH_LIMIT: Duration = Duration::from_mins(5);

/// An import. When it is dropped, what was not committed is gone.
#[derive(Debug)]
pub struct Import {
    /// What is staged for the next commit.
    pub rows: Rows,
    published: Arc<Published>,
}

impl Live {
    /// Begins an import; `None` when another one is still under way after `patience`, here or in another process.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn import(&self, patience: Duration) -> Result<Option<Import>, StoreError> {
        let began = Instant::now();
        let mut rows = Rows::connect(self.connections.pool()?).await?;
        while !rows.take_turn().await? {
            if began.elapsed() >= patience {
                return Ok(None);
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        Ok(Some(Import { rows, published: Arc::clone(&self.published) }))
    }
}

impl Import {
    /// Begins the rows of the next commit; gives a snapshot that holds all that was committed so far.
    ///
    /// # Errors
    /// When the database fails, or the snapshot does not come.
    pub async fn begin(&mut self) -> Result<Arc<Graph>, WriteError> {
        let head = self.rows.begin().await?;
        if self.published.comes_to_hold((head.seq, head.chain), PUBLISH_LIMIT).await {
            return Ok(self.published.current());
        }
        Err(WriteError::Unavailable(Arc::new(StoreError::Database(sqlx::Error::PoolTimedOut))))
    }

    /// Commits what is staged, and answers when the commit is published here; `None` when nothing was staged.
    ///
    /// # Errors
    /// [`CommitError::Refused`] leaves the rows staged: without those lines it may be tried again.
    pub async fn commit(&mut self, origin: &Origin) -> Result<Option<Receipt>, CommitError> {
        let Some(head) = self.rows.commit(origin).await? else { return Ok(None) };
        metrics::counter!("pledgegraph_commits_total").increment(1);
        if !self.published.comes_to_hold((head.seq, head.chain), PUBLISH_LIMIT).await {
            return Err(CommitError::Failed(not_published(head.seq)));
        }
        let recorded_at = head.recorded_at.unwrap_or_default();
        Ok(Some(Receipt { seq: head.seq, chain: head.chain, recorded_at, replayed: None }))
    }
}
