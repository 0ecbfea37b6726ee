//! What a write would be answered, or was, without writing anything.

use std::sync::Arc;

use pledgegraph_store::{Answer, Idempotency, StoreError, Write, WriteError, commits, head};

use crate::Live;
use crate::connection::PATIENCE;
use crate::writer::{FOLLOWER_LIMIT, Receipt, not_published};

/// How many rehearsals go on at once. Each has a connection while it waits for the head; the others are for the readers.
pub(crate) const REHEARSALS: usize = 2;

impl Live {
    /// Does all of a write, the checks of the database included, and takes it back. Waits its turn among the writers of
    /// all processes.
    ///
    /// # Errors
    /// What [`Live::write`] would answer; [`WriteError::Busy`] also when others rehearse for 2 seconds.
    pub async fn rehearse(&self, write: Write) -> Result<(), WriteError> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.rehearsals).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(WriteError::Busy) };
        let connections = self.connections.clone();
        // A task of its own: a client that goes away in the midst of it must not leave the head locked.
        let rehearsal = tokio::spawn(async move {
            let _place = place;
            let mut connection = connections.acquire().await?;
            let answer = commits::rehearse(&mut connection, &write).await;
            if matches!(answer, Err(WriteError::Unavailable(_))) {
                // Whatever state the connection is in, it must not lock the head any longer.
                drop(connection.detach());
            }
            answer
        });
        rehearsal.await.unwrap_or_else(|error| Err(broken(error)))
    }

    /// The receipt of what was done under a key, if anything was: for requests that could not be understood any more
    /// after they were done. As for a write, it is given when what was done is durable and published here.
    ///
    /// # Errors
    /// [`WriteError::KeyReused`] when it was another request; else why the database cannot be asked, or
    /// [`WriteError::OutcomeUnknown`] when what was done may yet be lost.
    pub async fn repeated(&self, key: &Idempotency) -> Result<Option<Receipt>, WriteError> {
        let (connections, key) = (self.connections.clone(), key.clone());
        // A task of its own, as every conversation with the database.
        let asking = tokio::spawn(async move {
            let mut connection = connections.acquire().await?;
            pledgegraph_store::repeated(&mut connection, &key).await
        });
        let Some(repeated) = asking.await.unwrap_or_else(|error| Err(broken(error)))? else { return Ok(None) };
        let confirmed = tokio::time::timeout(FOLLOWER_LIMIT, self.confirm()).await;
        confirmed.unwrap_or(Err(StoreError::Database(sqlx::Error::PoolTimedOut))).map_err(unknown)?;
        if !self.published.comes_to_hold((repeated.seq, repeated.chain), FOLLOWER_LIMIT).await {
            return Err(not_published(repeated.seq));
        }
        Ok(Some(Receipt::of(Answer::Repeated(repeated))))
    }

    /// Waits until what stands is durable. Goes on when the caller goes away: the server does, too, and must not be left with
    /// more and more that wait.
    async fn confirm(&self) -> Result<(), StoreError> {
        let closed = |_| StoreError::Database(sqlx::Error::PoolClosed);
        let place = Arc::clone(&self.rehearsals).acquire_owned().await.map_err(closed)?;
        let pool = self.connections.pool()?.clone();
        let confirming = tokio::spawn(async move {
            let _place = place;
            let mut connection = pool.acquire().await?;
            let confirmed = head::confirm(&mut connection).await;
            if confirmed.is_err() {
                drop(connection.detach());
            }
            confirmed
        });
        confirming
            .await
            .unwrap_or_else(|error| Err(StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))))
    }
}

fn unknown(error: StoreError) -> WriteError {
    WriteError::OutcomeUnknown(Arc::new(error))
}

/// What is answered when a task broke off.
fn broken(error: tokio::task::JoinError) -> WriteError {
    WriteError::Unavailable(Arc::new(StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))))
}
