//! The embedded PostgreSQL: finds the server programs, makes a private cluster, keeps it running, and ends with it.
//!
//! Invariants:
//! - one process owns a data root at a time (a lock file), and whoever owns it may settle what a crash left behind;
//! - the server listens on a Unix socket in a directory of mode 0700 and nowhere else;
//! - every acknowledged commit is on disk: `fsync` stays on, and a half-made cluster is never taken for a whole one;
//! - the server never outlives the process that started it (Linux), and never runs as root.

mod account;
mod attach;
mod cluster;
mod error;
mod fetch;
mod initialise;
mod launcher;
mod postmaster;
mod programs;
mod settle;
pub mod throwaway;
mod version;

pub use attach::attach;
pub use cluster::{Cluster, ClusterOptions, DATABASE};
pub use error::Error;
pub use launcher::{Launcher, run_launcher_if_asked};
pub use postmaster::Process;
pub use programs::{Programs, Search, system_directories};
pub use version::{MINIMUM_MAJOR, Version};
