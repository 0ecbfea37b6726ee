//! Which fields of the flat bodies each collection has: for the document and for `fields=`.

/// The body of a collection's items: a named part of a flat body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The schema's name.
    pub(crate) schema: &'static str,
    /// What an item is, in one sentence.
    pub(crate) description: &'static str,
    /// The flat body that it is a part of: `Entity` or `Edge`.
    pub(crate) whole: &'static str,
    /// The fields of its own that are always there.
    pub(crate) required: &'static [&'static str],
    /// The fields of its own that may be absent.
    pub(crate) optional: &'static [&'static str],
}

const ENTITY: [&str; 9] = ["id", "ref", "kind", "slug", "label", "names", "aliases", "version", "recorded_at"];
const EDGE: [&str; 9] =
    ["id", "modality", "polarity", "rank", "said_at", "evidence", "links", "version", "recorded_at"];

impl Shape {
    /// The fields that are always there.
    pub(crate) fn always(&self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = if self.whole == "Entity" { &ENTITY } else { &EDGE };
        common.iter().chain(self.required).copied()
    }

    /// The fields that may be absent.
    pub(crate) fn sometimes(&self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = if self.whole == "Entity" {
            &["label_lang", "redirects", "warnings"]
        } else {
            &["standing", "valid_from", "valid_until", "warnings"]
        };
        common.iter().chain(self.optional).copied()
    }

    /// All fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.always().chain(self.sometimes())
    }
}
