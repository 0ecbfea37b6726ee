//! Evaluates a conjunction of index look-ups, a block of 65,536 slots at a time, and looks at records only where the
//! indexes cannot tell.

use std::borrow::Cow;

use crate::filter::{Page, Total};
use crate::postings::{Bits, Postings, WORDS, has_bit, numbers, numbers_from};
use crate::work;

/// Records that are looked at, beyond those of the page, before counting stops.
pub(crate) const COUNT_BUDGET: u64 = 10_000;
/// Up to this many candidates of a block are tested one by one; more are intersected as bitmaps.
const FEW: usize = 256;

/// A clause of more lists than these is made a bitmap, block by block, before numbers are looked up in it.
const MANY: usize = 64;

/// Any of these lists.
#[derive(Debug, Default, Clone)]
pub(crate) struct Clause<'g> {
    any: Vec<Cow<'g, Postings>>,
    /// Whether no number is in two of them, so that their sizes add up: those of `stance=willing` and `stance=offered` do,
    /// since a statement has one stance; those of two conditions do not, since a pledge may hang on both.
    disjoint: bool,
}

/// A page of numbers.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) numbers: Vec<u32>,
    /// Whether more follow.
    pub(crate) more: bool,
    pub(crate) total: Total,
    /// How many records were looked at.
    pub(crate) visited: u64,
}

/// All clauses must hold.
pub(crate) struct Select<'g> {
    pub(crate) clauses: Vec<Clause<'g>>,
    /// Which numbers make the page. Where it counts, the total is of all.
    pub(crate) page: Page<u32>,
}

/// Collects matches into a page while counting.
struct Collector<F> {
    test: Option<F>,
    page: Page<u32>,
    found: Selection,
}

impl<F: Fn(u32) -> bool> Collector<F> {
    fn new(select: &Select<'_>, test: Option<F>) -> Self {
        let total = Total { value: 0, exact: true };
        Self { test, page: select.page, found: Selection { numbers: Vec::new(), more: false, total, visited: 0 } }
    }

    /// Takes a candidate; `false` when enough has been seen.
    fn offer(&mut self, number: u32) -> bool {
        if !self.page.counts && self.is_before(number) {
            return true;
        }
        if let Some(test) = &self.test {
            if self.found.more && self.found.visited > COUNT_BUDGET {
                self.found.total.exact = false;
                return false;
            }
            self.found.visited += 1;
            if !test(number) {
                return true;
            }
        }
        self.found.total.value += 1;
        self.place(number);
        !self.is_done()
    }

    /// Whether a number stands before the page.
    fn is_before(&self, number: u32) -> bool {
        self.page.after.is_some_and(|after| number <= after)
    }

    /// Whether there is nothing more to find out.
    fn is_done(&self) -> bool {
        self.found.more && !self.page.counts
    }

    /// Puts a match on the page if it belongs there.
    fn place(&mut self, number: u32) {
        if self.is_before(number) {
            return;
        }
        if self.found.numbers.len() < self.page.limit {
            self.found.numbers.push(number);
        } else {
            self.found.more = true;
        }
    }

    fn finish(mut self) -> Selection {
        self.found.visited += self.found.numbers.len() as u64;
        self.found
    }
}

impl<'g> Clause<'g> {
    /// Lists that may have numbers in common.
    pub(crate) fn any(lists: impl IntoIterator<Item = Cow<'g, Postings>>) -> Self {
        let any: Vec<_> = lists.into_iter().collect();
        Self { disjoint: any.len() < 2, any }
    }

    /// Lists by what tells them apart: each number has one key, so lists of different keys have no number in common. A key
    /// that is given twice counts once.
    pub(crate) fn by_key<K: Ord>(lists: impl IntoIterator<Item = (K, Cow<'g, Postings>)>) -> Self {
        let mut lists: Vec<(K, Cow<'g, Postings>)> = lists.into_iter().collect();
        lists.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        lists.dedup_by(|(one, _), (other, _)| one == other);
        Self { disjoint: true, ..Self::any(lists.into_iter().map(|(_, list)| list)) }
    }

    /// One list.
    pub(crate) fn one(list: Cow<'g, Postings>) -> Self {
        Self { any: vec![list], disjoint: true }
    }

    fn len(&self) -> usize {
        self.any.iter().map(|postings| postings.len()).sum()
    }

    fn block_len(&self, block: u16) -> usize {
        self.any.iter().map(|postings| postings.block_len(block)).sum()
    }

    fn contains(&self, number: u32) -> bool {
        self.any.iter().any(|postings| postings.contains(number))
    }

    fn block_bits(&self, block: u16, into: &mut Bits) {
        into.fill(0);
        for postings in &self.any {
            postings.or_block_into(block, into);
        }
    }

    /// Takes out of `bits` what is not in this clause; `room` is for working in.
    fn intersect(&self, block: u16, bits: &mut Bits, room: &mut Bits) {
        let only = if let [only] = &self.any[..] { only.block_bits(block) } else { None };
        let other = only.unwrap_or_else(|| {
            self.block_bits(block, room);
            room
        });
        for (word, other) in bits.iter_mut().zip(other.iter()) {
            *word &= other;
        }
    }
}

/// Room for the numbers of one block.
struct Room {
    bits: Box<Bits>,
    other: Box<Bits>,
    list: Vec<u16>,
}

impl Select<'_> {
    /// The page of numbers that satisfy all clauses and `test`, ascending, and how many there are in all.
    ///
    /// O(blocks x clauses) word operations at most, less where a clause is rare, plus one call of `test` a candidate
    /// until the page is full and its counting budget is spent.
    pub(crate) fn run(&self, test: Option<impl Fn(u32) -> bool>) -> Selection {
        let known = matches!(&self.clauses[..], [only] if only.disjoint) && test.is_none();
        let mut collector = Collector::new(self, test);
        let Some(rarest) = self.clauses.iter().min_by_key(|clause| clause.len()) else { return collector.finish() };
        let blocks = rarest.any.iter().filter_map(|p| p.last_block()).max().map_or(0, |last| u32::from(last) + 1);
        let mut room = Room { bits: Box::new([0; WORDS]), other: Box::new([0; WORDS]), list: Vec::new() };
        let first = self.page.after.filter(|_| !self.page.counts).map_or(0, |after| after >> 16);
        for block in (first..blocks).filter_map(|b| u16::try_from(b).ok()) {
            let is_done = collector.is_done() || (known && collector.found.more);
            if is_done || !self.block(block, &mut room, &mut collector) {
                break;
            }
        }
        if known {
            collector.found.total.value = rarest.len() as u64;
        }
        collector.finish()
    }

    /// Offers the matches of one block; `false` when enough has been seen.
    fn block<F: Fn(u32) -> bool>(&self, block: u16, room: &mut Room, collector: &mut Collector<F>) -> bool {
        let lens = self.clauses.iter().map(|clause| clause.block_len(block));
        let Some((driver, len)) = lens.enumerate().min_by_key(|(_, len)| *len) else { return false };
        let base = u32::from(block) << 16;
        if len == 0 {
            return true;
        }
        let lists: usize = self.clauses.iter().map(|clause| clause.any.len()).sum();
        work::over_bits(lists << 16);
        if len <= FEW {
            return self.one_by_one(driver, block, room).into_iter().all(|low| collector.offer(base + u32::from(low)));
        }
        self.clauses[driver].block_bits(block, &mut room.bits);
        for (_, clause) in self.clauses.iter().enumerate().filter(|(i, _)| *i != driver) {
            clause.intersect(block, &mut room.bits, &mut room.other);
        }
        if collector.test.is_some() {
            return numbers(&room.bits).all(|low| collector.offer(base + u32::from(low)));
        }
        collector.found.total.value += room.bits.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        let first = match collector.page.after {
            Some(after) if after >= base + 0xFFFF => return true,
            Some(after) if after >= base => u16::try_from(after - base + 1).unwrap_or(u16::MAX),
            _ => 0,
        };
        for low in numbers_from(&room.bits, first) {
            if collector.found.more {
                break;
            }
            collector.place(base + u32::from(low));
        }
        true
    }

    /// The matches of a block of which one clause has few numbers.
    fn one_by_one(&self, driver: usize, block: u16, room: &mut Room) -> Vec<u16> {
        room.list.clear();
        for postings in &self.clauses[driver].any {
            postings.block_into(block, &mut room.list);
        }
        room.list.sort_unstable();
        room.list.dedup();
        let base = u32::from(block) << 16;
        for (_, clause) in self.clauses.iter().enumerate().filter(|(i, _)| *i != driver) {
            if clause.any.len() > MANY {
                clause.block_bits(block, &mut room.bits);
                room.list.retain(|low| has_bit(&room.bits, *low));
            } else {
                room.list.retain(|low| clause.contains(base + u32::from(*low)));
            }
        }
        room.list.clone()
    }
}
