//! Attendances.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "attendances",
    item: "attendance",
    description: "Who takes part in which meeting, as what, and from where.",
    kinds: &[EdgeKind::Attendance],
    schema: "Attendance",
    shown: "An attendance: who takes part in a meeting.",
    example: "l25-jp-absent",
};
