//! The program itself: what it prints, what it answers, how it fails, that it survives being killed, its PostgreSQL, and
//! its README.

mod commands;
mod failures;
mod importing;
mod killed;
mod postgres;
mod process;
mod readme;
mod running;
mod schema;
mod tokens;
