//! Commitments.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "commitments",
    item: "commitment",
    description: "What actors pledge, refuse or leave open: how firmly (`stance`), what has been done (`stage`) and what it hangs on (`conditions`).",
    kinds: &[EdgeKind::Commitment],
    schema: "Commitment",
    shown: "A commitment: what an actor pledges to a beneficiary, how firmly, and what it hangs on.",
    example: "l21-gb-forces",
};
