//! Columns of statements.

use pledgegraph_model::{Code as _, EdgeKind};

use super::columns::{put_ended, put_locators, put_recorded_at, put_sources, put_standing};
use super::commitments;
use super::fields::{EdgeColumn, OF_STATEMENTS, made_columns};

/// The columns that begin every row.
const FIRST: &[EdgeColumn] = made_columns! {
    "id", |_, view, cell| cell.put(view.id());
    "kind", |_, view, cell| cell.put(view.kind());
    "subject_ref", |_, view, cell| cell.put_ref(&view.subject());
    "subject_en", |_, view, cell| cell.put_name(&view.subject(), "en");
    "subject_ar", |_, view, cell| cell.put_name(&view.subject(), "ar");
    "object_ref", |_, view, cell| cell.put_ref(&view.object());
    "object_en", |_, view, cell| cell.put_name(&view.object(), "en");
    "object_ar", |_, view, cell| cell.put_name(&view.object(), "ar");
};

/// The columns that end every row.
const LAST: &[EdgeColumn] = made_columns! {
    "modality", |_, view, cell| cell.put(view.modality());
    "polarity", |_, view, cell| cell.put(view.polarity());
    "rank", |_, view, cell| cell.put(view.rank());
    "said_from", |_, view, cell| cell.put_some(view.said_at().earliest());
    "said_to", |_, view, cell| cell.put_some(view.said_at().latest());
    "said_precision", |_, view, cell| cell.put(view.said_at().precision());
    "said_text", |_, view, cell| cell.put_some(view.said_at().verbatim.as_deref());
    "valid_from", |_, view, cell| cell.put_date(view.valid_from());
    "valid_until", |_, view, cell| cell.put_date(view.valid_until());
    "source_refs", put_sources;
    "locators", |_, view, cell| put_locators(view, cell);
    "version", |_, view, cell| cell.put(view.version());
    "recorded_at", |_, view, cell| put_recorded_at(view, cell);
    "valid_until_ended", |_, view, cell| put_ended(view, cell);
    "standing", put_standing;
};

/// The columns of a collection of some kinds; none = all, which have no columns of their own.
pub fn columns(kinds: &[EdgeKind]) -> Vec<&'static EdgeColumn> {
    let own = kinds.iter().flat_map(|kind| &OF_STATEMENTS[kind.index()]);
    if kinds == [EdgeKind::Commitment] {
        let frozen = commitments::COLUMNS.iter();
        let new = own.filter(|column| commitments::COLUMNS.iter().all(|known| known.name != column.name));
        return frozen.chain(new).collect();
    }
    FIRST.iter().chain(own).chain(LAST).collect()
}
