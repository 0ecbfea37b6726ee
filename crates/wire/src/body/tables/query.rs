//! The table of a structured query; its filters are those of the model.

use pledgegraph_model::tables::WHERE;
use pledgegraph_model::{Codes, Field, QueryAsk, QueryField, QueryTarget, Table, Takes};

use super::questions::{ASSUME, WITHDRAW};

/// A structured query.
pub static QUERY: Table = Table {
    schema: "Query",
    description: "A question to the graph.",
    fields: &[
        Field::required("find", Takes::Code(Codes::of::<QueryTarget>()), "What is looked for.")
            .example(r#""countries""#),
        Field::optional("where", Takes::Object(&WHERE), "Which of it; all unless it is given.")
            .example(r#"{"subject_of":{"find":"attendances"},"none_of":[{"subject_of":{"find":"commitments"}}]}"#),
        Field::optional(
            "ask",
            Takes::Code(Codes::of::<QueryAsk>()),
            "What is asked of them; `items` unless it is given.",
        ),
        Field::optional(
            "select",
            Takes::List { of: &Takes::Code(Codes::of::<QueryField>()), min: 1, max: 10 },
            "Statements: one row for each distinct combination of these values.",
        ),
        Field::optional(
            "group_by",
            Takes::Code(Codes::of::<QueryField>()),
            "Statements: one row for each value of this field, the most frequent first. Each statement is in one row: those \
                without a value in one whose list of values is empty, so the counts add up to `found`.",
        ),
        Field::optional("by_stance", Takes::Flag, "Commitments: the firmest first; else in the order of recording."),
        ASSUME,
        WITHDRAW,
        Field::optional(
            "at_least",
            Takes::Integer { min: 1, max: 1_000_000 },
            "Of sets: commitments of so many distinct actors are to be in force; all the commitments unless it is given.",
        ),
        Field::optional(
            "limit",
            Takes::Integer { min: 1, max: 10_000 },
            "At most so many rows; 1,000 unless it is given.",
        ),
    ],
    read_only: &[],
};
