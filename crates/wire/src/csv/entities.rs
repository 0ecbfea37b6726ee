//! Columns of entities.

use pledgegraph_graph::Counted;
use pledgegraph_model::{Code as _, EntityKind};

use super::fields::{EntityColumn, OF_ENTITIES, made_columns};
use crate::answers::meeting::Claimed;
use crate::answers::moment;

/// The columns that begin every row.
const FIRST: &[EntityColumn] = made_columns! {
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
const LAST: &[EntityColumn] = made_columns! {
    "version", |_, view, cell| cell.put(view.version());
    "recorded_at", |_, view, cell| cell.put(moment::text(view.recorded_at()));
};

/// What is derived for meetings.
const MEETINGS: &[EntityColumn] = made_columns! {
    "date", |wire, view, cell| if let Some(date) = Claimed::new(&wire.graph.meeting(view.id())).date {
        cell.put_date(date);
    };
    "format", |wire, view, cell| cell.put_some(Claimed::new(&wire.graph.meeting(view.id())).format);
    "status", |wire, view, cell| cell.put_some(Claimed::new(&wire.graph.meeting(view.id())).status);
};

/// What is derived for conditions.
const CONDITIONS: &[EntityColumn] = made_columns! {
    "truth", |wire, view, cell| {
        let known = wire.force.and_then(|evaluation| evaluation.condition(wire.graph, view.node()));
        cell.put_some(known.map(|known| known.force.truth()));
    };
    "dependents", |wire, view, cell| {
        let counted = Counted::on(wire.day.unwrap_or_else(|| wire.graph.day()));
        cell.put(wire.graph.dependents(view.node(), &counted).iter().map(|(_, count)| count).sum::<usize>());
    };
};

/// The columns of a collection of a kind; none = all kinds, which have no columns of their own.
pub fn columns(kind: Option<EntityKind>) -> Vec<&'static EntityColumn> {
    let own = kind.into_iter().flat_map(|kind| &OF_ENTITIES[kind.index()]);
    let derived = match kind {
        Some(EntityKind::Meeting) => MEETINGS,
        Some(EntityKind::Condition) => CONDITIONS,
        _ => &[],
    };
    FIRST.iter().chain(own).chain(derived).chain(LAST).collect()
}
