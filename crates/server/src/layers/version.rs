//! Which version answers: the current snapshot, or the past that `known_at` asks for; and whether it is new enough.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State as FromState};
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use pledgegraph_graph::Graph;
use pledgegraph_live::protocol::Reply;
use pledgegraph_live::{Live, StoreError};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::cursor::Cursor;
use pledgegraph_wire::request::form::CURSOR;
use pledgegraph_wire::request::given;
use pledgegraph_wire::request::known_at::{KNOWN_AT, read};

use crate::differences;
use crate::endpoint::declared::reads;
use crate::error::ApiError;
use crate::lanes::of_past;
use crate::request::ask::asker;
use crate::request::earlier::Earlier;
use crate::request::if_match::IfMatch;
use crate::state::State;

pub(crate) const AT_LEAST: HeaderName = HeaderName::from_static("pledgegraph-at-least");
const MAX_STALENESS: HeaderName = HeaderName::from_static("pledgegraph-max-staleness");

/// How long a reader waits for the version that it asks for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a write waits for the version that it rests on: a little longer than the follower sleeps.
const MOMENT: Duration = Duration::from_millis(300);

/// Gives the request the snapshot that answers it, so that one request sees one version.
pub(crate) async fn layer(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    // The body is not for several threads to see, so it waits apart.
    let (mut parts, body) = request.into_parts();
    match snapshots(&state, &parts).await {
        Ok((graph, earlier)) => {
            let agrees = graph.agrees();
            parts.extensions.insert(graph);
            if let Some(earlier) = earlier {
                parts.extensions.insert(earlier);
            }
            let mut response = next.run(Request::from_parts(parts, body)).await;
            if !agrees {
                // The past may be another than was committed where the present is not.
                differences::put(&mut response);
            }
            response
        }
        Err(error) => error.into_response(),
    }
}

async fn snapshots(state: &State, request: &Parts) -> Result<(Arc<Graph>, Option<Earlier>), ApiError> {
    let graph = snapshot(state, request).await?;
    let cursor = given::find(request.uri.query(), CURSOR.name).filter(|_| is_of_graph(request));
    let cursor = cursor.and_then(|text| Cursor::decode(&text, &state.options.cursor_key));
    let Some(cursor) = cursor.filter(|cursor| cursor.seq != graph.seq()) else { return Ok((graph, None)) };
    let earlier = match state.live.kept(cursor.seq).filter(|kept| cursor.is_of(kept)) {
        // Another process may have given it, or this one long ago.
        None => past(state, request, move |live| async move { live.at(cursor.seq).await }).await?,
        kept => kept,
    };
    Ok((graph, earlier.map(Earlier)))
}

async fn past<T: Send + 'static, F: Future<Output = Result<T, StoreError>> + Send + 'static>(
    state: &State,
    request: &Parts,
    ask: impl FnOnce(Live) -> F,
) -> Result<T, ApiError> {
    of_past(state, asker(&request.extensions), ask(state.live.clone())).await?.map_err(ApiError::of_store)
}

/// Whether it is asked of the graph: whether the process lives and is ready is told whatever it follows.
fn is_of_graph(request: &Parts) -> bool {
    request.uri.path().starts_with("/v1/")
}

async fn snapshot(state: &State, request: &Parts) -> Result<Arc<Graph>, ApiError> {
    if !is_of_graph(request) {
        return Ok(state.live.snapshot());
    }
    let at_least = match one(&request.headers, &AT_LEAST)? {
        Some(version) => Some(at_least(state, version).await?),
        None => None,
    };
    if let Some(seconds) = one(&request.headers, &MAX_STALENESS)? {
        fresh_enough(state, seconds)?;
    }
    if let Some(version) = expected(&request.headers) {
        // A client may have read the record from a replica that is ahead.
        state.live.reaches(version, MOMENT).await;
    }
    // What cannot be read is reported by the handler, with everything else that is wrong.
    let moment =
        reads(&request.method, &request.extensions).then(|| given::find(request.uri.query(), KNOWN_AT.name)).flatten();
    match moment.and_then(|text| read(&text, Utc::now())) {
        Some(moment) => past(state, request, move |live| async move { live.known_at(moment).await }).await,
        None => current(state).map(|newest| at_least.unwrap_or(newest)),
    }
}

/// The newest snapshot, unless its history is lost.
fn current(state: &State) -> Result<Arc<Graph>, ApiError> {
    // Asked first: a graph that is loaded anew is published before the loss is over.
    if state.live.is_reloading() {
        return Err(ApiError::of(Problem::Reloading).with_header(RETRY_AFTER, "1"));
    }
    Ok(state.live.snapshot())
}

/// The latest commit of which a write may know.
fn expected(headers: &HeaderMap) -> Option<i64> {
    match IfMatch::of(headers)?.ok()? {
        IfMatch::Versions(named) => named.into_iter().max(),
        IfMatch::Exists => None,
    }
}

/// The value of a header that may be given once.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only.to_str().ok().map(Some).ok_or_else(|| ApiError::of(Problem::BadVersionToken)),
        _ => Err(ApiError::of(Problem::BadVersionToken)),
    }
}

/// A snapshot whose own history has the version.
async fn at_least(state: &State, version: &str) -> Result<Arc<Graph>, ApiError> {
    let version = parse(version).ok_or_else(|| ApiError::of(Problem::BadVersionToken))?;
    if !state.live.was_lost(version) {
        state.live.reaches(version.0, PATIENCE).await;
    }
    let mut graph = current(state)?;
    let mut reply = state.live.reply(&graph, version);
    if reply == Reply::Unclear && state.live.looks_again(PATIENCE).await {
        graph = current(state)?;
        reply = state.live.reply(&graph, version).after_a_look();
    }
    match reply {
        Reply::Held => Ok(graph),
        Reply::Diverged => Err(ApiError::of(Problem::HistoryDiverged)),
        Reply::Behind | Reply::Unclear => Err(ApiError::of(Problem::ReplicaBehind).with_header(RETRY_AFTER, "1")),
    }
}

fn fresh_enough(state: &State, seconds: &str) -> Result<(), ApiError> {
    let allowed: u32 = seconds.parse().or(Err(ApiError::of(Problem::BadVersionToken)))?;
    let age = state.live.status().last_contact.map(|contact| Utc::now().signed_duration_since(contact));
    if age.is_some_and(|age| age.num_seconds() <= i64::from(allowed)) {
        Ok(())
    } else {
        Err(ApiError::of(Problem::TooStale))
    }
}

/// `<seq>.<chain>` as `Pledgegraph-Version` has it.
pub(crate) fn parse(version: &str) -> Option<(i64, [u8; 16])> {
    let (seq, chain) = version.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let seq = Some(seq).filter(|seq| digits(seq))?.parse().ok()?;
    let chain = Some(chain).filter(|chain| chain.len() == 32)?;
    let mut link = [0; 16];
    for (byte, at) in link.iter_mut().zip((0..).step_by(2)) {
        *byte = chain
            .get(at..at + 2)
            .filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())?;
    }
    Some((seq, link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let chain = "00112233445566778899aabbccddeeff";
        assert_eq!(parse(&format!("17.{chain}")).map(|(seq, link)| (seq, link[1], link[15])), Some((17, 0x11, 0xff)));
        for wrong in [
            "",
            "17",
            "17.",
            ".00",
            "-1.00112233445566778899aabbccddeeff",
            "17.0011",
            "x.y",
            "17.é0112233445566778899aabbccddeef",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
