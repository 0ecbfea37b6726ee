//! The parameters that say how a list is shown: which page, in which language, and what of its items.

use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::ParameterReader;

/// The most items of a page.
const MOST_ITEMS: i64 = 1000;
/// The items of a page unless told otherwise.
const DEFAULT_ITEMS: i64 = 50;

/// How many items a page has.
pub const LIMIT: Parameter = Parameter::new(
    "limit",
    Accepts::Integer { min: 1, max: MOST_ITEMS, default: DEFAULT_ITEMS },
    "At most so many items a page.",
);
/// Where a page begins.
pub const CURSOR: Parameter = Parameter::new(
    "cursor",
    Accepts::Cursor,
    "Goes on where the page before ended: its `page.next_cursor`, with all other parameters unchanged. \
        A walk stays on the version of its first page, at whichever replica it goes on.",
);
/// The language of labels.
pub const LANG: Parameter = Parameter::new(
    "lang",
    Accepts::Lang,
    "Language of labels; overrides `Accept-Language`. A label falls back to English, then to any \
        language, and then says so in `label_lang`.",
);
/// What is shown of an item.
pub const FIELDS: Parameter =
    Parameter::new("fields", Accepts::Names, "Only these fields of each item (columns, in CSV), separated by commas.");

/// The names that `fields=` gives, of those that an item has; these are asked for only where it is given.
pub fn fields(
    reader: &mut ParameterReader<'_>,
    known: impl FnOnce() -> Vec<&'static str>,
) -> Option<Vec<&'static str>> {
    let names = reader.values(FIELDS.name)?;
    let known = known();
    let own = |name: &str| known.iter().copied().find(|known| *known == name);
    Some(names.iter().filter_map(|name| reader.one_of(FIELDS.name, name, || known.clone(), own)).collect())
}
