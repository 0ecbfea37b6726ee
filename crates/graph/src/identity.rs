//! From a 128-bit identifier to its dense number, in about 10 bytes an entry.

use std::sync::Arc;

use imbl::Vector;

/// How many entries a bucket holds on average when the table is built, and when it is made larger.
const FULL_AT_BUILD: usize = 16;
const FULL: usize = 64;

/// A hash table of (fingerprint, number) whose buckets are shared between snapshots. The identifiers themselves, 16 bytes
/// each, stay in the records alone. Since two identifiers may have one fingerprint, each look-up is given `is`, which looks
/// at the record of a number and says whether it is the one looked for.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// A power of two of them.
    buckets: Vector<Arc<[(u32, u32)]>>,
    len: usize,
}

/// Mixes an identifier into a bucket part and a fingerprint (the finaliser of `SplitMix64`).
fn hash(id: u128) -> (usize, u32) {
    let low = u64::try_from(id & u128::from(u64::MAX)).unwrap_or_default();
    let high = u64::try_from(id >> 64).unwrap_or_default();
    let mut x = low ^ high.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    (usize::try_from(x >> 32).unwrap_or_default(), u32::try_from(x & u64::from(u32::MAX)).unwrap_or_default())
}

impl Identity {
    /// A table of all given identifiers, each with its number.
    pub(crate) fn build(entries: impl ExactSizeIterator<Item = (u128, u32)>) -> Self {
        let len = entries.len();
        let count = (len / FULL_AT_BUILD).next_power_of_two();
        let mut buckets = vec![Vec::new(); count];
        for (id, number) in entries {
            let (bucket, fingerprint) = hash(id);
            buckets[bucket & (count - 1)].push((fingerprint, number));
        }
        Self { buckets: buckets.into_iter().map(Arc::from).collect(), len }
    }

    fn bucket(&self, part: usize) -> usize {
        part & (self.buckets.len() - 1)
    }

    /// The number of an identifier.
    pub(crate) fn get(&self, id: u128, is: impl Fn(u32) -> bool) -> Option<u32> {
        let (part, fingerprint) = hash(id);
        let bucket = self.buckets.get(self.bucket(part))?;
        bucket.iter().find(|(f, number)| *f == fingerprint && is(*number)).map(|(_, number)| *number)
    }

    /// Adds an identifier that is not in the table. `identifier` gives that of any number, for when the table grows.
    pub(crate) fn insert(&mut self, id: u128, number: u32, identifier: impl Fn(u32) -> u128) {
        if self.len >= FULL * self.buckets.len() {
            let entries: Vec<_> =
                self.buckets.iter().flat_map(|b| b.iter().map(|(_, n)| (identifier(*n), *n))).collect();
            *self = Self::build(entries.into_iter());
        }
        let (part, fingerprint) = hash(id);
        let at = self.bucket(part);
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket = bucket.iter().copied().chain([(fingerprint, number)]).collect();
            self.len += 1;
        }
    }

    /// Takes an identifier out.
    pub(crate) fn remove(&mut self, id: u128, number: u32) {
        let at = self.bucket(hash(id).0);
        if let Some(bucket) = self.buckets.get_mut(at) {
            let before = bucket.len();
            *bucket = bucket.iter().copied().filter(|(_, n)| *n != number).collect();
            self.len -= before - bucket.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_while_it_grows() {
        let ids: Vec<u128> = (0..5000u128).map(|i| i * 0x1_0000_0001 + (i << 70)).collect();
        let mut table = Identity::build(std::iter::empty::<(u128, u32)>().collect::<Vec<_>>().into_iter());
        for (number, id) in (0u32..).zip(&ids) {
            table.insert(*id, number, |n| ids[n as usize]);
        }
        for (number, id) in (0u32..).zip(&ids) {
            assert_eq!(table.get(*id, |n| ids[n as usize] == *id), Some(number));
        }
        table.remove(ids[7], 7);
        assert_eq!(table.get(ids[7], |n| ids[n as usize] == ids[7]), None);
        assert_eq!(table.len, 4999);
    }
}
