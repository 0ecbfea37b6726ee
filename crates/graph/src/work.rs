//! How much work a request may do. It is counted where the work is: where statements and entities are looked at, sets are
//! joined and wires are followed. When it becomes too much, or nobody waits for it any more, the work unwinds to where it
//! began: no function between has to know of it, and whatever it was making is thrown away.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// After how many steps the work looks at whether it may go on: some tens of microseconds.
const BETWEEN_LOOKS: u64 = 2_048;
/// How many words of a bitmap, and how many wires of a circuit, are a step: as long as it takes to find a statement that is
/// not in the cache.
const WORDS: usize = 32;
const WIRES: usize = 32;
/// How many keys of an ordered set, passed by one after another, are a step.
const KEYS: usize = 32;
/// What a standing costs that is not at hand, beside the statements that are looked at for it: places are sought among what
/// actors say and what is denied, and dates are compared, which takes as long as so many looks.
pub(crate) const STANDING: u64 = 4;

/// The work of one request: on one thread at a time, and seen by whoever may end it.
#[derive(Debug)]
pub struct Work {
    most: u64,
    done: AtomicU64,
    ended: AtomicBool,
}

/// Why work ended before there was an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It took more steps than it may.
    Spent {
        /// How many steps it may take.
        steps: u64,
    },
    /// Nobody waits for the answer any more.
    Unwanted,
}

impl Work {
    /// Work that may take so many steps.
    pub fn new(most: u64) -> Self {
        Self { most, done: AtomicU64::new(0), ended: AtomicBool::new(false) }
    }

    /// Says that nobody waits for it any more.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// How many steps were taken, as of the last look.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Works on this thread.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pledgegraph_graph::{Builder, EdgeQuery, Page, Stopped, Work};
    /// use pledgegraph_model::Synthetic;
    ///
    /// let small = Synthetic::new(5_000, 1);
    /// let graph = Builder::one_commit(small.entities(), small.edges());
    /// let work = Arc::new(Work::new(1_000_000));
    /// let listed = work.run(|| graph.edges(&EdgeQuery::all(), Page::first(10)).items.len());
    /// assert_eq!(listed, Ok(10));
    ///
    /// // Nobody waits for the answer any more.
    /// work.end();
    /// assert_eq!(work.run(|| graph.verify().len()), Err(Stopped::Unwanted));
    /// ```
    ///
    /// # Errors
    /// [`Stopped`] when it may not go on.
    pub fn run<T>(self: &Arc<Self>, task: impl FnOnce() -> T) -> Result<T, Stopped> {
        self.may_go_on()?;
        let outer = (CURRENT.replace(Some(Arc::clone(self))), LEFT.replace(BETWEEN_LOOKS));
        let result = catch_unwind(AssertUnwindSafe(task));
        self.done.fetch_add(BETWEEN_LOOKS.saturating_sub(LEFT.get()), Ordering::Relaxed);
        CURRENT.set(outer.0);
        LEFT.set(outer.1);
        result.or_else(|panic| match panic.downcast::<Stopped>() {
            Ok(stopped) => Err(*stopped),
            Err(panic) => resume_unwind(panic),
        })
    }

    fn may_go_on(&self) -> Result<(), Stopped> {
        if self.ended.load(Ordering::Relaxed) {
            Err(Stopped::Unwanted)
        } else if self.done() > self.most {
            Err(Stopped::Spent { steps: self.most })
        } else {
            Ok(())
        }
    }
}

thread_local! {
    /// How many steps may be taken before the next look.
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
    static CURRENT: RefCell<Option<Arc<Work>>> = const { RefCell::new(None) };
}

/// Counts a step: a look at a statement or an entity.
#[inline]
pub(crate) fn step() {
    steps(1);
}

/// Counts steps.
#[inline]
pub(crate) fn steps(count: u64) {
    let left = LEFT.get();
    if count < left {
        LEFT.set(left - count);
    } else {
        look(count - left);
    }
}

/// Counts what is done to sets that have so many bits.
pub(crate) fn over_bits(bits: usize) {
    steps((bits / (64 * WORDS) + 1) as u64);
}

/// Counts what is done to so many wires.
pub(crate) fn over_wires(wires: usize) {
    steps((wires / WIRES + 1) as u64);
}

/// Counts the keys of an ordered set as they are passed by.
pub(crate) fn over_keys<K>(keys: impl Iterator<Item = K>) -> impl Iterator<Item = K> {
    keys.enumerate().map(|(at, key)| {
        if at % KEYS == KEYS - 1 {
            step();
        }
        key
    })
}

/// Looks whether the work may go on, which has taken so many steps more than it had left.
#[cold]
fn look(more: u64) {
    let Some(work) = CURRENT.with_borrow(Clone::clone) else { return LEFT.set(u64::MAX) };
    work.done.fetch_add(BETWEEN_LOOKS + more, Ordering::Relaxed);
    LEFT.set(BETWEEN_LOOKS);
    if let Err(stopped) = work.may_go_on() {
        resume_unwind(Box::new(stopped));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_when_it_is_too_much_or_unwanted_and_only_then() {
        let many = |count: u64| move || (0..count).for_each(|_| step());
        let enough = Arc::new(Work::new(100_000));
        assert_eq!(enough.run(many(50_000)), Ok(()));
        assert!((49_000..55_000).contains(&enough.done()), "{}", enough.done());
        assert_eq!(enough.run(many(60_000)), Err(Stopped::Spent { steps: 100_000 }), "more than was left");
        let unwanted = Arc::new(Work::new(u64::MAX));
        unwanted.end();
        assert_eq!(unwanted.run(many(10_000)), Err(Stopped::Unwanted));
        many(1_000_000)();
    }

    #[test]
    fn work_within_work_is_counted_apart_and_other_panics_go_on() {
        let (outer, inner) = (Arc::new(Work::new(10_000)), Arc::new(Work::new(10_000)));
        let result = outer.run(|| inner.run(|| steps(20_000)));
        assert_eq!(result, Ok(Err(Stopped::Spent { steps: 10_000 })));
        assert!(outer.done() < 5_000, "{}", outer.done());
        let panicked = catch_unwind(AssertUnwindSafe(|| outer.run(|| panic!("a fault"))));
        assert!(panicked.is_err());
        assert_eq!(outer.run(|| steps(1)), Ok(()), "the thread works as before");
    }
}
