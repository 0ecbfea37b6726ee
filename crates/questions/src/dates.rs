//! Dates in questions: days, months and years.

use chrono::{Days, Months, NaiveDate};
use serde_json::{Map, Value};

use crate::meaning::Means;
use crate::words::Lattice;

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
            "recorded" => Self::Recorded,
            _ => return None,
        })
    }

    /// What it means with a date.
    pub(crate) fn means(self, (first, last): (NaiveDate, NaiveDate)) -> Option<Means> {
        let bounds = match self {
            Self::Since => vec![("said_from", first)],
            Self::After => vec![("said_from", last.checked_add_days(Days::new(1))?)],
            Self::Until => vec![("said_to", last)],
            Self::Before => vec![("said_to", first.checked_sub_days(Days::new(1))?)],
            Self::During => vec![("said_from", first), ("said_to", last)],
            Self::Recorded => vec![("recorded_from", first)],
        };
        let bounds = bounds.into_iter().map(|(member, day)| (member.to_owned(), Value::from(day.to_string())));
        let which: Map<String, Value> = bounds.collect();
        Some(Map::from_iter([("where".to_owned(), Value::Object(which))]))
    }
}

/// The names of the months, January first, each by its words.
pub(crate) type MonthNames = Vec<Vec<Vec<Box<str>>>>;

/// A date: the node after it, its first day and its last.
pub(crate) type Found = (usize, (NaiveDate, NaiveDate));

/// The dates that begin at a node, in digits (2025-07-10, 2025-07, 2025) or with the name of a month (10 July 2025, July 10,
/// 2025, July 2025). A month without a year is no range of days.
pub(crate) fn dates(lattice: &Lattice, months: &MonthNames, node: usize) -> Vec<Found> {
    let word = |at: usize| lattice.tokens.get(at).map(|token| &*token.key);
    let number = |at: usize| word(at).and_then(|word| word.parse::<u32>().ok());
    let year =
        |at: usize| number(at).filter(|year| (1900..2200).contains(year)).and_then(|year| i32::try_from(year).ok());
    let day = |at: usize| number(at).filter(|day| (1..=31).contains(day));
    let month = |at: usize| named(lattice, months, at);
    let mut found = Vec::new();
    if node >= lattice.end() {
        return found;
    }
    let mut push = |end: usize, range: Option<(NaiveDate, NaiveDate)>| found.extend(range.map(|range| (end, range)));
    if let Some(y) = year(node) {
        push(node + 1, of_year(y));
        if let Some(m) = number(node + 1).filter(|m| (1..=12).contains(m)) {
            push(node + 2, of_month(y, m));
            if let Some(d) = day(node + 2) {
                push(node + 3, of_day(y, m, d));
            }
        }
    }
    if let Some((m, after)) = month(node) {
        if let Some(y) = year(after) {
            push(after + 1, of_month(y, m));
        }
        if let Some((d, y)) = day(after).zip(year(after + 1)) {
            push(after + 2, of_day(y, m, d));
        }
    }
    if let Some((d, (m, after))) = day(node).zip(month(node + 1))
        && let Some(y) = year(after)
    {
        push(after + 1, of_day(y, m, d));
    }
    found
}

/// The month that is named at a token, and the token after its name; a second name of the same month may follow.
fn named(lattice: &Lattice, months: &MonthNames, at: usize) -> Option<(u32, usize)> {
    let names = |at: usize| {
        (1..).zip(months).find_map(|(number, ways): (u32, _)| {
            let fits = |way: &&Vec<Box<str>>| {
                let tokens = lattice.tokens.get(at..at + way.len());
                tokens.is_some_and(|tokens| tokens.iter().zip(way.iter()).all(|(token, word)| token.key == *word))
            };
            ways.iter().find(fits).map(|way| (number, at + way.len()))
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
    use crate::grammar::key_words;

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
        let longest = |text: &str| {
            let found = dates(&Lattice::new(text), &months, 0);
            found.into_iter().max_by_key(|(end, _)| *end).map(|(_, (first, last))| format!("{first}/{last}"))
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
            ("July", None),
            ("17", None),
        ] {
            assert_eq!(longest(text).as_deref(), expected, "{text}");
        }
    }
}
