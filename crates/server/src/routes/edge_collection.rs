//! What all collections of statements have alike: a list, the same list as CSV, and one statement.

use std::sync::Arc;

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeQuery, EdgeView, Evaluation, ForceQuery, Forces, Graph, Page};
use pledgegraph_model::{Code as _, EdgeId, EdgeKind, Truth};

use crate::csv::columns::chosen;
use crate::csv::edges::columns;
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::endpoint::collection::CollectionDoc;
use crate::endpoint::{PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::analyses::{CIRCUIT, INCLUDE_IMPLIED, too_expensive, unevaluated};
use crate::filters::{self, FilterParameter, IN_FORCE, VALID_AT};
use crate::lanes::{Lane, aside};
use crate::openapi::members::statement;
use crate::openapi::schemas::page;
use crate::problem::Problem;
use crate::reply::{ListHead, record};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT, fields};
use crate::request::given;
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::Reader;
use crate::routes::edge_collection::include::{BECAUSE, INCLUDE, INCLUDE_ONE, included, parts, reasons};
use crate::routes::history;
use crate::routes::write::collection::Collection;
use crate::routes::write::endpoints::{self, WritesDoc};
use crate::routes::write::quotations_at;
use crate::set_aside;
use crate::wire::edge::{EdgeBody, EndNames, members};
use crate::wire::included::{IncludedBody, Part};
use crate::wire::list::{AsOfBody, ListBody, PageBody};
use crate::wire::{Made, Wire};

pub(crate) mod include;

/// The items of a small answer.
const FEW: usize = 10;

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
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// What an item is, for the document.
    pub(crate) shown: &'static str,
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

    fn filters(&self) -> impl Iterator<Item = &'static FilterParameter> {
        filters::of_statements(self.kinds)
    }

    /// What narrows it, and how it is evaluated.
    fn asked_parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        let narrowing = filters::edge_kind(self.kinds).into_iter().chain(self.filters().map(|p| &p.parameter));
        narrowing.chain(self.force_parameters())
    }

    fn list_parameters(&self) -> Vec<&'static Parameter> {
        self.asked_parameters().chain([&LIMIT, &CURSOR, &INCLUDE, &FIELDS, &LANG]).collect()
    }

    fn export_parameters(&self) -> Vec<&'static Parameter> {
        self.asked_parameters().chain([&BOM, &FIELDS]).collect()
    }

    /// Whether an answer takes less than finding a thread for it: a few statements, found by what they touch.
    fn is_small(&self, ask: &Ask) -> bool {
        let by_reference = |name: &str| {
            let mut filters = self.filters().map(|filter| &filter.parameter);
            filters.any(|own| own.name == name && matches!(own.accepts, Accepts::References(_)))
        };
        let query = ask.uri.query();
        let limit = given::find(query, LIMIT.name).and_then(|limit| limit.parse().ok());
        let Some(limit) = limit.filter(|limit| *limit <= FEW) else { return false };
        let form = [LIMIT.name, FIELDS.name, LANG.name];
        if !given::names(query).all(|name| form.contains(&name) || by_reference(name)) {
            return false;
        }
        let (graph, given) = (&*ask.current, ask.given(&self.list_parameters()));
        let filter = self.filter(&mut Reader::new(&given, graph, None));
        graph.is_at_hand(&filter) && {
            let items = graph.edges(&filter, Page::first(limit)).items;
            !self.has_force() || graph.has_forces(&force(&items, given.day, true))
        }
    }

    fn filter(&self, reader: &mut Reader<'_>) -> EdgeQuery {
        let (kinds, which) = (filters::edge_kinds(reader, self.kinds), filters::read(reader, self.filters()));
        EdgeQuery::listed(&kinds, which, reader.today())
    }

    /// The kinds that it takes and shows.
    pub(crate) fn all_kinds(&self) -> &'static [EdgeKind] {
        if self.kinds.is_empty() { EdgeKind::ALL } else { self.kinds }
    }

    /// What `fields=` takes.
    fn fields(&self) -> Vec<&'static str> {
        members(self.all_kinds(), EndNames::of(self.kinds)).iter().map(|member| member.name).collect()
    }

    /// What `include=` takes.
    fn include(&self) -> Vec<&'static str> {
        let parts = Part::of(self.all_kinds()).into_iter().map(|(name, _)| name);
        parts.chain(self.has_force().then_some(BECAUSE)).collect()
    }

    fn doc(&self) -> CollectionDoc {
        CollectionDoc {
            name: self.name,
            item: self.item,
            tag: "statements",
            description: self.description,
            schema: self.schema,
            shown: self.shown,
            explains: Some(self.has_force()),
            list_parameters: self.list_parameters(),
            export_parameters: self.export_parameters(),
            names: vec![(&FIELDS, self.fields()), (&INCLUDE, self.include())],
            columns: columns(self.kinds).into_iter().map(|column| &*column.name).collect(),
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
        Self {
            lang: ask.lang(reader),
            fields: fields(reader, || collection.fields()),
            parts: parts(reader, collection.all_kinds(), collection.has_force()),
            reasons: reasons(reader),
            limit: reader.number(&LIMIT),
        }
    }

    /// Whether items show what is in force: otherwise it is not found out.
    fn shows_force(&self) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|field| ["in_force", "fixpoints"].contains(field)))
    }
}

/// The operations of a collection.
pub(crate) fn routes(collection: &'static EdgeCollection) -> Vec<Route> {
    let doc = collection.doc();
    let schemas = [
        (collection.schema.to_owned(), statement(collection.shown, collection.all_kinds())),
        page(collection.schema, &[("included", "Included", "What `include` asked for.")]),
    ];
    let list = doc.list().with(schemas).on(move |ask: Ask| async move {
        if collection.is_small(&ask) {
            return list_edges(&ask, collection);
        }
        ask.aside(Lane::Lists, move |ask| list_edges(ask, collection)).await
    });
    let mut routes = vec![
        list,
        doc.export().on(move |ask: Ask| ask.aside(Lane::Lists, move |ask| export_edges(ask, collection))),
        doc.record(path(collection))
            .on(move |Path(id): Path<String>, ask: Ask| async move { get_edge(&ask, &id, collection).await }),
    ];
    let schema = collection.schema;
    routes.push(history::route(Collection::Edges(collection), "statements", schema, path(collection)));
    routes.extend(endpoints::routes(&WritesDoc {
        collection: Collection::Edges(collection),
        tag: "statements",
        schema: collection.schema,
        path: path(collection),
    }));
    routes
}

fn path(collection: &EdgeCollection) -> PathParameter {
    let example = EdgeId::of_key(collection.example).to_string();
    PathParameter { name: "id", description: "Its identifier.", example }
}

/// What is asked of a list, whatever its form.
struct Asked {
    filter: EdgeQuery,
    /// What counts, for the standing that each item shows.
    counted: Counted,
    /// Which truths, where the list is narrowed to what is in force or not.
    truths: Option<Vec<Truth>>,
    include_implied: bool,
}

impl Asked {
    fn read(reader: &mut Reader<'_>, collection: &EdgeCollection) -> Self {
        let filter = collection.filter(reader);
        // Where nothing is counted, an item shows its standing whatever modality it was found by.
        let day = filter.which.valid_at.unwrap_or_else(|| reader.today());
        let counted = filter.counted.clone().unwrap_or_else(|| Counted::on(day));
        let truths = Some(filter.which.in_force.clone()).filter(|truths| !truths.is_empty());
        Self { filter, counted, truths, include_implied: reader.switch(INCLUDE_IMPLIED.name) }
    }

    /// Narrows the list to what is in force, where that is asked.
    fn narrow(&mut self, ask: &Ask, graph: &Graph) -> Result<(), ApiError> {
        let Some(truths) = &self.truths else { return Ok(()) };
        let day = self.counted.day;
        let chosen = if self.include_implied && day == graph.day() {
            graph.having_force(truths, CIRCUIT).map_err(too_expensive)?
        } else {
            let evaluation = ask.state.evaluations.on(graph, (day, self.include_implied)).map_err(too_expensive)?;
            Arc::new(evaluation.having(truths))
        };
        self.filter.only = Some(chosen);
        Ok(())
    }
}

/// What is evaluated of some statements.
fn force(views: &[EdgeView<'_>], day: NaiveDate, include_implied: bool) -> ForceQuery {
    let commitments = Some(views.iter().map(EdgeView::id).collect());
    ForceQuery { commitments, include_implied, ..ForceQuery::all(day, CIRCUIT) }
}

fn list_edges(ask: &Ask, collection: &EdgeCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.list_parameters());
    let pinned = ask.pin(&given)?;
    let graph = &*pinned.graph;
    let mut reader = Reader::new(&given, graph, pinned.today);
    let mut asked = Asked::read(&mut reader, collection);
    let form = Form::read(ask, &mut reader, collection);
    let today = reader.today();
    reader.finish()?;
    // How statements stand, and what is in force, changes with the day.
    let head = ListHead::new(ask, &given, graph, form.lang, asked.counted.day);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    asked.narrow(ask, graph)?;
    let after = pinned.after.map(edge_id);
    let found = graph.edges(&asked.filter, Page { after, limit: form.limit });
    let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
    let next = ask.next(&given, &pinned.graph, today, last);
    let query = force(&found.items, asked.counted.day, asked.include_implied);
    let forces = (collection.has_force() && form.shows_force()).then(|| graph.forces(&query));
    let why = (collection.has_force() && form.reasons).then(|| graph.evaluate(&query));
    let wire = Wire::new(graph, form.lang)
        .with_standing(&asked.counted)
        .with_forces(forces.as_ref().and_then(|forces| forces.as_ref().ok()))
        .with_force(why.as_ref().and_then(|why| why.as_ref().ok()), Some(asked.counted.day));
    let spent = [forces.as_ref().and_then(|f| f.as_ref().err()), why.as_ref().and_then(|why| why.as_ref().err())];
    let spent = spent.into_iter().flatten().next().map(|spent| unevaluated("in_force", *spent));
    let left_out = set_aside::warning(ask.uri.path(), &given, graph.set_aside(&asked.filter));
    let body = ListBody {
        items: Made::new(&found.items, |view| {
            EdgeBody::named(wire, view, EndNames::of(collection.kinds))
                .with_reasons(form.reasons)
                .only(form.fields.as_deref())
        }),
        page: PageBody { limit: form.limit, next_cursor: next.cursor },
        total: found.total.into(),
        as_of: AsOfBody::new(graph, asked.counted.day),
        warnings: spent.into_iter().chain(left_out).collect(),
        included: IncludedBody::of_edges(Wire::new(graph, form.lang), &found.items, &form.parts),
    };
    head.answer(&body, next.address.as_deref())
}

fn export_edges(ask: &Ask, collection: &'static EdgeCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.export_parameters());
    let mut reader = Reader::new(&given, &ask.current, None);
    let mut asked = Asked::read(&mut reader, collection);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, columns(collection.kinds));
    let header = columns.clone();
    reader.finish()?;
    let head = ExportHead::new(ask, &given, asked.counted.day);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    asked.narrow(ask, &ask.current)?;
    let left_out = set_aside::warning(ask.uri.path(), &given, ask.current.set_aside(&asked.filter));
    let shows_force = collection.has_force() && columns.iter().any(|column| column.name == IN_FORCE.parameter.name);
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let found = graph.edges(&asked.filter, Page { after: after.map(edge_id), limit: ROWS });
        let forces = shows_force
            .then(|| graph.forces(&force(&found.items, asked.counted.day, asked.include_implied)).ok())
            .flatten();
        let wire = stream::wire(graph).with_standing(&asked.counted).with_forces(forces.as_ref());
        for view in &found.items {
            rows.row(&columns, |write, cell| write.put(wire, view, cell));
        }
        found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128())
    };
    let mut response = head.answer(collection.name, bom, &header, Box::new(next));
    set_aside::put(&mut response, left_out.as_ref());
    Ok(response)
}

async fn get_edge(ask: &Ask, id: &str, collection: &EdgeCollection) -> Result<Response, ApiError> {
    let own = [&VALID_AT.parameter, &INCLUDE_ONE, &FIELDS, &LANG].into_iter().chain(collection.force_parameters());
    let given = ask.given(&own.collect::<Vec<_>>());
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, || collection.fields());
    let include_implied = reader.switch(INCLUDE_IMPLIED.name);
    let (day, (quoted, reasons), today) =
        (reader.day(VALID_AT.parameter.name), included(&mut reader, collection.has_force()), reader.today());
    reader.finish()?;
    let graph = &*ask.current;
    let found = id.parse::<EdgeId>().ok().and_then(|id| graph.edge(id));
    let found = found.filter(|view| collection.kinds.is_empty() || collection.kinds.contains(&view.kind()));
    let view =
        found.ok_or_else(|| ApiError::new(Problem::NotFound, format!("no {} has this identifier", collection.item)))?;
    let counted = Counted::on(day.unwrap_or(today));
    let query = force(&[view], counted.day, include_implied);
    let (forces, why) = evaluated(ask, query, (collection.has_force(), reasons)).await?;
    let wire = Wire::new(graph, lang)
        .with_standing(&counted)
        .with_forces(forces.as_ref())
        .with_force(why.as_ref(), Some(counted.day));
    let quotations = if quoted { quotations_at(&ask.state.live, view.id(), view.version()).await? } else { Vec::new() };
    let body = EdgeBody::named(wire, &view, EndNames::of(collection.kinds))
        .with_quotations(&quotations)
        .with_reasons(reasons)
        .only(fields.as_deref());
    record(ask, graph, lang, view.version(), &body)
}

/// What is evaluated of a statement: whether it is in force, and why. On a thread for long work where it hangs on much.
async fn evaluated(
    ask: &Ask,
    query: ForceQuery,
    (has_force, reasons): (bool, bool),
) -> Result<(Option<Forces>, Option<Evaluation>), ApiError> {
    let evaluate = move |graph: &Graph, query: &ForceQuery| {
        let forces = has_force.then(|| graph.forces(query)).transpose()?;
        Ok((forces, (has_force && reasons).then(|| graph.evaluate(query)).transpose()?))
    };
    let graph = Arc::clone(&ask.current);
    let found = if !has_force || (!reasons && graph.has_forces(&query)) {
        evaluate(&graph, &query)
    } else {
        aside(&ask.state, (Lane::Lists, ask.asker), move || evaluate(&graph, &query)).await?
    };
    found.map_err(too_expensive)
}

fn edge_id(id: u128) -> EdgeId {
    EdgeId(uuid::Uuid::from_u128(id))
}
