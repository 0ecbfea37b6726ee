//! Outcomes.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "outcomes",
    item: "outcome",
    description: "Who says that a condition is met or unmet.",
    kinds: &[EdgeKind::Outcome],
    schema: "Outcome",
    shown: "An outcome: a statement that a condition is met or unmet.",
    example: "",
};
