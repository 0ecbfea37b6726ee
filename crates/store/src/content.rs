//! The content of a row, member by member: what the model reads and writes as one JSON object, of which some members have
//! columns of their own, and the rest stands together in one.

use std::borrow::Cow;

use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};
use uuid::Uuid;

use crate::copy::Problem;
use crate::value::Json;

/// A column that is a member of the content.
pub(crate) trait Member {
    /// Sets it; gives back what the column cannot hold.
    fn set(&mut self, value: Value) -> Option<Value>;

    /// As the model reads it; `None` where it is null.
    fn part(&self) -> Option<Part<'_>>;
}

impl<T: Member + Default> Member for Option<T> {
    fn set(&mut self, value: Value) -> Option<Value> {
        let mut column = T::default();
        let left = column.set(value);
        *self = left.is_none().then_some(column);
        left
    }

    fn part(&self) -> Option<Part<'_>> {
        self.as_ref()?.part()
    }
}

impl Member for Uuid {
    fn set(&mut self, value: Value) -> Option<Value> {
        let Some(id) = value.as_str().and_then(|text| Self::parse_str(text).ok()) else { return Some(value) };
        *self = id;
        None
    }

    fn part(&self) -> Option<Part<'_>> {
        Some(Part::Id(*self))
    }
}

impl Member for Cow<'_, str> {
    fn set(&mut self, value: Value) -> Option<Value> {
        let Value::String(text) = value else { return Some(value) };
        *self = Cow::Owned(text);
        None
    }

    fn part(&self) -> Option<Part<'_>> {
        Some(Part::Text(self))
    }
}

impl Member for Json<'_> {
    fn set(&mut self, value: Value) -> Option<Value> {
        self.0 = Cow::Owned(value.to_string());
        None
    }

    fn part(&self) -> Option<Part<'_>> {
        Some(Part::Json(&self.0))
    }
}

/// The columns that are members of the content, with their names there.
pub(crate) type Members<'r> = Vec<(&'static str, &'r mut dyn Member)>;

/// Takes the members that have columns out of the content; gives the rest, `None` when that is nothing. What a column cannot
/// hold is left in it.
pub(crate) fn take(members: Members<'_>, content: &mut Map<String, Value>) -> Option<Json<'static>> {
    for (name, column) in members {
        if let Some(value) = content.remove(name).and_then(|value| column.set(value)) {
            content.insert(name.to_owned(), value);
        }
    }
    (!content.is_empty()).then(|| Json::new(content))
}

/// The members that are not null.
pub(crate) fn present<'r, const N: usize>(
    members: [(&'static str, Option<Part<'r>>); N],
) -> impl Iterator<Item = (&'static str, Part<'r>)> {
    members.into_iter().filter_map(|(name, part)| Some((name, part?)))
}

/// Reads the content, of the members that have columns and the rest.
pub(crate) fn read<'r, T: Deserialize<'r>>(
    columns: impl Iterator<Item = (&'static str, Part<'r>)>,
    rest: Option<&Json<'_>>,
) -> Result<T, Problem> {
    let rest: Map<String, Value> = rest.map_or_else(|| Ok(Map::new()), Json::read)?;
    let columns = columns.map(|(name, part)| (Cow::Borrowed(name), part));
    let rest = rest.into_iter().map(|(name, value)| (Cow::Owned(name), Part::Rest(value)));
    T::deserialize(MapDeserializer::new(columns.chain(rest))).map_err(|e: Error| e.to_string())
}

/// A member of the content on its way into the model.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Text(&'a str),
    Id(Uuid),
    Json(&'a str),
    Rest(Value),
}

impl<'de> IntoDeserializer<'de, Error> for Part<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Id(id) => visitor.visit_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Self::Json(json) => serde_json::Deserializer::from_str(json).deserialize_any(visitor),
            Self::Rest(value) => value.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Self::Id(id) = self { visitor.visit_bytes(id.as_bytes()) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// An identifier is read by its bytes, without a text in between.
    fn is_human_readable(&self) -> bool {
        !matches!(self, Self::Id(_))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}
