//! Fields as data: one table both reads a body and documents it.

use pledgegraph_model::{Code, EntityKind};

use crate::request::parameter::CodeNames;

/// A field of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it takes.
    pub(crate) takes: Takes,
    /// What it is, in one or two sentences.
    pub(crate) description: &'static str,
    /// A value, as JSON; empty where none is worth showing.
    pub(crate) example: &'static str,
}

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    /// A code of a closed list.
    Code(CodeNames),
    /// A reference to an entity of one of these kinds.
    Reference(&'static [EntityKind]),
    /// The identifier of a statement.
    Statement,
    /// An identifier that the client gives: only on lines of imports.
    Id,
    /// A slug.
    Slug,
    /// A language tag.
    Lang,
    /// A name: see [`pledgegraph_model::clean_name`].
    Name,
    /// Words, at most so many code points: see [`pledgegraph_model::clean_text`].
    Words(usize),
    /// A name by language.
    Names,
    /// Words by language.
    Texts,
    /// A date in EDTF.
    Edtf,
    /// A whole number within bounds.
    Integer {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// `true` or `false`.
    Flag,
    /// A string of a form that a pattern describes wholly.
    Pattern(&'static Pattern),
    /// The address of a document.
    Url,
    /// An object with fields of its own.
    Object(&'static Table),
    /// Several, in order.
    List {
        /// What each is.
        of: &'static Self,
        /// At least so many.
        min: usize,
        /// At most so many.
        max: usize,
    },
}

/// A form of strings.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// The regular expression, for the document.
    pub(crate) regex: &'static str,
    /// The same as a function.
    pub(crate) matches: fn(&str) -> bool,
    /// What it is, for messages.
    pub(crate) says: &'static str,
}

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    /// The name of the schema.
    pub(crate) schema: &'static str,
    /// What it is, in one sentence.
    pub(crate) description: &'static str,
    /// Its fields.
    pub(crate) fields: &'static [Field],
    /// Fields that answers have and clients do not set.
    pub(crate) read_only: &'static [&'static str],
}

/// The codes of a list, under the name of a schema.
pub(crate) const fn code<C: Code>(schema: &'static str) -> Takes {
    Takes::Code(CodeNames::of::<C>(schema))
}

impl Field {
    /// A field that must be there.
    pub(crate) const fn required(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { name, required: true, takes, description, example: "" }
    }

    /// A field that may be left out.
    pub(crate) const fn optional(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { name, required: false, takes, description, example: "" }
    }

    /// The same with an example, as JSON.
    pub(crate) const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}
