//! When statements were said, as far as one is known to come after another.

use chrono::NaiveDate;
use pledgegraph_model::{Edtf, EntityDetail};

use crate::Graph;
use crate::record::EdgeRecord;

/// The first and the last day that a date may mean; `None`: without a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Order {
    pub(crate) first: Option<NaiveDate>,
    pub(crate) last: Option<NaiveDate>,
}

impl Order {
    pub(crate) fn of(edtf: &Edtf) -> Self {
        Self { first: edtf.earliest(), last: edtf.latest() }
    }

    /// Whether it is certainly after another: its first day comes after the other's last.
    pub(crate) fn is_after(self, other: Self) -> bool {
        matches!((self.first, other.last), (Some(first), Some(last)) if first > last)
    }

    /// The day, where it can mean only one.
    pub(crate) fn only_day(self) -> Option<NaiveDate> {
        self.first.filter(|first| self.last == Some(*first))
    }

    /// For choosing the latest of several dates: the one that ends last, then the one that begins last. So July 2025 is later
    /// than 30 July 2025, for it may mean the 31st. Without an end a date is the latest, without a beginning the earliest.
    fn key(self) -> (NaiveDate, NaiveDate) {
        (self.last.unwrap_or(NaiveDate::MAX), self.first.unwrap_or(NaiveDate::MIN))
    }
}

impl Graph {
    /// When a statement was said; for want of a date, the latest publication of its sources.
    pub(crate) fn order(&self, edge: &EdgeRecord) -> Option<Order> {
        edge.circumstances().said_at.edtf.as_ref().map(Order::of).or_else(|| self.published(edge))
    }

    /// From when a statement does anything to others: from when it is valid, else from when it was said.
    pub(crate) fn begins(&self, edge: &EdgeRecord) -> Option<Order> {
        edge.circumstances().valid_from.edtf.as_ref().map(Order::of).or_else(|| self.order(edge))
    }

    /// The latest publication of the sources of a statement.
    pub(crate) fn published(&self, edge: &EdgeRecord) -> Option<Order> {
        let published = edge.evidence.iter().filter_map(|piece| match &self.record(piece.source)?.entity.detail {
            EntityDetail::Source(source) => source.published.as_ref()?.edtf.as_ref().map(Order::of),
            _ => None,
        });
        published.max_by_key(|order| order.key())
    }

    /// Whether two statements were said at one time: on one day, or without a date in one source.
    pub(crate) fn said_at_one_time(&self, one: &EdgeRecord, other: &EdgeRecord) -> bool {
        let day = |edge| self.order(edge).and_then(Order::only_day);
        let undated = |edge: &EdgeRecord| edge.circumstances().said_at.edtf.is_none();
        let share_a_source = || {
            let sources = |edge: &EdgeRecord| edge.evidence.iter().map(|piece| piece.source).collect::<Vec<_>>();
            let theirs = sources(other);
            sources(one).iter().any(|source| theirs.contains(source))
        };
        matches!((day(one), day(other)), (Some(one), Some(other)) if one == other)
            || (undated(one) && undated(other) && share_a_source())
    }
}
