//! Places.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "places",
    item: "place",
    description: "Places that are not countries.",
    kind: EntityKind::Place,
    leaders: false,
    schema: "Place",
    shown: "A place that is not a country.",
    example: "northwood",
};
