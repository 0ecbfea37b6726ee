//! The parts of the `pledgegraph` program: command line, configuration, wiring. `main.rs` only calls [`cli::main`]; tests of
//! other versions' databases call [`verify::verify`].

mod ask;
mod bundled;
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
pub mod verify;
mod within;
