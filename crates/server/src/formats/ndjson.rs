//! NDJSON: one item a line.

use serde::Serialize;

use crate::reply::put_json;

/// Writes a line.
pub(crate) fn put_line(value: &impl Serialize, text: &mut Vec<u8>) {
    put_json(value, text);
    text.push(b'\n');
}
