//! What all collections of statements have alike: a list, the same list as CSV, and one statement.

use std::sync::Arc;

use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, Chosen, EdgeFilter, EdgeView, Evaluation, ForceQuery, Graph, Page};
use pledgegraph_model::{EdgeId, EdgeKind, Truth};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::csv::columns::{EdgeColumn, chosen};
use crate::csv::edges::{FIRST, LAST};
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::analyses::{CIRCUIT, INCLUDE_IMPLIED, too_expensive, unevaluated};
use crate::filters::edges::{COMMON, EdgeParameter, IN_FORCE, VALID_AT, read};
use crate::openapi::collection::CollectionDoc;
use crate::openapi::endpoint::PathParameter;
use crate::openapi::schemas::{page, part};
use crate::problem::Problem;
use crate::reply::{ListHead, record};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT, fields};
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::Reader;
use crate::routes::edge_collection::include::{INCLUDE, INCLUDE_ONE, included, parts, reasons};
use crate::routes::history;
use crate::routes::write::collection::Collection;
use crate::routes::write::endpoints::{self, WritesDoc};
use crate::routes::write::quotations_at;
use crate::state::State;
use crate::wire::edge::body_of;
use crate::wire::included::{IncludedBody, Part};
use crate::wire::list::{AsOfBody, ListBody, PageBody};
use crate::wire::shape::Shape;
use crate::wire::{Made, Narrowed, Wire};

pub(crate) mod include;

/// A collection of statements.
pub(crate) struct EdgeCollection {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    /// One item, in operations.
    pub(crate) item: &'static str,
    /// What it holds, for the document.
    pub(crate) description: &'static str,
    /// The kinds that it shows.
    pub(crate) kinds: &'static [EdgeKind],
    pub(crate) shape: Shape,
    /// The parameters that narrow it, beside those that all collections have.
    pub(crate) parameters: &'static [&'static EdgeParameter],
    /// What `include=` takes.
    pub(crate) include: &'static [&'static str],
    /// All columns, or `None` for the common ones around `own_columns`.
    pub(crate) columns: Option<&'static [EdgeColumn]>,
    pub(crate) own_columns: &'static [EdgeColumn],
    /// The key of a statement in the bundled data.
    pub(crate) example: &'static str,
}

/// Asks for the byte order mark that some spreadsheets need.
pub(crate) const BOM: Parameter = Parameter {
    name: "bom",
    accepts: Accepts::Flag,
    description: "Begins with a byte order mark, which some spreadsheets need to read UTF-8.",
    example: "",
};

impl EdgeCollection {
    /// What collections take whose items say if they are in force.
    fn force_parameters(&self) -> Option<&'static Parameter> {
        self.has_force().then_some(&INCLUDE_IMPLIED)
    }

    /// Whether its items say if they are in force.
    fn has_force(&self) -> bool {
        self.kinds == [EdgeKind::Commitment]
    }

    fn filters(&self) -> impl Iterator<Item = &'static EdgeParameter> {
        self.parameters.iter().chain(COMMON.iter()).copied()
    }

    fn list_parameters(&self) -> Vec<&'static Parameter> {
        let filters = self.filters().map(|p| &p.parameter);
        filters.chain(self.force_parameters()).chain([&LIMIT, &CURSOR, &INCLUDE, &FIELDS, &LANG]).collect()
    }

    fn export_parameters(&self) -> Vec<&'static Parameter> {
        self.filters().map(|p| &p.parameter).chain(self.force_parameters()).chain([&BOM, &FIELDS]).collect()
    }

    fn filter(&self, reader: &mut Reader<'_>) -> EdgeFilter {
        read(reader, self.kinds, &self.filters().collect::<Vec<_>>())
    }

    fn columns(&self) -> impl Iterator<Item = &'static EdgeColumn> + use<> {
        let (first, own, last) = match self.columns {
            Some(all) => (all, &[][..], &[][..]),
            None => (FIRST, self.own_columns, LAST),
        };
        first.iter().chain(own).chain(last)
    }

    fn doc(&self) -> CollectionDoc {
        CollectionDoc {
            name: self.name,
            item: self.item,
            tag: "statements",
            description: self.description,
            shape: self.shape,
            list_parameters: self.list_parameters(),
            export_parameters: self.export_parameters(),
            names: vec![(FIELDS.name, self.shape.fields().collect()), (INCLUDE.name, self.include.to_vec())],
            columns: self.columns().map(|column| column.name).collect(),
        }
    }
}

/// How an answer is to be shown.
struct Form<'a> {
    lang: &'a str,
    fields: Option<Vec<&'a str>>,
    parts: Vec<Part>,
    /// Whether items say why they are in force or not.
    reasons: bool,
    limit: usize,
}

impl<'a> Form<'a> {
    fn read(ask: &Ask, reader: &mut Reader<'a>, collection: &EdgeCollection) -> Self {
        let known: Vec<&str> = collection.shape.fields().collect();
        Self {
            lang: ask.lang(reader),
            fields: fields(reader, &known),
            parts: parts(reader, collection.include),
            reasons: reasons(reader),
            limit: reader.number(&LIMIT),
        }
    }
}

/// The operations of a collection.
pub(crate) fn routes(collection: &'static EdgeCollection) -> Vec<UtoipaMethodRouter<State>> {
    let doc = collection.doc();
    let mut list = doc.list().on(get(move |ask: Ask| ask.aside(move |ask| list_edges(ask, collection))));
    list.0.push(part(&collection.shape));
    list.0.push(page(collection.shape.schema, &[("included", "Included", "What `include` asked for.")]));
    let mut routes = vec![
        list,
        doc.export().on(get(move |ask: Ask| ask.aside(move |ask| export_edges(ask, collection)))),
        doc.record(path(collection))
            .on(get(move |Path(id): Path<String>, ask: Ask| async move { get_edge(&ask, &id, collection).await })),
    ];
    let schema = collection.shape.schema;
    routes.push(history::route(Collection::Edges(collection), "statements", schema, path(collection)));
    routes.extend(endpoints::routes(&WritesDoc {
        collection: Collection::Edges(collection),
        tag: "statements",
        schema: collection.shape.schema,
        path: path(collection),
    }));
    routes
}

fn path(collection: &EdgeCollection) -> PathParameter {
    let example = EdgeId::of_key(collection.example).to_string();
    PathParameter { name: "id", description: "Its identifier.", example }
}

fn list_edges(ask: &Ask, collection: &EdgeCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.list_parameters());
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let mut filter = collection.filter(&mut reader);
    let form = Form::read(ask, &mut reader, collection);
    let (today, truths) = (reader.today(), reader.codes::<Truth>(IN_FORCE.parameter.name));
    let implied = reader.switch(INCLUDE_IMPLIED.name);
    reader.finish()?;
    // What is in force changes with the day.
    let day = filter.valid_at.or_else(|| collection.has_force().then_some(today));
    let head = ListHead::new(ask, &given, &pinned.graph, form.lang, day);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    if let (Some(truths), Some(day)) = (truths, day) {
        filter.only = Some(in_force(ask, &pinned.graph, (day, implied), &truths)?);
    }
    let after = pinned.after.map(edge_id);
    let found = pinned.graph.edges(&filter, Page { after, limit: form.limit });
    let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
    let next = ask.next(&given, &pinned.graph, today, last);
    let force = evaluated(collection, &pinned.graph, &found.items, (day, implied));
    let wire =
        Wire::new(&pinned.graph, form.lang).with_force(force.as_ref().and_then(|force| force.as_ref().ok()), day);
    let spent = force.as_ref().and_then(|force| force.as_ref().err());
    let item = body_of(collection.kinds);
    let body = ListBody {
        items: Made::new(&found.items, |view| {
            let body = item(wire, view);
            Narrowed(if form.reasons { body.with_reasons(wire, view) } else { body }, form.fields.as_deref())
        }),
        page: PageBody { limit: form.limit, next_cursor: next.cursor },
        total: found.total.into(),
        as_of: AsOfBody::new(&pinned.graph, filter.valid_at),
        warnings: spent.map(|spent| unevaluated("in_force", *spent)).into_iter().collect(),
        included: IncludedBody::of_edges(Wire::new(&pinned.graph, form.lang), &found.items, &form.parts),
    };
    head.answer(&body, next.address.as_deref())
}

fn export_edges(ask: &Ask, collection: &'static EdgeCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.export_parameters());
    let mut reader = Reader::new(&given, &ask.current, None);
    let mut filter = collection.filter(&mut reader);
    let (today, truths) = (reader.today(), reader.codes::<Truth>(IN_FORCE.parameter.name));
    let implied = reader.switch(INCLUDE_IMPLIED.name);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, collection.columns());
    let header = columns.clone();
    reader.finish()?;
    let day = filter.valid_at.or_else(|| collection.has_force().then_some(today));
    let head = ExportHead::new(ask, &given, day);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    if let (Some(truths), Some(day)) = (truths, day) {
        filter.only = Some(in_force(ask, &ask.current, (day, implied), &truths)?);
    }
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let found = graph.edges(&filter, Page { after: after.map(edge_id), limit: ROWS });
        let force = evaluated(collection, graph, &found.items, (day, implied));
        let wire = stream::wire(graph).with_force(force.as_ref().and_then(|force| force.as_ref().ok()), day);
        for view in &found.items {
            rows.row(&columns, |write, cell| write(wire, view, cell));
        }
        found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128())
    };
    Ok(head.answer(collection.name, bom, &header, Box::new(next)))
}

async fn get_edge(ask: &Ask, id: &str, collection: &EdgeCollection) -> Result<Response, ApiError> {
    let own = [&VALID_AT.parameter, &INCLUDE_ONE, &FIELDS, &LANG].into_iter().chain(collection.force_parameters());
    let given = ask.given(&own.collect::<Vec<_>>());
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, &collection.shape.fields().collect::<Vec<_>>());
    let implied = reader.switch(INCLUDE_IMPLIED.name);
    let (day, (quoted, reasons), today) =
        (reader.day(VALID_AT.parameter.name), included(&mut reader, collection.include), reader.today());
    reader.finish()?;
    let found = id.parse::<EdgeId>().ok().and_then(|id| ask.current.edge(id));
    let found = found.filter(|view| collection.kinds.is_empty() || collection.kinds.contains(&view.kind()));
    let view =
        found.ok_or_else(|| ApiError::new(Problem::NotFound, format!("no {} has this identifier", collection.item)))?;
    if day.is_some_and(|day| !view.may_hold_on(day)) {
        return Err(ApiError::new(Problem::NotFound, "the statement does not hold on that day"));
    }
    let force = evaluated(collection, &ask.current, &[view], (day.or(Some(today)), implied));
    let force = force.transpose().map_err(too_expensive)?;
    let wire = Wire::new(&ask.current, lang).with_force(force.as_ref(), day.or(Some(today)));
    let quotations = if quoted { quotations_at(&ask.state.live, view.id(), view.version()).await? } else { Vec::new() };
    let body = body_of(collection.kinds)(wire, &view).with_quotations(&quotations);
    let body = if reasons { body.with_reasons(wire, &view) } else { body };
    let body = Narrowed(body, fields.as_deref());
    record(ask, &ask.current, lang, view.version(), &body)
}

/// The commitments with one of these truths on a day, with implied conditions or without them.
fn in_force(ask: &Ask, graph: &Graph, how: (NaiveDate, bool), truths: &[Truth]) -> Result<Arc<Chosen>, ApiError> {
    let evaluation = ask.state.evaluations.on(graph, how).map_err(too_expensive)?;
    Ok(Arc::new(evaluation.having(truths)))
}

/// What of some statements is in force on a day; `None` in collections that do not say so.
fn evaluated(
    collection: &EdgeCollection,
    graph: &Graph,
    views: &[EdgeView<'_>],
    (day, include_implied): (Option<NaiveDate>, bool),
) -> Option<Result<Evaluation, BudgetSpent>> {
    let commitments = views.iter().map(EdgeView::id).collect();
    let query = ForceQuery { commitments: Some(commitments), include_implied, ..ForceQuery::all(day, CIRCUIT) };
    collection.has_force().then(|| graph.evaluate(&query))
}

fn edge_id(id: u128) -> EdgeId {
    EdgeId(uuid::Uuid::from_u128(id))
}
