//! Tables of entities: what every kind has, and what each has of its own.

use pledgegraph_model::{AliasKind, Code, ConditionKind, EntityKind, MAX_TEXT, OrganizationClass};

use super::parts::{AGENTS, CONDITION_TEST, DATE, ITEMS};
use crate::body::field::{Field, Pattern, Table, Takes, code};

/// Fields of answers that no client sets.
pub(crate) const READ_ONLY: &[&str] = &[
    "id",
    "ref",
    "label",
    "label_lang",
    "match",
    "redirects",
    "version",
    "ver",
    "hash",
    "seq",
    "recorded_at",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "known_at",
];
/// Fields that a meeting has from its convenings.
pub(crate) const OF_CONVENINGS: &[&str] = &["date", "format", "status", "convenings"];

static ALIAS: Table = Table {
    schema: "AliasDraft",
    description: "Another name.",
    fields: &[
        Field::required("text", Takes::Name, "The name.").example(r#""Britain""#),
        Field::required("lang", Takes::Lang, "Its language.").example(r#""en""#),
        Field::required("kind", code::<AliasKind>("AliasKindCode"), "What kind of name it is."),
    ],
    read_only: &[],
};

static REDIRECT: Table = Table {
    schema: "RedirectDraft",
    description: "A reference that leads here since a merge or a renaming.",
    fields: &[
        Field::required(
            "id",
            Takes::Id,
            "The entity that was merged into this one; this one itself where it was renamed.",
        ),
        Field::required("slug", Takes::Slug, "The slug."),
    ],
    read_only: &[],
};

fn upper(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn digits(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())
}

static ALPHA2: Pattern = Pattern { regex: "^[A-Z]{2}$", matches: |t| upper(t, 2), says: "two capital letters" };
static ALPHA3: Pattern = Pattern { regex: "^[A-Z]{3}$", matches: |t| upper(t, 3), says: "three capital letters" };
static NUMERIC: Pattern = Pattern { regex: "^[0-9]{3}$", matches: digits, says: "three digits" };
static SHA256: Pattern = Pattern {
    regex: "^[0-9a-f]{64}$",
    matches: |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    says: "64 lower-case hexadecimal digits",
};
static KEY: Pattern = Pattern {
    regex: "^[!-~]{1,255}$",
    matches: |text| (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()),
    says: "1 to 255 visible ASCII characters",
};

static ISO3166: Table = Table {
    schema: "Iso3166Draft",
    description: "The codes of ISO 3166-1.",
    fields: &[
        Field::required("alpha2", Takes::Pattern(&ALPHA2), "Two letters.").example(r#""GB""#),
        Field::required("alpha3", Takes::Pattern(&ALPHA3), "Three letters.").example(r#""GBR""#),
        Field::required("numeric", Takes::Pattern(&NUMERIC), "Three digits.").example(r#""826""#),
    ],
    read_only: &[],
};

/// What lines of imports carry beside the draft of an entity.
pub(crate) static ENTITY_LINE: [Field; 2] = [
    Field::optional("id", Takes::Id, "The identifier; made from the reference if left out."),
    Field::optional(
        "redirects",
        Takes::List { of: &Takes::Object(&REDIRECT), min: 0, max: ITEMS },
        "The references that lead here since a merge or a renaming.",
    ),
];

/// The key of a line.
pub(crate) static LINE_KEY: [Field; 1] = [Field::optional(
    "key",
    Takes::Pattern(&KEY),
    "The line's own key, by which an import that is repeated knows it again.",
)];

/// The kind, as bodies of one kind may give it.
pub(crate) static KIND: Field =
    Field::optional("kind", code::<EntityKind>("EntityKindCode"), "The kind; it never changes.");

/// What entities of every kind have.
pub(crate) static COMMON: [Field; 3] = [
    Field::required(
        "slug",
        Takes::Slug,
        "Unique within the kind: `country:GB` is the reference of the country with slug `GB`.",
    ),
    Field::required("names", Takes::Names, "The name in each language, by language tag (BCP 47); at least one.")
        .example(r#"{"en": "United Kingdom", "ar": "المملكة المتحدة"}"#),
    Field::optional("aliases", Takes::List { of: &Takes::Object(&ALIAS), min: 0, max: ITEMS }, "Other names."),
];

static COUNTRY: [Field; 2] = [
    Field::required("iso3166", Takes::Object(&ISO3166), "The codes of ISO 3166-1."),
    Field::optional(
        "regions",
        Takes::List { of: &Takes::Pattern(&NUMERIC), min: 0, max: 100 },
        "UN M49 regions that contain the country, nearest first.",
    )
    .example(r#"["154", "150", "001"]"#),
];
static ORGANIZATION: [Field; 1] =
    [Field::required("class", code::<OrganizationClass>("OrganizationClassCode"), "What the organization is.")];
static PERSON: [Field; 2] = [
    Field::optional("anonymous", Takes::Flag, "Whether no source names the person; `false` if left out."),
    Field::optional(
        "anonymity_reason",
        Takes::Words(MAX_TEXT),
        "Why not, where the source says it; only with `anonymous`.",
    ),
];
static CONDITION: [Field; 2] = [
    Field::required("condition_kind", code::<ConditionKind>("ConditionKindCode"), "What kind of condition.")
        .example(r#""ceasefire""#),
    Field::optional(
        "test",
        Takes::Object(&CONDITION_TEST),
        "What decides it: required for `third_party_backing`, `reciprocal_commitment` and `participation_threshold`, left out otherwise.",
    ),
];
static SOURCE: [Field; 6] = [
    Field::optional("url", Takes::Url, "Address of the document; the service never fetches it.")
        .example(r#""https://example.org/report""#),
    Field::optional("title", Takes::Words(512), "Title as published."),
    Field::optional("publisher", Takes::Reference(AGENTS), "Who published it.").example(r#""organization:politico""#),
    Field::optional("language", Takes::Lang, "Language of the document.").example(r#""ar""#),
    Field::optional("published", Takes::Object(&DATE), "When it was published."),
    Field::optional("sha256", Takes::Pattern(&SHA256), "SHA-256 of its text."),
];

/// What a kind has of its own.
pub(crate) fn own(kind: EntityKind) -> &'static [Field] {
    match kind {
        EntityKind::Country => &COUNTRY,
        EntityKind::Organization => &ORGANIZATION,
        EntityKind::Person => &PERSON,
        EntityKind::Condition => &CONDITION,
        EntityKind::Source => &SOURCE,
        EntityKind::Coalition | EntityKind::Group | EntityKind::Meeting | EntityKind::Place => &[],
    }
}

/// A slug for the examples of a kind.
pub(crate) fn example_slug(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Country => "GB",
        EntityKind::Coalition => "of-the-willing",
        EntityKind::Condition => "ceasefire",
        other => other.as_str(),
    }
}
