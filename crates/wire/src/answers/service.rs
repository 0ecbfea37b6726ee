//! What the service says of itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::warning::WarningBody;

/// Where to begin.
#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceBody {
    /// Name of the service.
    #[schema(example = "Pledgegraph")]
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// The version of its data, as in the header `Pledgegraph-Version`.
    pub version: String,
    /// What to know about all of its answers: `content-differs` where the database is not what was committed to it.
    pub warnings: Vec<WarningBody>,
    /// Where to read on and what to ask first.
    pub links: Vec<ServiceLinkBody>,
}

/// An address of the service.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceLink)]
pub struct ServiceLinkBody {
    /// What it gives.
    #[schema(example = "The API in a browser")]
    pub title: &'static str,
    /// The address, relative to the service.
    #[schema(example = "/docs/")]
    pub href: &'static str,
}

/// Whether the process lives.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthBody {
    /// `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether the service can answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub struct ReadinessBody {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// Whether the database answers.
    pub database: bool,
    /// Whether the database has the schema that this build needs.
    pub migrations: bool,
    /// Whether all that is told is what was committed. Where it is not, since somebody changed the database past the log,
    /// the service is ready all the same; `/` says what differs.
    pub content: bool,
    /// The last commit that the graph in memory holds.
    #[schema(example = 1)]
    pub seq: i64,
    /// How many commits the graph in memory is behind the database.
    #[schema(example = 0)]
    pub lag: i64,
}

/// What a kind of problem means.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemType)]
pub struct ProblemTypeBody {
    /// Its URI, as the member `type` of an answer gives it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/bad-parameter")]
    pub kind: &'static str,
    /// In one line.
    pub title: &'static str,
    /// The status of answers of this kind.
    #[schema(value_type = i64, example = 400)]
    pub status: u16,
    /// What it means and what to do.
    pub meaning: &'static str,
}

/// All kinds of problems.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemTypeList)]
pub struct ProblemTypeListBody {
    /// The kinds.
    pub items: Vec<ProblemTypeBody>,
}
