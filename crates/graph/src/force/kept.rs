//! What is in force on the day of the graph, filled on demand and carried over from version to version.
//!
//! A byte a statement, in parts that versions share. Say that nobody has asked yet whether pledge 7 is in force. Version 12
//! adds a remark, whose own entry is in another part, and shares the part of pledge 7 with version 11: who asks first, in
//! either of them, fills the entry for both. Version 13 writes an outcome that pledge 7 hangs on: it gets a copy of that part,
//! in which the entry is empty again, and versions 11 and 12 keep theirs. Only answers to the default parameters are kept;
//! everything else is evaluated when asked.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use imbl::Vector;
use pledgegraph_model::{Code, Truth};

use super::value::Force;
use crate::postings::{Block, Postings};

/// Statements in a chunk; that of a block of [`Postings`].
const CHUNK: usize = 1 << 16;
/// Statements in a part of a chunk: what a commit copies for each that it touches.
const PART: usize = 1 << 12;

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

/// Entries that a commit copies together; made when the first is filled.
#[derive(Default)]
struct Part(OnceLock<Box<[AtomicU8]>>);

impl Part {
    fn copy(&self) -> Self {
        let copied = |entry: &AtomicU8| AtomicU8::new(entry.load(Ordering::Relaxed));
        let part = Self::default();
        if let Some(entries) = self.0.get() {
            part.0.get_or_init(|| entries.iter().map(copied).collect());
        }
        part
    }

    fn get(&self, at: usize) -> u8 {
        self.0.get().map_or(0, |entries| entries[at].load(Ordering::Relaxed))
    }

    fn fill(&self, at: usize, byte: u8) {
        let entries = self.0.get_or_init(|| (0..PART).map(|_| AtomicU8::new(0)).collect());
        entries[at].store(byte, Ordering::Relaxed);
    }

    fn empty(&self, at: usize) {
        if let Some(entries) = self.0.get() {
            entries[at].store(0, Ordering::Relaxed);
        }
    }
}

/// The entries of a chunk, and the sets that they come to once all are there.
#[derive(Default)]
struct Chunk {
    parts: [Arc<Part>; CHUNK / PART],
    /// By [`Truth`].
    sets: OnceLock<[Block; 3]>,
}

impl Chunk {
    /// The part of a slot, and the place of its entry in it.
    fn place(slot: usize) -> (usize, usize) {
        (slot % CHUNK / PART, slot % PART)
    }

    /// Empties the entries of some slots in copies of their parts.
    fn without(&self, slots: &[usize]) -> Self {
        let mut chunk = Self { parts: self.parts.clone(), sets: OnceLock::new() };
        for of_part in slots.chunk_by(|one, other| one / PART == other / PART) {
            let (number, _) = Self::place(of_part[0]);
            let part = self.parts[number].copy();
            for slot in of_part {
                part.empty(Self::place(*slot).1);
            }
            chunk.parts[number] = Arc::new(part);
        }
        chunk
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
        Self { chunks: (0..statements.div_ceil(CHUNK)).map(|_| Arc::default()).collect() }
    }

    /// What is known of a commitment.
    pub(crate) fn get(&self, slot: u32) -> Option<Known> {
        let slot = slot as usize;
        let (part, at) = Chunk::place(slot);
        Known::from_byte(self.chunks.get(slot / CHUNK)?.parts[part].get(at))
    }

    /// Takes in what was found of a commitment.
    pub(crate) fn fill(&self, slot: u32, known: Known) {
        let slot = slot as usize;
        if let Some(chunk) = self.chunks.get(slot / CHUNK) {
            let (part, at) = Chunk::place(slot);
            chunk.parts[part].fill(at, known.to_byte());
        }
    }

    /// Empties entries, in parts of its own, and makes room for so many statements. `slots` ascend.
    pub(crate) fn forget(&mut self, slots: impl IntoIterator<Item = u32>, statements: usize) {
        while self.chunks.len() * CHUNK < statements {
            self.chunks.push_back(Arc::default());
        }
        let slots: Vec<usize> = slots.into_iter().map(|slot| slot as usize).collect();
        for of_chunk in slots.chunk_by(|one, other| one / CHUNK == other / CHUNK) {
            if let Some(chunk) = self.chunks.get_mut(of_chunk[0] / CHUNK) {
                *chunk = Arc::new(chunk.without(of_chunk));
            }
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
