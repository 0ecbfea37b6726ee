//! The parameter `known_at`, which every read takes.

use chrono::{DateTime, Utc};

use crate::request::parameter::{Accepts, Parameter};

/// The moment as of which it is asked.
pub const KNOWN_AT: Parameter = Parameter::new(
    "known_at",
    Accepts::Moment,
    "Answers as the service would have answered at this moment: the state after the last commit at or \
        before it. A time with its offset, such as 2026-11-23T10:00:00Z, or `now`.",
)
.example("now");

/// Reads a moment (RFC 3339, or `now`).
pub fn read(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if text == "now" {
        return Some(now);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
}
