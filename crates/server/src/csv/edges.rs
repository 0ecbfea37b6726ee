//! Columns of statements other than commitments.

use pledgegraph_graph::{EdgeView, Node};
use pledgegraph_model::{Attendance, Convening, Count, EdgeDetail, Locator, Text};

use super::columns::{Cell, EdgeColumn, columns, put_recorded_at};
use crate::wire::Wire;
use crate::wire::reference::RefText;

/// The columns that begin every row.
pub(crate) const FIRST: &[EdgeColumn] = columns! {
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
pub(crate) const LAST: &[EdgeColumn] = columns! {
    "modality", |_, view, cell| cell.put(view.modality());
    "polarity", |_, view, cell| cell.put(view.polarity());
    "rank", |_, view, cell| cell.put(view.rank());
    "said_from", |_, view, cell| cell.put_some(view.said_at().earliest());
    "said_to", |_, view, cell| cell.put_some(view.said_at().latest());
    "said_precision", |_, view, cell| cell.put(view.said_at().precision());
    "said_text", |_, view, cell| cell.put_some(view.said_at().verbatim.as_deref());
    "valid_from", |_, view, cell| cell.put_date(view.valid_from());
    "valid_until", |_, view, cell| cell.put_date(view.valid_until());
    "source_refs", |wire, view, cell| put_sources(wire, view, cell);
    "locators", |_, view, cell| put_locators(view, cell);
    "version", |_, view, cell| cell.put(view.version());
    "recorded_at", |_, view, cell| put_recorded_at(view, cell);
    "valid_until_ended", |_, view, cell| put_ended(view, cell);
    "standing", |wire, view, cell| put_standing(wire, view, cell);
};

/// Whether it counts on the day asked.
pub(crate) fn put_standing(wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_some(wire.counted.map(|counted| view.standing_as(counted)));
}

pub(crate) const MEMBERSHIPS: &[EdgeColumn] = columns! {
    "role", |_, view, cell| if let EdgeDetail::Membership(own) = view.detail() { cell.put(own.role) };
    "count_op", |_, view, cell| cell.put_some(count(view).map(|c| c.op));
    "count", |_, view, cell| cell.put_some(count(view).map(|c| c.value));
};

pub(crate) const OFFICES: &[EdgeColumn] = columns! {
    "title_en", |_, view, cell| if let EdgeDetail::Office(own) = view.detail() { cell.put_text(&own.title, "en") };
    "title_ar", |_, view, cell| if let EdgeDetail::Office(own) = view.detail() { cell.put_text(&own.title, "ar") };
};

pub(crate) const ATTENDANCES: &[EdgeColumn] = columns! {
    "role", |_, view, cell| cell.put_some(attendance(view).map(|own| own.role));
    "mode", |_, view, cell| cell.put_some(attendance(view).and_then(|own| own.mode));
    "place_ref", |wire, view, cell| {
        let place = attendance(view).and_then(|own| own.place).map(|node| wire.graph.at(node));
        cell.put_some(place.as_ref().map(|place| RefText(place.entity())));
    };
    "count_op", |_, view, cell| cell.put_some(count(view).map(|c| c.op));
    "count", |_, view, cell| cell.put_some(count(view).map(|c| c.value));
};

pub(crate) const CONVENINGS: &[EdgeColumn] = columns! {
    "date_from", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.date.as_ref()?.earliest()));
    "date_to", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.date.as_ref()?.latest()));
    "date_edtf", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.date.as_ref()?.edtf.as_ref()));
    "date_text", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.date.as_ref()?.verbatim.as_deref()));
    "format", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.format));
    "status", |_, view, cell| cell.put_some(convening(view).map(|own| own.status));
    "agenda_en", |_, view, cell| put_agenda(view, "en", cell);
    "agenda_ar", |_, view, cell| put_agenda(view, "ar", cell);
    "agenda_complete", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.agenda_complete));
    "claim", |_, view, cell| cell.put_some(convening(view).and_then(|own| own.claim));
};

pub(crate) const REQUESTS: &[EdgeColumn] = columns! {
    "capability", |_, view, cell| if let EdgeDetail::Request(own) = view.detail() { cell.put_some(own.capability) };
    "text_en", |_, view, cell| put_own_text(view, "en", cell);
    "text_ar", |_, view, cell| put_own_text(view, "ar", cell);
    "acting_through_ref", |wire, view, cell| if let EdgeDetail::Request(own) = view.detail() {
        put_node(wire, own.acting_through, cell);
    };
    "outcome", |_, view, cell| if let EdgeDetail::Request(own) = view.detail() { cell.put_some(own.outcome) };
};

pub(crate) const ACTIONS: &[EdgeColumn] = columns! {
    "class", |_, view, cell| if let EdgeDetail::Action(own) = view.detail() { cell.put(own.class) };
    "text_en", |_, view, cell| put_own_text(view, "en", cell);
    "text_ar", |_, view, cell| put_own_text(view, "ar", cell);
};

pub(crate) const OUTCOMES: &[EdgeColumn] = columns! {
    "value", |_, view, cell| if let EdgeDetail::Outcome(own) = view.detail() { cell.put(own.value) };
    "since", |_, view, cell| if let EdgeDetail::Outcome(own) = view.detail()
        && let Some(since) = &own.since { cell.put_date(since) };
};

pub(crate) const REMARKS: &[EdgeColumn] = columns! {
    "type", |_, view, cell| if let EdgeDetail::Remark(own) = view.detail() { cell.put(own.remark_type) };
    "text_en", |_, view, cell| put_own_text(view, "en", cell);
    "text_ar", |_, view, cell| put_own_text(view, "ar", cell);
};

pub(crate) const RELATIONS: &[EdgeColumn] = columns! {
    "listed", |_, view, cell| if let EdgeDetail::PartOf(own) = view.detail() { cell.put_some(own.listed) };
};

fn attendance<'g>(view: &EdgeView<'g>) -> Option<&'g Attendance<Node>> {
    match view.detail() {
        EdgeDetail::Attendance(own) => Some(own),
        _ => None,
    }
}

fn convening<'g>(view: &EdgeView<'g>) -> Option<&'g Convening> {
    match view.detail() {
        EdgeDetail::Convening(own) => Some(own),
        _ => None,
    }
}

fn count(view: &EdgeView<'_>) -> Option<Count> {
    match view.detail() {
        EdgeDetail::Membership(own) => own.count,
        EdgeDetail::Attendance(own) => own.count,
        _ => None,
    }
}

fn put_own_text(view: &EdgeView<'_>, lang: &str, cell: &mut Cell) {
    let text: &Text = match view.detail() {
        EdgeDetail::Request(own) => &own.text,
        EdgeDetail::Action(own) => &own.text,
        EdgeDetail::Remark(own) => &own.text,
        _ => return,
    };
    cell.put_text(text, lang);
}

fn put_agenda(view: &EdgeView<'_>, lang: &str, cell: &mut Cell) {
    let items = convening(view).map_or(&[][..], |own| &own.agenda[..]);
    cell.put_all(items.iter().filter_map(|item| item.get(lang)));
}

fn put_node(wire: Wire<'_>, node: Option<Node>, cell: &mut Cell) {
    if let Some(node) = node {
        cell.put_ref(&wire.graph.at(node));
    }
}

/// `true` where it has ended, be the day known or not; empty where no source says so.
pub(crate) fn put_ended(view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_some(view.valid_until().ended.then_some(true));
}

/// The sources of the evidence.
pub(crate) fn put_sources(wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_all(view.evidence().iter().map(|piece| RefText(wire.graph.at(piece.source).entity())));
}

/// Where in the sources, in the order of `source_refs`.
pub(crate) fn put_locators(view: &EdgeView<'_>, cell: &mut Cell) {
    cell.put_all(view.evidence().iter().map(|piece| locator(&piece.locator)));
}

fn locator(locator: &Locator) -> String {
    let line = locator.line.map(|line| format!("line {line}"));
    let page = locator.page.map(|page| format!("page {page}"));
    let quote = locator.quote.as_ref().map(|quote| format!("\"{}\"", quote.exact));
    [page, line, quote].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
