//! Entities: the nodes. A node carries identity only; whatever a source can be wrong about is an edge.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::alias::{ALIAS, Alias};
use crate::code::code_list;
use crate::condition::{CONDITION_TEST, ConditionTest};
use crate::field::{Field, MAX_ITEMS, Pattern, Table, Takes};
use crate::iso3166::NUMERIC;
use crate::text::language_ranges;
use crate::value::{Fields, Value, fields};
use crate::{ConditionKind, Date, EntityId, EntityKind, EntityRef, Iso3166, Lang, MAX_TEXT, Slug, Text};

code_list! {
    /// What an organization is.
    OrganizationClass in "organization_classes" {
        Intergovernmental = "intergovernmental", "Intergovernmental", "حكومية دولية", "Its members are states.", "أعضاؤها دول.";
        GovernmentBody = "government_body", "Government body", "جهة حكومية", "A ministry, office or parliament.", "وزارة أو مكتب أو برلمان.";
        ArmedForce = "armed_force", "Armed force", "قوة مسلحة", "Armed forces or a command of them.", "قوات مسلحة أو قيادة منها.";
        Media = "media", "Media", "وسيلة إعلام", "Publishes news.", "تنشر الأخبار.";
        Other = "other", "Other", "أخرى", "Another body.", "هيئة أخرى.";
    }
}

/// The fields of a reference that leads to an entity.
pub static REDIRECT: Table = Table {
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

static SHA256: Pattern = Pattern {
    regex: "^[0-9a-f]{64}$",
    matches: |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    says: "64 lower-case hexadecimal digits",
};
/// What entities of every kind have.
pub static COMMON_ENTITY_FIELDS: [Field; 3] = [
    Field::required(
        "slug",
        Takes::Slug,
        "Unique within the kind: `country:GB` is the reference of the country with slug `GB`.",
    ),
    Field::required("names", Takes::Names, "The name in each language, by language tag (BCP 47); at least one.")
        .example(r#"{"en": "United Kingdom", "ar": "المملكة المتحدة"}"#),
    Field::optional("aliases", Takes::List { of: &Takes::Object(&ALIAS), min: 0, max: MAX_ITEMS }, "Other names."),
];

/// The references that lead to an entity, as lines of imports carry them.
pub static REDIRECTS: Field = Field::optional(
    "redirects",
    Takes::List { of: &Takes::Object(&REDIRECT), min: 0, max: MAX_ITEMS },
    "The references that lead here since a merge or a renaming.",
);

fields! {
    /// What a country has of its own.
    pub struct Country {
        /// The codes of ISO 3166-1.
        pub iso3166: Iso3166,
        /// UN M49 regions that contain the country, nearest first.
        #[serde(default)]
        #[example(r#"["154", "150", "001"]"#)]
        pub regions: Vec<String> => listed(Takes::List { of: &Takes::Pattern(&NUMERIC), min: 0, max: 100 }),
    }
}

fields! {
    /// What an organization has of its own.
    pub struct Organization {
        /// What the organization is.
        pub class: OrganizationClass,
    }
}

fields! {
    /// What a person has of its own.
    pub struct Person {
        /// Whether no source names the person.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub anonymous: bool,
        /// Why not, where the source says it; only with `anonymous`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub anonymity_reason: Option<String> => optional(Takes::Words(MAX_TEXT)),
    }
}

fields! {
    /// What a condition has of its own.
    pub struct Condition<N> {
        /// What kind of condition.
        #[example(r#""ceasefire""#)]
        pub condition_kind: ConditionKind,
        /// What decides it: required for `third_party_backing`, `reciprocal_commitment` and `participation_threshold`, left
        /// out otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub test: Option<ConditionTest<N>> => object(&CONDITION_TEST),
    }
}

fields! {
    /// What a source has of its own.
    pub struct Source<N> {
        /// Address of the document; the service never fetches it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#""https://example.org/report""#)]
        pub url: Option<String> => optional(Takes::Url),
        /// Title as published.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub title: Option<String> => optional(Takes::Words(512)),
        /// Who published the document.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#""organization:politico""#)]
        pub publisher: Option<N> => reference(EntityKind::AGENTS),
        /// Language of the document.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[example(r#""ar""#)]
        pub language: Option<Lang>,
        /// When it was published.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub published: Option<Date>,
        /// SHA-256 of its text, 64 lower-case hexadecimal digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub sha256: Option<String> => optional(Takes::Pattern(&SHA256)),
    }
}

fields! {
    /// What a coalition, a group, a meeting or a place has of its own: nothing.
    pub struct Bare {
    }
}

/// Declares the details of all kinds: which kind of entity has which struct.
macro_rules! details {
    ($($kind:ident($detail:ty),)*) => {
        /// What each kind of entity has of its own.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "they are the kinds of entities, which `EntityKind` explains")]
        pub enum EntityDetail<N = EntityId> {
            $($kind($detail),)*
        }

        impl<N> EntityDetail<N> {
            /// The kind it belongs to.
            pub fn kind(&self) -> EntityKind {
                match self {
                    $(Self::$kind(_) => EntityKind::$kind,)*
                }
            }

            /// What the entities of a kind have of their own.
            pub fn fields(kind: EntityKind) -> &'static [Field] {
                match kind {
                    $(EntityKind::$kind => <$detail as Fields<N>>::FIELDS,)*
                }
            }

            /// The value of the field with a number in [`EntityDetail::fields`]; `None` where there is none.
            pub fn value(&self, at: usize) -> Option<Value<'_, N>> {
                match self {
                    $(Self::$kind(detail) => Fields::<N>::value(detail, at),)*
                }
            }

            fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<EntityDetail<M>, E>
            where
                N: Clone,
            {
                Ok(match self {
                    $(Self::$kind(detail) => EntityDetail::$kind(Fields::<N>::try_map(detail, f)?),)*
                })
            }
        }

        impl<N: DeserializeOwned> EntityDetail<N> {
            /// Reads the fields of a kind; unknown ones are refused.
            fn read(kind: EntityKind, fields: Map<String, Json>) -> Result<Self, serde_json::Error> {
                let json = Json::Object(fields);
                Ok(match kind {
                    $(EntityKind::$kind => Self::$kind(serde_json::from_value(json)?),)*
                })
            }
        }
    };
}

details! {
    Country(Country),
    Coalition(Bare),
    Organization(Organization),
    Group(Bare),
    Person(Person),
    Meeting(Bare),
    Place(Bare),
    Condition(Condition<N>),
    Source(Source<N>),
}

impl EntityDetail {
    /// That of a kind of which nothing must be told.
    pub(crate) fn bare(kind: EntityKind) -> Option<Self> {
        Self::read(kind, Map::new()).ok()
    }
}

impl<N> EntityDetail<N> {
    /// Each field that has a value, in the order of declaration.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, Value<'_, N>)> {
        let fields = Self::fields(self.kind()).iter().enumerate();
        fields.filter_map(|(at, field)| Some((field, self.value(at)?)))
    }

    /// What decides it, if it is a condition that has a test.
    pub fn test(&self) -> Option<&ConditionTest<N>> {
        match self {
            Self::Condition(condition) => condition.test.as_ref(),
            _ => None,
        }
    }
}

/// A reference that once was another entity's, or this one's under an older slug, and leads here for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The entity that was merged into this one; this one itself where it was renamed.
    pub id: EntityId,
    /// The slug; the kind is that of the entity.
    pub slug: Slug,
}

/// One node of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Entity<N = EntityId> {
    /// Stable identifier.
    pub id: EntityId,
    /// The kind; it never changes.
    pub kind: EntityKind,
    /// Unique within the kind.
    pub slug: Slug,
    /// The name in each language.
    pub names: Text,
    /// Other names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The references that lead here since a merge or a change of the slug, in order. None is ever given to another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<Redirect>,
    /// What the kind has of its own.
    #[serde(flatten)]
    pub detail: EntityDetail<N>,
}

impl<N> Entity<N> {
    /// The `kind:slug` reference.
    pub fn reference(&self) -> EntityRef {
        EntityRef { kind: self.kind, slug: self.slug.clone() }
    }

    /// Keeps the references that lead to the entity as it stands, before its own; where the slug changes, the old one
    /// leads here too.
    pub fn keep_redirects<M>(&mut self, standing: &Entity<M>) {
        let former = Redirect { id: standing.id, slug: standing.slug.clone() };
        let mut kept = standing.redirects.clone();
        for redirect in std::mem::take(&mut self.redirects).into_iter().chain([former]) {
            if !kept.contains(&redirect) {
                kept.push(redirect);
            }
        }
        kept.retain(|redirect| redirect.slug != self.slug);
        self.redirects = kept;
    }

    /// The references that lead here from elsewhere, each with the identifier that goes with it.
    pub fn redirected(&self) -> impl Iterator<Item = (EntityRef, EntityId)> {
        self.redirects.iter().map(|r| (EntityRef { kind: self.kind, slug: r.slug.clone() }, r.id))
    }

    /// The name in the language asked, else in English, else in any; with the language it is in. A tag is looked up as
    /// [`language_ranges`] says, whatever its case.
    pub fn label(&self, lang: &str) -> (&str, &str) {
        let pick = |wanted: &str| self.names.iter().find(|(l, _)| l.as_str().eq_ignore_ascii_case(wanted));
        let asked = language_ranges(lang).find_map(pick);
        let found = asked.or_else(|| pick("en")).or_else(|| self.names.iter().next());
        found.map_or((self.slug.as_str(), "und"), |(l, name)| (name, l.as_str()))
    }

    /// The same entity with every reference to another replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<M, E>(self, mut f: impl FnMut(N) -> Result<M, E>) -> Result<Entity<M>, E>
    where
        N: Clone,
    {
        Ok(Entity {
            id: self.id,
            kind: self.kind,
            slug: self.slug,
            names: self.names,
            aliases: self.aliases,
            redirects: self.redirects,
            detail: self.detail.try_map(&mut f)?,
        })
    }

    /// The entities that this one names.
    pub fn references(&self) -> Vec<N>
    where
        N: Clone,
    {
        let mut found = Vec::new();
        let collected: Result<_, std::convert::Infallible> = self.detail.clone().try_map(&mut |n| {
            found.push(n);
            Ok(())
        });
        collected.map_or_else(|never| match never {}, |_: EntityDetail<()>| found)
    }
}

impl<'de, N: DeserializeOwned> Deserialize<'de> for Entity<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut own = Map::deserialize(deserializer)?;
        let common = COMMON.iter().filter_map(|name| own.remove_entry(*name));
        let common: Common = serde_json::from_value(Json::Object(common.collect())).map_err(D::Error::custom)?;
        common.with(own).map_err(D::Error::custom)
    }
}

const COMMON: [&str; 6] = ["id", "kind", "slug", "names", "aliases", "redirects"];

/// The fields that entities of every kind have.
#[derive(Deserialize)]
struct Common {
    id: Option<EntityId>,
    kind: EntityKind,
    slug: Slug,
    names: Text,
    #[serde(default)]
    aliases: Vec<Alias>,
    #[serde(default)]
    redirects: Vec<Redirect>,
}

impl Common {
    /// The entity with what its kind has of its own.
    fn with<N: DeserializeOwned>(self, own: Map<String, Json>) -> Result<Entity<N>, String> {
        let Self { id, kind, slug, names, aliases, redirects } = self;
        let detail = EntityDetail::read(kind, own).map_err(|error| format!("a {kind}: {error}"))?;
        if let EntityDetail::Condition(Condition { condition_kind, test }) = &detail
            && condition_kind.has_test() != test.is_some()
        {
            return Err(format!(
                "`test` belongs to the first three condition kinds and is required there; this one is `{condition_kind}`"
            ));
        }
        if names.is_empty() {
            return Err("`names` is empty".to_owned());
        }
        let id = id.unwrap_or_else(|| EntityId::of_key(&format!("{kind}:{slug}")));
        Ok(Entity { id, kind, slug, names, aliases, redirects, detail })
    }
}

#[cfg(test)]
mod tests;
