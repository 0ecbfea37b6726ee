//! The tables of all bodies.

pub(crate) mod edges;
pub(crate) mod entities;
pub mod query;
pub mod questions;

/// Fields of answers that no client sets, whatever the record is.
const OF_RECORDS: &[&str] = &[
    "id",
    "version",
    "ver",
    "hash",
    "seq",
    "recorded_at",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "known_at",
];

/// The same with those that records of a sort have of their own.
pub(crate) fn read_only(own: &[&'static str]) -> Vec<&'static str> {
    [OF_RECORDS, own].concat()
}
