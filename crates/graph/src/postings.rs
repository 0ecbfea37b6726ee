//! Sorted sets of dense numbers that share what they do not change.
//!
//! After the containers of Roaring bitmaps (Chambi, Lemire, Kaser, Godin, "Better bitmap performance with Roaring
//! bitmaps", 2016): a block of 65,536 numbers is an array while sparse and a bitmap when dense. Here each container
//! stands behind its own `Arc`, so that a change copies one container of at most 8 KiB; and a small set, as almost
//! every node's neighbour lists are, is one plain array.

use std::sync::Arc;

/// Up to this many numbers a set is one plain array.
const SMALL: usize = 64;
/// Up to this many numbers a container is an array. A quarter of what takes the same room as a bitmap: joining a bitmap
/// into another costs less than joining a longer array.
const SPARSE: usize = 1024;
/// 64-bit words of a dense container.
pub(crate) const WORDS: usize = 1024;

/// The bits of one block of 65,536 numbers.
pub(crate) type Bits = [u64; WORDS];

/// A sorted set of `u32`.
#[derive(Debug, Clone)]
pub(crate) enum Postings {
    Small(Arc<[u32]>),
    Large(Arc<Large>),
}

#[derive(Debug, Clone)]
pub(crate) struct Large {
    len: usize,
    /// By block number, ascending.
    blocks: Vec<(u16, Container)>,
}

#[derive(Debug, Clone)]
enum Container {
    Sparse(Arc<[u16]>),
    Dense(Arc<Bits>, u32),
}

impl Default for Postings {
    fn default() -> Self {
        Self::Small(Arc::default())
    }
}

fn split(number: u32) -> (u16, u16) {
    let [a, b, c, d] = number.to_be_bytes();
    (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

fn join(block: u16, low: u16) -> u32 {
    u32::from(block) << 16 | u32::from(low)
}

fn word_and_bit(low: u16) -> (usize, u64) {
    (usize::from(low) / 64, 1 << (low % 64))
}

/// Whether a number is among the bits of a block.
pub(crate) fn has_bit(bits: &Bits, low: u16) -> bool {
    let (word, bit) = word_and_bit(low);
    bits[word] & bit != 0
}

/// The numbers of the set bits of a word.
fn set_bits(mut word: u64) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let lowest = u16::try_from(word.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
        word &= word - 1;
        Some(lowest)
    })
}

/// The numbers of the set bits of a block, ascending.
pub(crate) fn numbers(bits: &Bits) -> impl Iterator<Item = u16> + '_ {
    numbers_from(bits, 0)
}

/// The numbers of the set bits of a block from `first` on, ascending.
pub(crate) fn numbers_from(bits: &Bits, first: u16) -> impl Iterator<Item = u16> + '_ {
    let words = (0u16..).zip(bits.iter()).skip(usize::from(first / 64));
    words.flat_map(|(i, word)| set_bits(*word).map(move |bit| i * 64 + bit)).skip_while(move |number| *number < first)
}

impl Container {
    fn from_sorted(lows: Vec<u16>) -> Self {
        if lows.len() <= SPARSE {
            return Self::Sparse(lows.into());
        }
        let mut bits = [0; WORDS];
        for low in &lows {
            let (word, bit) = word_and_bit(*low);
            bits[word] |= bit;
        }
        Self::Dense(Arc::new(bits), u32::try_from(lows.len()).unwrap_or(u32::MAX))
    }

    fn len(&self) -> usize {
        match self {
            Self::Sparse(lows) => lows.len(),
            Self::Dense(_, count) => *count as usize,
        }
    }

    fn contains(&self, low: u16) -> bool {
        match self {
            Self::Sparse(lows) => lows.binary_search(&low).is_ok(),
            Self::Dense(bits, _) => has_bit(bits, low),
        }
    }

    fn insert(&mut self, low: u16) -> bool {
        match self {
            Self::Sparse(lows) => {
                let Err(at) = lows.binary_search(&low) else { return false };
                let mut copy = Vec::with_capacity(lows.len() + 1);
                copy.extend_from_slice(&lows[..at]);
                copy.push(low);
                copy.extend_from_slice(&lows[at..]);
                *self = Self::from_sorted(copy);
                true
            }
            Self::Dense(bits, count) => {
                let (word, bit) = word_and_bit(low);
                if bits[word] & bit != 0 {
                    return false;
                }
                Arc::make_mut(bits)[word] |= bit;
                *count += 1;
                true
            }
        }
    }

    fn remove(&mut self, low: u16) -> bool {
        match self {
            Self::Sparse(lows) => {
                let Ok(at) = lows.binary_search(&low) else { return false };
                *lows = lows[..at].iter().chain(&lows[at + 1..]).copied().collect();
                true
            }
            Self::Dense(bits, count) => {
                let (word, bit) = word_and_bit(low);
                if bits[word] & bit == 0 {
                    return false;
                }
                Arc::make_mut(bits)[word] &= !bit;
                *count -= 1;
                // Half the limit, so that a set that swings around it is not converted back and forth.
                if *count as usize <= SPARSE / 2 {
                    *self = Self::Sparse(numbers(bits).collect());
                }
                true
            }
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Sparse(lows) if lows.is_empty())
    }

    fn or_into(&self, into: &mut Bits) {
        match self {
            Self::Sparse(lows) => {
                for low in lows.iter() {
                    let (word, bit) = word_and_bit(*low);
                    into[word] |= bit;
                }
            }
            Self::Dense(bits, _) => {
                for (into, word) in into.iter_mut().zip(bits.iter()) {
                    *into |= word;
                }
            }
        }
    }

    fn dense(&self) -> Option<&Bits> {
        match self {
            Self::Sparse(_) => None,
            Self::Dense(bits, _) => Some(bits),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = u16> + '_> {
        match self {
            Self::Sparse(lows) => Box::new(lows.iter().copied()),
            Self::Dense(bits, _) => Box::new(numbers(bits)),
        }
    }
}

/// The numbers of one block, to be shared by several sets.
#[derive(Debug, Clone)]
pub(crate) struct Block(Container);

impl Block {
    /// Of the low halves of numbers, given in ascending order without repeats.
    pub(crate) fn from_sorted(lows: Vec<u16>) -> Self {
        Self(Container::from_sorted(lows))
    }
}

impl Postings {
    /// A set of whole blocks, given in ascending order. O(blocks).
    pub(crate) fn from_blocks(blocks: impl IntoIterator<Item = (u16, Block)>) -> Self {
        let blocks: Vec<_> = blocks.into_iter().map(|(block, Block(own))| (block, own)).collect();
        let len = blocks.iter().map(|(_, container)| container.len()).sum();
        Self::Large(Arc::new(Large { len, blocks }))
    }

    /// The blocks in which there may be a number, ascending.
    pub(crate) fn blocks(&self) -> Vec<u16> {
        match self {
            Self::Small(numbers) => {
                let mut blocks: Vec<u16> = numbers.iter().map(|number| split(*number).0).collect();
                blocks.dedup();
                blocks
            }
            Self::Large(large) => large.blocks.iter().map(|(block, _)| *block).collect(),
        }
    }

    /// A set of numbers in any order.
    pub(crate) fn of(numbers: impl IntoIterator<Item = u32>) -> Self {
        let mut numbers: Vec<u32> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self::from_sorted(&numbers)
    }

    /// A set of numbers given in ascending order without repeats.
    pub(crate) fn from_sorted(numbers: &[u32]) -> Self {
        if numbers.len() <= SMALL {
            return Self::Small(numbers.into());
        }
        let blocks = numbers
            .chunk_by(|a, b| split(*a).0 == split(*b).0)
            .map(|run| (split(run[0]).0, Container::from_sorted(run.iter().map(|n| split(*n).1).collect())))
            .collect();
        Self::Large(Arc::new(Large { len: numbers.len(), blocks }))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Small(numbers) => numbers.len(),
            Self::Large(large) => large.len,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        match self {
            Self::Small(numbers) => numbers.binary_search(&number).is_ok(),
            Self::Large(large) => {
                let (block, low) = split(number);
                large.block(block).is_some_and(|container| container.contains(low))
            }
        }
    }

    /// Adds a number; `false` when it was there.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        match self {
            Self::Small(numbers) => {
                let Err(at) = numbers.binary_search(&number) else { return false };
                let mut copy = Vec::with_capacity(numbers.len() + 1);
                copy.extend_from_slice(&numbers[..at]);
                copy.push(number);
                copy.extend_from_slice(&numbers[at..]);
                *self = Self::from_sorted(&copy);
                true
            }
            Self::Large(large) => {
                let (block, low) = split(number);
                let large = Arc::make_mut(large);
                let added = match large.blocks.binary_search_by_key(&block, |(b, _)| *b) {
                    Ok(at) => large.blocks[at].1.insert(low),
                    Err(at) => {
                        large.blocks.insert(at, (block, Container::Sparse([low].into())));
                        true
                    }
                };
                large.len += usize::from(added);
                added
            }
        }
    }

    /// Takes a number out; `false` when it was not there.
    pub(crate) fn remove(&mut self, number: u32) -> bool {
        match self {
            Self::Small(numbers) => {
                let Ok(at) = numbers.binary_search(&number) else { return false };
                *numbers = numbers[..at].iter().chain(&numbers[at + 1..]).copied().collect();
                true
            }
            Self::Large(large) => {
                let (block, low) = split(number);
                let large = Arc::make_mut(large);
                let Ok(at) = large.blocks.binary_search_by_key(&block, |(b, _)| *b) else { return false };
                let removed = large.blocks[at].1.remove(low);
                if large.blocks[at].1.is_empty() {
                    large.blocks.remove(at);
                }
                large.len -= usize::from(removed);
                if large.len <= SMALL / 2 {
                    *self = Self::Small(self.iter().collect());
                }
                removed
            }
        }
    }

    /// The numbers, ascending.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Small(numbers) => Box::new(numbers.iter().copied()),
            Self::Large(large) => {
                Box::new(large.blocks.iter().flat_map(|(block, lows)| lows.iter().map(|low| join(*block, low))))
            }
        }
    }

    /// The block of the greatest number.
    pub(crate) fn last_block(&self) -> Option<u16> {
        match self {
            Self::Small(numbers) => numbers.last().map(|n| split(*n).0),
            Self::Large(large) => large.blocks.last().map(|(block, _)| *block),
        }
    }

    /// How many numbers one block has.
    pub(crate) fn block_len(&self, block: u16) -> usize {
        match self {
            Self::Small(_) => self.block_run(block).len(),
            Self::Large(large) => large.block(block).map_or(0, Container::len),
        }
    }

    /// Puts the numbers of one block into `into`, without their upper half.
    pub(crate) fn block_into(&self, block: u16, into: &mut Vec<u16>) {
        match self {
            Self::Small(_) => into.extend(self.block_run(block).iter().map(|number| split(*number).1)),
            Self::Large(large) => into.extend(large.block(block).into_iter().flat_map(Container::iter)),
        }
    }

    /// The bits of one block, where they are kept as bits.
    pub(crate) fn block_bits(&self, block: u16) -> Option<&Bits> {
        match self {
            Self::Small(_) => None,
            Self::Large(large) => large.block(block).and_then(Container::dense),
        }
    }

    /// The numbers of one block, in a small set.
    fn block_run(&self, block: u16) -> &[u32] {
        let Self::Small(numbers) = self else { return &[] };
        let start = numbers.partition_point(|number| split(*number).0 < block);
        let end = start + numbers[start..].partition_point(|number| split(*number).0 == block);
        &numbers[start..end]
    }

    /// Adds the numbers of one block to `into`.
    pub(crate) fn or_block_into(&self, block: u16, into: &mut Bits) {
        match self {
            Self::Small(_) => {
                for number in self.block_run(block) {
                    let (word, bit) = word_and_bit(split(*number).1);
                    into[word] |= bit;
                }
            }
            Self::Large(large) => large.block(block).into_iter().for_each(|container| container.or_into(into)),
        }
    }
}

impl Large {
    fn block(&self, block: u16) -> Option<&Container> {
        let at = self.blocks.binary_search_by_key(&block, |(b, _)| *b).ok()?;
        Some(&self.blocks[at].1)
    }
}

#[cfg(test)]
mod tests;
