//! Offices.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "offices",
    item: "office",
    description: "Who holds which office of a country or organization.",
    kinds: &[EdgeKind::Office],
    schema: "Office",
    shown: "An office: a person who holds it.",
    example: "l06-starmer-office",
};
