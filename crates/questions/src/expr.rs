//! What the rules of a language are made of.

use pledgegraph_model::EntityKind;

use crate::dates::DateUse;

/// What can be said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// A word, by its number.
    Word(u32),
    /// Any way to say a rule.
    Rule(usize),
    /// The name of an entity.
    Name(Slot),
    /// A number, which goes to `at_least`.
    Number,
    /// A date.
    Date(DateUse),
    /// One after the other.
    Sequence(Vec<Self>),
    /// One of these.
    Either(Vec<Self>),
    /// Or nothing.
    Maybe(Box<Self>),
    /// Any number of times.
    Any(Box<Self>),
}

/// Where the name of an entity goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The member of the query, by its path.
    pub(crate) path: Vec<Box<str>>,
    /// Of which kinds.
    pub(crate) kinds: Vec<EntityKind>,
    /// How near to an adjective its name may be.
    pub(crate) spelling: Spelling,
}

/// What an entity is called by; of several ways that are written alike the first, from a noun to an adjective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spelling {
    /// A name, or an alias like one.
    Name,
    /// A place or a building that stands for it: what is said there is not said of it.
    Metonym,
    /// A few capitals, which stand before a noun like an adjective: US, UK.
    Abbreviation,
    /// The word for its people, which is an adjective too.
    Demonym,
}
