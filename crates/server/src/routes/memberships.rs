//! Memberships.

use pledgegraph_model::EdgeKind;

use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "memberships",
    item: "membership",
    description: "Who belongs to a coalition or organization, and as what.",
    kinds: &[EdgeKind::Membership],
    schema: "Membership",
    shown: "A membership: who belongs to a coalition or organization.",
    example: "l08-gb-leader",
};
