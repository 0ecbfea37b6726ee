//! Fields as data: what reads a draft, writes an answer, documents both, makes columns and answers queries goes through
//! these tables. Those of statements and entities follow from their structs: see `value.rs`.

use crate::{Code, CodeEntry, EntityKind, Lang, Text};

/// The largest whole number that every reader of JSON holds exactly (RFC 7493).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The most pieces of evidence, links, or nodes under a node.
pub const MAX_PARTS: usize = 1_000;
/// The most codes, patterns or branches of a filter.
pub const MAX_CODES: usize = 100;
/// The most items of any other list.
pub const MAX_ITEMS: usize = 10_000;

/// A field of a statement, of an entity, or of an object in one of these.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub presence: Presence,
    /// What it takes.
    pub takes: Takes,
    /// What it is, in one or two sentences.
    pub description: &'static str,
    /// A value, as JSON; empty where none is worth showing.
    pub example: &'static str,
}

/// Whether a field must be given.
#[derive(Debug, Clone, Copy)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out, and then is not there.
    Optional,
    /// It may be left out, and then is this code.
    Default(fn() -> &'static str),
}

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A code of a closed list.
    Code(Codes),
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
    /// A name: see [`crate::clean_name`].
    Name,
    /// Words, at most so many code points: see [`crate::clean_text`].
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
    /// A tree of conditions, beside which stands how it bears on the pledge: two members, `relation` and this one.
    Conditions(&'static Table),
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

/// The codes of a closed list.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// What one of them is called.
    pub name: &'static str,
    /// What one of them says.
    pub about: &'static str,
    /// Name of the list in `/v1/vocabulary`; `None` where it is only some of a list, which later versions add nothing to.
    pub list: Option<&'static str>,
    /// All of them as they are written.
    pub all: fn() -> Vec<&'static str>,
    /// The same with their labels; empty where some are none of a list.
    pub entries: fn() -> Vec<&'static CodeEntry>,
}

/// A form of strings.
#[derive(Debug)]
pub struct Pattern {
    /// The regular expression, for the document.
    pub regex: &'static str,
    /// The same as a function.
    pub matches: fn(&str) -> bool,
    /// What it is, for messages.
    pub says: &'static str,
}

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The name of its schema as a client writes it.
    pub schema: &'static str,
    /// What it is, in one or two sentences.
    pub description: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Fields that answers have and clients do not set.
    pub read_only: &'static [&'static str],
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { name, presence: Presence::Required, takes, description, example: "" }
    }

    /// A field that may be left out.
    pub const fn optional(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { presence: Presence::Optional, ..Self::required(name, takes, description) }
    }

    /// A field whose type says what it takes.
    pub(crate) const fn of<T: FieldType>(name: &'static str, description: &'static str) -> Self {
        Self { presence: T::PRESENCE, ..Self::required(name, T::TAKES, description) }
    }

    /// The same with an example, as JSON.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Whether it must be given.
    pub const fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required)
    }

    /// Whether every answer has it.
    pub const fn is_always_there(&self) -> bool {
        !matches!(self.presence, Presence::Optional)
    }
}

impl Codes {
    /// The codes of a list.
    pub const fn of<C: Code>() -> Self {
        Self { name: C::NAME, about: C::ABOUT, list: Some(C::LIST), all: texts::<C>, entries: entries::<C> }
    }
}

fn texts<C: Code>() -> Vec<&'static str> {
    C::ALL.iter().map(|code| code.as_str()).collect()
}

fn entries<C: Code>() -> Vec<&'static CodeEntry> {
    C::ALL.iter().map(|code| code.entry()).collect()
}

impl Presence {
    /// Whether a code of a list must be given.
    pub(crate) const fn of<C: Code>() -> Self {
        if C::DEFAULT.is_some() { Self::Default(|| C::DEFAULT.map_or("", Code::as_str)) } else { Self::Required }
    }
}

/// A type that says by itself what its fields take.
pub(crate) trait FieldType {
    const PRESENCE: Presence = Presence::Required;
    const TAKES: Takes;
}

impl<C: Code> FieldType for C {
    const PRESENCE: Presence = Presence::of::<C>();
    const TAKES: Takes = Takes::Code(Codes::of::<C>());
}

impl<T: FieldType> FieldType for Option<T> {
    const PRESENCE: Presence = Presence::Optional;
    const TAKES: Takes = T::TAKES;
}

impl FieldType for bool {
    const PRESENCE: Presence = Presence::Default(|| "false");
    const TAKES: Takes = Takes::Flag;
}

impl FieldType for Lang {
    const TAKES: Takes = Takes::Lang;
}

impl FieldType for Text {
    const TAKES: Takes = Takes::Texts;
}

impl FieldType for Vec<Text> {
    const PRESENCE: Presence = Presence::Optional;
    const TAKES: Takes = Takes::List { of: &Takes::Texts, min: 0, max: MAX_ITEMS };
}
