//! Other names of entities.

use serde::{Deserialize, Serialize};

use crate::Lang;
use crate::code::code_list;
use crate::field::{Field, FieldType as _, Table, Takes};

code_list! {
    /// What kind of other name an alias is.
    AliasKind in "alias_kinds" {
        Official = "official", "Official name", "اسم رسمي", "The long official name.", "الاسم الرسمي الكامل.";
        Short = "short", "Short name", "اسم مختصر", "A shorter common name.", "اسم شائع أقصر.";
        Spelling = "spelling", "Spelling", "تهجئة", "Another spelling.", "تهجئة أخرى.";
        Metonym = "metonym", "Metonym", "كناية", "A place or building that stands for it.", "مكان أو مبنى يكنى به عنه.";
        Demonym = "demonym", "Demonym", "نسبة", "The word for what belongs to it or comes from it.", "الصفة المنسوبة إليه.";
        Former = "former", "Former name", "اسم سابق", "A name of earlier times.", "اسم من زمن سابق.";
    }
}

/// Another name of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The name.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    /// What kind of name it is.
    pub kind: AliasKind,
}

/// The fields of another name.
pub static ALIAS: Table = Table {
    schema: "AliasDraft",
    description: "Another name.",
    fields: &[
        Field::required("text", Takes::Name, "The name.").example(r#""Britain""#),
        Field::required("lang", Takes::Lang, "Its language.").example(r#""en""#),
        Field::required("kind", AliasKind::TAKES, "What kind of name it is."),
    ],
    read_only: &[],
};
