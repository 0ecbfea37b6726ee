//! Leaders.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "leaders",
    item: "leader",
    description: "The persons who hold an office.",
    kind: EntityKind::Person,
    leaders: true,
    schema: "Person",
    shown: "A person, named or anonymous.",
    example: "starmer",
};
