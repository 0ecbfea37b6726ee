//! The parts of the `pledgegraph` program: command line, configuration, wiring, embedded PostgreSQL, bundled data.
//!
//! A library so that tests can use the embedded PostgreSQL, the bundled data and what `verify` checks; `main.rs` only calls [`cli::main`].

mod ask;
pub mod bundle;
pub mod cli;
mod config;
mod database;
mod demo;
mod export;
mod generate;
mod http;
mod import;
mod logging;
pub mod postgres;
mod serve;
mod signals;
mod token;
pub mod verify;
mod within;
