//! Organizations.

use pledgegraph_model::EntityKind;

use crate::csv::entities::ORGANIZATIONS;
use crate::filters::entities::{CLASS, Q};
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "organizations",
    item: "organization",
    description: "Organised bodies: international, government, armed force, media.",
    kind: EntityKind::Organization,
    leaders: false,
    shape: Shape {
        schema: "Organization",
        description: "An organised body.",
        whole: "Entity",
        required: &["class"],
        optional: &[],
    },
    parameters: &[&Q, &CLASS],
    columns: ORGANIZATIONS,
    example: "politico-europe",
};
