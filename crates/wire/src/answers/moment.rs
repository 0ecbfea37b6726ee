//! Moments: always with six decimals and `Z`, so that their text is in their order and equal moments are equal texts.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// The text of a moment (RFC 3339), 27 characters.
pub(crate) fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Writes a moment.
pub fn serialize<S: Serializer>(moment: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*moment))
}

/// Writes a moment that is there.
#[expect(clippy::ref_option, reason = "serde passes a reference")]
pub(crate) fn some<S: Serializer>(moment: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serialize(moment, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_six_decimals() {
        for (given, expected) in [
            ("2026-11-29T10:00:00Z", "2026-11-29T10:00:00.000000Z"),
            ("2026-11-29T10:00:00.1Z", "2026-11-29T10:00:00.100000Z"),
            ("2026-11-29T10:00:00.12Z", "2026-11-29T10:00:00.120000Z"),
            ("2026-11-29T10:00:00.123Z", "2026-11-29T10:00:00.123000Z"),
            ("2026-11-29T10:00:00.123456Z", "2026-11-29T10:00:00.123456Z"),
            ("2026-11-29T10:00:00.000001Z", "2026-11-29T10:00:00.000001Z"),
            ("2026-11-29T10:00:00.123456789Z", "2026-11-29T10:00:00.123456Z"),
            ("2026-11-29T10:00:00+02:00", "2026-11-29T08:00:00.000000Z"),
            ("2026-11-29T00:00:00.5-00:30", "2026-11-29T00:30:00.500000Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ] {
            let moment: DateTime<Utc> = given.parse().expect("a moment");
            assert_eq!(text(moment), expected, "{given}");
        }
    }
}
