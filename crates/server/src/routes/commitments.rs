//! Commitments.

use pledgegraph_model::EdgeKind;

use crate::csv::commitments::COLUMNS;
use crate::filters::edges::{
    ACTING_THROUGH, BENEFICIARY, CAPABILITY, COALITION, CONDITIONAL_ON, CONDITIONALITY, EXPLICITNESS, IN_FORCE,
    MEETING, MISSION, PLACE, PLEDGER, STAGE, STANCE, STANCE_MIN,
};
use crate::routes::edge_collection::EdgeCollection;
use crate::wire::shape::Shape;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "commitments",
    item: "commitment",
    description: "What actors pledge, refuse or leave open: how firmly (`stance`), what has been done (`stage`) and what it hangs on (`conditions`).",
    kinds: &[EdgeKind::Commitment],
    shape: Shape {
        schema: "Commitment",
        description: "A commitment: what an actor pledges to a beneficiary, how firmly, and what it hangs on.",
        whole: "Edge",
        required: &[
            "pledger",
            "beneficiary",
            "capability",
            "mission",
            "specificity",
            "stance",
            "stage",
            "conditionality",
        ],
        optional: &[
            "coalition",
            "relation",
            "conditions",
            "in_force",
            "ground",
            "fixpoints",
            "because",
            "sensitive_to",
            "quantity",
            "count",
            "place",
            "area",
            "meeting",
            "acting_through",
            "rationale",
        ],
    },
    parameters: &[
        &PLEDGER,
        &BENEFICIARY,
        &COALITION,
        &CAPABILITY,
        &MISSION,
        &STANCE,
        &STANCE_MIN,
        &STAGE,
        &CONDITIONAL_ON,
        &CONDITIONALITY,
        &EXPLICITNESS,
        &IN_FORCE,
        &MEETING,
        &PLACE,
        &ACTING_THROUGH,
    ],
    include: &[
        "pledger",
        "beneficiary",
        "coalition",
        "conditions",
        "because",
        "sources",
        "agents",
        "meeting",
        "place",
        "acting_through",
        "links",
    ],
    columns: Some(COLUMNS),
    own_columns: &[],
    example: "l21-gb-forces",
};
