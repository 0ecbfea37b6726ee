//! What a request asks: its parameters, references, cursor and language.

pub(crate) mod ask;
pub(crate) mod earlier;
pub(crate) mod if_match;
pub(crate) mod language;
