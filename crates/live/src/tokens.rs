//! Tokens as requests need them: in memory, followed like the log, so that a busy client costs no query and the database may be
//! away.

pub(crate) mod known;

use std::time::{Duration, Instant};

use chrono::Utc;
use pledgegraph_store::StoreError;
use pledgegraph_store::tokens::{self, Token};
use uuid::Uuid;

use crate::Live;
use crate::connection::ask_within;

/// How long a client with a token that is not in memory waits for the database.
const PATIENCE: Duration = Duration::from_secs(2);

impl Live {
    /// The good token with this hash. A revocation is effective within about four seconds. While the database is away, tokens
    /// that were good when it was last asked stay good for an hour.
    ///
    /// # Errors
    /// When it is not in memory and the database cannot be asked.
    pub async fn token(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let found = match self.tokens.get(hash, Instant::now()) {
            Some(token) => Some(token),
            None => self.ask_token(*hash).await?,
        };
        let token = found.filter(|token| token.is_good(Utc::now()));
        if let Some(token) = &token {
            self.note_use(hash, token.id);
        }
        Ok(token)
    }

    /// The good token with this hash if it is in memory. Asks nobody.
    pub fn token_in_memory(&self, hash: &[u8; 32]) -> Option<Token> {
        self.tokens.get(hash, Instant::now()).filter(|token| token.is_good(Utc::now()))
    }

    /// Asks the database for a token that may have been made since they were read.
    async fn ask_token(&self, hash: [u8; 32]) -> Result<Option<Token>, StoreError> {
        let pool = self.connections.pool()?;
        let asking = ask_within(pool, PATIENCE, move |connection| {
            Box::pin(async move { tokens::find(connection, &hash).await })
        });
        let found = asking.await?.filter(|token| token.is_good(Utc::now()));
        if let Some(token) = &found {
            self.tokens.learn(hash, token.clone());
        }
        Ok(found)
    }

    /// At most once a day for a token, and no request waits for it.
    fn note_use(&self, hash: &[u8; 32], id: Uuid) {
        let day = Utc::now().date_naive();
        if !self.tokens.first_use(hash, day) {
            return;
        }
        let connections = self.connections.clone();
        tokio::spawn(async move {
            let noted: Result<(), StoreError> =
                connections.ask(move |connection| Box::pin(tokens::note_use(connection, id, day))).await;
            if let Err(error) = noted {
                tracing::debug!(token = %id, %error, "the day of use is not noted");
            }
        });
    }
}
