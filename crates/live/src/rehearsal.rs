//! What a write would be answered, or was, without writing anything.

use std::sync::Arc;

use pledgegraph_store::{Answer, Idempotency, StoreError, Write, WriteError, commits};

use crate::Live;
use crate::connection::PATIENCE;
use crate::writer::Receipt;

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
    /// after they were done.
    ///
    /// # Errors
    /// [`WriteError::KeyReused`] when it was another request; else why the database cannot be asked.
    pub async fn repeated(&self, key: &Idempotency) -> Result<Option<Receipt>, WriteError> {
        let (connections, key) = (self.connections.clone(), key.clone());
        // A task of its own, as every conversation with the database.
        let asking = tokio::spawn(async move {
            let mut connection = connections.acquire().await?;
            pledgegraph_store::repeated(&mut connection, &key).await
        });
        let found = asking.await.unwrap_or_else(|error| Err(broken(error)))?;
        Ok(found.map(|repeated| Receipt::of(Answer::Repeated(repeated))))
    }
}

/// What is answered when a task broke off.
fn broken(error: tokio::task::JoinError) -> WriteError {
    WriteError::Unavailable(Arc::new(StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))))
}
