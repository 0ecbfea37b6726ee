//! Staying in step with PostgreSQL: one writer task, one follower of the log, and the snapshots that they publish.
//!
//! Both end in the same place: `published.rs` applies a commit to the newest snapshot and publishes the next one. Readers
//! take the newest snapshot and never wait.

mod audit;
mod connection;
mod content;
mod day;
mod follower;
mod hints;
mod history;
mod import;
mod live;
mod load;
mod past;
pub mod protocol;
mod published;
mod recheck;
mod rehearsal;
mod status;
mod tokens;
mod writer;

pub use connection::pool_options;
pub use content::Differences;
pub use import::Import;
pub use live::{Live, LiveOptions};
pub use pledgegraph_store::TokenText;
pub use pledgegraph_store::audit::{AuditEntry, Touched};
pub use pledgegraph_store::bulk::{CommitError, Refusal};
pub use pledgegraph_store::changes::LoggedChange;
pub use pledgegraph_store::history::{RowVersion, VersionHead};
pub use pledgegraph_store::snapshot::Row;
pub use pledgegraph_store::tokens::Token;
pub use pledgegraph_store::{Expected, Idempotency, Mutation, Origin, Scope, StoreError, Write, WriteError};
pub use status::Status;
pub use writer::Receipt;
