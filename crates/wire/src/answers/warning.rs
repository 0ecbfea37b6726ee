//! What to know about an answer.

use std::collections::BTreeMap;

use pledgegraph_model::Standing;
use serde::Serialize;
use utoipa::ToSchema;

/// How many statements were left out, by standing; `false`: counting stopped at its budget.
pub type Counts = (Vec<(Standing, u64)>, bool);

/// Something to know about the answer.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = AnswerWarning)]
pub struct WarningBody {
    /// The kind of warning. An open set.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What to know.
    pub detail: String,
    /// Of `set-aside`: how many matching statements were left out, by standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, i64>>)]
    pub standings: Option<BTreeMap<&'static str, u64>>,
    /// Of `set-aside`: `eq`, or `gte` where counting stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "eq")]
    pub relation: Option<&'static str>,
    /// Of `set-aside`: the request that shows them; of a question with a body, the member that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Of `content-differs`: the records, the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<String>>,
}

impl WarningBody {
    /// A warning in words.
    pub fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), ..Self::default() }
    }
}
