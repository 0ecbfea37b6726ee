//! Writes rows a page at a time, so that a list of any length needs the memory of one page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use pledgegraph_graph::Graph;

use super::columns::{Cell, Column};
use crate::reply::{VERSION, set};
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
            self.field(column.name);
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
    Wire { graph, lang: "en" }
}

/// A whole list as an attachment `<name>.csv`.
pub(crate) fn answer<F: 'static>(
    graph: Arc<Graph>,
    name: &str,
    bom: bool,
    columns: &[&'static Column<F>],
    next: NextRows,
) -> Response {
    let mut first = Rows::new();
    first.header(columns);
    let mut head = if bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
    head.extend_from_slice(&first.into_bytes());
    let tag = version(&graph);
    let rows = stream::unfold(Some((graph, None, next)), |state| async move {
        let (graph, after, mut next) = state?;
        let mut rows = Rows::new();
        let last = next(&graph, after, &mut rows);
        Some((rows.into_bytes(), last.map(|last| (graph, Some(last), next))))
    });
    let head = stream::once(std::future::ready(Bytes::from(head)));
    let chunks = futures_util::StreamExt::chain(head, rows);
    let chunks = futures_util::StreamExt::map(chunks, Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}.csv\""));
    set(&mut response, VERSION, &tag);
    response
}
