//! Links from one statement to another.

use serde::{Deserialize, Serialize};

use crate::EdgeId;
use crate::code::code_list;
use crate::field::{Field, FieldType as _, Table, Takes};

code_list! {
    /// How one statement bears on another.
    LinkType in "link_types" {
        About = "about", "About", "بشأن",
            "This statement is about the other, as a remark on a suspension is.", "هذه العبارة عن الأخرى.";
        Contradicts = "contradicts", "Contradicts", "يناقض",
            "Both cannot be true; which is wrong is not decided.", "لا تصح العبارتان معًا، ولم يُحسم أيهما خطأ.";
        Supersedes = "supersedes", "Supersedes", "يحل محل",
            "This statement takes the place of the other.", "تحل هذه العبارة محل الأخرى.";
        Supports = "supports", "Supports", "يؤيد",
            "This statement makes the other more likely.", "ترجّح هذه العبارة صحة الأخرى.";
        AlternativeReading = "alternative_reading", "Alternative reading", "قراءة بديلة",
            "One sentence, two readings.", "جملة واحدة وقراءتان.";
    }
}

/// A link from the statement that holds it. Stored once, on the later of the two; shown on both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link<L = EdgeId> {
    /// How this statement bears on the other.
    #[serde(rename = "type")]
    pub link_type: LinkType,
    /// The other statement.
    pub edge: L,
}

/// The fields of a link.
pub(crate) static LINK: Table = Table {
    schema: "LinkDraft",
    description: "How this statement bears on another.",
    fields: &[
        Field::required("type", LinkType::TAKES, "How it bears on the other."),
        Field::required("edge", Takes::Statement, "The identifier of the other statement."),
    ],
    read_only: &["direction"],
};
