//! The two formats of COPY: binary for reading the whole graph, text for loading one.
//!
//! COPY carries a million rows several times faster than a query does: no row descriptions, no parameters, no
//! allocation a row. Its statements are the only SQL that the compiler does not check; the tests read every column back.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What makes a row unreadable.
pub(crate) type Problem = String;

/// The fields of a row of COPY's binary format, read from left to right.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The row in a `CopyData` message; the server sends one row a message. `None` for the trailer.
    pub(crate) fn of(message: &'a [u8]) -> Result<Option<Self>, Problem> {
        const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
        let rest = message.strip_prefix(SIGNATURE).map_or(Some(message), |rest| rest.get(8..)); // flags, extension
        let mut fields = Self { rest: rest.ok_or("the header is cut short")? };
        if fields.rest.is_empty() {
            return Ok(None);
        }
        let count = i16::from_be_bytes(fields.array()?);
        Ok((count >= 0).then_some(fields))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or("a row is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        self.take(N)?.try_into().or(Err("a field has another length".to_owned()))
    }

    /// The bytes of the next field; `None` for null.
    pub(crate) fn bytes(&mut self) -> Result<Option<&'a [u8]>, Problem> {
        let length = i32::from_be_bytes(self.array()?);
        usize::try_from(length).ok().map(|length| self.take(length)).transpose()
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let field = self.bytes()?.ok_or_else(null)?;
        field.try_into().or(Err("a field has another length".to_owned()))
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, Problem> {
        self.fixed().map(Uuid::from_bytes)
    }

    pub(crate) fn big(&mut self) -> Result<i64, Problem> {
        self.fixed().map(i64::from_be_bytes)
    }

    /// Microseconds since 2000-01-01.
    pub(crate) fn time(&mut self) -> Result<DateTime<Utc>, Problem> {
        const EPOCH: i64 = 946_684_800_000_000;
        let micros = self.big()?.checked_add(EPOCH).and_then(DateTime::from_timestamp_micros);
        micros.ok_or_else(|| "a time is out of range".to_owned())
    }
}

pub(crate) fn null() -> Problem {
    "a column is null that must not be".to_owned()
}

/// Rows in COPY's text format: fields parted by tabs, rows ended by a line feed, `\N` for null.
#[derive(Debug, Default)]
pub(crate) struct TextRows {
    text: String,
}

impl TextRows {
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// What was written since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text).into_bytes()
    }

    pub(crate) fn end_row(&mut self) {
        self.text.pop();
        self.text.push('\n');
    }

    pub(crate) fn null(&mut self) {
        self.text.push_str("\\N\t");
    }

    pub(crate) fn plain(&mut self, value: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}\t");
    }

    pub(crate) fn text(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                c => self.text.push(c),
            }
        }
        self.text.push('\t');
    }
}
