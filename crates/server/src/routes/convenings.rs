//! Convenings.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "convenings",
    item: "convening",
    description: "Claims that a meeting is planned, held or called off, with its date, format and agenda.",
    kinds: &[EdgeKind::Convening],
    schema: "Convening",
    shown: "A convening: a claim that a meeting is planned, held or called off.",
    example: "l25-convening",
};
