//! What a column holds: as a parameter, and in both formats of COPY.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as AnyJson;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo};
use sqlx::{Encode, Postgres, Type};
use uuid::Uuid;

use crate::copy::{Problem, TextRows, null};

/// A value of a column; where that may be null, an option of one.
pub(crate) trait Value<'a>: Sized {
    /// The type of the column.
    const SQL: &'static str;

    /// Reads a field of COPY's binary format; `None` for null.
    fn read(field: Option<&'a [u8]>) -> Result<Self, Problem>;

    /// Writes a field of COPY's text format.
    fn write(&self, row: &mut TextRows);
}

/// JSON as text, in a column of type `jsonb`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Json<'a>(pub(crate) Cow<'a, str>);

impl Json<'static> {
    pub(crate) fn new(value: &impl Serialize) -> Self {
        Self(Cow::Owned(json(value)))
    }
}

impl Json<'_> {
    /// The value that it is.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(&self.0).map_err(|e| e.to_string())
    }
}

/// Serialising to memory fails only for maps with keys that are not strings; the model has none.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl<'a, T: Value<'a>> Value<'a> for Option<T> {
    const SQL: &'static str = T::SQL;

    fn read(field: Option<&'a [u8]>) -> Result<Self, Problem> {
        field.map(|field| T::read(Some(field))).transpose()
    }

    fn write(&self, row: &mut TextRows) {
        match self {
            Some(value) => value.write(row),
            None => row.null(),
        }
    }
}

macro_rules! of_fixed_length {
    ($($type:ty = $sql:literal, $of:path;)+) => {$(
        impl<'a> Value<'a> for $type {
            const SQL: &'static str = $sql;

            fn read(field: Option<&'a [u8]>) -> Result<Self, Problem> {
                field.ok_or_else(null)?.try_into().map($of).or(Err("a field has another length".to_owned()))
            }

            fn write(&self, row: &mut TextRows) {
                row.plain(self);
            }
        }
    )+};
}

of_fixed_length! {
    Uuid = "uuid", Uuid::from_bytes;
    i16 = "smallint", Self::from_be_bytes;
    i32 = "integer", Self::from_be_bytes;
    i64 = "bigint", Self::from_be_bytes;
}

impl<'a> Value<'a> for Cow<'a, str> {
    const SQL: &'static str = "text";

    fn read(field: Option<&'a [u8]>) -> Result<Self, Problem> {
        std::str::from_utf8(field.ok_or_else(null)?).map(Cow::Borrowed).map_err(|e| e.to_string())
    }

    fn write(&self, row: &mut TextRows) {
        row.text(self);
    }
}

impl<'a> Value<'a> for Json<'a> {
    const SQL: &'static str = "jsonb";

    /// The first byte is the version of the format.
    fn read(field: Option<&'a [u8]>) -> Result<Self, Problem> {
        match field.ok_or_else(null)? {
            [1, json @ ..] => Cow::read(Some(json)).map(Self),
            _ => Err("a jsonb field is of an unknown version".to_owned()),
        }
    }

    fn write(&self, row: &mut TextRows) {
        row.text(&self.0);
    }
}

impl Type<Postgres> for Json<'_> {
    fn type_info() -> PgTypeInfo {
        <AnyJson as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Json<'_> {
    fn array_type_info() -> PgTypeInfo {
        AnyJson::array_type_info()
    }
}

impl Encode<'_, Postgres> for Json<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.push(1);
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}
