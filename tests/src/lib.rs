//! What the tests share. The tests themselves are under `tests/tests`.

pub mod app;
pub mod database;
