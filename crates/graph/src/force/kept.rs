//! What is in force on the day of the graph, filled on demand and carried over from version to version.
//!
//! A byte a statement, in chunks that versions share: an entry is the same in every version that shares it, so whoever finds
//! it first may fill it for all. A commit takes along every chunk but those with an entry that it may change; these are
//! copied, and the entry is emptied. Only the default parameters have entries; everything else is evaluated when asked.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use imbl::Vector;
use pledgegraph_model::{Code, Truth};

use super::Force;
use crate::postings::{Block, Postings};

/// Statements in a chunk; that of a block of [`Postings`].
const CHUNK: usize = 1 << 16;

/// The flag of a commitment that pledges nothing, whatever its conditions come to.
const OPEN: u8 = 16;

/// What is known of one commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// What its conditions come to: what tests look at.
    pub(crate) force: Force,
    /// Whether it pledges nothing, so that it is not shown as in force.
    pub(crate) is_open: bool,
}

impl Known {
    /// What is shown of it.
    pub(crate) fn shown(self) -> Force {
        if self.is_open { Force::FALSE } else { self.force }
    }

    fn to_byte(self) -> u8 {
        let of = |truth: Truth| u8::try_from(truth.index()).unwrap_or_default();
        let flag = if self.is_open { OPEN } else { 0 };
        1 + of(self.force.cautious) * 3 + of(self.force.coordinated) + flag
    }

    fn from_byte(byte: u8) -> Option<Self> {
        let pair = (byte & !OPEN).checked_sub(1)?;
        let truth = |index: u8| Truth::ALL.get(usize::from(index)).copied();
        let force = Force { cautious: truth(pair / 3)?, coordinated: truth(pair % 3)? };
        Some(Self { force, is_open: byte & OPEN != 0 })
    }
}

/// The entries of a chunk, and the sets that they come to once all are there.
struct Chunk {
    entries: Box<[AtomicU8]>,
    /// By [`Truth`].
    sets: OnceLock<[Block; 3]>,
}

impl Chunk {
    fn empty() -> Arc<Self> {
        Arc::new(Self { entries: (0..CHUNK).map(|_| AtomicU8::new(0)).collect(), sets: OnceLock::new() })
    }

    fn copy(&self) -> Self {
        let entries = self.entries.iter().map(|entry| AtomicU8::new(entry.load(Ordering::Relaxed))).collect();
        Self { entries, sets: OnceLock::new() }
    }
}

/// What is in force, by slot.
#[derive(Clone, Default)]
pub(crate) struct KeptForce {
    chunks: Vector<Arc<Chunk>>,
}

impl fmt::Debug for KeptForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptForce({} chunks)", self.chunks.len())
    }
}

impl KeptForce {
    /// With room for so many statements, and nothing known.
    pub(crate) fn with_room(statements: usize) -> Self {
        Self { chunks: (0..statements.div_ceil(CHUNK)).map(|_| Chunk::empty()).collect() }
    }

    /// What is known of a commitment.
    pub(crate) fn get(&self, slot: u32) -> Option<Known> {
        let slot = slot as usize;
        Known::from_byte(self.chunks.get(slot / CHUNK)?.entries[slot % CHUNK].load(Ordering::Relaxed))
    }

    /// Takes in what was found of a commitment.
    pub(crate) fn fill(&self, slot: u32, known: Known) {
        let slot = slot as usize;
        if let Some(chunk) = self.chunks.get(slot / CHUNK) {
            chunk.entries[slot % CHUNK].store(known.to_byte(), Ordering::Relaxed);
        }
    }

    /// Empties entries, in chunks of its own, and makes room for so many statements. `slots` ascend.
    pub(crate) fn forget(&mut self, slots: impl IntoIterator<Item = u32>, statements: usize) {
        while self.chunks.len() * CHUNK < statements {
            self.chunks.push_back(Chunk::empty());
        }
        let mut copied = None;
        for slot in slots.into_iter().map(|slot| slot as usize) {
            let Some(chunk) = self.chunks.get_mut(slot / CHUNK) else { continue };
            if copied != Some(slot / CHUNK) {
                *chunk = Arc::new(chunk.copy());
                copied = Some(slot / CHUNK);
            }
            chunk.entries[slot % CHUNK].store(0, Ordering::Relaxed);
        }
    }

    /// The commitments among `all` of which nothing is known; chunks whose sets are made are not looked at.
    pub(crate) fn missing(&self, all: &Postings) -> Vec<u32> {
        let mut missing = Vec::new();
        let mut room = Vec::new();
        for block in all.blocks() {
            if self.chunks.get(usize::from(block)).is_some_and(|chunk| chunk.sets.get().is_some()) {
                continue;
            }
            missing.extend(slots(all, block, &mut room).filter(|slot| self.get(*slot).is_none()));
        }
        missing
    }

    /// The commitments among `all` by what is shown of them, as [`Truth`] is ordered. All of them must be known.
    pub(crate) fn by_truth(&self, all: &Postings) -> [Postings; 3] {
        let mut found: [Vec<(u16, Block)>; 3] = Default::default();
        let mut room = Vec::new();
        for block in all.blocks() {
            let Some(chunk) = self.chunks.get(usize::from(block)) else { continue };
            let sets = chunk.sets.get_or_init(|| {
                let mut sets: [Vec<u16>; 3] = Default::default();
                for slot in slots(all, block, &mut room) {
                    if let Some(known) = self.get(slot) {
                        sets[known.shown().truth().index()].push(low(slot));
                    }
                }
                sets.map(Block::from_sorted)
            });
            for (all, own) in found.iter_mut().zip(sets) {
                all.push((block, own.clone()));
            }
        }
        found.map(Postings::from_blocks)
    }
}

/// The numbers of a set in one block, ascending.
fn slots<'r>(all: &Postings, block: u16, room: &'r mut Vec<u16>) -> impl Iterator<Item = u32> + 'r {
    room.clear();
    all.block_into(block, room);
    let base = u32::from(block) << 16;
    room.iter().map(move |low| base + u32::from(*low))
}

fn low(slot: u32) -> u16 {
    u16::try_from(slot & 0xFFFF).unwrap_or_default()
}
