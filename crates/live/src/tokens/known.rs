//! The good tokens, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use pledgegraph_store::tokens::{self, Token};
use tokio::sync::watch;

use crate::connection::Connections;

/// How often all tokens are read, and how long that may take: a revocation is effective after both.
const EVERY: Duration = Duration::from_secs(2);
/// For how long tokens stay good while the database cannot be asked. Nobody can revoke them then, unless it is this process
/// alone that does not reach it.
const WITHOUT_DATABASE: Duration = Duration::from_hours(1);
/// The good tokens, as the database had them lately.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_hash: HashMap<[u8; 32], Token>,
    /// When they were read.
    read: Option<Instant>,
}

/// Reads the tokens again and again, until `stop` turns true.
pub(crate) async fn follow(tokens: Arc<Tokens>, connections: Connections, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = tick.tick() => {}
        }
        let began = Instant::now();
        match connections.look(EVERY, |connection| Box::pin(tokens::good(connection))).await {
            Ok(good) => tokens.replace(good, began),
            Err(error) => tracing::debug!(%error, "the tokens are not read for now"),
        }
    }
}

impl Tokens {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token, unless it is too long since the database said that it is good.
    pub(super) fn get(&self, hash: &[u8; 32], now: Instant) -> Option<Token> {
        let known = self.known();
        let is_recent = known.read.is_some_and(|read| now.saturating_duration_since(read) < WITHOUT_DATABASE);
        known.by_hash.get(hash).filter(|_| is_recent).cloned()
    }

    fn replace(&self, good: HashMap<[u8; 32], Token>, read: Instant) {
        let mut known = self.known();
        let before = std::mem::replace(&mut *known, Known { by_hash: good, read: Some(read) });
        for (hash, token) in &mut known.by_hash {
            // A database that cannot be written is not tried again the same day.
            token.last_used = token.last_used.max(before.by_hash.get(hash).and_then(|before| before.last_used));
        }
    }

    /// Takes in one that was made since they were read.
    pub(super) fn learn(&self, hash: [u8; 32], token: Token) {
        self.known().by_hash.entry(hash).or_insert(token);
    }

    /// Whether this is the first use on this day, as far as is known; then it counts as noted.
    pub(super) fn first_use(&self, hash: &[u8; 32], day: NaiveDate) -> bool {
        let mut known = self.known();
        let Some(token) = known.by_hash.get_mut(hash) else { return false };
        let first = token.last_used.is_none_or(|last| last < day);
        token.last_used = Some(day).max(token.last_used);
        first
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use pledgegraph_store::Scope;
    use uuid::Uuid;

    use super::*;

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
    fn a_token_is_good_until_it_is_not_among_those_read_or_they_are_old() {
        let (tokens, hash, start) = (Tokens::default(), [1; 32], Instant::now());
        assert_eq!(tokens.get(&hash, start), None);
        tokens.replace(HashMap::from([(hash, token())]), start);
        assert_eq!(tokens.get(&hash, start + WITHOUT_DATABASE / 2), Some(token()));
        assert_eq!(tokens.get(&hash, start + WITHOUT_DATABASE), None);
        tokens.learn([2; 32], token());
        assert_eq!(tokens.get(&[2; 32], start), Some(token()), "made since");
        tokens.replace(HashMap::from([([2; 32], token())]), start);
        assert_eq!(tokens.get(&hash, start), None, "revoked");
    }

    #[test]
    fn the_day_of_use_is_noted_once() {
        let (tokens, hash) = (Tokens::default(), [1; 32]);
        let day = Utc::now().date_naive();
        assert!(!tokens.first_use(&hash, day), "nothing is known of it");
        tokens.learn(hash, token());
        assert!(tokens.first_use(&hash, day));
        tokens.replace(HashMap::from([(hash, token())]), Instant::now());
        assert!(!tokens.first_use(&hash, day), "the database does not have it yet");
        assert!(tokens.first_use(&hash, day.succ_opt().expect("tomorrow")));
    }
}
