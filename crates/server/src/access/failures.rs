//! How often an address failed lately.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::principal::network;

/// How many failures an address has in a [`WINDOW`].
const MOST: u32 = 20;
const WINDOW: Duration = Duration::from_mins(1);
/// How many addresses are remembered; past that, the oldest are forgotten.
const ADDRESSES: usize = 10_000;

/// Failures by address. A network of IPv6 (/64) counts as one.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<Option<IpAddr>, (Instant, u32)>>);

impl Failures {
    /// How long the address has to wait, if it failed too often.
    pub(super) fn wait(&self, address: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, count) = known.get(&address.map(network))?;
        let left = WINDOW.checked_sub(now.saturating_duration_since(*begun))?;
        (*count >= MOST && !left.is_zero()).then_some(left)
    }

    /// Counts a failure.
    pub(super) fn note(&self, address: Option<IpAddr>, now: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |begun: Instant| now.saturating_duration_since(begun) >= WINDOW;
        if known.len() >= ADDRESSES {
            known.retain(|_, (begun, _)| !over(*begun));
        }
        if known.len() >= ADDRESSES
            && let Some(oldest) = known.iter().min_by_key(|(_, (begun, _))| *begun).map(|(key, _)| *key)
        {
            known.remove(&oldest);
        }
        let entry = known.entry(address.map(network)).or_insert((now, 0));
        if over(entry.0) {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_failures_a_minute() {
        let (failures, start) = (Failures::default(), Instant::now());
        let address: Option<IpAddr> = Some("2001:db8::1".parse().expect("an address"));
        let neighbour: Option<IpAddr> = Some("2001:db8::2".parse().expect("an address"));
        let other: Option<IpAddr> = Some("192.0.2.1".parse().expect("an address"));
        (0..19).for_each(|_| failures.note(address, start));
        assert_eq!(failures.wait(address, start), None);
        failures.note(neighbour, start);
        assert_eq!(failures.wait(address, start), Some(WINDOW));
        assert_eq!(failures.wait(other, start), None);
        assert_eq!(failures.wait(address, start + WINDOW), None);
        failures.note(address, start + WINDOW);
        assert_eq!(failures.wait(address, start + WINDOW), None, "a new minute");
    }

    #[test]
    fn memory_is_bounded() {
        let (failures, now) = (Failures::default(), Instant::now());
        for i in (0_u32..).take(ADDRESSES + 50) {
            failures.note(Some(IpAddr::V4(i.into())), now);
        }
        assert!(failures.0.lock().expect("not poisoned").len() <= ADDRESSES);
    }
}
