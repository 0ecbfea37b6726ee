//! Columns of entities.

use pledgegraph_graph::{Counted, EntityView};
use pledgegraph_model::{ConditionTest, EntityDetail, EntityId};

use super::columns::{Cell, EntityColumn, columns};
use crate::wire::Wire;
use crate::wire::meeting::Claimed;
use crate::wire::moment;

/// The columns that begin every row.
pub(crate) const FIRST: &[EntityColumn] = columns! {
    "id", |_, view, cell| cell.put(view.id());
    "ref", |_, view, cell| cell.put_ref(view);
    "kind", |_, view, cell| cell.put(view.kind());
    "name_en", |_, view, cell| cell.put_name(view, "en");
    "name_ar", |_, view, cell| cell.put_name(view, "ar");
    "name_fr", |_, view, cell| cell.put_name(view, "fr");
    "name_uk", |_, view, cell| cell.put_name(view, "uk");
    "aliases", |_, view, cell| cell.put_all(view.entity().aliases.iter().map(|alias| &alias.text));
};

/// The columns that end every row.
pub(crate) const LAST: &[EntityColumn] = columns! {
    "version", |_, view, cell| cell.put(view.version());
    "recorded_at", |_, view, cell| cell.put(moment::text(view.recorded_at()));
};

pub(crate) const COUNTRIES: &[EntityColumn] = columns! {
    "iso2", |_, view, cell| if let EntityDetail::Country { iso3166, .. } = own(view) { cell.put(&iso3166.alpha2) };
    "iso3", |_, view, cell| if let EntityDetail::Country { iso3166, .. } = own(view) { cell.put(&iso3166.alpha3) };
    "iso_numeric", |_, view, cell| if let EntityDetail::Country { iso3166, .. } = own(view) {
        cell.put(&iso3166.numeric);
    };
    "regions", |_, view, cell| if let EntityDetail::Country { regions, .. } = own(view) { cell.put_all(regions) };
};

pub(crate) const ORGANIZATIONS: &[EntityColumn] = columns! {
    "class", |_, view, cell| if let EntityDetail::Organization { class } = own(view) { cell.put(class) };
};

pub(crate) const PERSONS: &[EntityColumn] = columns! {
    "anonymous", |_, view, cell| if let EntityDetail::Person { anonymous, .. } = own(view) { cell.put(anonymous) };
    "anonymity_reason", |_, view, cell| if let EntityDetail::Person { anonymity_reason, .. } = own(view) {
        cell.put_some(anonymity_reason.as_deref());
    };
};

pub(crate) const MEETINGS: &[EntityColumn] = columns! {
    "date", |wire, view, cell| if let Some(date) = Claimed::new(&wire.graph.meeting(view.id())).date {
        cell.put_date(date);
    };
    "format", |wire, view, cell| cell.put_some(Claimed::new(&wire.graph.meeting(view.id())).format);
    "status", |wire, view, cell| cell.put_some(Claimed::new(&wire.graph.meeting(view.id())).status);
};

pub(crate) const CONDITIONS: &[EntityColumn] = columns! {
    "condition_kind", |_, view, cell| if let EntityDetail::Condition { condition_kind, .. } = own(view) {
        cell.put(condition_kind);
    };
    "test_actor_ref", |wire, view, cell| put_actor(wire, view, cell);
    "test_capability", |_, view, cell| cell.put_some(test(view).map(|test| test.capability));
    "test_min_stance", |_, view, cell| cell.put_some(test(view).map(|test| test.min_stance));
    "test_n", |_, view, cell| cell.put_some(test(view).and_then(|test| test.n));
    "truth", |wire, view, cell| {
        let known = wire.force.and_then(|evaluation| evaluation.condition(wire.graph, view.node()));
        cell.put_some(known.map(|known| known.force.truth()));
    };
    "dependents", |wire, view, cell| {
        let counted = Counted::on(wire.day.unwrap_or_else(|| wire.graph.day()));
        cell.put(wire.graph.dependents(view.node(), &counted).iter().map(|(_, count)| count).sum::<usize>());
    };
};

pub(crate) const SOURCES: &[EntityColumn] = columns! {
    "url", |_, view, cell| if let EntityDetail::Source { url, .. } = own(view) { cell.put_some(url.as_deref()) };
    "title", |_, view, cell| if let EntityDetail::Source { title, .. } = own(view) { cell.put_some(title.as_deref()) };
    "publisher_ref", |wire, view, cell| if let EntityDetail::Source { publisher, .. } = own(view) {
        put_entity(wire, *publisher, cell);
    };
    "language", |_, view, cell| if let EntityDetail::Source { language, .. } = own(view) {
        cell.put_some(language.as_ref());
    };
    "published", |_, view, cell| if let EntityDetail::Source { published: Some(date), .. } = own(view) {
        cell.put_date(date);
    };
    "sha256", |_, view, cell| if let EntityDetail::Source { sha256, .. } = own(view) {
        cell.put_some(sha256.as_deref());
    };
};

fn own<'g>(view: &EntityView<'g>) -> &'g EntityDetail {
    &view.entity().detail
}

fn test<'g>(view: &EntityView<'g>) -> Option<&'g ConditionTest<EntityId>> {
    match own(view) {
        EntityDetail::Condition { test, .. } => test.as_ref(),
        _ => None,
    }
}

fn put_actor(wire: Wire<'_>, view: &EntityView<'_>, cell: &mut Cell) {
    put_entity(wire, test(view).and_then(|test| test.actor), cell);
}

fn put_entity(wire: Wire<'_>, id: Option<EntityId>, cell: &mut Cell) {
    if let Some(view) = id.and_then(|id| wire.graph.entity(id)) {
        cell.put_ref(&view);
    }
}
