//! What a write would be answered, or was, without writing anything.

use std::sync::Arc;
use std::sync::atomic::AtomicI32;

use pledgegraph_store::{Answer, Idempotency, StoreError, Write, WriteError, commits, head};

use crate::Live;
use crate::connection::{PATIENCE, broken_off};
use crate::writer::{FOLLOWER_LIMIT, Receipt, not_published};

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
            let mut held = connections.acquire().await?;
            let process = AtomicI32::default();
            let rehearsing = commits::rehearse(&mut held, &write, &process);
            let answer = connections.unless_frozen(&process, rehearsing).await;
            if matches!(answer, Err(WriteError::Unavailable(_))) {
                // Whatever state the connection is in, it must not lock the head any longer.
                held.end();
            }
            answer
        });
        rehearsal.await.unwrap_or_else(|error| Err(broken_off(error).into()))
    }

    /// The receipt of what was done under a key, if anything was. It is asked for before the request is looked at: "retract
    /// this record", repeated with its key after it was done, names a record that is not there any more. As for a write, the
    /// receipt is given when what was done is durable and published here.
    ///
    /// # Errors
    /// [`WriteError::KeyReused`] when it was another request; else why the database cannot be asked, or
    /// [`WriteError::OutcomeUnknown`] when what was done may yet be lost.
    pub async fn repeated(&self, key: &Idempotency) -> Result<Option<Receipt>, WriteError> {
        let key = Arc::new(key.clone());
        let asking = self.connections.ask_twice(move |connection| {
            let key = Arc::clone(&key);
            Box::pin(async move { pledgegraph_store::repeated(connection, &key).await })
        });
        let Some(repeated) = asking.await? else { return Ok(None) };
        let confirmed = tokio::time::timeout(FOLLOWER_LIMIT, self.confirm()).await;
        confirmed.unwrap_or_else(|_| Err(unknown(StoreError::Database(sqlx::Error::PoolTimedOut))))?;
        if !self.published.comes_to_hold((repeated.seq, repeated.chain), FOLLOWER_LIMIT).await {
            return Err(not_published(repeated.seq));
        }
        Ok(Some(Receipt::of(Answer::Repeated(repeated))))
    }

    /// Waits until what stands is durable. Goes on when the caller goes away: the server does, too, and must not be left with
    /// more and more that wait.
    async fn confirm(&self) -> Result<(), WriteError> {
        let closed = |_| unknown(StoreError::Database(sqlx::Error::PoolClosed));
        let place = Arc::clone(&self.rehearsals).acquire_owned().await.map_err(closed)?;
        let connections = self.connections.clone();
        let confirming = tokio::spawn(async move {
            let _place = place;
            let mut held = connections.acquire().await.map_err(undecided)?;
            let process = AtomicI32::default();
            let confirmed = connections.unless_frozen(&process, head::confirm(&mut held, &process)).await;
            if confirmed.is_err() {
                held.end();
            }
            confirmed.map_err(unknown)
        });
        confirming.await.unwrap_or_else(|error| Err(unknown(broken_off(error))))
    }
}

/// What was done stands, and may yet be lost.
fn undecided(error: WriteError) -> WriteError {
    match error {
        WriteError::Unavailable(error) => WriteError::OutcomeUnknown(error),
        error => unknown(StoreError::Database(sqlx::Error::Io(std::io::Error::other(error)))),
    }
}

fn unknown(error: StoreError) -> WriteError {
    WriteError::OutcomeUnknown(Arc::new(error))
}
