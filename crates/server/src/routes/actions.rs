//! Actions.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "actions",
    item: "action",
    description: "Events that are no pledges: air raids, a failed attempt to persuade.",
    kinds: &[EdgeKind::Action],
    schema: "Action",
    shown: "An action: an event that is no pledge.",
    example: "l10-air-raids",
};
