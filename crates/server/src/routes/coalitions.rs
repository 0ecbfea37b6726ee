//! Coalitions.

use pledgegraph_model::EntityKind;

use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "coalitions",
    item: "coalition",
    description: "States that act together for a purpose.",
    kind: EntityKind::Coalition,
    leaders: false,
    shape: Shape {
        schema: "Coalition",
        description: "A coalition: states that act together for a purpose.",
        whole: "Entity",
        required: &[],
        optional: &[],
    },
    parameters: &[&Q],
    columns: &[],
    example: "of-the-willing",
};
