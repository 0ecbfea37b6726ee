//! Requests.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "requests",
    item: "request",
    description: "Who asks whom for what, and what became of it.",
    kinds: &[EdgeKind::Request],
    schema: "Request",
    shown: "A request: who asks whom for what.",
    example: "l16-gb-air-support",
};
