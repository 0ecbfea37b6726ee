//! What all writes have alike: preconditions, the idempotency key, rehearsal, and the answer.

pub(crate) mod acknowledgement;
pub(crate) mod collection;
pub(crate) mod endpoints;
pub(crate) mod naming;

use axum::http::header::{ETAG, IF_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use chrono::DateTime;
use pledgegraph_graph::Graph;
use pledgegraph_live::{Expected, Idempotency, Live, Mutation, Receipt, Row, Write, WriteError};
use pledgegraph_model::{Change, EdgeId, Removed, Stamp};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::evidence::{Quotations, quotations_of};
use pledgegraph_wire::answers::list::version_of;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::FieldError;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ApiError;
use crate::reply::{VERSION, bytes, record_tag, set};
use crate::request::ask::Ask;
use crate::request::if_match::IfMatch;
use crate::routes::write::acknowledgement::{Acknowledgement, ToKeep};
use crate::routes::write::collection::Collection;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What a write that was rehearsed would do: an item (RFC 9651) that is `create`, `replace`, `retract` or `merge`, with the
/// number of records that it would write as `changes`.
const REHEARSED: HeaderName = HeaderName::from_static("pledgegraph-dry-run");

pub(crate) const DRY_RUN: Parameter = Parameter::new(
    "dry_run",
    Accepts::Flag,
    "Checks everything, the database included, and changes nothing. The answer is that of the write, with \
        `Pledgegraph-Dry-Run`: what it would do, and to how many records. The record has `version` 0; neither its \
        identifier, if it is a new one, stays, nor are there `ETag` and `Location`.",
);
pub(crate) const CASCADE: Parameter =
    Parameter::new("cascade", Accepts::Flag, "Retracts with it every statement that names it. Needs an admin token.");

/// Into which entity another is merged.
#[derive(ToSchema)]
#[schema(as = MergeInto)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(crate) struct MergeBody {
    /// The entity that stays: `kind:slug`, a slug of the same kind, or an identifier.
    #[schema(example = "country:GB", min_length = 1, max_length = 200, pattern = "^[A-Za-z0-9][A-Za-z0-9:._-]*$")]
    into: String,
}

/// A write as it was asked for.
pub(crate) struct Command<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) dry_run: bool,
    pub(crate) cascade: bool,
    pub(crate) lang: String,
    key: Idempotency,
    /// Whether the client gave the key.
    given_key: bool,
}

/// A write that is ready, and what it is answered with.
pub(crate) struct Prepared {
    pub(crate) would: &'static str,
    pub(crate) status: StatusCode,
    /// The record that the answer shows.
    pub(crate) row: Removed,
    pub(crate) mutations: Vec<Mutation>,
    pub(crate) expected: Vec<(Removed, Expected)>,
    pub(crate) warnings: Vec<WarningBody>,
}

impl<'a> Command<'a> {
    /// Reads parameters and headers; `body` is what the key's fingerprint covers beside them.
    pub(crate) fn read(
        ask: &'a Ask,
        parameters: &[&'static Parameter],
        body: Option<&Value>,
    ) -> Result<Self, ApiError> {
        let given = ask.given(&[parameters, &[&DRY_RUN, &LANG]].concat());
        let mut reader = ParameterReader::new(&given, &ask.current, None);
        let (dry_run, lang) = (reader.flag(DRY_RUN.name), ask.lang(&mut reader).to_owned());
        let cascade = parameters.iter().any(|p| p.name == CASCADE.name) && reader.flag(CASCADE.name);
        reader.finish()?;
        let key = idempotency_key(&ask.headers)?;
        let given_key = key.is_some();
        let key = Idempotency {
            principal: ask.key_owner.clone(),
            key: key.unwrap_or_else(|| Uuid::now_v7().to_string()),
            fingerprint: fingerprint(ask, body),
            answer: String::new(),
        };
        Ok(Self { ask, dry_run, cascade, lang, key, given_key })
    }

    /// The answer of an earlier request with the same key, if there was one: its record may be gone or changed since.
    pub(crate) async fn replay(&self) -> Result<Option<Response>, ApiError> {
        if !self.given_key || self.dry_run {
            return Ok(None);
        }
        let repeated = self.ask.state.live.repeated(&self.key).await.map_err(|error| self.failed(error))?;
        match repeated {
            Some(receipt) => self.answer(&receipt).map(Some),
            None => Ok(None),
        }
    }

    /// Writes, or rehearses, and answers.
    pub(crate) async fn perform(mut self, collection: Collection, write: Prepared) -> Result<Response, ApiError> {
        self.key.answer = self.to_keep(collection, &write)?;
        let Prepared { would, mutations, expected, .. } = write;
        let of_path = expected.first().map(|(row, _)| *row);
        let changes = mutations.len();
        let origin = self.ask.origin.clone();
        let live = &self.ask.state.live;
        if self.dry_run {
            let write = Write { mutations, expected, origin, idempotency: None };
            live.rehearse(write).await.map_err(|error| self.failed_on(collection, of_path, error))?;
            let mut response = Acknowledgement::read(&self.key.answer)?.rehearsed()?;
            set(&mut response, REHEARSED, &format!("{would};changes={changes}"));
            return Ok(response);
        }
        let write = Write { mutations, expected, origin, idempotency: Some(self.key.clone()) };
        // A handler is dropped when its client goes away; the write is not.
        let writer = live.clone();
        let written = tokio::spawn(async move { writer.write(write).await }).await.map_err(ApiError::internal)?;
        let receipt = written.map_err(|error| self.failed_on(collection, of_path, error))?;
        self.answer(&receipt)
    }

    /// What is kept with the key. Labels are those of the snapshot that the request sees.
    fn to_keep(&self, collection: Collection, write: &Prepared) -> Result<String, ApiError> {
        let (status, lang, row) = (write.status.as_u16(), &*self.lang, write.row);
        let mut kept =
            ToKeep { status, lang, location: String::new(), body: "", record: None, warnings: &write.warnings };
        if write.status == StatusCode::NO_CONTENT {
            return serde_json::to_string(&kept).map_err(ApiError::internal);
        }
        let stamp = Stamp { version: 0, recorded_at: DateTime::UNIX_EPOCH };
        let put = |mutation: &Mutation| match mutation {
            Mutation::PutEntity(entity) => Some((Change::PutEntity(Box::new(entity.clone()), 0), stamp)),
            Mutation::PutEdge(edge) => Some((Change::PutEdge(Box::new(edge.clone()), 0), stamp)),
            _ => None,
        };
        let quotations = write.mutations.iter().find_map(|mutation| match mutation {
            Mutation::PutEdge(put) if Removed::Edge(put.id) == row => Some(quotations_of(put)),
            _ => None,
        });
        let quotations = quotations.unwrap_or_default();
        let graph = self.ask.current.showing(&write.mutations.iter().filter_map(put).collect::<Vec<_>>());
        kept.location = collection.location(&graph, row).unwrap_or_default();
        kept.record = Some(collection.show(Wire::new(&graph, lang), row, &quotations)?.unstamped());
        serde_json::to_string(&kept).map_err(ApiError::internal)
    }

    fn answer(&self, receipt: &Receipt) -> Result<Response, ApiError> {
        let kept = Acknowledgement::read(receipt.replayed.as_deref().unwrap_or(&self.key.answer))?;
        let mut response = kept.answer(receipt.seq, receipt.recorded_at)?;
        set(&mut response, VERSION, &version_of(receipt.seq, receipt.chain));
        set(&mut response, IDEMPOTENCY_KEY, &self.key.key);
        if receipt.replayed.is_some() {
            set(&mut response, REPLAYED, "true");
        }
        Ok(response)
    }

    /// What a write that was refused is answered with; a stale record with its current entity tag.
    fn failed_on(&self, collection: Collection, of_path: Option<Removed>, error: WriteError) -> ApiError {
        let WriteError::Stale { row, current: Some(_) } = error else { return self.failed(error) };
        if of_path != Some(row) {
            // Not what the client read, but what the write reads with it: the next attempt sees it as it is.
            let detail = "another record that the write concerns was changed meanwhile; repeat the request";
            return ApiError::new(Problem::WriteContention, detail)
                .with_header(RETRY_AFTER, "1")
                .with_header(IDEMPOTENCY_KEY, self.key.key.clone());
        }
        let graph = self.ask.state.live.snapshot();
        let problem = ApiError::of(Problem::VersionMismatch);
        let none = Quotations::new();
        let shown = collection.show(Wire::new(&graph, &self.lang), row, &none).and_then(|shown| bytes(&shown));
        match shown.ok().zip(version_in(&graph, row)) {
            Some((bytes, version)) => problem.with_header(ETAG, record_tag(version, &bytes)),
            None => problem,
        }
    }

    fn failed(&self, error: WriteError) -> ApiError {
        refusal(error).with_header(IDEMPOTENCY_KEY, self.key.key.clone())
    }
}

/// The quotations of a statement as a commit wrote it.
pub(crate) async fn quotations_at(live: &Live, id: EdgeId, version: i64) -> Result<Quotations, ApiError> {
    let written = live.version_at(Removed::Edge(id), version).await.map_err(ApiError::of_store)?;
    Ok(match written.and_then(|version| version.row) {
        Some(Row::Edge(edge)) => quotations_of(&edge),
        _ => Vec::new(),
    })
}

/// The commit that wrote a row last.
pub(crate) fn version_in(graph: &Graph, row: Removed) -> Option<i64> {
    match row {
        Removed::Entity(id) => graph.entity(id).filter(|view| view.id() == id).map(|view| view.version()),
        Removed::Edge(id) => graph.edge(id).map(|view| view.version()),
    }
}

/// `If-Match`, which every change of a record needs.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<IfMatch, ApiError> {
    let given = IfMatch::of(headers).ok_or_else(|| ApiError::of(Problem::PreconditionRequired))?;
    given.map_err(|()| ApiError::of(Problem::BadEtag))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = values.next() else { return Ok(None) };
    let visible = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    let key = first.to_str().ok().filter(visible).filter(|_| values.next().is_none());
    key.map(|key| Some(key.to_owned())).ok_or_else(|| ApiError::of(Problem::BadIdempotencyKey))
}

/// SHA-256 of all that makes a request another one.
fn fingerprint(ask: &Ask, body: Option<&Value>) -> [u8; 32] {
    let if_match = ask.headers.get(IF_MATCH).map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    let body = body.map(ToString::to_string).unwrap_or_default();
    let parts: [&[u8]; 5] = [
        ask.method.as_str().as_bytes(),
        ask.uri.path().as_bytes(),
        ask.uri.query().unwrap_or_default().as_bytes(),
        if_match,
        body.as_bytes(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What a write that was refused is answered with.
pub(crate) fn refusal(error: WriteError) -> ApiError {
    match error {
        WriteError::Invalid { problems, .. } => ApiError::fields(
            problems.into_iter().map(|(pointer, detail)| field(pointer, "validation", detail)).collect(),
        ),
        WriteError::DanglingReference { ref pointer, missing, .. } => {
            let detail = format!("names {missing}, which does not exist");
            ApiError::fields(vec![field(pointer.clone(), "dangling-reference", detail)])
        }
        WriteError::WrongKind { ref pointer, expected, found, .. } => {
            let detail = format!("names a {found}; a {expected} belongs there");
            ApiError::fields(vec![field(pointer.clone(), "validation", detail)])
        }
        WriteError::EdgeEnds { kind, subject, object, .. } => {
            let detail = format!("a {kind} does not go from a {subject} to a {object}");
            ApiError::fields(vec![field("/subject".to_owned(), "validation", detail)])
        }
        WriteError::DuplicateReference(reference) => {
            ApiError::new(Problem::Duplicate, format!("the reference {reference} is taken"))
        }
        WriteError::DuplicateId => ApiError::new(Problem::Duplicate, "the identifier is taken"),
        WriteError::KindChanged(_) => ApiError::new(Problem::Constraint, "kind: the kind of a record never changes"),
        WriteError::NotFound(_) | WriteError::Stale { current: None, .. } => {
            ApiError::new(Problem::NotFound, "the record does not exist any more")
        }
        WriteError::Stale { current: Some(_), .. } => ApiError::of(Problem::VersionMismatch),
        WriteError::InUse { counts } => {
            let counts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
            ApiError::new(Problem::InUse, format!("it is still named by others: {}", counts.join(", ")))
        }
        WriteError::Constraint { rule, detail } => ApiError::new(Problem::Constraint, format!("{rule}: {detail}")),
        WriteError::NotAllowed { rule, detail } => {
            ApiError::fields(vec![field(String::new(), "validation", format!("{rule}: {detail}"))])
        }
        WriteError::Refused { constraint } => {
            ApiError::new(Problem::Constraint, format!("the rule {constraint} forbids it"))
        }
        WriteError::KeyReused => ApiError::of(Problem::IdempotencyKeyReused),
        WriteError::Busy => ApiError::of(Problem::WriteContention).with_header(RETRY_AFTER, "1"),
        WriteError::Full => ApiError::of(Problem::StoreFull),
        error @ WriteError::Unavailable(_) => {
            ApiError::of(Problem::StoreUnavailable).with_header(RETRY_AFTER, "1").caused_by(error)
        }
        error @ WriteError::OutcomeUnknown(_) => {
            ApiError::of(Problem::OutcomeUnknown).with_header(RETRY_AFTER, "1").caused_by(error)
        }
    }
}

fn field(pointer: String, code: &'static str, detail: String) -> FieldError {
    FieldError { pointer: Some(pointer), code, detail, ..FieldError::default() }
}
