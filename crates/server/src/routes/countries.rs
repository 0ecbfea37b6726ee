//! Countries.

use pledgegraph_model::EntityKind;

use crate::csv::entities::COUNTRIES;
use crate::filters::entities::{Q, REGION};
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "countries",
    item: "country",
    description: "All countries and territories of ISO 3166-1.",
    kind: EntityKind::Country,
    leaders: false,
    shape: Shape {
        schema: "Country",
        description: "A country or territory of ISO 3166-1.",
        whole: "Entity",
        required: &["iso3166", "regions"],
        optional: &[],
    },
    parameters: &[&Q, &REGION],
    columns: COUNTRIES,
    example: "GB",
};
