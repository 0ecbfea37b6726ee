//! Codes read from text columns without an allocation.

use pledgegraph_model::Code;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgTypeInfo, PgValueRef};
use sqlx::{Decode, Postgres, Type};

/// A code of the list `C` in a text column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeText<C>(pub(crate) C);

impl<C> Type<Postgres> for CodeText<C> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(ty)
    }
}

impl<'r, C: Code> Decode<'r, Postgres> for CodeText<C> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(C::parse(value.as_str()?)?))
    }
}
