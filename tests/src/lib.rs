//! What the tests and benchmarks share. The tests themselves are under `tests/tests`.

pub mod app;
pub mod cpu;
pub mod database;
