//! Columns and cells.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use pledgegraph_graph::{EdgeView, EntityView};
use pledgegraph_model::{Date, Locator, Text};

use crate::answers::Wire;
use crate::answers::moment;
use crate::answers::reference::RefText;

/// A column: its name, and what it writes into the cell.
pub struct Column<F> {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// Writes a cell.
    pub write: F,
}

/// Declares a table of columns: `"name", |wire, view, cell| ...;`.
macro_rules! columns {
    ($($name:literal, $write:expr;)*) => {
        &[$($crate::csv::columns::Column { name: std::borrow::Cow::Borrowed($name), write: $write },)*]
    };
}
pub(crate) use columns;

/// The text of one cell.
#[derive(Debug, Default)]
pub struct Cell(String);

impl Cell {
    /// Empties it for the next cell.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds what can be shown.
    pub fn put(&mut self, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{value}");
    }

    /// Adds what can be shown, if there is any.
    pub fn put_some(&mut self, value: Option<impl Display>) {
        if let Some(value) = value {
            self.put(value);
        }
    }

    /// Adds all of them, separated by `; `.
    pub(crate) fn put_all<T: Display>(&mut self, values: impl IntoIterator<Item = T>) {
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.0.push_str("; ");
            }
            self.put(value);
        }
    }

    /// Adds the reference of an entity.
    pub(crate) fn put_ref(&mut self, view: &EntityView<'_>) {
        self.put(RefText(view.entity()));
    }

    /// Adds the name of an entity in one language; nothing where it has none.
    pub(crate) fn put_name(&mut self, view: &EntityView<'_>, lang: &str) {
        self.put_some(view.entity().names.get(lang));
    }

    /// Adds a text in one language.
    pub(crate) fn put_text(&mut self, text: &Text, lang: &str) {
        self.put_some(text.get(lang));
    }

    /// Adds a date: as EDTF, else in the source's words.
    pub(crate) fn put_date(&mut self, date: &Date) {
        match &date.edtf {
            Some(edtf) => self.put(edtf),
            None => self.put_some(date.verbatim.as_deref()),
        }
    }

    /// The text with the beginning of a formula defused: a spreadsheet takes `=`, `+`, `-`, `@` and a tab for one, but not
    /// a plain number.
    pub(crate) fn defused(&mut self) -> &str {
        let begins_badly = self.0.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if begins_badly && self.0.parse::<f64>().is_err() {
            self.0.insert(0, '\'');
        }
        &self.0
    }
}

/// The columns that end the row of every statement.
pub(crate) fn put_recorded_at(view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put(moment::text(view.recorded_at()));
}

/// Whether it counts on the day asked.
pub(crate) fn put_standing(wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_some(wire.counted.map(|counted| view.standing_as(counted)));
}

/// `true` where it has ended, be the day known or not; empty where no source says so.
pub(crate) fn put_ended(view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_some(view.valid_until().ended.then_some(true));
}

/// The sources of the evidence.
pub(crate) fn put_sources(wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_all(view.evidence().iter().map(|piece| RefText(wire.graph.at(piece.source).entity())));
}

/// Where in the sources, in the order of `source_refs`.
pub(crate) fn put_locators(view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_all(view.evidence().iter().map(|piece| locator(&piece.locator)));
}

fn locator(locator: &Locator) -> String {
    let line = locator.line.map(|line| format!("line {line}"));
    let page = locator.page.map(|page| format!("page {page}"));
    let quote = locator.quote.as_ref().map(|quote| format!("\"{}\"", quote.exact));
    [page, line, quote].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defuses_formulas_and_leaves_numbers() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+x", "'+x"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("-3", "-3"),
            ("plain", "plain"),
            ("", ""),
        ] {
            let mut cell = Cell::default();
            cell.put(text);
            assert_eq!(cell.defused(), expected);
        }
    }
}
