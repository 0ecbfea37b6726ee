//! Fields of entities in bodies, beside those that the model declares.

use pledgegraph_model::{Code, Codes, EntityKind, Field, Pattern, REDIRECTS, Takes};

/// Fields of answers that no client sets, beside those of every record.
pub(crate) const READ_ONLY: &[&str] = &["ref", "label", "label_lang", "match", "redirects"];
/// Fields that a meeting has from its convenings.
pub(crate) const OF_CONVENINGS: &[&str] = &["date", "format", "status", "convenings"];

static KEY: Pattern = Pattern {
    regex: "^[!-~]{1,255}$",
    matches: |text| (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()),
    says: "1 to 255 visible ASCII characters",
};

/// What lines of imports carry beside the draft of an entity.
pub(crate) static ENTITY_LINE: [Field; 2] =
    [Field::optional("id", Takes::Id, "The identifier; made from the reference if left out."), REDIRECTS];

/// The key of a line.
pub(crate) static LINE_KEY: [Field; 1] = [Field::optional(
    "key",
    Takes::Pattern(&KEY),
    "The line's own key, by which an import that is repeated knows it again.",
)];

/// The kind, as bodies of one kind may give it.
pub(crate) static KIND: Field =
    Field::optional("kind", Takes::Code(Codes::of::<EntityKind>()), "The kind; it never changes.");

/// A slug for the examples of a kind.
pub(crate) fn example_slug(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Country => "GB",
        EntityKind::Coalition => "of-the-willing",
        EntityKind::Condition => "ceasefire",
        other => other.as_str(),
    }
}
