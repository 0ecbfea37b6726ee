//! JSON: a list in pages, each an object with its items and what is to be known of the whole.

use serde::Serialize;

use crate::format::{Format, Shows};
use crate::media::Answer;
use crate::openapi::schemas::page_name;
use crate::request::form::{CURSOR, FIELDS, LANG, LIMIT};
use crate::request::include::INCLUDE;

pub(crate) static FORMAT: Format = Format {
    name: "JSON",
    suffix: "",
    verb: "list",
    parameters: &[&LIMIT, &CURSOR, &INCLUDE, &FIELDS, &LANG],
    shows: Shows::Members,
    answer: |schema, _| Answer::Json(page_name(schema)),
    whole: None,
};

/// Writes JSON of what is made to be written.
pub fn put_json<T: Serialize>(value: &T, text: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(text, value);
}
