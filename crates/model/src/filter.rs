//! What a filter is, and the macro that declares filters.

use chrono::NaiveDate;

use crate::code::code_list;
use crate::{Code, Codes, EdgeKind, EntityKind, Field, Pattern, Stance, StanceSet};

code_list! {
    /// What a date must do to lie in a span.
    DateMatch in "date_matches" {
        Possible = "possible", "Possible", "محتمل", "The date may lie within.", "قد يقع التاريخ ضمنها.";
        Certain = "certain", "Certain", "مؤكد", "The date lies within whatever it means.", "يقع التاريخ ضمنها أيًا كان معناه.";
    }
}

/// A filter, as all that read or write one need it.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Its name as a member of a `where`, what it takes there, and what it is.
    pub field: Field,
    /// Which rows it narrows.
    pub narrows: Narrows,
    /// What it is, without the rows that it narrows.
    pub description: &'static str,
    /// A value; empty where none is worth showing.
    pub example: &'static str,
    /// What a parameter of lists takes for it.
    pub given: Given,
}

/// What a parameter of lists takes for a filter; of several values each is separated by a comma.
#[derive(Debug, Clone, Copy)]
pub enum Given {
    /// References to entities of these kinds.
    Entities(&'static [EntityKind]),
    /// Codes, and what one of them is called there. Where the filter itself takes one alone, several are several filters, of
    /// which any holds.
    Codes(Codes),
    /// One code.
    Code(Codes),
    /// A date of any precision: its first day, or its last.
    Date,
    /// One day.
    Day,
    /// Texts of a form.
    Texts(&'static Pattern),
    /// Words.
    Words,
    /// Nothing: it holds other filters.
    Tree,
}

/// Which rows a filter narrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrows {
    /// Statements and entities.
    Either,
    /// Statements of these kinds; empty = all.
    Statements(&'static [EdgeKind]),
    /// Entities of these kinds; empty = all.
    Entities(&'static [EntityKind]),
}

/// The stances that one can be firmer than.
pub const RANKED_STANCES: Codes = Codes {
    name: "StanceMinimum",
    about: "A stance that has a rank.",
    list: None,
    all: || ranked().map(Code::as_str).collect(),
    entries: || ranked().map(Code::entry).collect(),
};

/// Stances, and the names of sets of them.
pub(crate) const STANCES_AND_SETS: Codes = Codes {
    name: "StanceFilter",
    about: "A stance, or a set of stances: `positive` (willing and firmer), `firm` (pledged and firmer), `open` \
        (in_discussion, not_ruled_out), `negative` (refused, declined, withdrawn).",
    list: None,
    all: || {
        let stances = Stance::ALL.iter().map(|stance| stance.as_str());
        stances.chain(StanceSet::ALL.iter().map(|set| set.name())).collect()
    },
    entries: Vec::new,
};

fn ranked() -> impl Iterator<Item = Stance> {
    Stance::ALL.iter().copied().filter(|stance| stance.rank().is_some())
}

/// One day.
pub static DAY: Pattern = Pattern {
    regex: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    matches: |text| text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
    says: "a day such as 2025-07-10",
};

/// A region.
pub static REGION: Pattern = Pattern {
    regex: "^[0-9]{3}$",
    matches: |text| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()),
    says: "a UN M49 code of three digits, such as 150",
};

/// A month of any year, in EDTF.
pub(crate) static MONTH: Pattern = Pattern {
    regex: "^XXXX-(0[1-9]|1[0-2])$",
    matches: |text| month_of(text).is_some(),
    says: "a month of any year such as XXXX-04",
};

/// The number of a month of any year.
pub fn month_of(text: &str) -> Option<u32> {
    let month = text.strip_prefix("XXXX-").filter(|month| month.len() == 2)?;
    month.parse().ok().filter(|month| (1..=12).contains(month))
}

/// Where the values of filters are read from: the parameters of a list. Each gives what stands at the filter that is read,
/// `None` where nothing does or it is wrong.
pub trait FilterValues<R> {
    /// References to entities of these kinds.
    fn entities(&mut self, kinds: &'static [EntityKind]) -> Option<Vec<R>>;
    /// Codes.
    fn codes<C: Code>(&mut self) -> Option<Vec<C>>;
    /// One code.
    fn code<C: Code>(&mut self) -> Option<C>;
    /// Stances, or names of sets of them.
    fn stances(&mut self) -> Option<Vec<Stance>>;
    /// A stance that has a rank.
    fn ranked(&mut self) -> Option<Stance>;
    /// The first day of a date.
    fn from(&mut self) -> Option<NaiveDate>;
    /// The last day of a date.
    fn until(&mut self) -> Option<NaiveDate>;
    /// One day.
    fn day(&mut self) -> Option<NaiveDate>;
    /// Words.
    fn words(&mut self) -> Option<String>;
    /// Texts of a form.
    fn texts(&mut self, pattern: &'static Pattern) -> Option<Vec<String>>;
}

/// Whether there is nothing, so that nothing is narrowed.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// What a filter takes as a member of a `where`.
macro_rules! takes {
    (branches) => { Takes::List { of: &BRANCH, min: 1, max: MAX_CODES } };
    (such) => { Takes::Object(&WHERE) };
    (related) => { Takes::Object(&RELATED) };
    (entities($kinds:expr)) => { takes!(list MAX_ITEMS, Takes::Reference($kinds)) };
    (codes($code:ident)) => { takes!(list MAX_CODES, Takes::Code(Codes::of::<$code>())) };
    (stances) => { takes!(codes(Stance)) };
    (ranked) => { Takes::Code(RANKED_STANCES) };
    (code($code:ident)) => { Takes::Code(Codes::of::<$code>()) };
    (either($code:ident)) => { Takes::Code(Codes::of::<$code>()) };
    (texts($pattern:ident)) => { takes!(list MAX_CODES, Takes::Pattern(&$pattern)) };
    (words) => { Takes::Words(MAX_TEXT) };
    (list $max:expr, $of:expr) => { Takes::List { of: const { &$of }, min: 1, max: $max } };
    ($day:ident) => { Takes::Pattern(&DAY) };
}

/// What a parameter of lists takes for a filter.
macro_rules! given {
    (entities($kinds:expr)) => {
        Given::Entities($kinds)
    };
    (codes($code:ident)) => {
        Given::Codes(Codes { name: concat!(stringify!($code), "Filter"), ..Codes::of::<$code>() })
    };
    (stances) => {
        Given::Codes(STANCES_AND_SETS)
    };
    (code($code:ident)) => {
        Given::Code(Codes::of::<$code>())
    };
    (either($code:ident)) => {
        given!(codes($code))
    };
    (ranked) => {
        Given::Code(RANKED_STANCES)
    };
    (from) => {
        Given::Date
    };
    (until) => {
        Given::Date
    };
    (day) => {
        Given::Day
    };
    (texts($pattern:ident)) => {
        Given::Texts(&$pattern)
    };
    (words) => {
        Given::Words
    };
    ($tree:ident) => {
        Given::Tree
    };
}

/// A filter as a member of a `where`.
macro_rules! field {
    ($name:ident, $holds:ident $(($($arg:tt)+))?, $of:ident, $($doc:literal),+) => {
        Field::optional(
            stringify!($name),
            takes!($holds $(($($arg)+))?),
            concat!(rows!($of), $($doc),+).trim_ascii(),
        )
    };
}

/// Which rows.
macro_rules! narrows {
    (Either) => { Narrows::Either };
    (Statements $($kind:ident)*) => { Narrows::Statements(&[$(EdgeKind::$kind),*]) };
    (Entities $($kind:ident)*) => { Narrows::Entities(&[$(EntityKind::$kind),*]) };
}

/// The same, said before what a member is.
macro_rules! rows {
    (Either) => {
        ""
    };
    (Statements) => {
        "Statements:"
    };
    (Entities) => {
        "Entities:"
    };
}

/// The same filter with other references.
macro_rules! mapped {
    (branches $value:expr, $f:expr) => {
        $value.iter().map(|part| part.try_map($f)).collect::<Result<_, E>>()?
    };
    (such $value:expr, $f:expr) => {
        $value.as_ref().map(|such| such.try_map($f).map(Box::new)).transpose()?
    };
    (related $value:expr, $f:expr) => {
        $value.as_ref().map(|related| related.try_map($f).map(Box::new)).transpose()?
    };
    (entities $value:expr, $f:expr) => {
        $value.iter().map(|id| $f(id)).collect::<Result<_, E>>()?
    };
    ($holds:ident $value:expr, $f:expr) => {
        $value.clone()
    };
}

/// Reads a filter from values; trees have none.
macro_rules! read {
    (branches $values:ident) => {
        None
    };
    (such $values:ident) => {
        None
    };
    (related $values:ident) => {
        None
    };
    (entities($kinds:expr) $values:ident) => {
        $values.entities($kinds)
    };
    (codes($code:ident) $values:ident) => {
        $values.codes::<$code>()
    };
    (code($code:ident) $values:ident) => {
        $values.code::<$code>().map(Some)
    };
    (either($code:ident) $values:ident) => {
        $values.code::<$code>().map(Some)
    };
    (stances $values:ident) => {
        $values.stances()
    };
    (texts($pattern:ident) $values:ident) => {
        $values.texts(&$pattern)
    };
    ($one:ident $values:ident) => {
        $values.$one().map(Some)
    };
}

/// Declares the filters, in the order in which they are said: `name: type => what it takes of which rows, an example`.
macro_rules! filters {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $type:ty => $holds:ident $(($($arg:tt)+))? of $of:ident $([$($kind:ident),+])? $(, $example:literal)?;
    )*) => {
        /// Which rows: everything given must hold; of the values of one filter any.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default = "Where::all")]
        #[serde(bound(serialize = "R: Serialize + PartialEq", deserialize = "R: Deserialize<'de>"))]
        pub struct Where<R = EntityId> {
            $($(#[doc = $doc])+ #[serde(skip_serializing_if = "Absent::is_absent")] pub $name: $type,)*
        }

        /// All filters.
        pub const FILTERS: &[Filter] = &[$(Filter {
            field: field!($name, $holds $(($($arg)+))?, $of, $($doc),+),
            narrows: narrows!($of $($($kind)+)?),
            description: concat!($($doc),+).trim_ascii(),
            example: concat!($($example)?),
            given: given!($holds $(($($arg)+))?),
        }),*];

        /// The members of a `where`.
        pub static WHERE: Table = Table {
            schema: "QueryWhere",
            description: "Which statements or entities: everything given must hold; of the values of one member any. At most \
                6 deep.",
            fields: &[$(field!($name, $holds $(($($arg)+))?, $of, $($doc),+)),*],
            read_only: &[],
        };

        impl<R> Where<R> {
            /// Nothing is narrowed.
            pub fn all() -> Self {
                Self { $($name: Default::default()),* }
            }

            /// Reads the filter of a name, if values are given for it.
            pub fn read(&mut self, name: &str, values: &mut impl FilterValues<R>) {
                match name {
                    $(stringify!($name) => if let Some(value) = read!($holds $(($($arg)+))? values) {
                        self.$name = value;
                    },)*
                    _ => {}
                }
            }
        }

        impl<R: Clone> Where<R> {
            /// The same with every reference replaced. The depth is bounded by whoever read it.
            ///
            /// # Errors
            /// The first error of `f`.
            pub fn try_map<S, E>(&self, f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Where<S>, E> {
                Ok(Where { $($name: mapped!($holds self.$name, f)),* })
            }
        }
    };
}

pub(crate) use {field, filters, given, mapped, narrows, read, rows, takes};

impl Filter {
    /// Whether it holds other filters: a parameter of a list cannot.
    pub const fn is_tree(&self) -> bool {
        matches!(self.given, Given::Tree)
    }

    /// Whether it can narrow statements of some kinds, empty = all.
    pub fn narrows_statements(&self, kinds: &[EdgeKind]) -> bool {
        match self.narrows {
            Narrows::Either => true,
            Narrows::Statements(own) => has_common(own, kinds),
            Narrows::Entities(_) => false,
        }
    }

    /// Whether it can narrow entities of some kinds, empty = all.
    pub fn narrows_entities(&self, kinds: &[EntityKind]) -> bool {
        match self.narrows {
            Narrows::Either => true,
            Narrows::Statements(_) => false,
            Narrows::Entities(own) => has_common(own, kinds),
        }
    }
}

fn has_common<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|kind| other.contains(kind))
}
