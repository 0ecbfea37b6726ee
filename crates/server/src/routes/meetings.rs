//! Meetings.

use pledgegraph_model::EntityKind;

use crate::routes::entity_collection::EntityCollection;

pub(crate) static COLLECTION: EntityCollection = EntityCollection {
    name: "meetings",
    item: "meeting",
    description: "Meetings, summits and conferences. Date, format and status are read from what the convenings say.",
    kind: EntityKind::Meeting,
    leaders: false,
    schema: "Meeting",
    shown: "A meeting, summit or conference.",
    example: "coalition-summit",
};
