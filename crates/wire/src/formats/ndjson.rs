//! NDJSON: the items of a list as its pages have them, one a line.

use serde::Serialize;

use crate::format::{Format, Shows, Whole};
use crate::formats::json::put_json;
use crate::items::Items;
use crate::media::{Answer, NDJSON, WholeList};
use crate::request::form::{FIELDS, LANG};

pub(crate) static FORMAT: Format = Format {
    name: "NDJSON",
    suffix: ".ndjson",
    verb: "stream",
    parameters: &[&FIELDS, &LANG],
    shows: Shows::Members,
    answer: |schema, _| {
        let description = format!(
            "The whole list, streamed, an item a line: each a `{schema}` as JSON. `in_force` and `truth` are left out where \
             what an item depends on is too large to be evaluated."
        );
        Answer::Whole(WholeList { media_type: NDJSON, description, line: Some(schema.to_owned()) })
    },
    whole: Some(Whole { content_type: NDJSON, begin: |_, _| Vec::new(), write }),
};

fn write(items: &dyn Items, _columns: &[usize], text: &mut Vec<u8>) {
    for item in 0..items.count() {
        items.put_json(item, text);
        text.push(b'\n');
    }
}

/// Writes a line.
pub fn put_line(value: &impl Serialize, text: &mut Vec<u8>) {
    put_json(value, text);
    text.push(b'\n');
}
