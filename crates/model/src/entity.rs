//! Entities: the nodes. A node carries identity only; whatever a source can be wrong about is an edge.

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::condition::ConditionTest;
use crate::{ConditionKind, Date, EntityId, EntityKind, EntityRef, Lang, Slug, Text};

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

/// What each kind of entity has of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum EntityDetail<N = EntityId> {
    /// A country.
    Country {
        /// The codes of ISO 3166-1.
        iso3166: Iso3166,
        /// UN M49 regions that contain it, nearest first.
        regions: Vec<String>,
    },
    /// A coalition.
    Coalition {},
    /// An organization.
    Organization {
        /// What it is.
        class: OrganizationClass,
    },
    /// A group.
    Group {},
    /// A person.
    Person {
        /// Whether no source names the person.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        anonymous: bool,
        /// Why not, where the source says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        anonymity_reason: Option<String>,
    },
    /// A meeting.
    Meeting {},
    /// A place.
    Place {},
    /// A condition.
    Condition {
        /// What kind of condition.
        condition_kind: ConditionKind,
        /// What decides it, for the kinds that have a test.
        #[serde(skip_serializing_if = "Option::is_none")]
        test: Option<ConditionTest<N>>,
    },
    /// A source.
    Source {
        /// Its address; never fetched.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Its title as published.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// Who published it.
        #[serde(skip_serializing_if = "Option::is_none")]
        publisher: Option<N>,
        /// Its language.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<Lang>,
        /// When it was published.
        #[serde(skip_serializing_if = "Option::is_none")]
        published: Option<Date>,
        /// SHA-256 of its text, 64 hexadecimal digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
    },
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

impl<N> EntityDetail<N> {
    /// The kind it belongs to.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Country { .. } => EntityKind::Country,
            Self::Coalition {} => EntityKind::Coalition,
            Self::Organization { .. } => EntityKind::Organization,
            Self::Group {} => EntityKind::Group,
            Self::Person { .. } => EntityKind::Person,
            Self::Meeting {} => EntityKind::Meeting,
            Self::Place {} => EntityKind::Place,
            Self::Condition { .. } => EntityKind::Condition,
            Self::Source { .. } => EntityKind::Source,
        }
    }

    fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<EntityDetail<M>, E> {
        Ok(match self {
            Self::Country { iso3166, regions } => EntityDetail::Country { iso3166, regions },
            Self::Coalition {} => EntityDetail::Coalition {},
            Self::Organization { class } => EntityDetail::Organization { class },
            Self::Group {} => EntityDetail::Group {},
            Self::Person { anonymous, anonymity_reason } => EntityDetail::Person { anonymous, anonymity_reason },
            Self::Meeting {} => EntityDetail::Meeting {},
            Self::Place {} => EntityDetail::Place {},
            Self::Condition { condition_kind, test } => {
                EntityDetail::Condition { condition_kind, test: test.map(|t| t.try_map(f)).transpose()? }
            }
            Self::Source { url, title, publisher, language, published, sha256 } => EntityDetail::Source {
                url,
                title,
                publisher: publisher.map(f).transpose()?,
                language,
                published,
                sha256,
            },
        })
    }
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

    /// The name in the language asked, else in English, else in any; with the language it is in.
    pub fn label(&self, lang: &str) -> (&str, &str) {
        let pick = |wanted: &str| self.names.iter().find(|(l, _)| l.as_str() == wanted);
        let found = pick(lang).or_else(|| pick("en")).or_else(|| self.names.iter().next());
        found.map_or((self.slug.as_str(), "und"), |(l, name)| (name, l.as_str()))
    }

    /// The same entity with every reference to another replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<M, E>(self, mut f: impl FnMut(N) -> Result<M, E>) -> Result<Entity<M>, E> {
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

impl<'de, N: Deserialize<'de>> Deserialize<'de> for Entity<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer)?.into_entity().map_err(serde::de::Error::custom)
    }
}

/// Every field that an entity of any kind can have; which belong is decided by the kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw<N> {
    id: Option<EntityId>,
    kind: EntityKind,
    slug: Slug,
    names: Text,
    #[serde(default = "Vec::new")]
    aliases: Vec<Alias>,
    #[serde(default = "Vec::new")]
    redirects: Vec<Redirect>,
    iso3166: Option<Iso3166>,
    regions: Option<Vec<String>>,
    class: Option<OrganizationClass>,
    anonymous: Option<bool>,
    anonymity_reason: Option<String>,
    condition_kind: Option<ConditionKind>,
    test: Option<ConditionTest<N>>,
    url: Option<String>,
    title: Option<String>,
    publisher: Option<N>,
    language: Option<Lang>,
    published: Option<Date>,
    sha256: Option<String>,
}

impl<N> Raw<N> {
    fn into_entity(mut self) -> Result<Entity<N>, String> {
        let kind = self.kind;
        let missing = |field: &str| format!("`{field}` is required for a {kind}");
        let detail = match kind {
            EntityKind::Country => EntityDetail::Country {
                iso3166: self.iso3166.take().ok_or_else(|| missing("iso3166"))?,
                regions: self.regions.take().unwrap_or_default(),
            },
            EntityKind::Coalition => EntityDetail::Coalition {},
            EntityKind::Organization => {
                EntityDetail::Organization { class: self.class.take().ok_or_else(|| missing("class"))? }
            }
            EntityKind::Group => EntityDetail::Group {},
            EntityKind::Person => EntityDetail::Person {
                anonymous: self.anonymous.take().unwrap_or_default(),
                anonymity_reason: self.anonymity_reason.take(),
            },
            EntityKind::Meeting => EntityDetail::Meeting {},
            EntityKind::Place => EntityDetail::Place {},
            EntityKind::Condition => {
                let condition_kind = self.condition_kind.take().ok_or_else(|| missing("condition_kind"))?;
                let test = self.test.take();
                if condition_kind.has_test() != test.is_some() {
                    return Err(format!(
                        "`test` belongs to the first three condition kinds and is required there; this one is `{condition_kind}`"
                    ));
                }
                EntityDetail::Condition { condition_kind, test }
            }
            EntityKind::Source => EntityDetail::Source {
                url: self.url.take(),
                title: self.title.take(),
                publisher: self.publisher.take(),
                language: self.language.take(),
                published: self.published.take(),
                sha256: self.sha256.take(),
            },
        };
        if let Some(field) = self.left_over() {
            return Err(format!("`{field}` does not belong to a {kind}"));
        }
        if self.names.is_empty() {
            return Err("`names` is empty".to_owned());
        }
        let id = self.id.unwrap_or_else(|| EntityId::of_key(&format!("{kind}:{}", self.slug)));
        let (names, aliases, redirects) = (self.names, self.aliases, self.redirects);
        Ok(Entity { id, kind, slug: self.slug, names, aliases, redirects, detail })
    }

    fn left_over(&self) -> Option<&'static str> {
        [
            ("iso3166", self.iso3166.is_some()),
            ("regions", self.regions.is_some()),
            ("class", self.class.is_some()),
            ("anonymous", self.anonymous.is_some()),
            ("anonymity_reason", self.anonymity_reason.is_some()),
            ("condition_kind", self.condition_kind.is_some()),
            ("test", self.test.is_some()),
            ("url", self.url.is_some()),
            ("title", self.title.is_some()),
            ("publisher", self.publisher.is_some()),
            ("language", self.language.is_some()),
            ("published", self.published.is_some()),
            ("sha256", self.sha256.is_some()),
        ]
        .into_iter()
        .find_map(|(field, present)| present.then_some(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_another_kind_are_refused_and_the_id_follows_the_reference() {
        let read = |json: &str| serde_json::from_str::<Entity<EntityRef>>(json).map_err(|e| e.to_string());
        let person = read(r#"{"kind":"person","slug":"starmer","names":{"en":"Keir Starmer"}}"#).expect("valid");
        assert_eq!(person.id, EntityId::of_key("person:starmer"));
        assert_eq!(serde_json::to_string(&person.detail).expect("serialises"), "{}");
        let wrong = read(r#"{"kind":"person","slug":"x","names":{"en":"X"},"class":"media"}"#);
        assert!(wrong.is_err_and(|e| e.starts_with("`class` does not belong to a person")));
        let untested =
            read(r#"{"kind":"condition","slug":"x","names":{"en":"X"},"condition_kind":"third_party_backing"}"#);
        assert!(untested.is_err());
    }
}
