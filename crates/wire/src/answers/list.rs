//! What surrounds the items of a list.

use chrono::{DateTime, NaiveDate, Utc};
use pledgegraph_graph::{Graph, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::included::IncludedBody;
use super::warning::WarningBody;

/// Which page it is.
#[derive(Serialize, ToSchema)]
#[schema(as = PageInfo)]
pub struct PageBody {
    /// At most so many items.
    #[schema(value_type = i64, example = 50)]
    pub limit: usize,
    /// Give it as `cursor` for the items that follow; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// How many items the whole list has.
#[derive(Serialize, ToSchema)]
#[schema(as = Total)]
pub struct TotalBody {
    /// The number.
    #[schema(value_type = i64, example = 3)]
    value: u64,
    /// `eq`: exactly so many; `gte`: at least so many. An open set.
    #[schema(example = "eq")]
    relation: &'static str,
}

impl TotalBody {
    /// Whether there is anything at all.
    pub fn any(&self) -> bool {
        self.value > 0
    }
}

impl From<Total> for TotalBody {
    fn from(total: Total) -> Self {
        Self { value: total.value, relation: if total.exact { "eq" } else { "gte" } }
    }
}

/// To which state of the world and of the service the answer belongs.
#[derive(Serialize, ToSchema)]
#[schema(as = AsOf)]
pub struct AsOfBody {
    /// The day of the answer: that which was asked, else the day of `known_at`, else today (UTC). Asked again with it as
    /// `valid_at` and the same version, what is derived is the same.
    #[schema(format = Date, value_type = String)]
    valid_at: NaiveDate,
    /// When what the answer knows was recorded; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::answers::moment::some")]
    known_at: Option<DateTime<Utc>>,
    /// The version, as in the header `Pledgegraph-Version`.
    #[schema(example = "1.0123456789abcdef0123456789abcdef")]
    version: String,
}

impl AsOfBody {
    /// Of a snapshot and a day.
    pub fn new(graph: &Graph, valid_at: NaiveDate) -> Self {
        Self { valid_at, known_at: graph.recorded_at(), version: version(graph) }
    }
}

/// A list. In the document each collection has its own, with its own items.
#[derive(Serialize)]
pub struct ListBody<'g, I> {
    /// The items of this page.
    pub items: I,
    /// Which page it is.
    pub page: PageBody,
    /// How many items the whole list has.
    pub total: TotalBody,
    /// The rule by which the items were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// To which state the answer belongs.
    pub as_of: AsOfBody,
    /// What to know about the answer.
    pub warnings: Vec<WarningBody>,
    /// The whole bodies of what the items name, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub included: Option<IncludedBody<'g>>,
}

/// `<seq>.<chain>`: a version, as the header `Pledgegraph-Version` gives it.
pub fn version(graph: &Graph) -> String {
    version_of(graph.seq(), graph.chain())
}

/// The version after a commit.
pub fn version_of(seq: i64, chain: [u8; 16]) -> String {
    format!("{seq}.{}", chain_text(chain))
}

/// A link of the chain, hexadecimal.
pub fn chain_text(chain: [u8; 16]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(32);
    for byte in chain {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
