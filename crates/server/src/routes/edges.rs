//! Statements of all kinds under one flat schema.

use crate::filters::edges::{
    ACTING_THROUGH, CAPABILITY, COALITION, CONDITIONAL_ON, CONDITIONALITY, EXPLICITNESS, KIND, MEETING, MISSION,
    OBJECT, PLACE, STAGE, STANCE, STANCE_MIN, SUBJECT,
};
use crate::routes::edge_collection::EdgeCollection;

pub(crate) static COLLECTION: EdgeCollection = EdgeCollection {
    name: "edges",
    item: "edge",
    description: "Statements of all kinds under one flat schema, with `kind`, `subject` and `object`.",
    kinds: &[],
    schema: "Edge",
    shown: "A statement of any kind: the fields that every statement has, and those of its kind.",
    parameters: &[
        &KIND,
        &SUBJECT,
        &OBJECT,
        &COALITION,
        &CAPABILITY,
        &MISSION,
        &STANCE,
        &STANCE_MIN,
        &STAGE,
        &CONDITIONAL_ON,
        &CONDITIONALITY,
        &EXPLICITNESS,
        &MEETING,
        &PLACE,
        &ACTING_THROUGH,
    ],
    example: "l21-gb-forces",
};
