//! Remarks.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::REMARKS;
use crate::filters::edges::{OBJECT, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "remarks",
    item: "remark",
    description: "Warnings, demands, assessments, acknowledgements, hopes and explanations.",
    kinds: &[EdgeKind::Remark],
    shape: Shape {
        schema: "Remark",
        description: "A remark: a warning, demand, assessment, acknowledgement, hope or explanation.",
        whole: "Edge",
        required: &["kind", "subject", "object", "type", "text"],
        optional: &[],
    },
    parameters: &[&SUBJECT, &OBJECT],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: REMARKS,
    example: "l15-demand",
};
