//! Relations: where things are, what is on the sidelines of what, what is part of what.

use crate::csv::edges::RELATIONS as COLUMNS;
use crate::filters::edges::{OBJECT, RELATION_KIND, RELATIONS, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "relations",
    item: "relation",
    description: "Where a meeting or organization is (`location`), what is on the sidelines of what (`sidelines`) and what is part of what (`part_of`).",
    kinds: &RELATIONS,
    shape: Shape {
        schema: "EdgeRelation",
        description: "A relation: a location, a meeting on the sidelines of another, or a part of a whole.",
        whole: "Edge",
        required: &["kind", "subject", "object"],
        optional: &["listed"],
    },
    parameters: &[&RELATION_KIND, &SUBJECT, &OBJECT],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: COLUMNS,
    example: "l04-conference-place",
};
