//! Staying in step with PostgreSQL: one writer task, one follower of the log, and the snapshots that they publish.
//!
//! Both end in the same place: `published.rs` applies a commit to the newest snapshot and publishes the next one. Readers
//! take the newest snapshot and never wait.

mod follower;
mod hints;
mod live;
mod published;
mod status;
mod writer;

pub use live::{Live, LiveOptions};
pub use pledgegraph_store::{Expected, Idempotency, Mutation, Origin, StoreError, Write, WriteError};
pub use status::Status;
pub use writer::Receipt;
