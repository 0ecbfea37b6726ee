//! Numbers and amounts, as stated.

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::field::{Field, FieldType, MAX_INTEGER, Table, Takes};

code_list! {
    /// How a count relates to the number given.
    CountOp in "count_ops" {
        Eq = "eq", "Exactly", "بالضبط", "Exactly the number.", "العدد بالضبط.";
        Gt = "gt", "More than", "أكثر من", "More than the number.", "أكثر من العدد.";
        Lt = "lt", "Fewer than", "أقل من", "Fewer than the number.", "أقل من العدد.";
    }
}

/// A number of members or participants, as stated: "more than 30".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// How the true number relates to `value`.
    pub op: CountOp,
    /// The number.
    pub value: u32,
}

/// The fields of a number as stated.
pub static COUNT: Table = Table {
    schema: "CountDraft",
    description: "A number of members or participants, as stated: more than 30.",
    fields: &[
        Field::required("op", CountOp::TAKES, "How the true number relates to `value`."),
        Field::required("value", Takes::Integer { min: 0, max: 4_294_967_295 }, "The number.").example("30"),
    ],
    read_only: &[],
};

impl FieldType for Count {
    const TAKES: Takes = Takes::Object(&COUNT);
}

/// An amount with its unit, in whole units.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Whole units, from 0 to 2^53 - 1.
    pub value: u64,
    /// What is counted: an ISO 4217 currency code or a noun (`troops`, `EUR`).
    pub unit: String,
}

/// The fields of an amount.
pub static QUANTITY: Table = Table {
    schema: "QuantityDraft",
    description: "An amount with its unit, in whole units.",
    fields: &[
        Field::required("value", Takes::Integer { min: 0, max: MAX_INTEGER }, "Whole units.").example("10000"),
        Field::required("unit", Takes::Name, "What is counted: an ISO 4217 currency code or a noun.")
            .example(r#""EUR""#),
    ],
    read_only: &[],
};

impl FieldType for Box<Quantity> {
    const TAKES: Takes = Takes::Object(&QUANTITY);
}
