//! Imports: lines of NDJSON become rows, in one commit or in batches.
//!
//! A line is read and checked against a snapshot and the lines before it, and staged in the database beside all other
//! writes; the right to write is taken only to move what is staged. What is kept in memory is a few words for each new
//! row of the commit, never a line.

mod lines;
mod postponed;
mod refusal;
mod run;
mod spool;

pub(crate) use run::{Mode, Run, Settings};
pub(crate) use spool::{Spool, Tail};
