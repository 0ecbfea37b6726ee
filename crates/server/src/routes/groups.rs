//! Groups.

use pledgegraph_model::EntityKind;

use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "groups",
    item: "group",
    description: "Sets that no source lists in full.",
    kind: EntityKind::Group,
    leaders: false,
    shape: Shape {
        schema: "Group",
        description: "A set that no source lists in full.",
        whole: "Entity",
        required: &[],
        optional: &[],
    },
    parameters: &[&Q],
    columns: &[],
    example: "neighbours-of-russia",
};
