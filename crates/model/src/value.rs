//! Values of fields, and the declaration of what statements and entities have of their own.

use crate::{
    Code, CodeEntry, ConditionTest, Conditions, Count, Date, Field, Iso3166, Lang, Presence, Quantity, QueryField, Text,
};

/// One value of a field; `N` is how a statement names an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value<'a, N> {
    /// An entity.
    Entity(&'a N),
    /// A code, with its labels.
    Code(&'static CodeEntry),
    /// A text in one or more languages.
    Text(&'a Text),
    /// Several such texts, in order.
    Texts(&'a [Text]),
    /// A name as a source has it, for want of an entity; an address, or other words without a language.
    Name(&'a str),
    /// A date.
    Date(&'a Date),
    /// A number with its operator.
    Count(Count),
    /// An amount with its unit.
    Quantity(&'a Quantity),
    /// `true` or `false`.
    Flag(bool),
    /// What a commitment hangs on.
    Conditions(&'a Conditions<N>),
    /// Codes as other standards have them.
    Strings(&'a [String]),
    /// The codes of a country.
    Iso3166(&'a Iso3166),
    /// What decides a condition.
    Test(&'a ConditionTest<N>),
}

impl<N> Value<'_, N> {
    /// Whether it is what is meant where a field is left out: a stage `none` says nothing.
    pub fn is_default(&self, presence: Presence) -> bool {
        matches!((presence, self), (Presence::Default(default), Self::Code(entry)) if entry.code == default())
    }
}

/// What a field is to what a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// With another value it would be another statement: who pledges air defence pledges something else than troops.
    Essence,
    /// It makes the same statement more exact: a pledge of 5 million is a pledge, too.
    Exactness,
    /// It tells of the statement, and says nothing more: why something is pledged.
    Telling,
}

/// What the statements or entities of a kind have of their own; `N` is how they name an entity.
pub trait Fields<N>: Sized {
    /// The fields, in the order of their declaration, which is that of the canonical encoding.
    const FIELDS: &'static [Field];
    /// As what structured queries ask for each field, if they do.
    const ASKED: &'static [Option<QueryField>];
    /// What each field is to what a statement says.
    const BEARINGS: &'static [Bearing];
    /// The same with other names for entities.
    type Of<M>;

    /// The value of the field with a number in [`Fields::FIELDS`]; `None` where there is none.
    fn value(&self, at: usize) -> Option<Value<'_, N>>;

    /// The same with every reference replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Self::Of<M>, E>
    where
        N: Clone;
}

impl<N, T: Fields<N>> Fields<N> for Box<T> {
    const FIELDS: &'static [Field] = T::FIELDS;
    const ASKED: &'static [Option<QueryField>] = T::ASKED;
    const BEARINGS: &'static [Bearing] = T::BEARINGS;
    type Of<M> = Box<T::Of<M>>;

    fn value(&self, at: usize) -> Option<Value<'_, N>> {
        (**self).value(at)
    }

    fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Self::Of<M>, E>
    where
        N: Clone,
    {
        (*self).try_map(f).map(Box::new)
    }
}

/// A type whose values a statement can have.
pub(crate) trait FieldValue<N> {
    fn value(&self) -> Option<Value<'_, N>>;
}

impl<N, C: Code> FieldValue<N> for C {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Code(self.entry()))
    }
}

impl<N, T: FieldValue<N>> FieldValue<N> for Option<T> {
    fn value(&self) -> Option<Value<'_, N>> {
        self.as_ref().and_then(FieldValue::value)
    }
}

impl<N> FieldValue<N> for bool {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Flag(*self))
    }
}

impl<N> FieldValue<N> for Text {
    fn value(&self) -> Option<Value<'_, N>> {
        (!self.is_empty()).then_some(Value::Text(self))
    }
}

impl<N> FieldValue<N> for Vec<Text> {
    fn value(&self) -> Option<Value<'_, N>> {
        (!self.is_empty()).then_some(Value::Texts(self))
    }
}

impl<N> FieldValue<N> for Lang {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Name(self.as_str()))
    }
}

impl<N> FieldValue<N> for String {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Name(self))
    }
}

impl<N> FieldValue<N> for Vec<String> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Strings(self))
    }
}

impl<N> FieldValue<N> for ConditionTest<N> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Test(self))
    }
}

impl<N> FieldValue<N> for Date {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Date(self))
    }
}

impl<N> FieldValue<N> for Box<Date> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Date(self))
    }
}

impl<N> FieldValue<N> for Count {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Count(*self))
    }
}

impl<N> FieldValue<N> for Box<Quantity> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Quantity(self))
    }
}

impl<N> FieldValue<N> for Iso3166 {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Iso3166(self))
    }
}

impl<N> FieldValue<N> for std::sync::Arc<Conditions<N>> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Conditions(self))
    }
}

/// Declares what the statements or entities of a kind have of their own: a struct as in plain Rust, whose comments are also
/// what the document says of its fields. New fields go last, so that columns stay where they are. The type of a field says
/// what it takes, except where `=>` does: `reference(KINDS)` for an entity, `optional` or `optional(TAKES)` for what may be
/// left out, `listed(TAKES)` for a list that answers always have, `object(TABLE)` for an object that names entities,
/// `tree(TABLE)` for conditions. `#[example(...)]` is JSON, `#[query(...)]` as what structured queries ask for the field,
/// `#[bearing(...)]` what it is to what a statement says ([`Bearing::Exactness`] if left out), `as "name"` its name where
/// Rust forbids it.
macro_rules! fields {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident $(<$n:ident>)? {
            $(
                $(#[doc = $doc:literal])+
                $(#[serde($($serde:tt)*)])?
                $(#[example($example:literal)])?
                $(#[query($query:ident)])?
                $(#[bearing($bearing:ident)])?
                pub $field:ident $(as $wire:literal)?: $type:ty $(=> $how:ident $(($arg:expr))?)?,
            )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name $(<$n>)? {
            $($(#[doc = $doc])+ $(#[serde($($serde)*)])? pub $field: $type,)*
        }

        impl<N> $crate::value::Fields<N> for $name $(<$n>)? {
            const FIELDS: &'static [$crate::field::Field] = &[$($crate::field::Field {
                name: $crate::code::first_of!($($wire,)? stringify!($field)),
                presence: $crate::value::presence_of!($type $(, $how)?),
                takes: $crate::value::takes_of!($type $(, $how $(($arg))?)?),
                description: concat!($($doc),+).trim_ascii(),
                example: $crate::code::first_of!($($example,)? ""),
            },)*];
            const BEARINGS: &'static [$crate::Bearing] =
                &[$($crate::code::first_of!($($crate::Bearing::$bearing,)? $crate::Bearing::Exactness),)*];
            const ASKED: &'static [Option<$crate::QueryField>] =
                &[$($crate::code::first_of!($(Some($crate::QueryField::$query),)? None),)*];
            type Of<M> = $name $(<$crate::value::instead_of!($n, M)>)?;

            fn value(&self, at: usize) -> Option<$crate::value::Value<'_, N>> {
                let values: &[fn(&Self) -> Option<$crate::value::Value<'_, N>>] =
                    &[$(|own| $crate::value::value_of!(own.$field $(, $how)?)),*];
                values.get(at).and_then(|value| value(self))
            }

            fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Self::Of<M>, E>
            where
                N: Clone,
            {
                let _ = &f; // Not all kinds name an entity.
                Ok($name { $($field: $crate::value::mapped!(self.$field, f $(, $how)?),)* })
            }
        }
    };
}
pub(crate) use fields;

macro_rules! presence_of {
    ($type:ty) => {
        <$type as $crate::field::FieldType>::PRESENCE
    };
    ($type:ty, listed) => {
        $crate::field::Presence::Default(|| "[]")
    };
    ($type:ty, $how:ident) => {
        $crate::field::Presence::Optional
    };
}
pub(crate) use presence_of;

macro_rules! takes_of {
    ($type:ty, reference($kinds:expr)) => {
        $crate::field::Takes::Reference($kinds)
    };
    ($type:ty, tree($table:expr)) => {
        $crate::field::Takes::Conditions($table)
    };
    ($type:ty, object($table:expr)) => {
        $crate::field::Takes::Object($table)
    };
    ($type:ty, optional($takes:expr)) => {
        $takes
    };
    ($type:ty, listed($takes:expr)) => {
        $takes
    };
    ($type:ty $(, optional)?) => {
        <$type as $crate::field::FieldType>::TAKES
    };
}
pub(crate) use takes_of;

macro_rules! value_of {
    ($value:expr, reference) => {
        $value.as_ref().map($crate::value::Value::Entity)
    };
    ($value:expr $(, $how:ident)?) => {
        $crate::value::FieldValue::value(&$value)
    };
}
pub(crate) use value_of;

macro_rules! mapped {
    ($value:expr, $f:ident, reference) => {
        $value.map(&mut *$f).transpose()?
    };
    ($value:expr, $f:ident, object) => {
        $value.map(|object| object.try_map($f)).transpose()?
    };
    ($value:expr, $f:ident, tree) => {
        $value.map(|tree| std::sync::Arc::unwrap_or_clone(tree).try_map($f)).transpose()?.map(std::sync::Arc::new)
    };
    ($value:expr, $f:ident $(, $how:ident)?) => {
        $value
    };
}
pub(crate) use mapped;

macro_rules! instead_of {
    ($n:ident, $m:ident) => {
        $m
    };
}
pub(crate) use instead_of;
