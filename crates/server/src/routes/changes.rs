//! The feed of changes: every change of every commit, for whoever follows.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream;
use pledgegraph_graph::Graph;
use pledgegraph_live::{Live, LoggedChange};
use pledgegraph_model::Removed;
use pledgegraph_wire::answers::list::{version, version_of};
use pledgegraph_wire::formats::ndjson::put_line;
use pledgegraph_wire::media::{Answer, NDJSON};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::lanes::{Lane, in_turn, of_database};
use crate::layers::negotiation::quality;
use crate::layers::version::parse;
use crate::pieces::{self, Piece};
use crate::reply::{VERSION, json, set};
use crate::request::ask::Ask;
use crate::shares::Asker;
use crate::state::State;
use crate::streams::Stream as OpenStream;

const SINCE: Parameter = Parameter::new(
    "since",
    Accepts::Text,
    "The changes after this place: `next` of a page, `position` of a change, or a version as \
        `Pledgegraph-Version` gives it. Absent or `0`: from the beginning.",
)
.example("0");
const LIMIT: Parameter = Parameter::new(
    "limit",
    Accepts::Integer { min: 1, max: 1000, default: 100 },
    "At most so many changes a page. Streams are not paged.",
);
const PARAMETERS: [&Parameter; 2] = [&SINCE, &LIMIT];
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How many changes a stream reads at once.
const AT_ONCE: usize = 500;
/// How many events a stream writes before others have a turn.
const IN_A_ROW: usize = 16;
/// How often a stream without news says that it lives.
const ALIVE: Duration = Duration::from_secs(15);

/// One change.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeBody {
    /// Its place in the feed; give it as `since` for what follows.
    #[schema(example = "1.0123456789abcdef0123456789abcdef:0")]
    position: String,
    /// The commit.
    version: i64,
    /// When the commit was recorded.
    #[serde(serialize_with = "pledgegraph_wire::answers::moment::serialize")]
    recorded_at: DateTime<Utc>,
    /// `put`: the record is as `record` says; `remove`: it is gone; `merge`: it is gone into `merged_into`. An open set.
    #[schema(example = "put")]
    op: &'static str,
    /// `entity` or `edge`. An open set.
    #[schema(example = "edge")]
    subject: &'static str,
    /// The record.
    id: Uuid,
    /// Its kind, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "commitment")]
    kind: Option<String>,
    /// The entity that it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<Uuid>,
    /// The record afterwards, as the log has it: whole, with identifiers in place of references.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    record: Option<Box<RawValue>>,
}

/// A page of the feed.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangePage)]
pub(crate) struct ChangePageBody {
    /// The changes, in order.
    items: Vec<ChangeBody>,
    /// The place after the last of them: `since` of the next page, and of the next look when there is none.
    next: String,
    /// Whether more follow already.
    more: bool,
    /// The version up to which the feed goes now.
    version: String,
}

/// A place in the feed: after a change of a commit; -1 = after all of it.
type Place = (i64, i32);

/// `GET /v1/changes`.
pub(crate) fn list_changes() -> Route {
    Endpoint::get("list_changes", "/v1/changes", "graph")
        .says(
            "Follow what changes",
            "Every change of every commit, in order, removals and merges included. As JSON, a page at a time; \
            with `Accept: application/x-ndjson`, all up to now, one a line; with `Accept: text/event-stream`, all and \
            then what comes, each event with its position as `id`, so that a client goes on with `Last-Event-ID`. A \
            version of another history is 409.",
        )
        .takes(&PARAMETERS)
        .answers(Answer::Feed("Change".to_owned(), "ChangePage".to_owned()))
        .problems(&[Problem::HistoryDiverged, Problem::ForbiddenCharacter])
        .on(async |ask: Ask| answer(&ask).await)
}

async fn answer(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&PARAMETERS);
    let mut reader = ParameterReader::new(&given, &ask.current, None);
    let limit = reader.number(&LIMIT);
    let resumed = ask.headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let since = resumed.or_else(|| reader.text(SINCE.name)).unwrap_or("0");
    let asked = place(since);
    if asked.is_none() {
        reader.fail(SINCE.name, "`since` is `next` or `position` of this feed, a version, or `0`".to_owned());
    }
    reader.finish()?;
    let from = asked.unwrap_or(((0, -1), None));
    let from = known(&ask.state.live, from).await?;
    let wants = |kind, subkind| quality(&ask.headers, kind, subkind);
    let (page, lines, events) =
        (wants("application", "json"), wants("application", "x-ndjson"), wants("text", "event-stream"));
    // `*/*` means the page.
    let named = ask.headers.contains_key(ACCEPT);
    if named && events > page.max(lines) {
        let stream = ask.state.streams.begin(ask.asker).ok_or_else(|| {
            let detail = "too many streams of events are open";
            ApiError::new(Problem::Overloaded, detail).with_header(RETRY_AFTER, "10")
        })?;
        return Ok(follow(&ask.state, ask.asker, from, stream));
    }
    if named && lines > page {
        return Ok(all(ask, from));
    }
    if page == 0 {
        let detail = "the feed is application/json, application/x-ndjson or text/event-stream";
        return Err(ApiError::new(Problem::NotAcceptable, detail));
    }
    one_page(ask, from, limit).await
}

/// Reads a place and the chain link that it must have; `None` when it is none.
fn place(text: &str) -> Option<(Place, Option<[u8; 16]>)> {
    if text == "0" {
        return Some(((0, -1), None));
    }
    let (version, ordinal) = match text.split_once(':') {
        Some((version, ordinal)) => (version, ordinal.parse().ok().filter(|ordinal: &i32| *ordinal >= 0)?),
        None => (text, -1),
    };
    parse(version).map(|(seq, chain)| ((seq, ordinal), Some(chain)))
}

/// Checks that a place is in this history.
async fn known(live: &Live, (place, chain): (Place, Option<[u8; 16]>)) -> Result<Place, ApiError> {
    let Some(chain) = chain.filter(|_| place.0 > 0) else { return Ok(place) };
    let own = live.chain_at(place.0).await.map_err(ApiError::of_store)?;
    if own == Some(chain) { Ok(place) } else { Err(ApiError::of(Problem::HistoryDiverged)) }
}

/// Of the changes after a place those that the newest snapshot holds; `None` where that place or one of them is not in its
/// history.
fn held(
    live: &Live,
    (after, link): (Place, Option<[u8; 16]>),
    mut found: Vec<LoggedChange>,
) -> Option<VecDeque<LoggedChange>> {
    let graph = live.snapshot();
    found.retain(|change| change.seq <= graph.seq());
    let is_ours = graph.link_at(after.0) == link && found.iter().all(|change| is_held(&graph, change));
    (is_ours && !live.is_reloading()).then(|| found.into())
}

/// Whether a change is of a commit that a snapshot holds. What the database tells after a failover may be of another history.
fn is_held(graph: &Graph, change: &LoggedChange) -> bool {
    graph.link_at(change.seq) == Some(change.chain)
}

async fn one_page(ask: &Ask, from: Place, limit: usize) -> Result<Response, ApiError> {
    let upto = ask.current.seq();
    let mut found = ask.state.live.changes(from, limit + 1).await.map_err(ApiError::of_store)?;
    found.retain(|change| change.seq <= upto);
    if !found.iter().all(|change| is_held(&ask.current, change)) {
        return Err(ApiError::of(Problem::Reloading).with_header(RETRY_AFTER, "1"));
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let chain = if from.0 == 0 { None } else { ask.state.live.chain_at(from.0).await.map_err(ApiError::of_store)? };
    let start = chain.map_or_else(|| "0".to_owned(), |chain| written(from, chain));
    let next = found.last().map_or(start, position);
    let body = ChangePageBody { items: found.iter().map(body).collect(), next, more, version: version(&ask.current) };
    let mut response = json(&body)?;
    set(&mut response, VERSION, &body.version);
    Ok(response)
}

fn written((seq, ordinal): Place, chain: [u8; 16]) -> String {
    let version = version_of(seq, chain);
    if ordinal < 0 { version } else { format!("{version}:{ordinal}") }
}

fn position(change: &LoggedChange) -> String {
    written((change.seq, change.ordinal), change.chain)
}

fn body(change: &LoggedChange) -> ChangeBody {
    let (subject, id) = match change.subject {
        Removed::Entity(id) => ("entity", id.0),
        Removed::Edge(id) => ("edge", id.0),
    };
    ChangeBody {
        position: position(change),
        version: change.seq,
        recorded_at: change.recorded_at,
        op: change.op,
        subject,
        id,
        kind: change.kind.clone(),
        merged_into: change.merged_into.map(|id| id.0),
        record: change.image.clone().and_then(|image| RawValue::from_string(image).ok()),
    }
}

/// All up to now, one a line. Breaks off where the history is lost meanwhile.
fn all(ask: &Ask, from: Place) -> Response {
    let (state, asker, graph) = (State::clone(&ask.state), ask.asker, Arc::clone(&ask.current));
    let lines = pieces::body(None, Some(from), move |from| {
        let (state, graph) = (State::clone(&state), Arc::clone(&graph));
        async move { lines(&state, asker, graph, from).await }
    });
    let mut response = Response::new(lines);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set(&mut response, VERSION, &version(&ask.current));
    response
}

/// Some of the changes after a place that a snapshot holds.
async fn lines(state: &State, asker: Asker, graph: Arc<Graph>, from: Place) -> Result<Piece<Place>, ApiError> {
    let page = of_database(state, asker, state.live.changes(from, AT_ONCE)).await;
    let mut page = page.map_err(ApiError::of_store)?;
    let next = page.last().map(|last| (last.seq, last.ordinal)).filter(|last| last.0 <= graph.seq());
    page.retain(|change| change.seq <= graph.seq());
    if !page.iter().all(|change| is_held(&graph, change)) {
        return Err(ApiError::of(Problem::HistoryDiverged));
    }
    in_turn(state, (Lane::Lists, asker), move || {
        let mut text = Vec::with_capacity(page.len() * 1024);
        for change in &page {
            put_line(&body(change), &mut text);
        }
        (text.into(), next)
    })
    .await
}

/// All, and then what comes. Ends where the history is lost: the client that goes on with `Last-Event-ID` is told.
fn follow(state: &State, asker: Asker, from: Place, counted: OpenStream) -> Response {
    let news = state.live.published_seq();
    let place = (from, state.live.snapshot().link_at(from.0));
    let start = (State::clone(state), news, place, VecDeque::new());
    let events = stream::unfold(start, move |(state, mut news, mut place, mut waiting)| {
        let _ = &counted;
        async move {
            let live = &state.live;
            while waiting.is_empty() {
                // Seen before the look, so that no commit falls between the two.
                news.borrow_and_update();
                waiting = match of_database(&state, asker, live.changes(place.0, AT_ONCE)).await {
                    Ok(found) => held(live, place, found)?,
                    Err(error) => {
                        tracing::warn!(%error, "an event stream breaks off; its client goes on with Last-Event-ID");
                        return None;
                    }
                };
                if waiting.is_empty() {
                    // The service ends: so does the stream.
                    tokio::select! {
                    () = live.streams_end() => return None,
                    changed = news.changed() => changed.ok()?,
                    }
                }
            }
            let change: LoggedChange = waiting.pop_front()?;
            if waiting.len().is_multiple_of(IN_A_ROW) {
                tokio::task::yield_now().await;
            }
            place = ((change.seq, change.ordinal), Some(change.chain));
            let data = serde_json::to_string(&body(&change)).unwrap_or_default();
            let event = Event::default().id(position(&change)).event(change.op).data(data);
            Some((Ok::<_, Infallible>(event), (state, news, place, waiting)))
        }
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let version = "17.00112233445566778899aabbccddeeff";
        assert_eq!(place("0"), Some(((0, -1), None)));
        assert_eq!(place(version).map(|(place, _)| place), Some((17, -1)));
        let (after, chain) = place(&format!("{version}:3")).expect("a place");
        assert_eq!(written(after, chain.expect("a link")), format!("{version}:3"));
        for wrong in ["", "17", "x", "17.0011", &format!("{version}:-1"), &format!("{version}:x")] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
