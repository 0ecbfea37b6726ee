//! The columns of lists, whose names never change.

pub(crate) mod columns;
pub(crate) mod commitments;
pub(crate) mod edges;
pub(crate) mod entities;
pub(crate) mod fields;
pub(crate) mod positions;
