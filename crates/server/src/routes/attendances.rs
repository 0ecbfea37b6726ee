//! Attendances.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::ATTENDANCES;
use crate::filters::edges::{ATTENDANCE_ROLE, OBJECT, OF_MEETING, PLACE, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "attendances",
    item: "attendance",
    description: "Who takes part in which meeting, as what, and from where.",
    kinds: &[EdgeKind::Attendance],
    shape: Shape {
        schema: "Attendance",
        description: "An attendance: who takes part in a meeting.",
        whole: "Edge",
        required: &["kind", "subject", "object", "role"],
        optional: &["mode", "place", "count"],
    },
    parameters: &[&SUBJECT, &OBJECT, &OF_MEETING, &ATTENDANCE_ROLE, &PLACE],
    include: &["subject", "object", "place", "sources", "agents", "links"],
    columns: None,
    own_columns: ATTENDANCES,
    example: "l25-jp-absent",
};
