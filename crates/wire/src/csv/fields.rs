//! Columns of what statements and entities have of their own, from the tables of the model.

use std::borrow::Cow;
use std::ptr;
use std::sync::LazyLock;

use pledgegraph_graph::{EdgeView, EntityView};
use pledgegraph_model::tables::{CONDITION_TEST, COUNT, DATE, ISO3166, QUANTITY};
use pledgegraph_model::{
    Code as _, EdgeDetail, EdgeKind, EntityDetail, EntityId, EntityKind, Field, Table, Takes, Value,
};

use super::columns::{Cell, Column};
use crate::answers::Wire;
use crate::answers::in_graph::InGraph;

/// What a column writes.
pub enum Writes<F, K> {
    /// What a function finds.
    Made(F),
    /// Of a field.
    Field(OfField<K>),
}

/// What a cell shows of the field with a number of a kind.
pub struct OfField<K> {
    kind: K,
    at: usize,
    part: Part,
}

/// A column over statements.
pub type EdgeColumn = Column<Writes<fn(Wire<'_>, &EdgeView<'_>, &mut Cell), EdgeKind>>;

impl EdgeColumn {
    /// Writes it; nothing for a statement of another kind.
    pub fn put(&self, wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
        match self.write {
            Writes::Made(write) => write(wire, view, cell),
            Writes::Field(OfField { kind, at, part }) => {
                let own = Some(view.detail()).filter(|own| own.kind() == kind);
                put_part(wire, own.and_then(|own| own.value(at)), part, cell);
            }
        }
    }
}

/// A column over entities.
pub type EntityColumn = Column<Writes<fn(Wire<'_>, &EntityView<'_>, &mut Cell), EntityKind>>;

impl EntityColumn {
    /// Writes it; nothing for an entity of another kind.
    pub fn put(&self, wire: Wire<'_>, view: &EntityView<'_>, cell: &mut Cell) {
        match self.write {
            Writes::Made(write) => write(wire, view, cell),
            Writes::Field(OfField { kind, at, part }) => {
                let own = Some(&view.entity().detail).filter(|own| own.kind() == kind);
                put_part(wire, own.and_then(|own| own.value(at)), part, cell);
            }
        }
    }
}

/// What the statements of each kind have of their own.
pub(crate) static OF_STATEMENTS: LazyLock<Vec<Vec<EdgeColumn>>> = LazyLock::new(|| {
    let own = |kind: &EdgeKind| {
        let columns = named(EdgeDetail::<EntityId>::fields(*kind));
        let column = |(name, at, part)| Column { name, write: Writes::Field(OfField { kind: *kind, at, part }) };
        columns.map(column).collect()
    };
    EdgeKind::ALL.iter().map(own).collect()
});

/// What the entities of each kind have of their own.
pub(crate) static OF_ENTITIES: LazyLock<Vec<Vec<EntityColumn>>> = LazyLock::new(|| {
    let own = |kind: &EntityKind| {
        let columns = named(EntityDetail::<EntityId>::fields(*kind));
        let column = |(name, at, part)| Column { name, write: Writes::Field(OfField { kind: *kind, at, part }) };
        columns.map(column).collect()
    };
    EntityKind::ALL.iter().map(own).collect()
});

/// The columns of some fields: name, number of the field, and what of its value.
fn named(fields: &'static [Field]) -> impl Iterator<Item = (Cow<'static, str>, usize, Part)> {
    fields.iter().enumerate().flat_map(|(at, field)| {
        parts(field).iter().map(move |(name, part)| (Cow::Owned(name.replace('*', field.name)), at, *part))
    })
}

/// What of a value stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Lang(&'static str),
    Operator,
    Unit,
    From,
    To,
    Edtf,
    Verbatim,
    Alpha2,
    Alpha3,
    Numeric,
    Actor,
    Capability,
    MinStance,
    Number,
}

/// The columns of a field: their names, `*` for that of the field, and what of the value each shows.
fn parts(field: &Field) -> &'static [(&'static str, Part)] {
    match field.takes {
        Takes::Reference(_) => &[("*_ref", Part::Whole)],
        Takes::Texts | Takes::List { of: Takes::Texts, .. } => {
            &[("*_en", Part::Lang("en")), ("*_ar", Part::Lang("ar"))]
        }
        Takes::Conditions(_) => &[("relation", Part::Whole)],
        Takes::Object(table) => parts_of_object(field.name, table),
        _ => &[("*", Part::Whole)],
    }
}

fn parts_of_object(name: &str, table: &'static Table) -> &'static [(&'static str, Part)] {
    let is = |other: &'static Table| ptr::eq(table, other);
    if is(&DATE) {
        // These are older than the four columns of a date, and their names are frozen.
        return if ["since", "published"].contains(&name) {
            &[("*", Part::Whole)]
        } else {
            &[("*_from", Part::From), ("*_to", Part::To), ("*_edtf", Part::Edtf), ("*_text", Part::Verbatim)]
        };
    }
    let own: [(&'static Table, &'static [(&'static str, Part)]); 4] = [
        (&ISO3166, &[("iso2", Part::Alpha2), ("iso3", Part::Alpha3), ("iso_numeric", Part::Numeric)]),
        (&COUNT, &[("*_op", Part::Operator), ("*", Part::Whole)]),
        (&QUANTITY, &[("*", Part::Whole), ("*_unit", Part::Unit)]),
        (
            &CONDITION_TEST,
            &[
                ("*_actor_ref", Part::Actor),
                ("*_capability", Part::Capability),
                ("*_min_stance", Part::MinStance),
                ("*_n", Part::Number),
            ],
        ),
    ];
    own.into_iter().find(|(table, _)| is(table)).map_or(&[("*", Part::Whole)], |(_, parts)| parts)
}

/// Puts what a cell shows of a value.
fn put_part<N: InGraph>(wire: Wire<'_>, value: Option<Value<'_, N>>, part: Part, cell: &mut Cell) {
    let Some(value) = value else { return };
    match (value, part) {
        (Value::Entity(entity), _) => put_entity(wire, Some(*entity), cell),
        (Value::Code(entry), _) => cell.put(entry.code),
        (Value::Text(text), Part::Lang(lang)) => cell.put_text(text, lang),
        (Value::Texts(texts), Part::Lang(lang)) => cell.put_all(texts.iter().filter_map(|text| text.get(lang))),
        (Value::Name(name), _) => cell.put(name),
        (Value::Strings(strings), _) => cell.put_all(strings),
        (Value::Date(date), Part::From) => cell.put_some(date.earliest()),
        (Value::Date(date), Part::To) => cell.put_some(date.latest()),
        (Value::Date(date), Part::Edtf) => cell.put_some(date.edtf.as_ref()),
        (Value::Date(date), Part::Verbatim) => cell.put_some(date.verbatim.as_deref()),
        (Value::Date(date), _) => cell.put_date(date),
        (Value::Count(count), Part::Operator) => cell.put(count.op),
        (Value::Count(count), _) => cell.put(count.value),
        (Value::Quantity(quantity), Part::Unit) => cell.put(&quantity.unit),
        (Value::Quantity(quantity), _) => cell.put(quantity.value),
        (Value::Flag(flag), _) => cell.put(flag),
        (Value::Conditions(conditions), _) => cell.put(conditions.relation),
        (Value::Iso3166(codes), Part::Alpha2) => cell.put(&codes.alpha2),
        (Value::Iso3166(codes), Part::Alpha3) => cell.put(&codes.alpha3),
        (Value::Iso3166(codes), _) => cell.put(&codes.numeric),
        (Value::Test(test), Part::Actor) => put_entity(wire, test.actor, cell),
        (Value::Test(test), Part::Capability) => cell.put(test.capability),
        (Value::Test(test), Part::MinStance) => cell.put(test.min_stance),
        (Value::Test(test), _) => cell.put_some(test.n),
        (Value::Text(_) | Value::Texts(_), _) => {}
    }
}

fn put_entity<N: InGraph>(wire: Wire<'_>, entity: Option<N>, cell: &mut Cell) {
    cell.put_some(entity.and_then(|entity| entity.body(wire)).map(|body| body.reference));
}

/// Declares a table of columns over statements or entities that are made by functions.
macro_rules! made_columns {
    ($($name:literal, $write:expr;)*) => {
        $crate::csv::columns::columns! { $($name, $crate::csv::fields::Writes::Made($write);)* }
    };
}
pub(crate) use made_columns;
