//! Stable identifiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// 2025-07-04T00:00:00Z in Unix milliseconds: the time part of the identifiers of bundled records.
const BUNDLED_MILLIS: u128 = 1_751_587_200_000;

/// A `UUIDv7` that is made of a key, so that it is the same in every database, and that is ordered as the keys are: before
/// `fr-forces` comes `au-forces`. Its time is that of the bundled records plus the collation of the key (in quarter
/// microseconds: 42 bits over the milliseconds, `rand_a` and the top of `rand_b`); the other 52 bits are a hash of the key.
fn keyed(domain: &str, key: &str) -> Uuid {
    let hash = xxh3_128(format!("{domain}/{key}").as_bytes()) & ((1 << 52) - 1);
    let order = collation(key.rsplit(':').next().unwrap_or(key));
    let millis = BUNDLED_MILLIS + (order >> 22);
    let (rand_a, rand_b) = ((order >> 10) & 0xfff, (order & 0x3ff) << 52 | hash);
    Uuid::from_u128(millis << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b)
}

/// The first eight characters as a number below 37^8: letters and digits in their order, anything else before them.
fn collation(key: &str) -> u128 {
    let place = |byte: u8| match byte.to_ascii_lowercase() {
        digit @ b'0'..=b'9' => u128::from(digit - b'0') + 1,
        letter @ b'a'..=b'z' => u128::from(letter - b'a') + 11,
        _ => 0,
    };
    key.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |number, byte| number * 37 + place(byte))
}

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

            /// The identifier of a record of a data file, by its key: the same in every database that loads the file,
            /// and ordered as the keys are by their first eight letters and digits.
            pub fn of_key(key: &str) -> Self {
                Self(keyed($domain, key))
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
        for (less, more) in
            [("country:AF", "country:ZW"), ("country:FR", "country:GB"), ("l03-uk", "l21-fr"), ("a", "a-b")]
        {
            assert!(EntityId::of_key(less) < EntityId::of_key(more), "{less} {more}");
        }
    }
}
