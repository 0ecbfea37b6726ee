//! Dates, texts, counts and amounts.

use chrono::NaiveDate;
use pledgegraph_model::{self as model, Code, Edtf};
use serde::Serialize;
use utoipa::ToSchema;

use super::codes;

/// A date as the source states it, never more precise.
#[derive(Serialize, ToSchema)]
#[schema(as = StatedDate)]
pub(crate) struct DateBody<'g> {
    /// The date in EDTF (ISO 8601-2 levels 0 and 1; `XXXX-04` is April of a year unsaid), as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-07-10")]
    edtf: Option<&'g str>,
    /// The source's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    verbatim: Option<&'g str>,
    /// The first day that it may mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, value_type = Option<String>)]
    earliest: Option<NaiveDate>,
    /// The last day that it may mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, value_type = Option<String>)]
    latest: Option<NaiveDate>,
    /// How precise it is; `unknown` where no date is known.
    #[schema(value_type = codes::Precision)]
    precision: &'static str,
    /// Set when the words name a day relative to one that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Anchor>)]
    anchor: Option<&'static str>,
    /// Only in `valid_until`, and only `true`: it has ended, on a day that need not be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<bool>,
}

impl<'g> DateBody<'g> {
    pub(crate) fn new(date: &'g model::Date) -> Self {
        Self {
            edtf: date.edtf.as_ref().map(Edtf::as_str),
            verbatim: date.verbatim.as_deref(),
            earliest: date.earliest(),
            latest: date.latest(),
            precision: date.precision().as_str(),
            anchor: date.anchor.map(Code::as_str),
            ended: date.ended.then_some(true),
        }
    }

    /// `None` for a date that says nothing.
    pub(crate) fn known(date: &'g model::Date) -> Option<Self> {
        (!date.is_unknown()).then(|| Self::new(date))
    }
}

/// A number of members or participants, as stated: "more than 30".
#[derive(Serialize, ToSchema)]
#[schema(as = Count)]
pub(crate) struct CountBody {
    /// How the true number relates to `value`.
    #[schema(value_type = codes::CountOp)]
    op: &'static str,
    /// The number.
    #[schema(value_type = i64)]
    value: u32,
}

impl CountBody {
    pub(crate) fn new(count: model::Count) -> Self {
        Self { op: count.op.as_str(), value: count.value }
    }
}

/// An amount with its unit.
#[derive(Serialize, ToSchema)]
#[schema(as = Quantity)]
pub(crate) struct QuantityBody<'g> {
    /// Whole units.
    #[schema(value_type = i64)]
    value: u64,
    /// What is counted: an ISO 4217 currency code or a noun.
    #[schema(example = "EUR")]
    unit: &'g str,
}

impl<'g> QuantityBody<'g> {
    pub(crate) fn new(quantity: &'g model::Quantity) -> Self {
        Self { value: quantity.value, unit: &quantity.unit }
    }
}
