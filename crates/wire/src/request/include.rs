//! `include=`: whole bodies of what the items of a list name.

use pledgegraph_model::EdgeKind;

use crate::answers::included::Part;
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::ParameterReader;

/// What a list includes.
pub const INCLUDE: Parameter = Parameter::new(
    "include",
    Accepts::Names,
    "Adds `included`: the whole bodies of what the items name in these fields, each once. `links` adds the \
        statements that they are linked with. `because`, of commitments, adds to each item why it is in force or not.",
);

/// What a statement includes.
pub const INCLUDE_ONE: Parameter = Parameter::new(
    "include",
    Accepts::Names,
    "`quotations` adds the words of the documents, which are kept in the database only; `because`, of a \
        commitment, why it is in force or not.",
);

/// What makes an item say why it is in force or not.
pub const BECAUSE: &str = "because";

/// What may be included with one statement; `explains`: of a kind that can be in force or not.
pub fn of_one(explains: bool) -> Vec<&'static str> {
    ["quotations"].into_iter().chain(explains.then_some(BECAUSE)).collect()
}

/// Whether the words of the documents are asked for, and whether the reasons are.
pub fn of_one_asked(reader: &mut ParameterReader<'_>, explains: bool) -> (bool, bool) {
    let names = reader.values(INCLUDE_ONE.name).unwrap_or_default();
    let known = of_one(explains);
    for name in &names {
        reader.one_of(INCLUDE_ONE.name, name, || known.clone(), |name| known.contains(&name).then_some(()));
    }
    (names.contains(&"quotations"), names.contains(&BECAUSE))
}

/// Whether a list is to say why its items are in force or not.
pub fn reasons(reader: &mut ParameterReader<'_>) -> bool {
    reader.values(INCLUDE.name).unwrap_or_default().contains(&BECAUSE)
}

/// The parts that a request includes, of those that statements of its kinds have.
pub fn parts(reader: &mut ParameterReader<'_>, kinds: &[EdgeKind], explains: bool) -> Vec<Part> {
    let Some(names) = reader.values(INCLUDE.name) else { return Vec::new() };
    let known = Part::of(kinds);
    let names = names.into_iter().filter(|name| *name != BECAUSE || !explains);
    let part = |name: &str| known.iter().find(|(own, _)| *own == name).map(|(_, part)| *part);
    let allowed = || known.iter().map(|(name, _)| *name).chain(explains.then_some(BECAUSE)).collect();
    names.filter_map(|name| reader.one_of(INCLUDE.name, name, allowed, part)).collect()
}
