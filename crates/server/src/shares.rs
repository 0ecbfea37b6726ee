//! How much of something limited each has: in all, and for one address, no more than its share.

use std::collections::HashMap;
use std::net::IpAddr;

/// Who has a share: an address (a whole /64 of IPv6 is one); `None` within the process.
pub(crate) type Asker = Option<IpAddr>;

/// What is taken, by whom.
#[derive(Debug)]
pub(crate) struct Shares {
    all: usize,
    of_one: usize,
    taken: HashMap<Asker, usize>,
}

impl Shares {
    /// There are so many, of which one may have so many.
    pub(crate) fn new(all: usize, of_one: usize) -> Self {
        Self { all, of_one, taken: HashMap::new() }
    }

    /// Whether one may have one more.
    pub(crate) fn has_room(&self, asker: Asker) -> bool {
        let taken: usize = self.taken.values().sum();
        taken < self.all && self.taken.get(&asker).is_none_or(|own| *own < self.of_one)
    }

    /// One more is taken.
    pub(crate) fn take(&mut self, asker: Asker) {
        *self.taken.entry(asker).or_default() += 1;
    }

    /// One that was taken is given back.
    pub(crate) fn give_back(&mut self, asker: Asker) {
        if let Some(own) = self.taken.get_mut(&asker) {
            *own -= 1;
            if *own == 0 {
                self.taken.remove(&asker);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }
}
