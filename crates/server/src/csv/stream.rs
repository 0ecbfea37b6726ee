//! Writes rows a page at a time, so that a list of any length needs the memory of one page.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use chrono::NaiveDate;
use futures_util::{StreamExt as _, stream};
use pledgegraph_graph::Graph;

use super::columns::{Cell, Column};
use crate::error::ApiError;
use crate::lanes::{Lane, in_turn};
use crate::reply::{VERSION, list_tag, set};
use crate::request::ask::Ask;
use crate::request::given::Given;
use crate::shares::Asker;
use crate::state::State;
use crate::wire::Wire;
use crate::wire::list::version;

/// Rows that are written at once.
pub(crate) const ROWS: usize = 500;

/// Writes the rows that follow an item into `rows` and names the last item, if more follow.
pub(crate) type NextRows = Box<dyn FnMut(&Graph, Option<u128>, &mut Rows) -> Option<u128> + Send>;

/// Rows of CSV (RFC 4180).
pub(crate) struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    fn new() -> Self {
        Self(csv::Writer::from_writer(Vec::with_capacity(64 * 1024)))
    }

    fn header<F>(&mut self, columns: &[&Column<F>]) {
        for column in columns {
            self.field(&column.name);
        }
        self.end();
    }

    fn field(&mut self, text: &str) {
        // Writing to a Vec cannot fail.
        let _ = self.0.write_field(text);
    }

    fn end(&mut self) {
        let _ = self.0.write_record(None::<&[u8]>);
    }

    /// Writes one row.
    pub(crate) fn row<F>(&mut self, columns: &[&Column<F>], mut write: impl FnMut(&F, &mut Cell)) {
        let mut cell = Cell::default();
        for column in columns {
            cell.clear();
            write(&column.write, &mut cell);
            self.field(cell.defused());
        }
        self.end();
    }

    fn into_bytes(self) -> Bytes {
        self.0.into_inner().unwrap_or_default().into()
    }
}

/// The wire of rows: labels are chosen by column, never by language.
pub(crate) fn wire(graph: &Graph) -> Wire<'_> {
    Wire::new(graph, "en")
}

/// The rows after an item that are still to be written.
type Rest = (Arc<Graph>, Option<u128>, NextRows);

/// The next rows, and what is left after them.
fn piece((graph, after, mut next): Rest) -> (Bytes, Option<Rest>) {
    let mut rows = Rows::new();
    let last = next(&graph, after, &mut rows);
    (rows.into_bytes(), last.map(|last| (graph, Some(last), next)))
}

/// Ends a body that has begun, so that the client does not take it for whole.
pub(crate) fn broken_off(error: ApiError) -> io::Error {
    io::Error::other(error.told().to_string())
}

/// What an export is an answer to; its entity tag needs no look at the graph.
pub(crate) struct ExportHead {
    state: State,
    asker: Asker,
    graph: Arc<Graph>,
    etag: String,
}

impl ExportHead {
    /// The head of an export: weak entity tag of version, question, form and day, as lists have.
    pub(crate) fn new(ask: &Ask, given: &Given, day: NaiveDate) -> Self {
        // The columns are the same in every language.
        let etag = list_tag(ask, given, &ask.current, "", day);
        Self { state: State::clone(&ask.state), asker: ask.asker, graph: Arc::clone(&ask.current), etag }
    }

    /// 304 for a client that has the export.
    pub(crate) fn not_modified(&self, ask: &Ask) -> Option<Response> {
        ask.has(&self.etag).then(|| {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            self.put(&mut response);
            response
        })
    }

    /// A whole list as an attachment `<name>.csv`.
    pub(crate) fn answer<F: 'static>(
        self,
        name: &str,
        bom: bool,
        columns: &[&'static Column<F>],
        next: NextRows,
    ) -> Response {
        let mut first = Rows::new();
        first.header(columns);
        let mut head = if bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        head.extend_from_slice(&first.into_bytes());
        let (state, asker) = (State::clone(&self.state), self.asker);
        let rows = stream::unfold(Some((Arc::clone(&self.graph), None, next)), move |rows| {
            let state = State::clone(&state);
            async move {
                let rows = rows?;
                let piece = in_turn(&state, (Lane::Lists, asker), move || piece(rows)).await;
                Some(piece.map_or_else(|error| (Err(broken_off(error)), None), |(bytes, rest)| (Ok(bytes), rest)))
            }
        });
        // Whoever sends it may poll once more after the end, which `unfold` does not stand.
        let chunks = stream::iter([Ok(Bytes::from(head))]).chain(rows).fuse();
        let mut response = Response::new(Body::from_stream(chunks));
        self.head(&mut response, name);
        response
    }

    /// A table of text as an attachment `<name>.csv`, where the columns depend on the data; the first row is the header.
    pub(crate) fn table(self, name: &str, bom: bool, table: &[Vec<String>]) -> Response {
        let mut rows = Rows::new();
        let mut cell = Cell::default();
        for row in table {
            for text in row {
                cell.clear();
                cell.put(text);
                rows.field(cell.defused());
            }
            rows.end();
        }
        let mut bytes = if bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        bytes.extend_from_slice(&rows.into_bytes());
        let mut response = Response::new(Body::from(bytes));
        self.head(&mut response, name);
        response
    }

    /// The headers of a CSV attachment.
    fn head(&self, response: &mut Response, name: &str) {
        let content_type = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        set(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}.csv\""));
        self.put(response);
    }

    fn put(&self, response: &mut Response) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        set(response, ETAG, &self.etag);
        set(response, VERSION, &version(&self.graph));
    }
}
