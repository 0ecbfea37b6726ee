//! What all lists that are asked for have alike: parameters, snapshot, language, page, entity tag and 304.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, LINK};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Graph, Page};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, version};
use pledgegraph_wire::request::form::{LANG, LIMIT};
use pledgegraph_wire::request::given::Given;
use pledgegraph_wire::request::parameter::Parameter;
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;

use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::lanes::Lane;
use crate::reply::{self, VERSION, list_tag, set};
use crate::request::ask::{Ask, Pinned};

/// A list that is asked for, its parameters yet to be read.
pub(crate) struct Listing<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) given: Given,
    pinned: Pinned,
    limit: Option<&'static Parameter>,
    has_labels: bool,
}

impl<'a> Listing<'a> {
    /// Takes the parameters that a list has, and the snapshot of its cursor.
    pub(crate) fn new(ask: &'a Ask, parameters: &[&'static Parameter]) -> Result<Self, ApiError> {
        let given = ask.given(parameters);
        let pinned = ask.pin(&given)?;
        let of_name = |name| parameters.iter().copied().find(|parameter| parameter.name == name);
        Ok(Self { ask, given, pinned, limit: of_name(LIMIT.name), has_labels: of_name(LANG.name).is_some() })
    }

    /// Reads what the list has of its own.
    pub(crate) fn reader(&self) -> ParameterReader<'_> {
        ParameterReader::new(&self.given, &self.pinned.graph, self.pinned.today)
    }

    /// Reads what all lists have, and tells all faults at once. `day` is that on which the answer depends: how statements
    /// stand, and what is in force, changes with it.
    pub(crate) fn head<'q>(&'q self, mut reader: ParameterReader<'q>, day: NaiveDate) -> Result<Head<'q>, ApiError> {
        let lang = if self.has_labels { self.ask.lang(&mut reader) } else { "" };
        let limit = self.limit.map_or(usize::MAX, |limit| reader.number(limit));
        let today = reader.today();
        reader.finish()?;
        Ok(Head { page: Page::following(self.pinned.after, limit), today, ..self.head_in(lang, day) })
    }

    /// The head of an answer in a language that is chosen otherwise.
    pub(crate) fn head_in<'q>(&'q self, lang: &'q str, day: NaiveDate) -> Head<'q> {
        let (ask, given, graph) = (self.ask, &self.given, &self.pinned.graph);
        let etag = list_tag(ask, given, graph, lang, day);
        Head { ask, given, graph, lang, page: Page::first(usize::MAX), day, today: day, etag }
    }
}

impl Endpoint {
    /// The operation that reads its parameters, with the day on which the answer depends, and shows what was asked.
    pub(crate) fn lists<Q: 'static>(
        self,
        read: fn(&mut ParameterReader<'_>) -> (Q, NaiveDate),
        show: fn(&Head<'_>, &Q) -> Result<Response, ApiError>,
    ) -> Route {
        let parameters: Arc<[&'static Parameter]> = self.parameters.clone().into();
        let answer = move |ask: &Ask| {
            let listing = Listing::new(ask, &parameters)?;
            let mut reader = listing.reader();
            let (asked, day) = read(&mut reader);
            let head = listing.head(reader, day)?;
            head.unless_held(|| show(&head, &asked))
        };
        self.on(move |ask: Ask| ask.aside(Lane::Analyses, answer.clone()))
    }
}

/// What an answer is an answer to. Its entity tag needs no look at the graph.
pub(crate) struct Head<'q> {
    pub(crate) ask: &'q Ask,
    pub(crate) given: &'q Given,
    pub(crate) graph: &'q Arc<Graph>,
    /// The language of labels; empty where there are none.
    pub(crate) lang: &'q str,
    /// The last item before, or how many went before; and how many are wanted.
    pub(crate) page: Page<u128>,
    pub(crate) day: NaiveDate,
    today: NaiveDate,
    etag: String,
}

impl<'q> Head<'q> {
    /// The answer; 304 for a client that has it.
    pub(crate) fn unless_held(
        &self,
        answer: impl FnOnce() -> Result<Response, ApiError>,
    ) -> Result<Response, ApiError> {
        if !self.ask.has(&self.etag) {
            return answer();
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        self.put(&mut response);
        Ok(response)
    }

    /// Bodies of the snapshot, in the language asked.
    pub(crate) fn wire(&self) -> Wire<'q> {
        Wire::new(self.graph, self.lang)
    }

    /// To which state the answer belongs.
    pub(crate) fn as_of(&self) -> AsOfBody {
        AsOfBody::new(self.graph, self.day)
    }

    /// The page as a body says it, and the address of the next one, if more follow after an item.
    pub(crate) fn next(&self, after: Option<u128>) -> (PageBody, Option<String>) {
        self.next_of(self.given, after)
    }

    /// The same with other parameters.
    pub(crate) fn next_of(&self, given: &Given, after: Option<u128>) -> (PageBody, Option<String>) {
        let next = self.ask.next(given, self.graph, self.today, after);
        (PageBody { limit: self.page.limit, next_cursor: next.cursor }, next.address)
    }

    /// The answer as JSON.
    pub(crate) fn answer<T: Serialize>(&self, body: &T, next: Option<String>) -> Result<Response, ApiError> {
        let mut response = Response::new(Body::from(reply::bytes(body)?));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.put(&mut response);
        if let Some(next) = next {
            set(&mut response, LINK, &format!("<{next}>; rel=\"next\""));
        }
        Ok(response)
    }

    /// The headers of the answer in every form.
    pub(crate) fn put(&self, response: &mut Response) {
        reply::revalidated(response, !self.lang.is_empty());
        set(response, ETAG, &self.etag);
        set(response, VERSION, &version(self.graph));
        if !self.lang.is_empty() {
            set(response, CONTENT_LANGUAGE, self.lang);
        }
    }
}

/// The places of the items of a page, in lists whose cursors count items.
pub(crate) fn counted(page: Page<u128>) -> Range<usize> {
    let skip = page.after.and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    skip..skip.saturating_add(page.limit)
}

/// What the page after these places begins after, if there are more items.
pub(crate) fn rest(places: &Range<usize>, items: usize) -> Option<u128> {
    (places.end < items).then_some(places.end as u128)
}
