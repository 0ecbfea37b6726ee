//! When statements were said, by month: a filter by date looks only at the months that it touches.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use imbl::OrdMap;
use pledgegraph_model::Date;

use crate::postings::Postings;

/// A range of days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// First day.
    pub(crate) from: Option<NaiveDate>,
    /// Last day.
    pub(crate) to: Option<NaiveDate>,
}

/// A date that may mean more months than this is kept apart: "the 2020s" would stand in 120 lists.
const LONG: i32 = 24;

/// Edges by the months that their `said_at` may mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct SaidMonths {
    /// By month, counted from year 0.
    months: OrdMap<i32, Postings>,
    /// Dates without a bound or of more than two years.
    long: Postings,
    /// No date at all.
    undated: Postings,
}

/// To which lists a date belongs.
enum Shelf {
    Months(std::ops::RangeInclusive<i32>),
    Long,
    Undated,
}

fn month(day: NaiveDate) -> i32 {
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default()
}

fn shelf(date: &Date) -> Shelf {
    match (&date.edtf, date.earliest(), date.latest()) {
        (None, ..) => Shelf::Undated,
        (_, Some(first), Some(last)) if month(last) - month(first) < LONG => Shelf::Months(month(first)..=month(last)),
        _ => Shelf::Long,
    }
}

impl SaidMonths {
    /// Changes every list that a date belongs to.
    pub(crate) fn change(&mut self, date: &Date, change: impl Fn(&mut Postings) -> bool) {
        match shelf(date) {
            Shelf::Undated => {
                change(&mut self.undated);
            }
            Shelf::Long => {
                change(&mut self.long);
            }
            Shelf::Months(months) => {
                for month in months {
                    let mut postings = self.months.get(&month).cloned().unwrap_or_default();
                    change(&mut postings);
                    if postings.is_empty() {
                        self.months.remove(&month);
                    } else {
                        self.months.insert(month, postings);
                    }
                }
            }
        }
    }

    /// The lists that hold every edge whose date lies in the span, possibly or certainly, and some others.
    pub(crate) fn within(&self, span: Span, certain: bool) -> Vec<&Postings> {
        let first = span.from.map_or(i32::MIN, month);
        let last = span.to.map_or(i32::MAX, month);
        let months = if first <= last { Some(self.months.range(first..=last)) } else { None };
        let mut lists: Vec<&Postings> = months.into_iter().flatten().map(|(_, postings)| postings).collect();
        lists.push(&self.long);
        if !certain {
            lists.push(&self.undated);
        }
        lists
    }

    /// All lists.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &Postings> {
        self.months.values().chain([&self.long, &self.undated])
    }
}

/// Collects the lists in slot order.
#[derive(Debug, Default)]
pub(crate) struct SaidBuilder {
    months: BTreeMap<i32, Vec<u32>>,
    long: Vec<u32>,
    undated: Vec<u32>,
}

impl SaidBuilder {
    /// Takes an edge in; slots come in ascending order.
    pub(crate) fn push(&mut self, slot: u32, date: &Date) {
        match shelf(date) {
            Shelf::Undated => self.undated.push(slot),
            Shelf::Long => self.long.push(slot),
            Shelf::Months(months) => months.for_each(|month| self.months.entry(month).or_default().push(slot)),
        }
    }

    pub(crate) fn finish(self) -> SaidMonths {
        SaidMonths {
            months: self.months.into_iter().map(|(month, slots)| (month, Postings::from_sorted(&slots))).collect(),
            long: Postings::from_sorted(&self.long),
            undated: Postings::from_sorted(&self.undated),
        }
    }
}
