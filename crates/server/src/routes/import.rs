//! `POST /v1/import`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State as FromState};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use pledgegraph_wire::import::report::{LastBody, SummaryBody};
use pledgegraph_wire::media::{Answer, NDJSON};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::given::Given;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;

use crate::access::origin;
use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::import::{Mode, Run, Settings, Spool, Tail};
use crate::json_body::{check_encoding, check_type};
use crate::layers::negotiation::quality;
use crate::reply::{VERSION, json, set};
use crate::state::State;

/// The most lines of a batch.
const MOST_LINES: i64 = 10_000;
/// How long an import waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

const BATCH: Parameter = Parameter::new(
    "batch",
    Accepts::Integer { min: 0, max: MOST_LINES, default: 0 },
    "0: one commit for all lines, or none. Otherwise a commit for so many new or replaced records, each \
        reported once it is made; a line that is refused fails alone. Without meaning in a dry run.",
);
const DRY_RUN: Parameter = Parameter::new(
    "dry_run",
    Accepts::Flag,
    "Reads and checks all lines, against the database too, and writes nothing. Rules that only a commit can \
        tell (a cycle of `part_of`, what others change meanwhile) show in the real run.",
);
const REPLACE: Parameter = Parameter::new(
    "replace",
    Accepts::Flag,
    "Whether a line takes the place of a record that stands with other content; else that is an error of \
        the line.",
);
const PARAMETERS: [&Parameter; 3] = [&BATCH, &DRY_RUN, &REPLACE];

const DESCRIPTION: &str = "One entity or statement a line, in the form in which `/v1/export` writes them: with its \
`kind`, references as `kind:slug` or identifier, links to statements by identifier or by the `key` of a line. A line may \
name what any other line brings.\n\n\
A line is known by its `id`; else an entity by `kind:slug`, a statement by its `key`, else by its content. Lines whose \
record stands with the same content are `unchanged`: sending an import again, whatever became of it, writes only what is \
missing.\n\n\
Without `batch`, all lines become one commit or none: `errors[]` of a 422 name their line and field (`/lines/7/subject`), \
at most 1,000 of them. With `batch`, the answer has begun before the lines were read: it is a report, whose last line has \
the `summary`, and a `problem` if the database failed; lines that are refused are `failed` and left out, the others of \
their batch are written. The report is in the order in which the lines were decided.\n\n\
A line has at most 1 MiB, the whole has no limit. One import is under way at a time; another one waits for 5 s, then gets \
409 `in-progress`. A client that goes away ends the import: of a whole import nothing is written, of one in batches the \
batches before. `Accept: application/json` gives the summary alone.";

/// `POST /v1/import`.
pub(crate) fn import_records() -> Route {
    Endpoint::write(Method::POST, "import_records", "/v1/import", "operations")
        .says("Import entities and statements", DESCRIPTION)
        .takes(&PARAMETERS)
        .body(NDJSON, None)
        .answers(Answer::LinesOrJson("ImportedLine".to_owned(), "ImportSummary".to_owned()))
        .problems(&[Problem::InProgress])
        .on(handle)
}

async fn handle(FromState(state): FromState<State>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let settings = settings(&state, &parts)?;
    check_type(&parts.headers, &[NDJSON])?;
    check_encoding(&parts.headers)?;
    let wants_lines = wants_lines(&parts.headers)?;
    let import = state.live.import(PATIENCE).await;
    let import = import.map_err(|error| ApiError::of(Problem::StoreUnavailable).caused_by(error))?;
    let Some(import) = import else { return Ok(in_progress()) };
    let spool = wants_lines.then(Spool::new).transpose().map_err(ApiError::of_temporary_file)?;
    let tail = spool.as_ref().map(Spool::tail);
    let run = Run::new(import, origin(&parts), settings, spool);
    match (settings.mode, tail) {
        (Mode::Batches(_), Some(tail)) => {
            tokio::spawn(report(run, body));
            Ok(stream(tail))
        }
        (_, tail) => {
            // Goes on when the client goes away: a commit that was begun ends.
            let whole = tokio::spawn(whole(run, body)).await;
            let summary = whole.map_err(ApiError::internal)??;
            let mut response = match tail {
                Some(tail) => stream(tail),
                None => json(&summary)?,
            };
            set(&mut response, VERSION, &summary.version);
            Ok(response)
        }
    }
}

/// An import that answers when it is done.
async fn whole(mut run: Run, body: Body) -> Result<SummaryBody, ApiError> {
    run.go(body).await?;
    let summary = run.summary();
    if let Some(spool) = run.spool() {
        finish(spool, summary.clone(), None).map_err(ApiError::of_temporary_file)?;
    }
    Ok(summary)
}

/// An import that reports while it goes on.
async fn report(mut run: Run, body: Body) {
    let problem = run.go(body).await.err().map(ApiError::told);
    let Some(spool) = run.spool() else { return };
    if let Err(error) = finish(spool, run.summary(), problem) {
        tracing::error!("the report of an import cannot be written: {error}");
    }
}

fn finish(mut spool: Spool, summary: SummaryBody, problem: Option<serde_json::Value>) -> std::io::Result<()> {
    let mut last = serde_json::to_vec(&LastBody { summary, problem })?;
    last.push(b'\n');
    spool.write(&last)?;
    spool.finish()
}

fn stream(tail: Tail) -> Response {
    let mut response = Response::new(Body::from_stream(tail.pieces()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn in_progress() -> Response {
    let detail = "another import is under way, here or in another process; try again when it is done";
    let mut response = ApiError::new(Problem::InProgress, detail).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

fn settings(state: &State, parts: &Parts) -> Result<Settings, ApiError> {
    let given = Given::parse(parts.uri.query(), &PARAMETERS);
    let snapshot = state.live.snapshot();
    let mut reader = ParameterReader::new(&given, &snapshot, None);
    let batch = reader.number(&BATCH);
    let (dry_run, replace) = (reader.flag(DRY_RUN.name), reader.flag(REPLACE.name));
    reader.finish()?;
    let mode = if batch == 0 || dry_run { Mode::Whole } else { Mode::Batches(batch) };
    Ok(Settings { mode, replace, dry_run })
}

/// Whether the client wants a report; else the summary alone.
fn wants_lines(headers: &HeaderMap) -> Result<bool, ApiError> {
    let lines = quality(headers, "application", "x-ndjson");
    let summary = quality(headers, "application", "json");
    if lines == 0 && summary == 0 && headers.contains_key(ACCEPT) {
        let detail = format!("this path makes {NDJSON} and application/json");
        return Err(ApiError::new(Problem::NotAcceptable, detail));
    }
    Ok(lines >= summary)
}
