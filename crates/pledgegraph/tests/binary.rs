//! The program itself: what it prints, what it answers, how it fails, and that it survives being killed.

#[path = "binary/commands.rs"]
mod commands;
#[path = "binary/failures.rs"]
mod failures;
#[path = "binary/importing.rs"]
mod importing;
#[path = "binary/killed.rs"]
mod killed;
#[path = "binary/process.rs"]
mod process;
#[path = "binary/running.rs"]
mod running;
#[path = "binary/schema.rs"]
mod schema;
#[path = "binary/tokens.rs"]
mod tokens;
