//! The columns of lists, whose names never change.

pub mod columns;
pub(crate) mod commitments;
pub mod edges;
pub mod entities;
pub mod fields;
pub mod positions;
