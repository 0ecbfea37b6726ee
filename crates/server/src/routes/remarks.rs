//! Remarks.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "remarks",
    item: "remark",
    description: "Warnings, demands, assessments, acknowledgements, hopes and explanations.",
    kinds: &[EdgeKind::Remark],
    schema: "Remark",
    shown: "A remark: a warning, demand, assessment, acknowledgement, hope or explanation.",
    example: "l15-demand",
};
