//! Groups.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "groups",
    item: "group",
    description: "Sets that no source lists in full.",
    kind: EntityKind::Group,
    leaders: false,
    schema: "Group",
    shown: "A set that no source lists in full.",
    example: "neighbours-of-russia",
};
