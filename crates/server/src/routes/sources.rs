//! Sources.

use pledgegraph_model::EntityKind;

use crate::csv::entities::SOURCES;
use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "sources",
    item: "source",
    description: "Documents that say it.",
    kind: EntityKind::Source,
    leaders: false,
    shape: Shape {
        schema: "Source",
        description: "A document.",
        whole: "Entity",
        required: &[],
        optional: &["url", "title", "publisher", "language", "published", "sha256"],
    },
    parameters: &[&Q],
    columns: SOURCES,
    example: "seed-article",
};
