//! Fields, declared once: the struct of a kind of statement is declared by [`declare`], and what reads a draft, writes an
//! answer, documents both, makes columns and answers queries goes through the table that comes of it.

use crate::{
    Code, CodeEntry, ConditionTest, Conditions, Count, Date, EntityKind, Iso3166, Lang, Quantity, QueryField, Text,
};

/// The largest whole number that every reader of JSON holds exactly (RFC 7493).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The most pieces of evidence, links, or nodes under a node.
pub const MAX_PARTS: usize = 1_000;
/// The most items of any other list.
pub const MAX_ITEMS: usize = 10_000;

/// A field of a statement, of an entity, or of an object in one of these.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub presence: Presence,
    /// What it takes.
    pub takes: Takes,
    /// What it is, in one or two sentences.
    pub description: &'static str,
    /// A value, as JSON; empty where none is worth showing.
    pub example: &'static str,
    /// As what structured queries ask for it.
    pub query: Option<QueryField>,
}

/// Whether a field must be given.
#[derive(Debug, Clone, Copy)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out, and then is not there.
    Optional,
    /// It may be left out, and then is this code.
    Default(fn() -> &'static str),
}

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A code of a closed list.
    Code(Codes),
    /// A reference to an entity of one of these kinds.
    Reference(&'static [EntityKind]),
    /// The identifier of a statement.
    Statement,
    /// An identifier that the client gives: only on lines of imports.
    Id,
    /// A slug.
    Slug,
    /// A language tag.
    Lang,
    /// A name: see [`crate::clean_name`].
    Name,
    /// Words, at most so many code points: see [`crate::clean_text`].
    Words(usize),
    /// A name by language.
    Names,
    /// Words by language.
    Texts,
    /// A date in EDTF.
    Edtf,
    /// A whole number within bounds.
    Integer {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// `true` or `false`.
    Flag,
    /// A string of a form that a pattern describes wholly.
    Pattern(&'static Pattern),
    /// The address of a document.
    Url,
    /// An object with fields of its own.
    Object(&'static Table),
    /// A tree of conditions, beside which stands how it bears on the pledge: two members, `relation` and this one.
    Conditions(&'static Table),
    /// Several, in order.
    List {
        /// What each is.
        of: &'static Self,
        /// At least so many.
        min: usize,
        /// At most so many.
        max: usize,
    },
}

/// The codes of a closed list.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// What one of them is called.
    pub name: &'static str,
    /// What one of them says.
    pub about: &'static str,
    /// Name of the list in `/v1/vocabulary`; `None` where it is only some of a list, which later versions add nothing to.
    pub list: Option<&'static str>,
    /// All of them.
    pub all: fn() -> Vec<&'static str>,
}

/// A form of strings.
#[derive(Debug)]
pub struct Pattern {
    /// The regular expression, for the document.
    pub regex: &'static str,
    /// The same as a function.
    pub matches: fn(&str) -> bool,
    /// What it is, for messages.
    pub says: &'static str,
}

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The name of its schema as a client writes it.
    pub schema: &'static str,
    /// What it is, in one or two sentences.
    pub description: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Fields that answers have and clients do not set.
    pub read_only: &'static [&'static str],
}

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

/// What the statements or entities of a kind have of their own; `N` is how they name an entity.
pub trait Fields<N>: Sized {
    /// The fields, in the order of their declaration, which is that of the canonical encoding.
    const FIELDS: &'static [Field];
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

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { name, presence: Presence::Required, takes, description, example: "", query: None }
    }

    /// A field that may be left out.
    pub const fn optional(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { presence: Presence::Optional, ..Self::required(name, takes, description) }
    }

    /// A field whose type says what it takes.
    pub(crate) const fn of<T: FieldType>(name: &'static str, description: &'static str) -> Self {
        Self { presence: T::PRESENCE, ..Self::required(name, T::TAKES, description) }
    }

    /// The same with an example, as JSON.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Whether it must be given.
    pub const fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required)
    }

    /// Whether every answer has it.
    pub const fn is_always_there(&self) -> bool {
        !matches!(self.presence, Presence::Optional)
    }
}

impl Codes {
    /// The codes of a list.
    pub const fn of<C: Code>() -> Self {
        Self { name: C::NAME, about: C::ABOUT, list: Some(C::LIST), all: texts::<C> }
    }
}

fn texts<C: Code>() -> Vec<&'static str> {
    C::ALL.iter().map(|code| code.as_str()).collect()
}

impl Presence {
    /// Whether a code of a list must be given.
    pub(crate) const fn of<C: Code>() -> Self {
        if C::DEFAULT.is_some() { Self::Default(|| C::DEFAULT.map_or("", Code::as_str)) } else { Self::Required }
    }
}

/// A type that says by itself what its fields take.
pub(crate) trait FieldType {
    const PRESENCE: Presence = Presence::Required;
    const TAKES: Takes;
}

impl<T: FieldType> FieldType for Option<T> {
    const PRESENCE: Presence = Presence::Optional;
    const TAKES: Takes = T::TAKES;
}

impl<T: FieldType> FieldType for Box<T> {
    const PRESENCE: Presence = T::PRESENCE;
    const TAKES: Takes = T::TAKES;
}

impl FieldType for bool {
    const PRESENCE: Presence = Presence::Default(|| "false");
    const TAKES: Takes = Takes::Flag;
}

impl FieldType for Text {
    const TAKES: Takes = Takes::Texts;
}

impl FieldType for Vec<Text> {
    const PRESENCE: Presence = Presence::Optional;
    const TAKES: Takes = Takes::List { of: &Takes::Texts, min: 0, max: MAX_ITEMS };
}

/// A type whose values a statement can have.
pub(crate) trait FieldValue<N> {
    fn value(&self) -> Option<Value<'_, N>>;
}

impl<N, T: FieldValue<N>> FieldValue<N> for Option<T> {
    fn value(&self) -> Option<Value<'_, N>> {
        self.as_ref().and_then(FieldValue::value)
    }
}

impl<N, T: FieldValue<N>> FieldValue<N> for Box<T> {
    fn value(&self) -> Option<Value<'_, N>> {
        (**self).value()
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

impl FieldType for Lang {
    const TAKES: Takes = Takes::Lang;
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

impl<N> FieldValue<N> for Count {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Count(*self))
    }
}

impl<N> FieldValue<N> for Quantity {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Quantity(self))
    }
}

impl<N> FieldValue<N> for std::sync::Arc<Conditions<N>> {
    fn value(&self) -> Option<Value<'_, N>> {
        Some(Value::Conditions(self))
    }
}

/// Declares what the statements or entities of a kind have of their own: a struct as in plain Rust, whose comments are also
/// what the document says of its fields. The type of a field says what it takes, except where `=>` does: `reference(KINDS)`
/// for an entity, `optional` or `optional(TAKES)` for what may be left out, `listed(TAKES)` for a list that answers always have, `object(TABLE)` for an object that names entities,
/// `tree(TABLE)` for conditions. `#[example(...)]` is JSON,
/// `#[query(...)]` as what structured queries ask for the field, `as "name"` its name where Rust forbids it.
macro_rules! fields {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident $(<$n:ident>)? {
            $(
                $(#[doc = $doc:literal])+
                $(#[serde($($serde:tt)*)])?
                $(#[example($example:literal)])?
                $(#[query($query:ident)])?
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

        impl<N> $crate::field::Fields<N> for $name $(<$n>)? {
            const FIELDS: &'static [$crate::field::Field] = &[$($crate::field::Field {
                name: $crate::code::first_of!($($wire,)? stringify!($field)),
                presence: $crate::field::presence_of!($type $(, $how)?),
                takes: $crate::field::takes_of!($type $(, $how $(($arg))?)?),
                description: concat!($($doc),+).trim_ascii(),
                example: $crate::code::first_of!($($example,)? ""),
                query: $crate::code::first_of!($(Some($crate::QueryField::$query),)? None),
            },)*];
            type Of<M> = $name $(<$crate::field::instead_of!($n, M)>)?;

            fn value(&self, at: usize) -> Option<$crate::field::Value<'_, N>> {
                let values: &[fn(&Self) -> Option<$crate::field::Value<'_, N>>] =
                    &[$(|own| $crate::field::value_of!(own.$field $(, $how)?)),*];
                values.get(at).and_then(|value| value(self))
            }

            fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Self::Of<M>, E>
            where
                N: Clone,
            {
                let _ = &f; // Not all kinds name an entity.
                Ok($name { $($field: $crate::field::mapped!(self.$field, f $(, $how)?),)* })
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
        $value.as_ref().map($crate::field::Value::Entity)
    };
    ($value:expr $(, $how:ident)?) => {
        $crate::field::FieldValue::value(&$value)
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
