//! What came of an import: a line for each line, and counts at the end.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answers::warning::WarningBody;
use crate::refusal::FieldError;

/// What came of one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ImportedLine)]
pub struct LineBody {
    /// Its number, from 1.
    #[schema(value_type = i64, example = 1)]
    pub line: u64,
    /// `created`, `unchanged` (the same stands already), `replaced` or `failed`. An open set.
    #[schema(example = "created")]
    pub status: &'static str,
    /// The identifier of its record; absent when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The reference of its entity.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    #[schema(example = "country:GB")]
    pub reference: Option<String>,
    /// The key that it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Everything that is wrong with it, with JSON pointers into the line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FieldError>>)]
    pub errors: Vec<FieldError>,
    /// What to know about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<WarningBody>>)]
    pub warnings: Vec<WarningBody>,
}

/// What came of an import.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = ImportSummary)]
pub struct SummaryBody {
    /// How many lines it had, without blank ones.
    #[schema(value_type = i64, example = 3)]
    pub lines: u64,
    /// How many brought a new record.
    #[schema(value_type = i64, example = 2)]
    pub created: u64,
    /// How many say what stands already.
    #[schema(value_type = i64, example = 1)]
    pub unchanged: u64,
    /// How many took the place of a record.
    #[schema(value_type = i64, example = 0)]
    pub replaced: u64,
    /// How many are refused.
    #[schema(value_type = i64, example = 0)]
    pub failed: u64,
    /// How many commits were made.
    #[schema(value_type = i64, example = 1)]
    pub commits: u64,
    /// Whether nothing was written because only a rehearsal was asked for.
    pub dry_run: bool,
    /// The version that holds it all, as in the header `Pledgegraph-Version`.
    #[schema(example = "2.0123456789abcdef0123456789abcdef")]
    pub version: String,
}

impl SummaryBody {
    /// Counts a line by its status.
    pub fn count(&mut self, status: &str) {
        self.lines += 1;
        match status {
            "created" => self.created += 1,
            "unchanged" => self.unchanged += 1,
            "replaced" => self.replaced += 1,
            _ => self.failed += 1,
        }
    }
}

/// The last line of a report.
#[derive(Debug, Serialize)]
pub struct LastBody {
    /// The counts: of the whole import, or of what was done when a `problem` ended it.
    pub summary: SummaryBody,
    /// What ended it early; absent when it is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<serde_json::Value>,
}
