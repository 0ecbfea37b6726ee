//! Lists that have every format: what is said of one once, and pages and whole answers are written from.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use chrono::NaiveDate;
use pledgegraph_graph::{Graph, Page, Total};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::list::ListBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::format::{Format, Shows, Whole};
use pledgegraph_wire::formats::FORMATS;
use pledgegraph_wire::items::Items;
use pledgegraph_wire::openapi::schemas::NamedSchema;
use pledgegraph_wire::request::form::{FIELDS, fields};
use pledgegraph_wire::request::include::INCLUDE;
use pledgegraph_wire::request::parameter::Parameter;
use pledgegraph_wire::request::reader::ParameterReader;
use serde::{Serialize, Serializer};

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::lanes::{Lane, in_turn};
use crate::listing::{Head, Listing};
use crate::pieces;
use crate::reply::{TRUNCATED, set};
use crate::request::ask::Ask;
use crate::set_aside;
use crate::state::State;

/// Items of a whole answer that are written at once.
pub(crate) const AT_ONCE: usize = 500;

/// A list.
pub(crate) trait List: Sync {
    /// What is asked of it, whatever the format.
    type Asked: Send + Sync + 'static;
    /// Some of its items in a row, with what is found out for all of them.
    type Items<'g>: Items
    where
        Self: 'g;

    /// What the document says of it.
    fn doc(&self) -> ListDoc;

    /// The parameters that narrow it.
    fn filters(&self) -> Vec<&'static Parameter>;

    /// The members of its items, or their columns; empty where `fields` is not offered.
    fn names(&self, shows: Shows) -> Vec<&'static str>;

    /// What `include` takes; empty where it is not offered.
    fn include(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Whether a page takes less than finding a thread for it.
    fn is_small(&self, _ask: &Ask, _parameters: &[&'static Parameter]) -> bool {
        false
    }

    /// Reads what is asked, and the day on which the answer depends.
    fn read(&self, reader: &mut ParameterReader<'_>) -> (Self::Asked, NaiveDate);

    /// Finds out what all items need, before the first of them.
    fn prepare(&self, _ask: &Ask, _face: Face<'_>, _asked: &mut Self::Asked, _whole: bool) -> Result<(), ApiError> {
        Ok(())
    }

    /// How many items of a whole answer are found at once.
    fn at_once(&self, _asked: &Self::Asked) -> usize {
        AT_ONCE
    }

    /// The items of a page.
    fn part<'g>(&'static self, asked: &'g Self::Asked, face: Face<'g>, page: Page<u128>) -> Part<Self::Items<'g>>;

    /// What the answer leaves out because it does not count.
    fn left_out(&self, _head: &Head<'_>, _asked: &Self::Asked) -> Option<WarningBody> {
        None
    }
}

/// What the document says of a list.
pub(crate) struct ListDoc {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    pub(crate) tag: &'static str,
    /// What its pages are for.
    pub(crate) summary: String,
    /// What its items are.
    pub(crate) items: &'static str,
    pub(crate) description: String,
    /// The same of the whole list.
    pub(crate) whole: String,
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// Whether what it has of its own is named for that schema; else for the list.
    pub(crate) named_for_items: bool,
}

impl ListDoc {
    /// Of a collection, under a tag.
    pub(crate) fn new((name, tag): (&'static str, &'static str), schema: &'static str, description: &str) -> Self {
        Self {
            name,
            tag,
            summary: format!("List {name}"),
            items: name,
            description: description.to_owned(),
            whole: format!("{description} The whole list, narrowed by the same filters."),
            schema,
            named_for_items: true,
        }
    }
}

/// How items are to be shown.
pub(crate) struct Form {
    lang: String,
    shows: Shows,
    /// The members or columns that are wanted; `None` = all.
    pub(crate) only: Option<Vec<&'static str>>,
}

/// Of which snapshot items are shown, and how.
#[derive(Clone, Copy)]
pub(crate) struct Face<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) form: &'g Form,
}

impl<'g> Face<'g> {
    pub(crate) fn wire(self) -> Wire<'g> {
        Wire::new(self.graph, &self.form.lang)
    }

    /// Whether one of these members or columns is wanted.
    pub(crate) fn has(self, names: &[&str]) -> bool {
        self.form.only.as_ref().is_none_or(|only| only.iter().any(|name| names.contains(name)))
    }

    /// The columns of a list, in formats that have them.
    pub(crate) fn columns<C>(self, all: impl FnOnce() -> Vec<C>) -> Vec<C> {
        if self.form.shows == Shows::Columns { all() } else { Vec::new() }
    }
}

/// Some items of a list in a row.
pub(crate) struct Part<I> {
    pub(crate) items: I,
    /// What those that follow begin after, if there are more.
    pub(crate) after: Option<u128>,
    pub(crate) total: Total,
    /// What to know about the items.
    pub(crate) warnings: Vec<WarningBody>,
    /// Whether items of the list may be missing.
    pub(crate) truncated: bool,
}

/// The operations of a list, in the order of [`FORMATS`], with the schemas that it brings.
pub(crate) fn routes<L: List>(list: &'static L, schemas: Vec<NamedSchema>) -> Vec<Route> {
    let route = |format| {
        let operation = Arc::new(Operation { list, format, parameters: parameters(list, format) });
        operation.endpoint().on(move |ask: Ask| Arc::clone(&operation).answer(ask))
    };
    let mut routes: Vec<Route> = FORMATS.into_iter().map(route).collect();
    routes[0].endpoint.schemas = schemas;
    routes
}

/// The parameters of a list in a format.
fn parameters<L: List>(list: &L, format: &Format) -> Vec<&'static Parameter> {
    let offered = |parameter: &&&'static Parameter| match parameter.name {
        name if name == FIELDS.name => !list.names(format.shows).is_empty(),
        name if name == INCLUDE.name => !list.include().is_empty(),
        _ => true,
    };
    let mut parameters = list.filters();
    parameters.extend(format.parameters.iter().filter(offered).copied());
    parameters
}

/// A list in a format.
struct Operation<L: List + 'static> {
    list: &'static L,
    format: &'static Format,
    parameters: Vec<&'static Parameter>,
}

impl<L: List> Operation<L> {
    fn endpoint(&self) -> Endpoint {
        let Format { verb, suffix, name: format, .. } = self.format;
        let ListDoc { name, tag, summary, items, description, whole, schema, named_for_items } = self.list.doc();
        let names = self.list.names(self.format.shows);
        let endpoint = Endpoint::get(format!("{verb}_{name}"), format!("/v1/{name}{suffix}"), tag);
        let endpoint = if self.format.whole.is_none() {
            endpoint.says(summary, description).problems(problems::LIST)
        } else {
            let verb = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
            endpoint.says(format!("{verb} {items} as {format}"), whole).problems(problems::EXPORT)
        };
        let endpoint = if named_for_items { endpoint.about(schema) } else { endpoint };
        endpoint
            .takes(&self.parameters)
            .names(&FIELDS, names.clone())
            .names(&INCLUDE, self.list.include())
            .answers((self.format.answer)(schema, names))
    }

    async fn answer(self: Arc<Self>, ask: Ask) -> Result<Response, ApiError> {
        match &self.format.whole {
            None if self.list.is_small(&ask, &self.parameters) => self.page(&ask),
            None => ask.aside(Lane::Lists, move |ask| self.page(ask)).await,
            Some(way) => ask.aside(Lane::Lists, move |ask| self.whole(ask, way)).await,
        }
    }

    /// A page as JSON.
    fn page(&self, ask: &Ask) -> Result<Response, ApiError> {
        let list = self.list;
        let listing = Listing::new(ask, &self.parameters)?;
        let mut reader = listing.reader();
        let (mut asked, day) = list.read(&mut reader);
        let only = fields(&mut reader, || list.names(self.format.shows));
        let head = listing.head(reader, day)?;
        head.unless_held(|| {
            let form = Form { lang: head.lang.to_owned(), shows: self.format.shows, only };
            let face = Face { graph: head.graph, form: &form };
            list.prepare(ask, face, &mut asked, false)?;
            let part = list.part(&asked, face, head.page);
            let (page, next) = head.next(part.after);
            let left_out = list.left_out(&head, &asked);
            let body = ListBody {
                items: Bodies(&part.items),
                page,
                total: part.total.into(),
                rule: part.items.rule(),
                as_of: head.as_of(),
                warnings: part.warnings.into_iter().chain(left_out).collect(),
                included: part.items.included(),
            };
            head.answer(&body, next)
        })
    }

    /// The whole list as an attachment.
    fn whole(&self, ask: &Ask, way: &'static Whole) -> Result<Response, ApiError> {
        let (list, shows) = (self.list, self.format.shows);
        let listing = Listing::new(ask, &self.parameters)?;
        let mut reader = listing.reader();
        let (mut asked, day) = list.read(&mut reader);
        let names = list.names(shows);
        let only = fields(&mut reader, || names.clone());
        let wanted = only.as_deref().unwrap_or(&names);
        let mut text = (way.begin)(&mut reader, wanted);
        let columns = wanted.iter().filter_map(|name| names.iter().position(|known| known == name)).collect();
        let head = listing.head(reader, day)?;
        head.unless_held(|| {
            // Columns say their language in their names.
            let lang = if head.lang.is_empty() { "en" } else { head.lang }.to_owned();
            let form = Form { lang, shows, only };
            list.prepare(ask, Face { graph: head.graph, form: &form }, &mut asked, true)?;
            let left_out = list.left_out(&head, &asked);
            let writing = Writing { list, graph: Arc::clone(head.graph), asked, form, columns, write: way.write };
            let (after, truncated) = writing.put(None, &mut text);
            let mut response = Response::new(writing.body(ask, text, after));
            attach(&mut response, way.content_type, &format!("{}{}", list.doc().name, self.format.suffix));
            head.put(&mut response);
            if truncated {
                set(&mut response, TRUNCATED, "true");
            }
            set_aside::put(&mut response, left_out.as_ref());
            Ok(response)
        })
    }
}

/// The bodies of some items, made while they are written.
struct Bodies<'v, I>(&'v I);

impl<I: Items> Serialize for Bodies<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.count()).map(|item| self.0.body(item)))
    }
}

/// Makes an answer one that is saved under a name.
pub(crate) fn attach(response: &mut Response, content_type: &'static str, name: &str) {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    set(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
}

/// A whole list that is being written.
struct Writing<L: List + 'static> {
    list: &'static L,
    graph: Arc<Graph>,
    asked: L::Asked,
    form: Form,
    columns: Vec<usize>,
    write: fn(&dyn Items, &[usize], &mut Vec<u8>),
}

impl<L: List> Writing<L> {
    /// Writes the items after one; after which others follow, and whether items may be missing.
    fn put(&self, after: Option<u128>, text: &mut Vec<u8>) -> (Option<u128>, bool) {
        let page = Page::following(after, self.list.at_once(&self.asked)).uncounted();
        let part = self.list.part(&self.asked, Face { graph: &self.graph, form: &self.form }, page);
        (self.write)(&part.items, &self.columns, text);
        (part.after, part.truncated)
    }

    /// The body that begins with a text and goes on after an item.
    fn body(self, ask: &Ask, text: Vec<u8>, after: Option<u128>) -> Body {
        let (state, asker, writing) = (State::clone(&ask.state), ask.asker, Arc::new(self));
        pieces::body(Some(Bytes::from(text)), after, move |after| {
            let (state, writing) = (State::clone(&state), Arc::clone(&writing));
            async move {
                let piece = move || {
                    let mut text = Vec::with_capacity(64 * 1024);
                    let (after, _) = writing.put(Some(after), &mut text);
                    (Bytes::from(text), after)
                };
                in_turn(&state, (Lane::Lists, asker), piece).await
            }
        })
    }
}
