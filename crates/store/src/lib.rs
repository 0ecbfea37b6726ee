//! All SQL: the schema, commits, the log, bulk loading, and reading the whole graph.
//!
//! Functions are free, take a connection first, and neither begin nor commit, with three exceptions that own their
//! transaction because its shape *is* the protocol: [`commits::write_batch`] and [`bulk::load`] (the head is locked from
//! their first write to COMMIT), and the readers [`snapshot::load`] and [`log::since`] (one snapshot for all they read).

mod batch;
pub mod bulk;
mod chain;
mod code_text;
pub mod commits;
mod conditions;
mod copy;
mod diagnosis;
mod edge_decoder;
mod edge_row;
mod edges;
mod entities;
mod error;
mod evidence;
pub mod head;
mod links;
pub mod log;
pub mod quotations;
mod runs;
pub mod schema;
pub mod snapshot;
mod staging;
mod write;

pub use commits::{BatchError, Expected, Idempotency, Mutation, Origin, Write};
pub use error::{StoreError, WriteError};
pub use head::Head;
