//! JSON: a list in pages, each an object with its items and what is to be known of the whole.

use crate::endpoint::Answer;
use crate::format::{Format, Shows};
use crate::openapi::schemas::page_name;
use crate::request::ask::{CURSOR, FIELDS, LANG, LIMIT};
use crate::routes::edge_collection::include::INCLUDE;

pub(crate) static FORMAT: Format = Format {
    name: "JSON",
    suffix: "",
    verb: "list",
    parameters: &[&LIMIT, &CURSOR, &INCLUDE, &FIELDS, &LANG],
    shows: Shows::Members,
    answer: |schema, _| Answer::Json(page_name(schema)),
    whole: None,
};
