//! `kind:slug` references, accepted wherever an id is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::{Code, EntityKind};

/// The part of a reference after the colon: 1 to 100 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(Box<str>);

impl Slug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins_well = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if begins_well && text.len() <= 100 && text.chars().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(ReferenceError::Slug)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The readable name of an entity: `country:GB`, `condition:us-backing`. Unique; it outlives corrections of names.
///
/// ```
/// use pledgegraph_model::{EntityKind, EntityRef, ReferenceError};
///
/// let reference: EntityRef = "condition:us-backing".parse()?;
/// assert_eq!((reference.kind, reference.slug.as_str()), (EntityKind::Condition, "us-backing"));
/// assert_eq!("us-backing".parse::<EntityRef>(), Err(ReferenceError::Form));
/// assert_eq!("state:GB".parse::<EntityRef>(), Err(ReferenceError::Kind));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef {
    /// The kind.
    pub kind: EntityKind,
    /// The slug, unique within the kind.
    pub slug: Slug,
}

/// Why a text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// There is no colon.
    #[error("a reference has the form `kind:slug`")]
    Form,
    /// The part before the colon is no entity kind.
    #[error("the part before the colon is no entity kind")]
    Kind,
    /// The part after the colon is no slug.
    #[error("a slug has 1 to 100 of the characters A-Z a-z 0-9 . _ - and begins with a letter or digit")]
    Slug,
}

impl FromStr for EntityRef {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, slug) = text.split_once(':').ok_or(ReferenceError::Form)?;
        let kind = EntityKind::parse(kind).or(Err(ReferenceError::Kind))?;
        Ok(Self { kind, slug: slug.parse()? })
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.slug)
    }
}

impl Serialize for EntityRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntityRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in ["country:GB", "condition:us-backing", "source:politico-2025-07-04", "place:a"] {
            assert_eq!(good.parse::<EntityRef>().map(|r| r.to_string()).as_deref(), Ok(good));
        }
        for (bad, error) in [
            ("GB", ReferenceError::Form),
            ("land:GB", ReferenceError::Kind),
            ("country:", ReferenceError::Slug),
            ("country:-x", ReferenceError::Slug),
            ("country:a b", ReferenceError::Slug),
            ("country:\u{0}", ReferenceError::Slug),
        ] {
            assert_eq!(bad.parse::<EntityRef>(), Err(error), "{bad}");
        }
    }
}
