//! `include=`: whole bodies of what the items of a list name.

use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::Reader;
use crate::wire::included::Part;

pub(crate) const INCLUDE: Parameter = Parameter {
    name: "include",
    accepts: Accepts::Names,
    description: "Adds `included`: the whole bodies of what the items name in these fields, each once. `links` adds the \
        statements that they are linked with.",
    example: "",
};

pub(crate) const INCLUDE_QUOTATIONS: Parameter = Parameter {
    name: "include",
    accepts: Accepts::Names,
    description: "`quotations` adds the words of the documents, which are kept in the database only.",
    example: "",
};

/// Whether the words of the documents are asked for.
pub(crate) fn quotations(reader: &mut Reader<'_>) -> bool {
    let names = reader.values(INCLUDE_QUOTATIONS.name).unwrap_or_default();
    let known = || vec!["quotations"];
    for name in &names {
        reader.one_of(INCLUDE_QUOTATIONS.name, name, known, |name| known().contains(&name).then_some(()));
    }
    !names.is_empty()
}

/// The parts that a request includes.
pub(crate) fn parts(reader: &mut Reader<'_>, known: &[&'static str]) -> Vec<Part> {
    let names = reader.values(INCLUDE.name).unwrap_or_default();
    let part = |name: &str| Part::of_name(name).filter(|_| known.contains(&name));
    names.into_iter().filter_map(|name| reader.one_of(INCLUDE.name, name, || known.to_vec(), part)).collect()
}
