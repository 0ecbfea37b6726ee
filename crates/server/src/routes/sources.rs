//! Sources.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "sources",
    item: "source",
    description: "Documents that say it.",
    kind: EntityKind::Source,
    leaders: false,
    schema: "Source",
    shown: "A document.",
    example: "seed-article",
};
