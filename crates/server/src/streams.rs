//! Streams of events: how many are open, in all and for one address, so that they never have all connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::shares::{Asker, Shares};

/// The streams that are open.
#[derive(Debug)]
pub(crate) struct Streams(Mutex<Shares>);

/// A stream that is open, until this is dropped.
#[derive(Debug)]
pub(crate) struct Stream {
    streams: Arc<Streams>,
    asker: Asker,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.streams.open().give_back(self.asker);
    }
}

impl Streams {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Shares::new(most, most_of_one))))
    }

    fn open(&self) -> MutexGuard<'_, Shares> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one more; `None` when there are too many.
    pub(crate) fn begin(self: &Arc<Self>, asker: Asker) -> Option<Stream> {
        let mut open = self.open();
        open.has_room(asker).then(|| {
            open.take(asker);
            Stream { streams: Arc::clone(self), asker }
        })
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
