//! What the address of a request says: its parameters, references and cursor.

pub mod cursor;
pub mod form;
pub mod given;
pub mod include;
pub mod known_at;
pub mod parameter;
pub mod reader;
pub mod references;
