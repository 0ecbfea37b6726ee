//! The codes of countries and regions.

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldType, Pattern, Table, Takes};

/// The codes of ISO 3166-1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iso3166 {
    /// Two letters.
    pub alpha2: String,
    /// Three letters.
    pub alpha3: String,
    /// Three digits.
    pub numeric: String,
}

fn upper(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn digits(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())
}

static ALPHA2: Pattern = Pattern { regex: "^[A-Z]{2}$", matches: |t| upper(t, 2), says: "two capital letters" };
static ALPHA3: Pattern = Pattern { regex: "^[A-Z]{3}$", matches: |t| upper(t, 3), says: "three capital letters" };
/// A code of three digits: a country of ISO 3166-1, or a region of UN M49.
pub(crate) static NUMERIC: Pattern = Pattern { regex: "^[0-9]{3}$", matches: digits, says: "three digits" };

/// The fields of the codes of a country.
pub static ISO3166: Table = Table {
    schema: "Iso3166Draft",
    description: "The codes of ISO 3166-1.",
    fields: &[
        Field::required("alpha2", Takes::Pattern(&ALPHA2), "Two letters.").example(r#""GB""#),
        Field::required("alpha3", Takes::Pattern(&ALPHA3), "Three letters.").example(r#""GBR""#),
        Field::required("numeric", Takes::Pattern(&NUMERIC), "Three digits.").example(r#""826""#),
    ],
    read_only: &[],
};

impl FieldType for Iso3166 {
    const TAKES: Takes = Takes::Object(&ISO3166);
}
