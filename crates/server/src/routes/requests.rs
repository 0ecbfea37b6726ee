//! Requests.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::REQUESTS;
use crate::filters::edges::{ACTING_THROUGH, CAPABILITY, OBJECT, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "requests",
    item: "request",
    description: "Who asks whom for what, and what became of it.",
    kinds: &[EdgeKind::Request],
    shape: Shape {
        schema: "Request",
        description: "A request: who asks whom for what.",
        whole: "Edge",
        required: &["kind", "subject", "object"],
        optional: &["capability", "text", "acting_through", "outcome"],
    },
    parameters: &[&SUBJECT, &OBJECT, &CAPABILITY, &ACTING_THROUGH],
    include: &["subject", "object", "acting_through", "sources", "agents", "links"],
    columns: None,
    own_columns: REQUESTS,
    example: "l16-gb-air-support",
};
