//! What a request asks: its parameters, references, cursor and language.

pub(crate) mod ask;
pub(crate) mod cursor;
pub(crate) mod earlier;
pub(crate) mod form;
pub(crate) mod given;
pub(crate) mod include;
pub(crate) mod known_at;
pub(crate) mod language;
pub(crate) mod parameter;
pub(crate) mod reader;
pub(crate) mod references;
