//! Coalitions.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "coalitions",
    item: "coalition",
    description: "States that act together for a purpose.",
    kind: EntityKind::Coalition,
    leaders: false,
    schema: "Coalition",
    shown: "A coalition: states that act together for a purpose.",
    example: "of-the-willing",
};
