//! Memberships.

use pledgegraph_model::EdgeKind;

use crate::csv::edges::MEMBERSHIPS;
use crate::filters::edges::{MEMBERSHIP_COALITION, MEMBERSHIP_ROLE, OBJECT, SUBJECT};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "memberships",
    item: "membership",
    description: "Who belongs to a coalition or organization, and as what.",
    kinds: &[EdgeKind::Membership],
    shape: Shape {
        schema: "Membership",
        description: "A membership: who belongs to a coalition or organization.",
        whole: "Edge",
        required: &["kind", "subject", "object", "role"],
        optional: &["count"],
    },
    parameters: &[&SUBJECT, &OBJECT, &MEMBERSHIP_COALITION, &MEMBERSHIP_ROLE],
    include: &["subject", "object", "sources", "agents", "links"],
    columns: None,
    own_columns: MEMBERSHIPS,
    example: "l08-gb-leader",
};
