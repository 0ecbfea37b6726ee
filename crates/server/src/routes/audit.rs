//! Who changed what: the commits of the log, for admins.

use axum::http::header::{CACHE_CONTROL, LINK};
use axum::response::Response;
use chrono::{DateTime, Utc};
use pledgegraph_live::{AuditEntry, Touched};
use pledgegraph_wire::answers::list::chain_text;
use pledgegraph_wire::media::Answer;
use pledgegraph_wire::request::form::LIMIT;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::endpoint::{Endpoint, Needs, Route, problems};
use crate::error::ApiError;
use crate::reply::{json, set};
use crate::request::ask::Ask;

/// The greatest whole number that every reader of JSON takes.
const GREATEST: i64 = (1 << 53) - 1;

const BEFORE: Parameter = Parameter::new(
    "before",
    Accepts::Integer { min: 1, max: GREATEST, default: GREATEST },
    "Only commits before this one: `page.next_before` of the page before. Absent: from the newest.",
);
const PARAMETERS: [&Parameter; 2] = [&BEFORE, &LIMIT];

/// A page of the audit.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub(crate) struct AuditPageBody {
    /// The commits, the newest first.
    items: Vec<AuditEntryBody>,
    /// Which page it is.
    page: AuditPageInfoBody,
}

/// Which page of the audit it is.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditPageInfo)]
struct AuditPageInfoBody {
    /// At most so many commits.
    #[schema(value_type = i64, example = 50)]
    limit: usize,
    /// Give it as `before` for the commits that follow; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<i64>,
}

/// A commit: who changed what, when, and from where.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct AuditEntryBody {
    /// Its place in the log.
    #[schema(example = 17)]
    seq: i64,
    /// Its link of the chain, hexadecimal: it covers everything here and everything before.
    #[schema(example = "0123456789abcdef0123456789abcdef")]
    chain: String,
    /// When it was recorded.
    #[serde(serialize_with = "pledgegraph_wire::answers::moment::serialize")]
    recorded_at: DateTime<Utc>,
    /// The name of the token, or the subject of the JWT; absent for what the program itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "newsroom")]
    principal: Option<String>,
    /// The identifier of the token; absent for a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Uuid>,
    /// The identifier of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// The address that the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "192.0.2.7")]
    address: Option<String>,
    /// How many changes it has; a whole load counts as one.
    #[schema(example = 1)]
    changes: i32,
    /// What was changed: the first 20.
    touched: Vec<TouchedBody>,
}

/// What a commit changed.
#[derive(Serialize, ToSchema)]
#[schema(as = Touched)]
struct TouchedBody {
    /// `put`, `remove` or `merge`. An open set.
    #[schema(example = "put")]
    op: String,
    /// `entity`, `edge`, or `bulk` for a whole load. An open set.
    #[schema(example = "entity")]
    subject: String,
    /// The identifier; absent for a load.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// The reference of an entity; absent when it was removed.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    #[schema(example = "country:GB")]
    reference: Option<String>,
    /// The kind; absent when it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "country")]
    kind: Option<String>,
    /// How many records a load brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<i64>,
}

impl From<AuditEntry> for AuditEntryBody {
    fn from(entry: AuditEntry) -> Self {
        Self {
            seq: entry.seq,
            chain: chain_text(entry.chain),
            recorded_at: entry.recorded_at,
            principal: entry.origin.principal,
            token: entry.origin.token,
            request: entry.origin.request,
            address: entry.origin.address,
            changes: entry.changes,
            touched: entry.touched.into_iter().map(TouchedBody::from).collect(),
        }
    }
}

impl From<Touched> for TouchedBody {
    fn from(touched: Touched) -> Self {
        let Touched { op, subject, id, kind, slug, rows } = touched;
        let reference = kind.as_ref().zip(slug).map(|(kind, slug)| format!("{kind}:{slug}"));
        Self { op, subject, id, reference, kind, rows }
    }
}

/// `GET /v1/audit`.
pub(crate) fn list_audit() -> Route {
    Endpoint::get("list_audit", "/v1/audit", "operations")
        .needs(Needs::Admin)
        .says(
            "List who changed what",
            "The commits of the log, the newest first: who made each, with which token, from which request and \
            address, and what it changed. Needs the scope `admin`. Refused requests are in the log of the service.",
        )
        .takes(&PARAMETERS)
        .answers(Answer::Untagged("AuditPage".to_owned()))
        .problems(problems::EXPORT)
        .on(async |ask: Ask| answer(&ask).await)
}

async fn answer(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&PARAMETERS);
    let mut reader = ParameterReader::new(&given, &ask.current, None);
    let (before, limit) = (reader.number(&BEFORE), reader.number(&LIMIT));
    reader.finish()?;
    // What was known at the moment that is asked for.
    let known = ask.current.seq() + 1;
    let (before, most) = (i64::try_from(before).unwrap_or(GREATEST).min(known), i64::try_from(limit).unwrap_or(1));
    // One more than asked for tells whether a page follows.
    let mut entries = ask.state.live.audit(Some(before), most + 1).await.map_err(ApiError::of_store)?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next_before = entries.last().map(|entry| entry.seq).filter(|_| more);
    let items = entries.into_iter().map(AuditEntryBody::from).collect();
    let mut response = json(&AuditPageBody { items, page: AuditPageInfoBody { limit, next_before } })?;
    if let Some(before) = next_before {
        set(&mut response, LINK, &format!("</v1/audit?before={before}&limit={limit}>; rel=\"next\""));
    }
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}
