//! Actions.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::ACTIONS;
use crate::filters::edges::{OBJECT, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "actions",
    item: "action",
    description: "Events that are no pledges: air raids, a failed attempt to persuade.",
    kinds: &[EdgeKind::Action],
    shape: Shape {
        schema: "Action",
        description: "An action: an event that is no pledge.",
        whole: "Edge",
        required: &["kind", "subject", "object", "class"],
        optional: &["text"],
    },
    parameters: &[&SUBJECT, &OBJECT],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: ACTIONS,
    example: "l10-air-raids",
};
