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
mod content;
mod copy;
mod diagnosis;
mod edge_decoder;
mod edge_row;
mod edge_streams;
mod edges;
mod entities;
mod error;
pub mod head;
pub mod history;
mod idempotency;
pub mod import;
pub mod log;
mod logged;
mod naming;
mod originals;
pub mod past;
mod prepared;
pub mod recheck;
mod refusal;
mod row;
pub mod rows;
mod runs;
pub mod schema;
mod scope;
pub mod secrets;
pub mod snapshot;
mod staging;
mod standing;
mod summary;
mod table;
pub mod token_text;
pub mod tokens;
mod value;
mod write;

pub use commits::BatchError;
pub use error::{StoreError, WriteError};
pub use head::Head;
pub use idempotency::{Idempotency, Repeated, repeated};
pub use scope::{NoScope, Scope};
pub use token_text::TokenText;
pub use write::{Answer, Expected, Mutation, Origin, Write};
