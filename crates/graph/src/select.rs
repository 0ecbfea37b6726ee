//! Evaluates a conjunction of index look-ups, a block of 65,536 slots at a time, and looks at records only where the
//! indexes cannot tell.

use std::borrow::Cow;

use crate::filter::Total;
use crate::postings::{Bits, Postings, WORDS, numbers};

/// Records that are looked at, beyond those of the page, before counting stops.
const COUNT_BUDGET: u64 = 10_000;
/// Up to this many candidates are tested one by one; more are intersected as bitmaps.
const FEW: usize = 512;

/// Any of these.
pub(crate) type Clause<'g> = Vec<Cow<'g, Postings>>;

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
    /// Only numbers after this one make the page; the total counts all.
    pub(crate) after: Option<u32>,
    pub(crate) limit: usize,
}

/// Collects matches into a page while counting.
struct Collector<F> {
    test: Option<F>,
    after: Option<u32>,
    limit: usize,
    page: Selection,
}

impl<F: Fn(u32) -> bool> Collector<F> {
    fn new(select: &Select<'_>, test: Option<F>) -> Self {
        let total = Total { value: 0, exact: true };
        let page = Selection { numbers: Vec::new(), more: false, total, visited: 0 };
        Self { test, after: select.after, limit: select.limit, page }
    }

    /// Takes a candidate; `false` when enough has been seen.
    fn offer(&mut self, number: u32) -> bool {
        if let Some(test) = &self.test {
            if self.page.more && self.page.visited > COUNT_BUDGET {
                self.page.total.exact = false;
                return false;
            }
            self.page.visited += 1;
            if !test(number) {
                return true;
            }
        }
        self.page.total.value += 1;
        self.place(number);
        true
    }

    /// Puts a match on the page if it belongs there.
    fn place(&mut self, number: u32) {
        if self.after.is_some_and(|after| number <= after) {
            return;
        }
        if self.page.numbers.len() < self.limit {
            self.page.numbers.push(number);
        } else {
            self.page.more = true;
        }
    }

    fn finish(mut self) -> Selection {
        self.page.visited += self.page.numbers.len() as u64;
        self.page
    }
}

impl Select<'_> {
    /// The page of numbers that satisfy all clauses and `test`, ascending, and how many there are in all.
    ///
    /// O(blocks x clauses) word operations, plus one call of `test` a candidate until the page is full and its counting
    /// budget is spent.
    pub(crate) fn run(&self, test: Option<impl Fn(u32) -> bool>) -> Selection {
        let mut collector = Collector::new(self, test);
        let cost = |clause: &Clause<'_>| clause.iter().map(|p| p.len()).sum::<usize>();
        let Some((driver, clause)) = self.clauses.iter().enumerate().min_by_key(|(_, clause)| cost(clause)) else {
            return collector.finish();
        };
        if cost(clause) <= FEW {
            self.one_by_one(driver, clause, &mut collector);
        } else {
            self.by_block(clause, &mut collector);
        }
        collector.finish()
    }

    fn one_by_one<F: Fn(u32) -> bool>(&self, driver: usize, clause: &Clause<'_>, collector: &mut Collector<F>) {
        let mut candidates: Vec<u32> = clause.iter().flat_map(|p| p.iter()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let others = || self.clauses.iter().enumerate().filter(|(i, _)| *i != driver).map(|(_, clause)| clause);
        for number in candidates {
            let holds = others().all(|clause| clause.iter().any(|p| p.contains(number)));
            if holds && !collector.offer(number) {
                return;
            }
        }
    }

    fn by_block<F: Fn(u32) -> bool>(&self, driver: &Clause<'_>, collector: &mut Collector<F>) {
        let blocks = driver.iter().filter_map(|p| p.last_block()).max().map_or(0, |last| u32::from(last) + 1);
        let mut bits: Box<Bits> = Box::new([0; WORDS]);
        let mut any: Box<Bits> = Box::new([0; WORDS]);
        for block in (0..blocks).filter_map(|b| u16::try_from(b).ok()) {
            if !self.intersect(block, &mut bits, &mut any) {
                continue;
            }
            let base = u32::from(block) << 16;
            let page_is_full = collector.page.more || collector.after.is_some_and(|after| after >= base + 0xFFFF);
            if collector.test.is_none() && page_is_full {
                collector.page.total.value += count(&bits);
                continue;
            }
            for low in numbers(&bits) {
                if !collector.offer(base + u32::from(low)) {
                    return;
                }
            }
        }
    }

    /// The numbers of a block that are in every clause; `false` when there are none.
    fn intersect(&self, block: u16, bits: &mut Bits, any: &mut Bits) -> bool {
        for (i, clause) in self.clauses.iter().enumerate() {
            let into = if i == 0 { &mut *bits } else { &mut *any };
            into.fill(0);
            let mut found = false;
            for postings in clause {
                found |= postings.or_block_into(block, into);
            }
            if !found {
                return false;
            }
            if i > 0 {
                for (word, other) in bits.iter_mut().zip(any.iter()) {
                    *word &= other;
                }
            }
        }
        true
    }
}

fn count(bits: &Bits) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}
