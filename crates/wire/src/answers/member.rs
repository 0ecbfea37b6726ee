//! Members of answers: how they are written, and what the document says of them.

use chrono::{DateTime, Utc};
use pledgegraph_model::{Code, Codes, Field, Takes};
use serde::Serialize;
use serde::ser::SerializeMap;

use super::moment;

/// Writes the members of a body, or those that are asked for.
pub struct Members<'f, S> {
    map: S,
    only: Option<&'f [&'f str]>,
}

impl<'f, S: SerializeMap> Members<'f, S> {
    /// `only` are the members that are written; `None` = all.
    pub fn new(map: S, only: Option<&'f [&'f str]>) -> Self {
        Self { map, only }
    }

    /// A member.
    pub fn put(&mut self, name: &str, value: impl Serialize) -> Result<(), S::Error> {
        match self.only {
            Some(only) if !only.contains(&name) => Ok(()),
            _ => self.map.serialize_entry(name, &value),
        }
    }

    /// What is absent is left out, never `null`.
    pub fn put_some(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), S::Error> {
        value.map_or(Ok(()), |value| self.put(name, value))
    }

    /// By which commit the record was written, and when.
    pub fn put_stamp(&mut self, version: i64, recorded_at: DateTime<Utc>) -> Result<(), S::Error> {
        self.put("version", version)?;
        self.put("recorded_at", moment::text(recorded_at))
    }

    /// Ends the body.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.map.end()
    }
}

/// A member of an answer, for the document and for `fields=`.
#[derive(Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Whether every answer has it.
    pub(crate) always: bool,
    pub(crate) shows: Shows,
    pub(crate) description: &'static str,
    /// A value, as JSON; empty where none is worth showing.
    pub(crate) example: &'static str,
}

/// What a member shows.
#[derive(Clone, Copy)]
pub(crate) enum Shows {
    /// The value of a field.
    Field(Takes),
    /// An object of a named schema.
    Schema(&'static str),
    /// A list of such objects.
    Schemas(&'static str),
    /// An identifier.
    Uuid,
    /// A whole number.
    Integer,
    /// A moment (RFC 3339).
    Moment,
}

/// The members of every record that say by which commit it was written; see [`Members::put_stamp`].
pub(crate) fn stamp() -> [Member; 3] {
    [
        Member::always("version", Shows::Integer, "The version that last wrote it: the number of a commit."),
        Member::always("recorded_at", Shows::Moment, "When that commit was recorded."),
        Member::sometimes(
            "warnings",
            Shows::Schemas("AnswerWarning"),
            "What to know of a write, in its answer; absent where there is nothing.",
        ),
    ]
}

impl Member {
    /// A member that every answer has.
    pub(crate) fn always(name: &'static str, shows: Shows, description: &'static str) -> Self {
        Self { name, always: true, shows, description, example: "" }
    }

    /// A member that may be absent.
    pub(crate) fn sometimes(name: &'static str, shows: Shows, description: &'static str) -> Self {
        Self { always: false, ..Self::always(name, shows, description) }
    }

    /// A string that every answer has.
    pub fn text(name: &'static str, description: &'static str, example: &'static str) -> Self {
        Self { example, ..Self::always(name, Shows::Field(Takes::Name), description) }
    }

    /// A code that may be absent.
    pub fn code<C: Code>(name: &'static str, description: &'static str) -> Self {
        Self::sometimes(name, Shows::Field(Takes::Code(Codes::of::<C>())), description)
    }

    /// The field of a table.
    pub(crate) fn of_field(field: &Field) -> Self {
        let Field { name, takes, description, example, .. } = *field;
        // A reference is an object in answers.
        let example = if matches!(takes, Takes::Reference(_)) { "" } else { example };
        Self { example, ..Self::always(name, Shows::Field(takes), description) }.if_always(field.is_always_there())
    }

    /// The same, always there or not.
    pub(crate) fn if_always(self, always: bool) -> Self {
        Self { always, ..self }
    }

    /// The same of another kind too: what takes different codes there is any of them.
    pub fn or(&mut self, field: &Field) {
        self.always &= field.is_always_there();
        if let (Shows::Field(Takes::Code(one)), Takes::Code(other)) = (self.shows, field.takes)
            && one.name != other.name
        {
            self.shows = Shows::Field(Takes::Name);
        }
    }
}
