//! Conditions.

use pledgegraph_model::EntityKind;

use crate::csv::entities::CONDITIONS;
use crate::filters::entities::{CONDITION_KIND, Q};
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "conditions",
    item: "condition",
    description: "What pledges hang on. Many commitments share one condition.",
    kind: EntityKind::Condition,
    leaders: false,
    shape: Shape {
        schema: "Condition",
        description: "A condition: what pledges hang on.",
        whole: "Entity",
        required: &["condition_kind"],
        optional: &["test", "truth", "fixpoints", "disputed", "decided_by", "dependents"],
    },
    parameters: &[&Q, &CONDITION_KIND],
    columns: CONDITIONS,
    example: "us-backing",
};
