//! Places.

use pledgegraph_model::EntityKind;

use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "places",
    item: "place",
    description: "Places that are not countries.",
    kind: EntityKind::Place,
    leaders: false,
    shape: Shape {
        schema: "Place",
        description: "A place that is not a country.",
        whole: "Entity",
        required: &[],
        optional: &[],
    },
    parameters: &[&Q],
    columns: &[],
    example: "northwood",
};
