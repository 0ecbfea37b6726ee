//! Meetings.

use pledgegraph_model::EntityKind;

use crate::csv::entities::MEETINGS;
use crate::filters::entities::Q;
use crate::routes::entity_collection::EntityCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "meetings",
    item: "meeting",
    description: "Meetings, summits and conferences. Date, format and status are read from what the convenings say.",
    kind: EntityKind::Meeting,
    leaders: false,
    shape: Shape {
        schema: "Meeting",
        description: "A meeting, summit or conference.",
        whole: "Entity",
        required: &["convenings"],
        optional: &["date", "format", "status"],
    },
    parameters: &[&Q],
    columns: MEETINGS,
    example: "coalition-summit",
};
