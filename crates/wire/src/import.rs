//! Lines of imports: each read and checked against a snapshot and the lines before it, and what came of it.

pub mod earlier;
pub mod line;
pub mod report;
