//! Memberships.

use pledgegraph_model::EdgeKind;

use crate::filters::edges::{MEMBERSHIP_COALITION, MEMBERSHIP_ROLE, OBJECT, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "memberships",
    item: "membership",
    description: "Who belongs to a coalition or organization, and as what.",
    kinds: &[EdgeKind::Membership],
    schema: "Membership",
    shown: "A membership: who belongs to a coalition or organization.",
    parameters: &[&SUBJECT, &OBJECT, &MEMBERSHIP_COALITION, &MEMBERSHIP_ROLE],
    example: "l08-gb-leader",
};
