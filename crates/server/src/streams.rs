//! Streams of events: how many are open, in all and for one address, so that they never have all connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::lanes::Asker;

/// The streams that are open.
#[derive(Debug)]
pub(crate) struct Streams {
    most: usize,
    most_of_one: usize,
    open: Mutex<HashMap<Asker, usize>>,
}

/// A stream that is open, until this is dropped.
#[derive(Debug)]
pub(crate) struct Stream {
    streams: Arc<Streams>,
    asker: Asker,
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        if let Some(own) = open.get_mut(&self.asker) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.asker);
            }
        }
    }
}

impl Streams {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Asker, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one more; `None` when there are too many.
    pub(crate) fn begin(self: &Arc<Self>, asker: Asker) -> Option<Stream> {
        let mut open = self.open();
        if open.values().sum::<usize>() >= self.most || open.get(&asker).is_some_and(|own| *own >= self.most_of_one) {
            return None;
        }
        *open.entry(asker).or_default() += 1;
        Some(Stream { streams: Arc::clone(self), asker })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn neither_all_nor_one_address_has_more_than_its_share() {
        let streams = Streams::new(3, 2);
        let of = |number: u8| streams.begin(Some(Ipv4Addr::new(192, 0, 2, number).into()));
        let first = of(1).expect("one");
        let second = of(1).expect("two");
        assert!(of(1).is_none(), "no more for this address");
        let other = of(2).expect("another address");
        assert!(of(3).is_none(), "no more in all");
        drop(first);
        assert!(of(1).is_some());
        drop((second, other));
        assert!(streams.open().is_empty());
    }
}
