//! CSV (RFC 4180): a row an item under a header whose names never change.

use crate::csv::columns::Cell;
use crate::format::{Format, Shows, Whole};
use crate::items::Items;
use crate::media::{Answer, WholeList};
use crate::request::form::FIELDS;
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::ParameterReader;

/// Asks for the byte order mark that some spreadsheets need.
pub const BOM: Parameter =
    Parameter::new("bom", Accepts::Flag, "Begins with a byte order mark, which some spreadsheets need to read UTF-8.");

/// What `Content-Type` says.
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8; header=present";

pub(crate) static FORMAT: Format = Format {
    name: "CSV",
    suffix: ".csv",
    verb: "export",
    parameters: &[&BOM, &FIELDS],
    shows: Shows::Columns,
    answer: |_, columns| answer(&columns),
    whole: Some(Whole { content_type: CONTENT_TYPE, begin, write }),
};

/// What the document says of rows with these columns.
pub fn answer(columns: &[&str]) -> Answer {
    let description = format!(
        "The whole list, streamed, a row an item under a header; the names of columns never change: `{}`. Cells that a \
         spreadsheet would take for a formula begin with `'`.",
        columns.join(",")
    );
    Answer::Whole(WholeList { media_type: "text/csv", description, line: None })
}

/// The byte order mark, where it is asked for.
pub fn mark(reader: &mut ParameterReader<'_>) -> Vec<u8> {
    if reader.flag(BOM.name) { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() }
}

fn begin(reader: &mut ParameterReader<'_>, columns: &[&str]) -> Vec<u8> {
    let mut text = mark(reader);
    let mut header = csv::Writer::from_writer(&mut text);
    // Writing to memory does not fail.
    let _ = header.write_record(columns);
    drop(header);
    text
}

fn write(items: &dyn Items, columns: &[usize], text: &mut Vec<u8>) {
    let mut cell = Cell::default();
    let mut rows = csv::Writer::from_writer(text);
    for row in (0..items.count()).flat_map(|item| (0..items.rows(item)).map(move |row| (item, row))) {
        for column in columns {
            cell.clear();
            items.put_cell(row, *column, &mut cell);
            // Writing to memory does not fail.
            let _ = rows.write_field(cell.defused());
        }
        let _ = rows.write_record(None::<&[u8]>);
    }
}

/// Writes rows of texts, where the columns depend on the data.
pub fn put_rows(table: &[Vec<String>], text: &mut Vec<u8>) {
    let mut cell = Cell::default();
    let mut rows = csv::Writer::from_writer(text);
    for row in table {
        for field in row {
            cell.clear();
            cell.put(field);
            let _ = rows.write_field(cell.defused());
        }
        let _ = rows.write_record(None::<&[u8]>);
    }
}
