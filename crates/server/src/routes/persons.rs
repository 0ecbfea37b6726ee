//! Persons.

use pledgegraph_model::EntityKind;

use crate::csv::entities::PERSONS;
use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "persons",
    item: "person",
    description: "Persons, named or anonymous.",
    kind: EntityKind::Person,
    leaders: false,
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
