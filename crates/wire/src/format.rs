//! What a format of lists is.

use crate::items::Items;
use crate::media::Answer;
use crate::request::parameter::Parameter;
use crate::request::reader::ParameterReader;

/// A form in which lists are written.
pub struct Format {
    /// What the document calls it.
    pub name: &'static str,
    /// What follows the path of a list.
    pub suffix: &'static str,
    /// What its operations begin with.
    pub verb: &'static str,
    /// The parameters that say how to show a list, beside those that narrow it.
    pub parameters: &'static [&'static Parameter],
    /// What `fields` names.
    pub shows: Shows,
    /// What the document says of an answer, of items of a schema with these members or columns.
    pub answer: fn(schema: &str, names: Vec<&'static str>) -> Answer,
    /// How a list is written whole; `None` where it is written in pages.
    pub whole: Option<Whole>,
}

/// What a format shows of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Its body, or some members of it.
    Members,
    /// Rows of cells.
    Columns,
}

/// How a list is written whole, a piece at a time.
pub struct Whole {
    /// What `Content-Type` says.
    pub content_type: &'static str,
    /// Reads parameters of the format, and writes what goes before the items, with these members or columns.
    pub begin: fn(&mut ParameterReader<'_>, &[&'static str]) -> Vec<u8>,
    /// Writes items; of a table the columns with these numbers.
    pub write: fn(&dyn Items, &[usize], &mut Vec<u8>),
}
