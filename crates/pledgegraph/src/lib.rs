//! The parts of the `pledgegraph` program: command line, configuration, wiring. `main.rs` only calls [`cli::main`].

mod ask;
pub mod cli;
mod config;
mod database;
mod demo;
mod export;
mod generate;
mod http;
mod import;
mod logging;
mod serve;
mod signals;
mod token;
mod verify;
mod within;
