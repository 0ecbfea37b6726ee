//! Code lists: closed sets of strings with labels and definitions in English and Arabic.

use std::fmt;

use crate::text::language_ranges;

/// One code of a list, as `/v1/vocabulary` serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeEntry {
    /// The code itself: lower-case, stable for ever.
    pub code: &'static str,
    /// English label.
    pub label_en: &'static str,
    /// Arabic label.
    pub label_ar: &'static str,
    /// What the code means, in English.
    pub definition_en: &'static str,
    /// What the code means, in Arabic.
    pub definition_ar: &'static str,
}

impl CodeEntry {
    /// The label in Arabic where a language tag asks for that, else in English.
    pub fn label(&self, lang: &str) -> &'static str {
        let is_arabic = language_ranges(lang).any(|tag| tag.eq_ignore_ascii_case("ar"));
        if is_arabic { self.label_ar } else { self.label_en }
    }
}

/// A code of another scheme that means the same, or the nearest broader thing. Read-only: never an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The other scheme: `PLOVER`, `CAMEO` or `IATI`.
    pub scheme: &'static str,
    /// The code in that scheme.
    pub code: &'static str,
}

/// A closed list of codes.
///
/// ```
/// use pledgegraph_model::{Capability, Code};
///
/// let forces = Capability::parse("military.forces")?;
/// assert_eq!((forces.as_str(), forces.entry().label_en), ("military.forces", "Forces"));
/// assert_eq!(Capability::ALL[forces.index()], forces);
/// assert_eq!(
///     Capability::parse("military.force").map_err(|unknown| unknown.to_string()),
///     Err("`military.force` is not in the code list `capabilities`".to_owned())
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Code: Copy + Eq + Sized + 'static {
    /// Name of a code of this list, singular and in camel case: `Stance`.
    const NAME: &'static str;
    /// What a code of this list says, in one or two sentences.
    const ABOUT: &'static str;
    /// Name of the list in `/v1/vocabulary`, plural and snake-case.
    const LIST: &'static str;
    /// What is meant where nothing is said; `None` where that has no meaning, so that the code must be given.
    const DEFAULT: Option<Self>;
    /// All codes, in their published order.
    const ALL: &'static [Self];

    /// Labels and definitions of this code.
    fn entry(self) -> &'static CodeEntry;

    /// The code as it stands on the wire and in the database.
    fn as_str(self) -> &'static str {
        self.entry().code
    }

    /// Position in [`Code::ALL`]: dense, from 0; for tables indexed by code, never for storage.
    fn index(self) -> usize;

    /// Reads a code.
    ///
    /// # Errors
    /// [`UnknownCode`] when the list has no such code.
    fn parse(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| UnknownCode { list: Self::LIST, given: text.chars().take(64).collect() })
    }

    /// Equivalents in other schemes, where they exist.
    fn mappings(self) -> &'static [Mapping] {
        &[]
    }
}

/// A string that is not in a code list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCode {
    /// The list that was asked.
    pub list: &'static str,
    /// What was given, at most 64 characters of it.
    pub given: String,
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not in the code list `{}`", self.given, self.list)
    }
}

impl std::error::Error for UnknownCode {}

/// Declares a code list: `Variant = "code", "English", "Arabic", "English definition", "Arabic definition";`. A `default`
/// is what is meant where a field is left out.
macro_rules! code_list {
    ($(#[doc = $about:literal])+ $name:ident in $list:literal $(default $default:ident)? {
        $($variant:ident = $code:literal, $en:literal, $ar:literal, $den:literal, $dar:literal;)*
    } $($mappings:item)?) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = $den] $variant,)*
        }

        impl $crate::code::Code for $name {
            const NAME: &'static str = stringify!($name);
            const ABOUT: &'static str = concat!($($about),+).trim_ascii();
            const LIST: &'static str = $list;
            const DEFAULT: Option<Self> = $crate::code::first_of!($(Some(Self::$default),)? None);
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn entry(self) -> &'static $crate::code::CodeEntry {
                const ENTRIES: &[$crate::code::CodeEntry] = &[$($crate::code::CodeEntry {
                    code: $code, label_en: $en, label_ar: $ar, definition_en: $den, definition_ar: $dar,
                },)*];
                &ENTRIES[self as usize]
            }

            fn index(self) -> usize {
                self as usize
            }

            $($mappings)?
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        })?

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::code::Code::as_str(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::code::Code::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::code::Code::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                $crate::code::Code::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use code_list;

/// The first of some expressions.
macro_rules! first_of {
    ($first:expr $(, $rest:expr)* $(,)?) => {
        $first
    };
}
pub(crate) use first_of;
