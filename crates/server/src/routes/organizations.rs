//! Organizations.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "organizations",
    item: "organization",
    description: "Organised bodies: international, government, armed force, media.",
    kind: EntityKind::Organization,
    leaders: false,
    schema: "Organization",
    shown: "An organised body.",
    example: "politico-europe",
};
