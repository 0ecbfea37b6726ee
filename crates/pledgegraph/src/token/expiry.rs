use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// When a token ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// So many hours after it is made.
    Hours(u16),
    /// So many days after.
    Days(u16),
    /// So many months after.
    Months(u16),
    /// At this time.
    At(DateTime<Utc>),
}

impl Expiry {
    /// The time, for a token that is made `now`.
    pub(crate) fn after(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Hours(hours) => now + TimeDelta::hours(hours.into()),
            Self::Days(days) => now.checked_add_days(Days::new(days.into())).unwrap_or(now),
            Self::Months(months) => now.checked_add_months(Months::new(months.into())).unwrap_or(now),
            Self::At(time) => time,
        }
    }
}

impl FromStr for Expiry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "give a time from now (12h, 90d, 8w, 6m, 1y), a day (2027-01-01), or a time of RFC 3339";
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(time.to_utc()));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(day.and_time(NaiveTime::MIN).and_utc()));
        }
        let (at, unit) = text.char_indices().next_back().ok_or(WRONG)?;
        let number = text.get(..at).and_then(|number| number.parse::<u16>().ok()).filter(|number| *number > 0);
        let number = number.ok_or(WRONG)?;
        let times = |factor: u16| number.checked_mul(factor).ok_or(WRONG);
        match unit {
            'h' => Ok(Self::Hours(number)),
            'd' => Ok(Self::Days(number)),
            'w' => times(7).map(Self::Days),
            'm' => Ok(Self::Months(number)),
            'y' => times(12).map(Self::Months),
            _ => Err(WRONG),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries_are_read() {
        let now: DateTime<Utc> = "2026-11-30T10:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("12h", "2026-11-30T22:00:00Z"),
            ("90d", "2027-02-28T10:00:00Z"),
            ("1w", "2026-12-07T10:00:00Z"),
            ("3m", "2027-02-28T10:00:00Z"),
            ("1y", "2027-11-30T10:00:00Z"),
            ("2027-01-01", "2027-01-01T00:00:00Z"),
            ("2027-01-01T01:00:00+01:00", "2027-01-01T00:00:00Z"),
        ] {
            let expiry: Expiry = text.parse().expect(text);
            assert_eq!(expiry.after(now), expected.parse::<DateTime<Utc>>().expect("a time"), "{text}");
        }
        for wrong in ["", "d", "0d", "90", "90x", "-1d", "2027-02-30", "tomorrow", "99999y", "é"] {
            assert!(wrong.parse::<Expiry>().is_err(), "{wrong}");
        }
    }
}
