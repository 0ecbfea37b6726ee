//! Persons.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "persons",
    item: "person",
    description: "Persons, named or anonymous.",
    kind: EntityKind::Person,
    leaders: false,
    schema: "Person",
    shown: "A person, named or anonymous.",
    example: "starmer",
};
