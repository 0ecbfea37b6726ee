//! Statements of all kinds under one flat schema.

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "edges",
    item: "edge",
    description: "Statements of all kinds under one flat schema, with `kind`, `subject` and `object`.",
    kinds: &[],
    schema: "Edge",
    shown: "A statement of any kind: the fields that every statement has, and those of its kind.",
    example: "l21-gb-forces",
};
