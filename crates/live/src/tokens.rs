//! Tokens as requests need them: from memory for a few seconds, so that a busy client costs no query.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{NaiveDate, Utc};
use pledgegraph_store::StoreError;
use pledgegraph_store::tokens::{self, Token};
use uuid::Uuid;

use crate::Live;
use crate::connection::ask;

/// For how long the answer of the database is good. A revocation is effective after this and one query.
const FRESH: Duration = Duration::from_secs(3);
/// For how long requests may go on with the former answer while one of them asks again.
const ASKING: Duration = Duration::from_secs(2);
/// For how long a token that was good stays good while the database cannot be asked, in which time nobody can revoke
/// it either.
const WITHOUT_DATABASE: Duration = Duration::from_mins(1);
/// How many answers are kept. Those that say "no such token" go first.
const KEPT: usize = 10_000;

/// What the database said of the tokens that were used lately.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    known: Mutex<HashMap<[u8; 32], Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    token: Option<Token>,
    /// When the database said so.
    said: Instant,
    /// When somebody began to ask it again.
    asked: Instant,
}

/// Whether an answer is at hand.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// The token, or that there is none.
    Said(Option<Token>),
    Ask,
}

impl Tokens {
    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], Entry>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known well enough, or that the caller is to ask.
    fn fresh(&self, hash: &[u8; 32], now: Instant) -> Known {
        let mut known = self.known();
        let Some(entry) = known.get_mut(hash) else { return Known::Ask };
        let since = |then: Instant| now.saturating_duration_since(then);
        if since(entry.said) < FRESH || (since(entry.asked) < ASKING && since(entry.said) < FRESH + ASKING) {
            return Known::Said(entry.token.clone());
        }
        entry.asked = now;
        Known::Ask
    }

    fn kept(&self, hash: &[u8; 32], limit: Duration) -> Option<Token> {
        let known = self.known();
        known.get(hash).filter(|entry| entry.said.elapsed() < limit)?.token.clone()
    }

    fn learn(&self, hash: [u8; 32], mut token: Option<Token>, now: Instant) {
        let mut known = self.known();
        if let (Some(token), Some(Entry { token: Some(before), .. })) = (&mut token, known.get(&hash)) {
            // A database that cannot be written is not tried again the same day.
            token.last_used = token.last_used.max(before.last_used);
        }
        if known.len() >= KEPT && !known.contains_key(&hash) {
            known.retain(|_, entry| entry.token.is_some() && now.duration_since(entry.said) < WITHOUT_DATABASE);
        }
        if known.len() < KEPT || known.contains_key(&hash) {
            known.insert(hash, Entry { token, said: now, asked: now });
        }
    }

    /// Whether this is the first use on this day, as far as is known; then it counts as noted.
    fn first_use(&self, hash: &[u8; 32], day: NaiveDate) -> bool {
        let mut known = self.known();
        let Some(token) = known.get_mut(hash).and_then(|entry| entry.token.as_mut()) else { return false };
        let first = token.last_used.is_none_or(|last| last < day);
        token.last_used = Some(day).max(token.last_used);
        first
    }
}

impl Live {
    /// The good token with this hash. A revocation is effective within about five seconds. While the database is away,
    /// tokens used within the last minute stay good.
    ///
    /// # Errors
    /// When it is not in memory and the database cannot be asked.
    pub async fn token(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let token = match self.tokens.fresh(hash, Instant::now()) {
            Known::Said(token) => token,
            Known::Ask => match self.ask_token(hash).await {
                Ok(token) => {
                    self.tokens.learn(*hash, token.clone(), Instant::now());
                    token
                }
                Err(error) if error.is_transient() => {
                    let kept = self.tokens.kept(hash, WITHOUT_DATABASE);
                    Some(kept.ok_or(error)?)
                }
                Err(error) => return Err(error),
            },
        };
        let token = token.filter(|token| token.is_good(Utc::now()));
        if let Some(token) = &token {
            self.note_use(hash, token.id);
        }
        Ok(token)
    }

    /// The good token with this hash if it was used lately. Asks nobody.
    pub fn token_in_memory(&self, hash: &[u8; 32]) -> Option<Token> {
        self.tokens.kept(hash, FRESH + ASKING).filter(|token| token.is_good(Utc::now()))
    }

    async fn ask_token(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let hash = *hash;
        let asking = ask(&self.pool, move |connection| Box::pin(async move { tokens::find(connection, &hash).await }));
        let answer = tokio::time::timeout(ASKING, asking).await;
        answer.unwrap_or_else(|_| Err(StoreError::Database(sqlx::Error::PoolTimedOut)))
    }

    /// At most once a day for a token, and no request waits for it.
    fn note_use(&self, hash: &[u8; 32], id: Uuid) {
        let day = Utc::now().date_naive();
        if !self.tokens.first_use(hash, day) {
            return;
        }
        let pool = self.pool.clone();
        tokio::spawn(async move {
            let noted = async {
                let mut connection = pool.acquire().await?;
                tokens::note_use(&mut connection, id, day).await
            };
            if let Err(error) = noted.await {
                tracing::debug!(token = %id, %error, "the day of use is not noted");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pledgegraph_store::Scope;

    fn token() -> Token {
        Token {
            id: Uuid::nil(),
            name: "t".to_owned(),
            shown: "plg_abc".to_owned(),
            scope: Scope::Write,
            created_at: chrono::DateTime::UNIX_EPOCH,
            expires_at: None,
            revoked_at: None,
            last_used: None,
        }
    }

    #[test]
    fn an_answer_is_good_for_a_few_seconds_and_then_one_asks_for_all() {
        let (tokens, hash, start) = (Tokens::default(), [1; 32], Instant::now());
        assert_eq!(tokens.fresh(&hash, start), Known::Ask);
        tokens.learn(hash, Some(token()), start);
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        assert_eq!(tokens.fresh(&hash, at(2.9)), Known::Said(Some(token())));
        assert_eq!(tokens.fresh(&hash, at(3.1)), Known::Ask, "the first one asks");
        assert_eq!(tokens.fresh(&hash, at(3.2)), Known::Said(Some(token())), "the others go on meanwhile");
        assert_eq!(tokens.fresh(&hash, at(5.3)), Known::Ask, "but not for long");
    }

    #[test]
    fn memory_is_bounded_and_unknown_tokens_go_first() {
        let (tokens, now) = (Tokens::default(), Instant::now());
        tokens.learn([255; 32], Some(token()), now);
        for i in 0..=KEPT {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&i.to_le_bytes());
            tokens.learn(hash, None, now);
        }
        assert!(tokens.known().len() <= KEPT);
        assert!(tokens.kept(&[255; 32], FRESH).is_some());
    }

    #[test]
    fn the_day_of_use_is_noted_once() {
        let (tokens, hash) = (Tokens::default(), [1; 32]);
        let day = Utc::now().date_naive();
        assert!(!tokens.first_use(&hash, day), "nothing is known of it");
        tokens.learn(hash, Some(token()), Instant::now());
        assert!(tokens.first_use(&hash, day));
        assert!(!tokens.first_use(&hash, day));
        assert!(tokens.first_use(&hash, day.succ_opt().expect("tomorrow")));
    }
}
