//! The formats of lists. Each is a file and a line of the table: paths, parameters, `Accept` and the document follow.

pub mod csv;
pub mod json;
pub mod ndjson;

use crate::format::Format;

/// All formats. The first is that of the path itself.
pub static FORMATS: [&Format; 3] = [&json::FORMAT, &csv::FORMAT, &ndjson::FORMAT];
