//! A number of requests in a minute for each key, by the generic cell rate algorithm (ITU-T I.371).
//!
//! Not the crate `governor`, which does the same: it cannot give a request back, and 304 is not counted.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);

/// The most keys that are remembered, about 10 MiB. Further ones share one allowance, so that memory is bounded however
/// many addresses ask.
const MOST_KEYS: usize = 100_000;

/// How often keys that have their whole allowance again are forgotten, when there are too many.
const TIDIED: Duration = Duration::from_secs(1);

/// What asking costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Whether the allowance was used up.
    pub(super) refused: bool,
    /// How many requests are left.
    pub(super) left: u64,
    /// When refused, in how many seconds one request will be left; else in how many all will be.
    pub(super) seconds: u64,
}

/// One allowance for each key.
#[derive(Debug)]
pub(super) struct Quota<K> {
    most: NonZeroU32,
    used: Mutex<Used<K>>,
}

#[derive(Debug)]
struct Used<K> {
    /// When each key has its whole allowance again; `None` is all keys that there was no room for.
    whole: HashMap<Option<K>, Instant>,
    tidied: Instant,
}

impl<K: Clone + Eq + Hash> Quota<K> {
    pub(super) fn new(most: NonZeroU32) -> Self {
        Self { most, used: Mutex::new(Used { whole: HashMap::new(), tidied: Instant::now() }) }
    }

    pub(super) fn most(&self) -> u32 {
        self.most.get()
    }

    #[expect(clippy::unused_self, reason = "what a quota is, is asked of the quota")]
    pub(super) fn window(&self) -> Duration {
        WINDOW
    }

    /// How much of the window one request takes.
    fn one(&self) -> Duration {
        WINDOW / self.most.get()
    }

    /// Takes one request from the allowance of a key.
    pub(super) fn take(&self, key: &K) -> Taken {
        self.take_at(key, Instant::now())
    }

    /// Gives the last request back.
    pub(super) fn give_back(&self, key: &K) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(whole) = used.whole.get_mut(&Some(key.clone())) {
            *whole = whole.checked_sub(self.one()).unwrap_or(*whole);
        }
    }

    fn take_at(&self, key: &K, now: Instant) -> Taken {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = used.entry(key, now);
        let then = (*whole).max(now) + self.one();
        let late = then.saturating_duration_since(now + WINDOW);
        if !late.is_zero() {
            return Taken { refused: true, left: 0, seconds: up(late) };
        }
        *whole = then;
        let spent = then - now;
        let left = WINDOW.saturating_sub(spent).as_nanos() / self.one().as_nanos().max(1);
        Taken { refused: false, left: u64::try_from(left).unwrap_or(u64::MAX), seconds: up(spent) }
    }
}

impl<K: Clone + Eq + Hash> Used<K> {
    /// When the key has its whole allowance again.
    fn entry(&mut self, key: &K, now: Instant) -> &mut Instant {
        let key = Some(key.clone());
        let full = self.whole.len() >= MOST_KEYS && !self.whole.contains_key(&key);
        if full && now.saturating_duration_since(self.tidied) >= TIDIED {
            self.whole.retain(|_, whole| *whole > now);
            self.tidied = now;
        }
        let room = !full || self.whole.len() < MOST_KEYS;
        self.whole.entry(if room { key } else { None }).or_insert(now)
    }
}

fn up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(most: u32) -> Quota<u32> {
        Quota::new(NonZeroU32::new(most).expect("more than none"))
    }

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let (quota, now) = (quota(3), Instant::now());
        let taken = |key, after| {
            let taken = quota.take_at(&key, now + Duration::from_secs(after));
            (taken.refused, taken.left, taken.seconds)
        };
        assert_eq!(taken(1, 0), (false, 2, 20));
        assert_eq!(taken(1, 0), (false, 1, 40));
        assert_eq!(taken(1, 0), (false, 0, 60));
        assert_eq!(taken(1, 0), (true, 0, 20));
        assert_eq!(taken(2, 0), (false, 2, 20), "another key");
        assert_eq!(taken(1, 15), (true, 0, 5));
        assert_eq!(taken(1, 20), (false, 0, 60));
        assert_eq!(taken(1, 500), (false, 2, 20));
    }

    #[test]
    fn a_request_can_be_given_back() {
        let quota = quota(1);
        assert!(!quota.take(&1).refused);
        assert!(quota.take(&1).refused);
        quota.give_back(&1);
        assert!(!quota.take(&1).refused);
        assert!(quota.take(&1).refused);
    }

    #[test]
    fn memory_is_bounded_and_old_keys_do_not_suffer() {
        let (quota, now) = (quota(2), Instant::now());
        for key in 0..2 * u32::try_from(MOST_KEYS).expect("a small number") {
            quota.take_at(&key, now);
        }
        assert_eq!(quota.used.lock().expect("whole").whole.len(), MOST_KEYS + 1);
        assert!(quota.take_at(&u32::MAX, now).refused, "the rest share one allowance");
        assert!(!quota.take_at(&7, now).refused, "those before keep theirs");
        assert!(!quota.take_at(&u32::MAX, now + WINDOW).refused);
        assert_eq!(quota.used.lock().expect("whole").whole.len(), 1, "whose minute is over is forgotten");
    }
}
