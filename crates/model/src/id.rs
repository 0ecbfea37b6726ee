//! Stable identifiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// 2025-07-04T00:00:00Z in Unix milliseconds: the time part of the identifiers of bundled records.
const BUNDLED_MILLIS: u128 = 1_751_587_200_000;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $domain:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier (`UUIDv7`, RFC 9562): ordered by the time it was made.
            #[expect(clippy::new_without_default, reason = "every call gives another identifier")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier of a record of a data file, by its key: the same in every database that loads the file.
            /// A `UUIDv7` with a fixed time, its random bits the hash of the key.
            pub fn of_key(key: &str) -> Self {
                let hash = xxh3_128(format!("{}/{key}", $domain).as_bytes());
                let (random_a, random_b) = ((hash >> 64) & 0xfff, hash & ((1 << 62) - 1));
                Self(Uuid::from_u128(BUNDLED_MILLIS << 80 | 7 << 76 | random_a << 64 | 2 << 62 | random_b))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id! {
    /// Identifier of an entity.
    EntityId, "entity"
}
id! {
    /// Identifier of an edge.
    EdgeId, "edge"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_identifiers_are_stable_well_formed_and_distinct() {
        let id = EdgeId::of_key("gb-forces");
        assert_eq!(id, EdgeId::of_key("gb-forces"));
        assert_ne!(id, EdgeId::of_key("fr-forces"));
        assert_ne!(id.0, EntityId::of_key("gb-forces").0);
        assert_eq!(id.0.get_version_num(), 7);
        assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
    }
}
