//! Convenings.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::CONVENINGS;
use crate::filters::edges::{OBJECT, OF_MEETING, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "convenings",
    item: "convening",
    description: "Claims that a meeting is planned, held or called off, with its date, format and agenda.",
    kinds: &[EdgeKind::Convening],
    shape: Shape {
        schema: "Convening",
        description: "A convening: a claim that a meeting is planned, held or called off.",
        whole: "Edge",
        required: &["kind", "subject", "object", "status"],
        optional: &["date", "format", "agenda", "agenda_complete", "claim"],
    },
    parameters: &[&SUBJECT, &OBJECT, &OF_MEETING],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: CONVENINGS,
    example: "l25-convening",
};
