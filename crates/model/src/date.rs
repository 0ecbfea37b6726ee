//! Dates as sources state them: EDTF with the source's words, never more precise than the source.
//!
//! EDTF is ISO 8601-2:2019 levels 0 and 1 (Library of Congress, "Extended Date/Time Format Specification"), with years
//! from 1 to 9999 and one extension: the masked year (`XXXX-04`, "in April", year unsaid).

use std::str::FromStr as _;

use chrono::NaiveDate;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::code::code_list;
use crate::edtf::{Edtf, Precision};
use crate::field::{Field, FieldType, Table, Takes};

code_list! {
    /// What a relative date hangs on: "next Thursday" in an article without a date on a day that is not known.
    Anchor in "anchors" {
        Unresolved = "unresolved", "Unresolved", "غير محدد", "The date is relative to a day that is not known.",
            "التاريخ نسبي إلى يوم غير معلوم.";
    }
}

/// A date with the words of the source. On the wire `{edtf, verbatim, earliest, latest, precision, anchor, ended}`;
/// `earliest`, `latest` and `precision` are derived, and checked when they are given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Date {
    /// The date, as far as it is known.
    pub edtf: Option<Edtf>,
    /// The source's words.
    pub verbatim: Option<Box<str>>,
    /// Set when the words name a day relative to one that is not known; then there is no `edtf`.
    pub anchor: Option<Anchor>,
    /// Only in `valid_until`: it has ended, on a day that need not be known (Wikibase: "some value").
    pub ended: bool,
}

impl Date {
    /// A date that says nothing.
    pub const UNKNOWN: Self = Self { edtf: None, verbatim: None, anchor: None, ended: false };

    /// Whether it says nothing at all.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// How precise it is.
    pub fn precision(&self) -> Precision {
        self.edtf.as_ref().map_or(Precision::Unknown, Edtf::precision)
    }

    /// The first day that it may mean.
    pub fn earliest(&self) -> Option<NaiveDate> {
        self.edtf.as_ref().and_then(Edtf::earliest)
    }

    /// The last day that it may mean.
    pub fn latest(&self) -> Option<NaiveDate> {
        self.edtf.as_ref().and_then(Edtf::latest)
    }
}

impl From<Edtf> for Date {
    fn from(edtf: Edtf) -> Self {
        Self { edtf: Some(edtf), ..Self::UNKNOWN }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(edtf) = &self.edtf {
            map.serialize_entry("edtf", edtf.as_str())?;
        }
        if let Some(verbatim) = &self.verbatim {
            map.serialize_entry("verbatim", verbatim)?;
        }
        if let Some(earliest) = self.earliest() {
            map.serialize_entry("earliest", &earliest)?;
        }
        if let Some(latest) = self.latest() {
            map.serialize_entry("latest", &latest)?;
        }
        map.serialize_entry("precision", &self.precision())?;
        if let Some(anchor) = &self.anchor {
            map.serialize_entry("anchor", anchor)?;
        }
        if self.ended {
            map.serialize_entry("ended", &true)?;
        }
        map.end()
    }
}

const EDTF: Field = Field::optional(
    "edtf",
    Takes::Edtf,
    "The date in EDTF (ISO 8601-2 levels 0 and 1; `XXXX-04` is April of a year unsaid).",
)
.example(r#""2025-07-10""#);
const VERBATIM: Field = Field::optional("verbatim", Takes::Words(512), "The source's words.");
const ANCHOR: Field =
    Field::optional("anchor", Anchor::TAKES, "Set when the words name a day relative to one that is not known.");
const DERIVED: &[&str] = &["earliest", "latest", "precision"];

/// The fields of a date.
pub static DATE: Table = Table {
    schema: "DateDraft",
    description: "A date as the source states it, never more precise. Where the words are relative to a day that is not \
        known, give `verbatim` and `anchor`, and no `edtf`.",
    fields: &[EDTF, VERBATIM, ANCHOR],
    read_only: DERIVED,
};

/// The fields of the end of what holds: a date, and whether it has ended.
pub static END: Table = Table {
    schema: "EndDraft",
    description: "Until when it holds, as the source states it. Left out: the source states no end. `2025-04/..`: it goes \
        on. `ended`: it has ended, on a day that need not be known; not beside an end that goes on.",
    fields: &[
        EDTF,
        VERBATIM,
        ANCHOR,
        Field::optional("ended", Takes::Flag, "That it has ended, also where the day is not known.").example("true"),
    ],
    read_only: DERIVED,
};

impl FieldType for Date {
    const TAKES: Takes = Takes::Object(&DATE);
}

impl FieldType for Box<Date> {
    const TAKES: Takes = Takes::Object(&DATE);
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            edtf: Option<String>,
            verbatim: Option<Box<str>>,
            earliest: Option<NaiveDate>,
            latest: Option<NaiveDate>,
            precision: Option<Precision>,
            anchor: Option<Anchor>,
            #[serde(default)]
            ended: bool,
        }
        let raw = Raw::deserialize(deserializer)?;
        let edtf = raw.edtf.as_deref().map(Edtf::from_str).transpose().map_err(serde::de::Error::custom)?;
        let date = Self { edtf, verbatim: raw.verbatim, anchor: raw.anchor, ended: raw.ended };
        if date.edtf.is_some() && date.anchor.is_some() {
            return Err(serde::de::Error::custom("a date with an unresolved anchor has no `edtf`"));
        }
        let agrees = raw.earliest.is_none_or(|d| Some(d) == date.earliest())
            && raw.latest.is_none_or(|d| Some(d) == date.latest())
            && raw.precision.is_none_or(|p| p == date.precision());
        if agrees {
            Ok(date)
        } else {
            Err(serde::de::Error::custom("`earliest`, `latest` or `precision` disagrees with `edtf`"))
        }
    }
}

#[cfg(test)]
mod tests;
