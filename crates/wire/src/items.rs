//! Items of a list, whatever they are written as.

use serde::Serialize;

use crate::answers::included::IncludedBody;
use crate::csv::columns::Cell;

/// Some items of a list in a row, each as a body or as rows of cells.
pub trait Items {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them.
    fn body(&self, item: usize) -> impl Serialize
    where
        Self: Sized;

    /// Writes one of them as JSON.
    fn put_json(&self, item: usize, text: &mut Vec<u8>);

    /// How many rows one takes in a table.
    fn rows(&self, _item: usize) -> usize {
        1
    }

    /// Puts what a row of an item shows in a column of the list.
    fn put_cell(&self, row: (usize, usize), column: usize, cell: &mut Cell);

    /// The bodies of what they name, where that is asked.
    fn included(&self) -> Option<IncludedBody<'_>> {
        None
    }

    /// The rule by which they were made.
    fn rule(&self) -> Option<&'static str> {
        None
    }
}
