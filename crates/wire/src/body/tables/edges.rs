//! Tables of statements: what every kind has, and what each has of its own.

use pledgegraph_model::tables::CONDITION_NODE;
use pledgegraph_model::{Codes, EdgeDetail, EdgeKind, EntityId, Field, Relation, Takes};

/// Fields of answers that no client sets, beside those of every record.
pub(crate) const READ_ONLY: &[&str] = &["in_force", "standing"];

/// What lines of imports carry beside the draft of a statement.
pub(crate) static EDGE_LINE: [Field; 1] = [Field::optional("id", Takes::Id, "The identifier; made if left out.")];

/// The kind: may be given where there is one, must be given where there are several.
pub(crate) static KIND: Field =
    Field::optional("kind", Takes::Code(Codes::of::<EdgeKind>()), "The kind of statement; it never changes.");

/// How the conditions bear on the pledge, which a body has beside their tree.
static RELATION: Field = Field::optional(
    "relation",
    Takes::Code(Codes::of::<Relation>()),
    "How the conditions bear on the pledge: `necessary` (only if), the default, or `sufficient` (if). Only with `conditions`.",
);
static CONDITIONS: Field =
    Field::optional("conditions", Takes::Object(&CONDITION_NODE), "What it hangs on: the root of a tree.");

/// What a kind has of its own, as bodies have it.
pub(crate) fn own(kind: EdgeKind) -> impl Iterator<Item = &'static Field> {
    EdgeDetail::<EntityId>::fields(kind).iter().flat_map(|field| match field.takes {
        Takes::Conditions(_) => vec![&RELATION, &CONDITIONS],
        _ => vec![field],
    })
}
