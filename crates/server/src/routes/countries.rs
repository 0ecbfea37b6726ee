//! Countries.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "countries",
    item: "country",
    description: "All countries and territories of ISO 3166-1.",
    kind: EntityKind::Country,
    leaders: false,
    schema: "Country",
    shown: "A country or territory of ISO 3166-1.",
    example: "GB",
};
