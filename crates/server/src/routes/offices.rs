//! Offices.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::OFFICES;
use crate::filters::edges::{OBJECT, PERSON, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "offices",
    item: "office",
    description: "Who holds which office of a country or organization.",
    kinds: &[EdgeKind::Office],
    shape: Shape {
        schema: "Office",
        description: "An office: a person who holds it.",
        whole: "Edge",
        required: &["kind", "subject", "object", "title"],
        optional: &[],
    },
    parameters: &[&SUBJECT, &OBJECT, &PERSON],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: OFFICES,
    example: "l06-starmer-office",
};
