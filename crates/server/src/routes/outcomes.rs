//! Outcomes.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::OUTCOMES;
use crate::filters::edges::{OBJECT, OF_CONDITION, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "outcomes",
    item: "outcome",
    description: "Who says that a condition is met or unmet.",
    kinds: &[EdgeKind::Outcome],
    shape: Shape {
        schema: "Outcome",
        description: "An outcome: a statement that a condition is met or unmet.",
        whole: "Edge",
        required: &["kind", "subject", "object", "value"],
        optional: &["since"],
    },
    parameters: &[&SUBJECT, &OBJECT, &OF_CONDITION],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: OUTCOMES,
    example: "",
};
