//! A request as handlers see it: its address, headers and the snapshot that answers it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_LENGTH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, Uri};
use axum::response::Response;
use chrono::{NaiveDate, Utc};
use pledgegraph_graph::Graph;
use pledgegraph_live::Origin;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::{FieldError, Refusal, echo};
use pledgegraph_wire::request::cursor::Cursor;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::given::{self, Given};
use pledgegraph_wire::request::known_at::{KNOWN_AT, read};
use pledgegraph_wire::request::parameter::Parameter;
use pledgegraph_wire::request::reader::ParameterReader;

use crate::access::{ClientAddress, Principal, network, origin};
use crate::endpoint::declared::reads;
use crate::error::ApiError;
use crate::lanes::{Lane, aside, beside};
use crate::request::earlier::Earlier;
use crate::request::language;
use crate::shares::Asker;
use crate::state::State;

/// A body of at most so many bytes is read and checked where it came in: that takes a millisecond.
const SHORT: u64 = 16 * 1024;

/// A request.
pub(crate) struct Ask {
    pub(crate) state: State,
    /// The snapshot that was published when the request came.
    pub(crate) current: Arc<Graph>,
    /// That of its cursor, if it is another.
    earlier: Option<Arc<Graph>>,
    pub(crate) method: Method,
    /// Whether the operation only asks.
    reads: bool,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// Who asks, for the log.
    pub(crate) origin: Origin,
    /// Whose idempotency keys are meant.
    pub(crate) key_owner: String,
    /// For whom long work is done.
    pub(crate) asker: Asker,
}

impl FromRequestParts<State> for Ask {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let current = parts.extensions.get::<Arc<Graph>>().map(Arc::clone);
        Ok(Self {
            state: State::clone(state),
            current: current.unwrap_or_else(|| state.live.snapshot()),
            earlier: parts.extensions.get::<Earlier>().map(|earlier| Arc::clone(&earlier.0)),
            method: parts.method.clone(),
            reads: reads(&parts.method, &parts.extensions),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            origin: origin(parts),
            asker: asker(&parts.extensions),
            key_owner: parts.extensions.get::<Principal>().map(Principal::key).unwrap_or_default(),
        })
    }
}

/// For whom long work is done.
pub(crate) fn asker(extensions: &Extensions) -> Asker {
    extensions.get::<ClientAddress>().map(|address| network(address.0))
}

/// Whether a body of so many bytes is short.
pub(crate) fn is_short(length: u64) -> bool {
    length <= SHORT
}

/// The snapshot of a list and where the page begins.
pub(crate) struct Pinned {
    pub(crate) graph: Arc<Graph>,
    /// The last item before, or how many went before.
    pub(crate) after: Option<u128>,
    /// What `now` meant on the first page.
    pub(crate) today: Option<NaiveDate>,
}

/// The page that follows; empty on the last.
#[derive(Default)]
pub(crate) struct Next {
    /// Its cursor.
    pub(crate) cursor: Option<String>,
    /// Its address.
    pub(crate) address: Option<String>,
}

impl Ask {
    /// Answers on a thread for long work.
    pub(crate) async fn aside(
        self,
        lane: Lane,
        answer: impl FnOnce(&Self) -> Result<Response, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let (state, asker) = (State::clone(&self.state), self.asker);
        aside(&state, (lane, asker), move || answer(&self)).await?
    }

    /// Checks a body, off the threads that take requests up where it is long.
    pub(crate) async fn checks<T>(&self, check: impl FnOnce() -> Result<T, ApiError>) -> Result<T, ApiError> {
        let length = self.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(is_short) {
            return check();
        }
        beside(&self.state, (Lane::Lists, self.asker), check).await?
    }

    /// The parameters, against those that the operation has.
    pub(crate) fn given(&self, known: &[&Parameter]) -> Given {
        let known: Vec<&Parameter> = known.iter().copied().chain(self.reads.then_some(&KNOWN_AT)).collect();
        let mut given = Given::parse(self.uri.query(), &known);
        given.day = self.day();
        if let Some(text) = given.get(KNOWN_AT.name).filter(|text| read(text, Utc::now()).is_none()) {
            let detail = format!("`known_at` cannot be `{}`", echo(text));
            let hint = "a time with its offset, such as 2026-11-23T10:00:00Z, or `now`; `+` is %2B in an address";
            given.errors.push(FieldError {
                parameter: Some(KNOWN_AT.name.to_owned()),
                code: "bad-parameter",
                detail,
                hint: Some(hint.to_owned()),
                ..FieldError::default()
            });
        }
        given
    }

    /// The day of the request: that of `known_at`, else today (UTC).
    pub(crate) fn day(&self) -> NaiveDate {
        let now = Utc::now();
        let moment = self.known_at().and_then(|text| read(&text, now));
        moment.unwrap_or(now).date_naive()
    }

    /// The moment as of which it is asked, as it was given.
    pub(crate) fn known_at(&self) -> Option<String> {
        given::find(self.uri.query(), KNOWN_AT.name).map(|text| text.to_string())
    }

    /// Refuses all parameters, for operations that have none.
    pub(crate) fn plain(&self) -> Result<(), ApiError> {
        let errors = Given::parse(self.uri.query(), &[]).errors;
        if errors.is_empty() { Ok(()) } else { Err(Refusal::parameters(errors).into()) }
    }

    /// The snapshot to answer from: that of the cursor if there is one, else the current.
    pub(crate) fn pin(&self, given: &Given) -> Result<Pinned, ApiError> {
        let Some(text) = given.get("cursor") else {
            return Ok(Pinned { graph: Arc::clone(&self.current), after: None, today: None });
        };
        let cursor = Cursor::decode(text, &self.state.options.cursor_key)
            .filter(|cursor| cursor.question == given.question(self.uri.path()))
            .ok_or_else(|| ApiError::of(Problem::BadCursor))?;
        let mut graphs = [Some(&self.current), self.earlier.as_ref()].into_iter().flatten();
        let graph = graphs.find(|graph| cursor.is_of(graph));
        let graph = Arc::clone(graph.ok_or_else(|| ApiError::of(Problem::CursorExpired))?);
        Ok(Pinned { graph, after: Some(cursor.after), today: Some(cursor.today) })
    }

    /// The page that follows an item, if one does. Its version is kept for a while, so that it can be followed.
    pub(crate) fn next(&self, given: &Given, graph: &Arc<Graph>, today: NaiveDate, after: Option<u128>) -> Next {
        let Some(after) = after else { return Next::default() };
        self.state.live.keep(graph);
        let path = self.uri.path();
        let cursor = Cursor { seq: graph.seq(), chain: chain_of(graph), after, today, question: given.question(path) };
        let cursor = cursor.encode(&self.state.options.cursor_key);
        Next { address: Some(format!("{path}?{}", given.with_cursor(&cursor))), cursor: Some(cursor) }
    }

    /// The language of labels.
    pub(crate) fn lang<'a>(&self, reader: &mut ParameterReader<'a>) -> &'a str {
        reader.lang(LANG.name).unwrap_or_else(|| language::preferred(&self.headers))
    }

    /// Whether the client already has the answer with this entity tag (weak comparison, RFC 9110 13.1.2).
    pub(crate) fn has(&self, etag: &str) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let tags = self.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        tags.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
    }
}

fn chain_of(graph: &Graph) -> [u8; 8] {
    let mut beginning = [0; 8];
    beginning.copy_from_slice(&graph.chain()[..8]);
    beginning
}
