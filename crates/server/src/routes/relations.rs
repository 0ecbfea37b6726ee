//! Relations: where things are, what is on the sidelines of what, what is part of what.

use crate::filters::RELATIONS;
use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "relations",
    item: "relation",
    description: "Where a meeting or organization is (`location`), what is on the sidelines of what (`sidelines`) and what is part of what (`part_of`).",
    kinds: &RELATIONS,
    schema: "EdgeRelation",
    shown: "A relation: a location, a meeting on the sidelines of another, or a part of a whole.",
    example: "l04-conference-place",
};
