//! What surrounds the items of a list.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use pledgegraph_graph::{Graph, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::included::IncludedBody;

/// Which page it is.
#[derive(Serialize, ToSchema)]
#[schema(as = PageInfo)]
pub(crate) struct PageBody {
    /// At most so many items.
    #[schema(value_type = i64, example = 50)]
    pub(crate) limit: usize,
    /// Give it as `cursor` for the items that follow; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// How many items the whole list has.
#[derive(Serialize, ToSchema)]
#[schema(as = Total)]
pub(crate) struct TotalBody {
    /// The number.
    #[schema(value_type = i64, example = 3)]
    value: u64,
    /// `eq`: exactly so many; `gte`: at least so many. An open set.
    #[schema(example = "eq")]
    relation: &'static str,
}

impl TotalBody {
    /// Whether there is anything at all.
    pub(crate) fn any(&self) -> bool {
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
pub(crate) struct AsOfBody {
    /// The day of the answer: that which was asked, else the day of `known_at`, else today (UTC). Asked again with it as
    /// `valid_at` and the same version, what is derived is the same.
    #[schema(format = Date, value_type = String)]
    valid_at: NaiveDate,
    /// When what the answer knows was recorded; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::wire::moment::some")]
    known_at: Option<DateTime<Utc>>,
    /// The version, as in the header `Pledgegraph-Version`.
    #[schema(example = "1.0123456789abcdef0123456789abcdef")]
    version: String,
}

impl AsOfBody {
    pub(crate) fn new(graph: &Graph, valid_at: NaiveDate) -> Self {
        Self { valid_at, known_at: graph.recorded_at(), version: version(graph) }
    }
}

/// Something to know about the answer.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = AnswerWarning)]
pub(crate) struct WarningBody {
    /// The kind of warning. An open set.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// What to know.
    pub(crate) detail: String,
    /// Of `set-aside`: how many matching statements were left out, by standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, i64>>)]
    pub(crate) standings: Option<BTreeMap<&'static str, u64>>,
    /// Of `set-aside`: `eq`, or `gte` where counting stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "eq")]
    pub(crate) relation: Option<&'static str>,
    /// Of `set-aside`: the request that shows them; of a question with a body, the member that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
    /// Of `content-differs`: the records, the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<Vec<String>>,
}

impl WarningBody {
    /// A warning in words.
    pub(crate) fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), ..Self::default() }
    }
}

/// A list. In the document each collection has its own, with its own items.
#[derive(Serialize)]
pub(crate) struct ListBody<'g, I> {
    pub(crate) items: I,
    pub(crate) page: PageBody,
    pub(crate) total: TotalBody,
    pub(crate) as_of: AsOfBody,
    pub(crate) warnings: Vec<WarningBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) included: Option<IncludedBody<'g>>,
}

/// `<seq>.<chain>`: a version, as the header `Pledgegraph-Version` gives it.
pub(crate) fn version(graph: &Graph) -> String {
    version_of(graph.seq(), graph.chain())
}

/// The version after a commit.
pub(crate) fn version_of(seq: i64, chain: [u8; 16]) -> String {
    format!("{seq}.{}", chain_text(chain))
}

/// A link of the chain, hexadecimal.
pub(crate) fn chain_text(chain: [u8; 16]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(32);
    for byte in chain {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
