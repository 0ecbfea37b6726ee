//! The lanes of a process, and how many places each has.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use super::places::Places;

/// Kinds of long work. What is light, such as one record, is answered where it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Pages of lists, pieces of downloads, bodies that are checked.
    Lists,
    /// Analyses, structured queries and questions.
    Analyses,
}

impl Lane {
    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Analyses => "analyses",
        }
    }
}

/// The lanes of a process.
#[derive(Debug)]
pub(crate) struct Lanes {
    lists: Arc<Places>,
    analyses: Arc<Places>,
    /// For reading much from the database.
    pub(super) database: Arc<Places>,
    /// For graphs of the past, of which one is built at a time.
    pub(super) past: Arc<Places>,
}

/// How many may read much from the database at a time, and how many of one address: the other connections are for what
/// others read and write.
const READERS: usize = 4;
const READERS_OF_ONE: usize = 2;
/// How many may ask for graphs of the past, and how many of one address.
const BUILDERS: usize = 8;
const BUILDERS_OF_ONE: usize = 2;

impl Lanes {
    /// As many places in each lane as there are processors, of which one address has all but one, and a spare one for
    /// lists.
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            lists: Places::new(processors + 1, processors),
            analyses: Places::new(processors.max(2), processors.max(2) - 1),
            database: Places::new(READERS, READERS_OF_ONE),
            past: Places::new(BUILDERS, BUILDERS_OF_ONE),
        }
    }

    pub(super) fn places(&self, lane: Lane) -> &Arc<Places> {
        match lane {
            Lane::Lists => &self.lists,
            Lane::Analyses => &self.analyses,
        }
    }
}
