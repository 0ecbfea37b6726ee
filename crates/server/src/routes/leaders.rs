//! Leaders.

use pledgegraph_model::EntityKind;

use crate::csv::entities::PERSONS;
use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "leaders",
    item: "leader",
    description: "The persons who hold an office.",
    kind: EntityKind::Person,
    leaders: true,
    shape: Shape {
        schema: "Person",
        description: "A person, named or anonymous.",
        whole: "Entity",
        required: &["anonymous"],
        optional: &["anonymity_reason"],
    },
    parameters: &[&Q],
    columns: PERSONS,
    example: "starmer",
};
