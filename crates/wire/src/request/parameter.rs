//! Query parameters as data: one table both reads a request and documents it.

use pledgegraph_model::{Code, EntityKind};

/// A query parameter.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub accepts: Accepts,
    /// What it does, in one or two sentences.
    pub description: &'static str,
    /// A value that finds something in the bundled data; empty where none makes sense.
    pub example: &'static str,
}

impl Parameter {
    /// One without an example.
    pub const fn new(name: &'static str, accepts: Accepts, description: &'static str) -> Self {
        Self { name, accepts, description, example: "" }
    }

    /// The same with an example.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Accepts {
    /// Codes of one list, separated by commas.
    Codes(CodeNames),
    /// One code.
    Code(CodeNames),
    /// References to entities of these kinds, separated by commas; a bare slug stands for the first kind that has it.
    References(&'static [EntityKind]),
    /// One day, or `now`.
    Day,
    /// A moment: RFC 3339, or `now`.
    Moment,
    /// A date of any precision.
    Date,
    /// A whole number within bounds, with what holds in its absence.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
        /// What holds in its absence.
        default: i64,
    },
    /// `true` or `false`; absent = `false`.
    Flag,
    /// `true` or `false`; absent = `true`.
    Switch,
    /// Free text.
    Text,
    /// Texts without commas, separated by commas.
    Texts,
    /// A language tag.
    Lang,
    /// An opaque cursor.
    Cursor,
    /// Names out of a set that depends on the operation, separated by commas.
    Names,
}

impl Accepts {
    /// Whether it takes several values, separated by commas or each in a parameter of this name.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Codes(_) | Self::References(_) | Self::Texts | Self::Names)
    }
}

/// A closed set of names that the document calls by one schema.
#[derive(Debug, Clone, Copy)]
pub struct CodeNames {
    /// The schema's name.
    pub schema: &'static str,
    /// The names.
    pub all: fn() -> Vec<&'static str>,
}

/// All codes of a list.
pub(crate) fn codes<C: Code>() -> Vec<&'static str> {
    C::ALL.iter().map(|code| code.as_str()).collect()
}

impl CodeNames {
    /// The codes of a list.
    pub const fn of<C: Code>(schema: &'static str) -> Self {
        Self { schema, all: codes::<C> }
    }
}
