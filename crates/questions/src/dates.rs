//! Dates in questions: days, months and years.

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::meaning::Means;
use crate::words::{Lattice, bare};

/// What a date bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateUse {
    /// Said from its first day on.
    Since,
    /// Said after its last day.
    After,
    /// Said until its last day.
    Until,
    /// Said before its first day.
    Before,
    /// Said between its first day and its last.
    During,
    /// Said between its first day and its last, of a date that is named from today.
    Lately,
    /// Recorded from its first day on.
    Recorded,
}

impl DateUse {
    /// The use that a lexicon calls so.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "since" => Self::Since,
            "after" => Self::After,
            "until" => Self::Until,
            "before" => Self::Before,
            "during" => Self::During,
            "lately" => Self::Lately,
            "recorded" => Self::Recorded,
            _ => return None,
        })
    }

    /// Whether such a date will do: only one that is named from today stands without a preposition.
    pub(crate) fn takes(self, period: Period) -> bool {
        self != Self::Lately || matches!(period, Period::Lately(..))
    }

    /// What it means with a date; nothing is after or before a month whose year is not said.
    pub(crate) fn means(self, period: Period) -> Option<Means> {
        let (first, last) = match period {
            Period::Days(first, last) | Period::Lately(first, last) => (first, last),
            Period::Month(month) => {
                let which = Map::from_iter([("month".to_owned(), Value::from(vec![format!("XXXX-{month:02}")]))]);
                let is_within = self == Self::During;
                return is_within.then(|| Map::from_iter([("where".to_owned(), Value::Object(which))]));
            }
        };
        let bounds = match self {
            Self::Since => vec![("said_from", first)],
            Self::After => vec![("said_from", last.checked_add_days(Days::new(1))?)],
            Self::Until => vec![("said_to", last)],
            Self::Before => vec![("said_to", first.checked_sub_days(Days::new(1))?)],
            Self::During | Self::Lately => vec![("said_from", first), ("said_to", last)],
            Self::Recorded => vec![("recorded_from", first)],
        };
        let bounds = bounds.into_iter().map(|(member, day)| (member.to_owned(), Value::from(day.to_string())));
        let which: Map<String, Value> = bounds.collect();
        Some(Map::from_iter([("where".to_owned(), Value::Object(which))]))
    }
}

/// The names of the months, January first, each by its words.
pub(crate) type MonthNames = Vec<Vec<Vec<Box<str>>>>;

/// The days of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    /// From the first to the last.
    Days(NaiveDate, NaiveDate),
    /// The same, of a date that is named from today.
    Lately(NaiveDate, NaiveDate),
    /// A month of a year that is not said, 1 to 12.
    Month(u32),
}

/// A date that is named from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Relative {
    /// This day.
    Today,
    /// The day before.
    Yesterday,
    /// The week of today, Monday to Sunday (ISO 8601).
    ThisWeek,
    /// The week before.
    LastWeek,
    /// The month of today.
    ThisMonth,
    /// The month before.
    LastMonth,
    /// The year of today.
    ThisYear,
    /// The year before.
    LastYear,
}

impl Relative {
    /// Its first day and its last.
    fn days(self, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let week = |day: NaiveDate| {
            let week = day.week(Weekday::Mon);
            (week.first_day(), week.last_day())
        };
        Some(match self {
            Self::Today => (today, today),
            Self::Yesterday => (today.pred_opt()?, today.pred_opt()?),
            Self::ThisWeek => week(today),
            Self::LastWeek => week(today.checked_sub_days(Days::new(7))?),
            Self::ThisMonth => of_month(today.year(), today.month())?,
            Self::LastMonth => {
                let day = today.checked_sub_months(Months::new(1))?;
                of_month(day.year(), day.month())?
            }
            Self::ThisYear => of_year(today.year())?,
            Self::LastYear => of_year(today.year() - 1)?,
        })
    }
}

/// How dates are said in a language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar<'a> {
    pub(crate) months: &'a MonthNames,
    pub(crate) relative: &'a [(Relative, Vec<Vec<Box<str>>>)],
    pub(crate) today: NaiveDate,
}

/// A date: the node after it, and its days.
pub(crate) type Found = (usize, Period);

impl Calendar<'_> {
    /// The dates that begin at a node: in digits (2025-07-10, 2025-07, 2025), with the name of a month (10 July 2025, July 10,
    /// 2025, July 2025, July), or named from today.
    pub(crate) fn dates(self, lattice: &Lattice, node: usize) -> Vec<Found> {
        // Behind a prefix the rest of its token, then the tokens after it.
        let behind = (node >= lattice.end()).then(|| lattice.edges.get(node).and_then(|edges| edges.first())).flatten();
        let first = behind.map_or(node, |edge| edge.token);
        let word = |at: usize| match behind {
            Some(edge) if at == edge.token => Some(&*edge.word),
            _ => lattice.tokens.get(at).map(|token| &*token.key),
        };
        if word(first).is_none() {
            return Vec::new();
        }
        let mut found = written(&word, self.months, first);
        for (relative, ways) in self.relative {
            for way in ways.iter().filter(|way| is_at(&word, first, way)) {
                let period = relative.days(self.today).map(|(first, last)| Period::Lately(first, last));
                found.extend(period.map(|period| (first + way.len(), period)));
            }
        }
        found.extend(named(&word, self.months, first).map(|(month, after)| (after, Period::Month(month))));
        found
    }
}

/// The dates in digits or with the name of a month that begin at a place, each with a year.
fn written<'w>(word: &impl Fn(usize) -> Option<&'w str>, months: &MonthNames, first: usize) -> Vec<Found> {
    let number = |at: usize| word(at).and_then(|word| word.parse::<u32>().ok());
    let year =
        |at: usize| number(at).filter(|year| (1900..2200).contains(year)).and_then(|year| i32::try_from(year).ok());
    let day = |at: usize| number(at).filter(|day| (1..=31).contains(day));
    let month = |at: usize| named(word, months, at);
    let mut found = Vec::new();
    let mut push = |end: usize, range: Option<(NaiveDate, NaiveDate)>| {
        found.extend(range.map(|(first, last)| (end, Period::Days(first, last))));
    };
    if let Some(y) = year(first) {
        push(first + 1, of_year(y));
        if let Some(m) = number(first + 1).filter(|m| (1..=12).contains(m)) {
            push(first + 2, of_month(y, m));
            if let Some(d) = day(first + 2) {
                push(first + 3, of_day(y, m, d));
            }
        }
    }
    if let Some((m, after)) = month(first) {
        if let Some(y) = year(after) {
            push(after + 1, of_month(y, m));
        }
        if let Some((d, y)) = day(after).zip(year(after + 1)) {
            push(after + 2, of_day(y, m, d));
        }
    }
    if let Some((d, (m, after))) = day(first).zip(month(first + 1))
        && let Some(y) = year(after)
    {
        push(after + 1, of_day(y, m, d));
    }
    found
}

/// Whether these words stand at a place.
fn is_at<'w>(word: &impl Fn(usize) -> Option<&'w str>, at: usize, words: &[Box<str>]) -> bool {
    (at..).zip(words).all(|(at, own)| word(at).is_some_and(|word| bare(word) == bare(own)))
}

/// The month that is named at a place, and the place after its name; a second name of the same month may follow.
fn named<'w>(word: &impl Fn(usize) -> Option<&'w str>, months: &MonthNames, at: usize) -> Option<(u32, usize)> {
    let names = |at: usize| {
        (1..).zip(months).find_map(|(number, ways): (u32, _)| {
            ways.iter().find(|way| is_at(word, at, way)).map(|way| (number, at + way.len()))
        })
    };
    let (number, after) = names(at)?;
    match names(after) {
        Some((again, end)) if again == number => Some((number, end)),
        _ => Some((number, after)),
    }
}

fn of_day(year: i32, month: u32, day: u32) -> Option<(NaiveDate, NaiveDate)> {
    NaiveDate::from_ymd_opt(year, month, day).map(|day| (day, day))
}

fn of_month(year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((first, first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))?))
}

fn of_year(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::key_words;

    #[test]
    fn dates_have_the_precision_that_is_said() {
        let names = |months: [&str; 12]| -> MonthNames {
            months.iter().map(|names| names.split('|').map(key_words).collect()).collect()
        };
        let months = names([
            "January",
            "February|فبراير|شباط",
            "March",
            "April",
            "May",
            "June",
            "July|يوليو|تموز",
            "August",
            "September",
            "October|تشرين الأول",
            "November",
            "December",
        ]);
        let relative = [(Relative::LastWeek, vec![key_words("last week")])];
        let today = NaiveDate::from_ymd_opt(2025, 7, 10).expect("a day");
        let calendar = Calendar { months: &months, relative: &relative, today };
        let longest = |text: &str| {
            let found = calendar.dates(&Lattice::new(text), 0);
            found.into_iter().max_by_key(|(end, _)| *end).map(|(_, period)| match period {
                Period::Days(first, last) | Period::Lately(first, last) => format!("{first}/{last}"),
                Period::Month(month) => format!("XXXX-{month:02}"),
            })
        };
        for (text, expected) in [
            ("2025", Some("2025-01-01/2025-12-31")),
            ("2024-02", Some("2024-02-01/2024-02-29")),
            ("2025-07-10", Some("2025-07-10/2025-07-10")),
            ("10 July 2025", Some("2025-07-10/2025-07-10")),
            ("July 10, 2025", Some("2025-07-10/2025-07-10")),
            ("July 2025", Some("2025-07-01/2025-07-31")),
            ("يوليو/تموز ٢٠٢٥", Some("2025-07-01/2025-07-31")),
            ("تشرين الأول 2025", Some("2025-10-01/2025-10-31")),
            ("31 February 2025", None),
            ("July", Some("XXXX-07")),
            ("last week", Some("2025-06-30/2025-07-06")),
            ("17", None),
        ] {
            assert_eq!(longest(text).as_deref(), expected, "{text}");
        }
    }
}
