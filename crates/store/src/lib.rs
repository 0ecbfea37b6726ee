//! All SQL: the schema, commits, the log, bulk loading, and reading the whole graph.
//!
//! Functions are free, take a connection first, and neither begin nor commit, with three exceptions that own their
//! transaction because its shape *is* the protocol: [`commits::write_batch`] and [`bulk::load`] (the head is locked from
//! their first write to COMMIT), and the readers [`snapshot::load`] and [`log::since`] (one snapshot for all they read).

pub mod audit;
mod batch;
pub mod bulk;
mod chain;
pub mod changes;
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
pub mod history;
mod idempotency;
pub mod import;
mod links;
pub mod log;
mod naming;
mod originals;
pub mod past;
pub mod recheck;
mod runs;
pub mod schema;
mod scope;
pub mod secrets;
pub mod snapshot;
mod staging;
mod standing;
pub mod token_text;
pub mod tokens;
mod write;

pub use commits::{Answer, BatchError, Expected, Idempotency, Mutation, Origin, Repeated, Write};
pub use error::{StoreError, WriteError};
pub use head::Head;
pub use idempotency::repeated;
pub use scope::{NoScope, Scope};
pub use token_text::TokenText;
