//! The program itself: what it prints, what it answers, how it fails, that it survives being killed, its PostgreSQL, and
//! the documents that show its answers.

mod commands;
mod documents;
mod failures;
mod importing;
mod killed;
mod postgres;
mod process;
mod running;
mod schema;
mod tokens;
