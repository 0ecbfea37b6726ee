//! Conditions.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "conditions",
    item: "condition",
    description: "What pledges hang on. Many commitments share one condition.",
    kind: EntityKind::Condition,
    leaders: false,
    schema: "Condition",
    shown: "A condition: what pledges hang on.",
    example: "us-backing",
};
