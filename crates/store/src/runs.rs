//! Which of the waiting writes may share a statement, so that the result is as if they came one after the other.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use uuid::Uuid;

use crate::entities::StandingEntity;
use crate::prepared::{Key, PreparedWrite};

/// Splits the writes into runs of neighbours. Within a run no write touches what another writes or names, so that their
/// order does not matter and one statement serves all. A write that removes is alone: whether it may depends on every
/// row that names what it removes.
pub(crate) fn split(writes: &[PreparedWrite], standing: &HashMap<Uuid, StandingEntity>) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let (mut start, mut written, mut read) = (0, HashSet::new(), HashSet::new());
    for (i, write) in writes.iter().enumerate() {
        let (mut writes_now, reads_now) = (write.writes(), write.reads());
        let former = write.entities().filter_map(|(entity, _)| standing.get(&entity.id.0));
        writes_now.extend(former.map(|entity| Key::Reference(entity.kind, entity.slug.clone())));
        let alone = write.removes().next().is_some();
        let conflict = writes_now.iter().any(|key| written.contains(key) || read.contains(key))
            || !reads_now.is_disjoint(&written);
        if i > start && (alone || conflict) {
            runs.push(start..i);
            (start, written, read) = (i, HashSet::new(), HashSet::new());
        }
        written.extend(writes_now);
        read.extend(reads_now);
        if alone {
            runs.push(start..i + 1);
            (start, written, read) = (i + 1, HashSet::new(), HashSet::new());
        }
    }
    if start < writes.len() {
        runs.push(start..writes.len());
    }
    runs
}
