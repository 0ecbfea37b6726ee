//! Dates of EDTF level 0 and 1: what days a text may mean.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Months, NaiveDate};
use thiserror::Error;

use crate::code::code_list;

code_list! {
    /// How precise a date is.
    Precision in "precisions" {
        Unknown = "unknown", "Unknown", "غير معلوم", "No date is known.", "لا تاريخ معلوم.";
        Day = "day", "Day", "يوم", "The day is known.", "اليوم معلوم.";
        Month = "month", "Month", "شهر", "The month is known.", "الشهر معلوم.";
        Season = "season", "Season", "فصل", "The season is known.", "الفصل معلوم.";
        Year = "year", "Year", "سنة", "The year is known.", "السنة معلومة.";
        Decade = "decade", "Decade", "عقد", "The decade is known.", "العقد معلوم.";
        Century = "century", "Century", "قرن", "The century is known.", "القرن معلوم.";
        Interval = "interval", "Interval", "فترة", "A beginning and an end.", "بداية ونهاية.";
    }
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not of the form of EDTF level 0 or 1.
    #[error(
        "not a date of EDTF level 0 or 1, such as 2025-07-10, 2025-07, 2025, XXXX-04, 2025-07-10~ or 2025-03/2025-05"
    )]
    Form,
    /// The calendar has no such day.
    #[error("the calendar has no such date (years run from 0001 to 9999)")]
    Calendar,
    /// The end lies before the start.
    #[error("the end lies before the start")]
    Order,
}

/// A date of EDTF level 0 or 1, with the span of days that it may mean.
///
/// ```
/// use pledgegraph_model::{Edtf, Precision};
///
/// let april: Edtf = "XXXX-04".parse()?; // "in April", the year unsaid
/// assert_eq!(april.precision(), Precision::Month);
/// assert!(april.earliest().is_none() && april.possibly_in_month(4) && !april.possibly_in_month(5));
///
/// let season: Edtf = "2025-21".parse()?; // spring begins in March
/// assert_eq!(season.earliest().map(|day| day.to_string()).as_deref(), Some("2025-03-01"));
/// assert!("next Thursday".parse::<Edtf>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edtf {
    text: Box<str>,
    precision: Precision,
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
    /// The month where the year is unsaid: 4 for `XXXX-04`, which may mean April of any year.
    recurring_month: Option<u8>,
}

/// How an interval ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalEnd {
    /// On a date that it states; or it is no interval.
    Stated,
    /// `2025-04/..`: it goes on.
    Open,
    /// `2025-04/`: the end is not known.
    Unknown,
}

impl Edtf {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How precise it is.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The first day that it may mean; `None` without a lower bound.
    pub fn earliest(&self) -> Option<NaiveDate> {
        self.earliest
    }

    /// The last day that it may mean; `None` without an upper bound.
    pub fn latest(&self) -> Option<NaiveDate> {
        self.latest
    }

    /// The day that it means; `None` where it may mean several.
    pub fn only_day(&self) -> Option<NaiveDate> {
        self.earliest.filter(|earliest| self.latest == Some(*earliest))
    }

    /// How it ends, where it is an interval (EDTF level 1: `..` is open, nothing is unknown).
    ///
    /// ```
    /// use pledgegraph_model::{Edtf, IntervalEnd};
    ///
    /// assert_eq!("2025-04/..".parse::<Edtf>()?.end(), IntervalEnd::Open);
    /// assert_eq!("2025-04/".parse::<Edtf>()?.end(), IntervalEnd::Unknown);
    /// assert_eq!("2025-04/2025-06".parse::<Edtf>()?.end(), IntervalEnd::Stated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end(&self) -> IntervalEnd {
        match self.text.split_once('/') {
            Some((_, "..")) => IntervalEnd::Open,
            Some((_, "")) => IntervalEnd::Unknown,
            _ => IntervalEnd::Stated,
        }
    }

    /// Whether some day that it may mean lies from `from` to `to`, both included.
    ///
    /// ```
    /// use pledgegraph_model::Edtf;
    ///
    /// let july: Edtf = "2025-07".parse()?;
    /// let (tenth, end) = ("2025-07-10".parse()?, "2025-07-31".parse()?);
    /// assert!(july.possibly_in(Some(tenth), Some(end)), "it may mean a day after the tenth");
    /// assert!(!july.certainly_in(Some(tenth), Some(end)), "it may mean one before");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn possibly_in(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> bool {
        let starts_in_time = !matches!((self.earliest, to), (Some(earliest), Some(to)) if earliest > to);
        let ends_in_time = !matches!((self.latest, from), (Some(latest), Some(from)) if latest < from);
        starts_in_time && ends_in_time && self.recurs_in(from, to)
    }

    /// Whether every day that it may mean lies from `from` to `to`, both included.
    pub fn certainly_in(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> bool {
        let after_from = from.is_none_or(|from| self.earliest.is_some_and(|earliest| earliest >= from));
        let before_to = to.is_none_or(|to| self.latest.is_some_and(|latest| latest <= to));
        after_from && before_to
    }

    /// Whether some day that it may mean lies in this month (1 to 12) of some year.
    pub fn possibly_in_month(&self, month: u32) -> bool {
        if let Some(recurring) = self.recurring_month {
            return u32::from(recurring) == month;
        }
        let (Some(earliest), Some(latest)) = (self.earliest, self.latest) else { return true };
        let months = |day: NaiveDate| day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default();
        let (first, last) = (months(earliest), months(latest));
        (first..=last).take(12).any(|at| at.rem_euclid(12) + 1 == i32::try_from(month).unwrap_or_default())
    }

    /// Whether every day that it may mean lies in this month (1 to 12), whatever the year.
    pub fn certainly_in_month(&self, month: u32) -> bool {
        self.possibly_in_month(month) && !(1..=12).any(|other| other != month && self.possibly_in_month(other))
    }

    /// Where the year is unsaid: whether the month falls into the range at all. `XXXX-04` does not fall into May to July of
    /// 2025, and does into any range of a year. For all other dates, and ranges without an end, `true`.
    fn recurs_in(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> bool {
        let (Some(month), Some(from), Some(to)) = (self.recurring_month, from, to) else { return true };
        let mut first = from.with_day(1).unwrap_or(from);
        for _ in 0..12 {
            if first > to {
                return false;
            }
            if first.month() == u32::from(month) {
                return true;
            }
            let Some(next) = first.checked_add_months(Months::new(1)) else { return false };
            first = next;
        }
        false
    }
}

impl FromStr for Edtf {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = match text.split_once('/') {
            Some((start, end)) => Span::interval(start, end)?,
            None => Span::single(text)?,
        };
        Ok(Self {
            text: text.into(),
            precision: span.precision,
            earliest: span.earliest,
            latest: span.latest,
            recurring_month: span.recurring_month,
        })
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The days that a date may mean.
struct Span {
    precision: Precision,
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
    recurring_month: Option<u8>,
}

impl Span {
    fn new(precision: Precision, earliest: NaiveDate, latest: NaiveDate) -> Self {
        Self { precision, earliest: Some(earliest), latest: Some(latest), recurring_month: None }
    }

    fn days(precision: Precision, first: (i32, u32, u32), last: (i32, u32, u32)) -> Result<Self, DateError> {
        Ok(Self::new(precision, day(first)?, day(last)?))
    }

    /// `start/end`; `..` is open, nothing is unknown.
    fn interval(start: &str, end: &str) -> Result<Self, DateError> {
        let bound = |text: &str| match text {
            "" | ".." => Ok(None),
            text => Self::single(text).map(Some),
        };
        let (start, end) = (bound(start)?, bound(end)?);
        let (earliest, latest) = (start.as_ref().and_then(|s| s.earliest), end.as_ref().and_then(|e| e.latest));
        match (&start, &end) {
            (None, None) => return Err(DateError::Form),
            (Some(s), Some(e)) if matches!((s.earliest, e.latest), (Some(a), Some(b)) if a > b) => {
                return Err(DateError::Order);
            }
            _ => {}
        }
        Ok(Self { precision: Precision::Interval, earliest, latest, recurring_month: None })
    }

    /// One date, with at most one of the qualifiers `?`, `~`, `%` at its end.
    fn single(text: &str) -> Result<Self, DateError> {
        let date = text.strip_suffix(['?', '~', '%']).unwrap_or(text);
        if !date.is_ascii() {
            return Err(DateError::Form);
        }
        if date.contains('T') {
            return Self::instant(date);
        }
        let parts: Vec<&str> = date.split('-').collect();
        match parts[..] {
            [year] => Self::year(year),
            [year, month] => Self::month(year, month),
            [year, month, day] => Self::day(year, month, day),
            _ => Err(DateError::Form),
        }
    }

    /// A date with a time of day; only the day is kept of it. A leap second is no time of day here.
    fn instant(text: &str) -> Result<Self, DateError> {
        let (date, time) = text.split_once('T').ok_or(DateError::Form)?;
        let zoned = if time.len() == 8 { format!("{date}T{time}Z") } else { text.to_owned() };
        if time.get(6..8) == Some("60") {
            return Err(DateError::Calendar);
        }
        DateTime::parse_from_rfc3339(&zoned).or(Err(DateError::Form))?;
        Self::single(date)
    }

    fn year(year: &str) -> Result<Self, DateError> {
        match masked(year)? {
            (Some(first), last) if first == last => Self::days(Precision::Year, (first, 1, 1), (last, 12, 31)),
            (Some(first), last) => {
                let precision = if last - first < 10 { Precision::Decade } else { Precision::Century };
                Self::days(precision, (first.max(1), 1, 1), (last, 12, 31))
            }
            (None, _) => Err(DateError::Form),
        }
    }

    fn month(year: &str, month: &str) -> Result<Self, DateError> {
        let (first, last) = masked(year)?;
        match (first, digits(month)) {
            (Some(first), None) if month == "XX" && first == last => Self::year(year),
            (None, Some(month @ 1..=12)) => {
                let recurring_month = u8::try_from(month).ok();
                Ok(Self { precision: Precision::Month, earliest: None, latest: None, recurring_month })
            }
            (Some(year), Some(month @ 1..=12)) if year == last => {
                let start = day((year, month, 1))?;
                Ok(Self::new(Precision::Month, start, last_of_month(start)))
            }
            (Some(year), Some(season @ 21..=24)) if year == last => Self::season(year, season),
            (_, Some(_)) => Err(DateError::Calendar),
            _ => Err(DateError::Form),
        }
    }

    /// Northern meteorological seasons: spring 21 begins in March; winter 24 runs into the next year.
    fn season(year: i32, season: u32) -> Result<Self, DateError> {
        let start = day((year, 3 * (season - 20), 1))?;
        let last = start.checked_add_months(Months::new(2)).ok_or(DateError::Calendar)?;
        Ok(Self::new(Precision::Season, start, last_of_month(last)))
    }

    fn day(year: &str, month: &str, day_text: &str) -> Result<Self, DateError> {
        if day_text == "XX" {
            return Self::month(year, month);
        }
        let (first, last) = masked(year)?;
        match (first, digits(month), digits(day_text)) {
            (Some(year), Some(month), Some(d)) if year == last => {
                let only = day((year, month, d))?;
                Ok(Self::new(Precision::Day, only, only))
            }
            _ => Err(DateError::Form),
        }
    }
}

/// Two ASCII digits.
fn digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The first and last year that `2025`, `202X`, `20XX` may mean; `(None, _)` for the wholly masked `XXXX`.
fn masked(year: &str) -> Result<(Option<i32>, i32), DateError> {
    if year == "XXXX" {
        return Ok((None, 9999));
    }
    let known = year.trim_end_matches('X');
    if year.len() != 4 || known.len() < 2 || !known.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::Form);
    }
    let number = |filler: &str| year.replace('X', filler).parse::<i32>().or(Err(DateError::Form));
    let (first, last) = (number("0")?, number("9")?);
    if last == 0 { Err(DateError::Calendar) } else { Ok((Some(first), last)) }
}

fn day((year, month, day): (i32, u32, u32)) -> Result<NaiveDate, DateError> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|d| (1..=9999).contains(&d.year())).ok_or(DateError::Calendar)
}

fn last_of_month(any: NaiveDate) -> NaiveDate {
    let first_of_next = any.with_day(1).and_then(|d| d.checked_add_months(Months::new(1)));
    first_of_next.and_then(|d| d.pred_opt()).unwrap_or(any)
}
