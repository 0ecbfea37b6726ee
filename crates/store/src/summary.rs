//! What a bulk load brought.

use serde::{Deserialize, Serialize};

/// What a bulk load brought. It stands in the log as the image of the commit's change of the subject `bulk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many entities.
    pub entities: u64,
    /// How many edges.
    pub edges: u64,
    /// XOR of the hashes of all of them.
    pub digest: u64,
}

impl Summary {
    pub(crate) fn add_entity(&mut self, hash: u64) {
        self.entities += 1;
        self.digest ^= hash;
    }

    pub(crate) fn add_edge(&mut self, hash: u64) {
        self.edges += 1;
        self.digest ^= hash;
    }
}
