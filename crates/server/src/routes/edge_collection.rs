//! What all collections of statements have alike: a list in every format, and one statement.

use std::sync::Arc;

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeQuery, EdgeView, Evaluation, ForceQuery, Forces, Graph, Page};
use pledgegraph_model::{Code as _, EdgeId, EdgeKind, Truth};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::edge::{EdgeBody, EndNames, members};
use pledgegraph_wire::answers::included::{self, IncludedBody};
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::csv::columns::Cell;
use pledgegraph_wire::csv::edges::columns;
use pledgegraph_wire::csv::fields::EdgeColumn;
use pledgegraph_wire::filters::analyses::{CIRCUIT, INCLUDE_IMPLIED, too_expensive, unevaluated};
use pledgegraph_wire::filters::{self, FilterParameter, IN_FORCE, VALID_AT};
use pledgegraph_wire::format::Shows;
use pledgegraph_wire::formats::json::put_json;
use pledgegraph_wire::items::Items;
use pledgegraph_wire::openapi::members::statement;
use pledgegraph_wire::openapi::schemas::page;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{FIELDS, LANG, LIMIT, fields};
use pledgegraph_wire::request::given;
use pledgegraph_wire::request::include::{BECAUSE, INCLUDE_ONE, of_one_asked, parts, reasons};
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;

use crate::collections::EdgeCollection;
use crate::endpoint::collection::record as record_of;
use crate::endpoint::{PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::lanes::{Lane, aside};
use crate::list::{self, Face, List, ListDoc, Part};
use crate::listing::Head;
use crate::reply::record;
use crate::request::ask::Ask;
use crate::routes::history;
use crate::routes::write::collection::Collection;
use crate::routes::write::endpoints::{self, WritesDoc};
use crate::routes::write::quotations_at;
use crate::set_aside;

/// Under what the document has them.
const TAG: &str = "statements";
/// The items of a small answer.
const FEW: usize = 10;

impl EdgeCollection {
    /// What collections take whose items say if they are in force.
    fn force_parameters(&self) -> Option<&'static Parameter> {
        self.has_force().then_some(&INCLUDE_IMPLIED)
    }

    /// Whether its items say if they are in force.
    fn has_force(&self) -> bool {
        self.kinds == [EdgeKind::Commitment]
    }

    /// Whether it is shown what is in force.
    fn shows_force(&self, face: Face<'_>) -> bool {
        self.has_force() && face.has(&[IN_FORCE.parameter.name, "fixpoints"])
    }

    fn own_filters(&self) -> impl Iterator<Item = &'static FilterParameter> {
        filters::of_statements(self.kinds)
    }

    fn filter(&self, reader: &mut ParameterReader<'_>) -> EdgeQuery {
        let (kinds, which) = (filters::edge_kinds(reader, self.kinds), filters::read_statements(reader, self.kinds));
        EdgeQuery::listed(&kinds, which, reader.today())
    }

    /// The kinds that it takes and shows.
    pub(crate) fn all_kinds(&self) -> &'static [EdgeKind] {
        if self.kinds.is_empty() { EdgeKind::ALL } else { self.kinds }
    }
}

impl List for EdgeCollection {
    type Asked = Asked;
    type Items<'g> = Statements<'g>;

    fn doc(&self) -> ListDoc {
        ListDoc::new((self.name, TAG), self.schema, self.description)
    }

    fn filters(&self) -> Vec<&'static Parameter> {
        let narrowing = self.own_filters().map(|filter| &filter.parameter);
        filters::edge_kind(self.kinds).into_iter().chain(narrowing).chain(self.force_parameters()).collect()
    }

    fn names(&self, shows: Shows) -> Vec<&'static str> {
        match shows {
            Shows::Members => {
                members(self.all_kinds(), EndNames::of(self.kinds)).iter().map(|member| member.name).collect()
            }
            Shows::Columns => columns(self.kinds).into_iter().map(|column| &*column.name).collect(),
        }
    }

    fn include(&self) -> Vec<&'static str> {
        let parts = included::Part::of(self.all_kinds()).into_iter().map(|(name, _)| name);
        parts.chain(self.has_force().then_some(BECAUSE)).collect()
    }

    /// A few statements, found by what they touch.
    fn is_small(&self, ask: &Ask, parameters: &[&'static Parameter]) -> bool {
        let by_reference = |name: &str| {
            let mut filters = self.own_filters().map(|filter| &filter.parameter);
            filters.any(|own| own.name == name && matches!(own.accepts, Accepts::References(_)))
        };
        let query = ask.uri.query();
        let limit = given::find(query, LIMIT.name).and_then(|limit| limit.parse().ok());
        let Some(limit) = limit.filter(|limit| *limit <= FEW) else { return false };
        let form = [LIMIT.name, FIELDS.name, LANG.name];
        if !given::names(query).all(|name| form.contains(&name) || by_reference(name)) {
            return false;
        }
        let (graph, given) = (&*ask.current, ask.given(parameters));
        let filter = self.filter(&mut ParameterReader::new(&given, graph, None));
        graph.is_at_hand(&filter) && {
            let items = graph.edges(&filter, Page::first(limit)).items;
            !self.has_force() || graph.has_forces(&force(&items, given.day, true))
        }
    }

    fn read(&self, reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
        let asked = Asked::read(reader, self);
        let day = asked.counted.day;
        (asked, day)
    }

    /// Narrows the list to what is in force, where that is asked. What the graph does not keep is found out for a whole list
    /// at once: piece by piece, what many hang on would be found out again for each piece.
    fn prepare(&self, ask: &Ask, face: Face<'_>, asked: &mut Asked, whole: bool) -> Result<(), ApiError> {
        let (graph, day, truths) = (face.graph, asked.counted.day, &asked.truths);
        let is_kept = asked.include_implied && day == graph.day();
        if is_kept {
            let chosen = truths.as_ref().map(|truths| graph.having_force(truths, CIRCUIT)).transpose();
            asked.filter.only = chosen.map_err(too_expensive)?;
        } else if truths.is_some() || (whole && self.shows_force(face)) {
            let found = ask.state.evaluations.on(graph, (day, asked.include_implied));
            if let Some(truths) = truths {
                let evaluation = found.as_ref().map_err(|spent| too_expensive(*spent))?;
                asked.filter.only = Some(Arc::new(evaluation.having(truths)));
            }
            // Where there is no room for that, rows are without it.
            asked.forces = found.ok().filter(|_| whole).map(|evaluation| Arc::new(evaluation.forces()));
        }
        Ok(())
    }

    fn part<'g>(&'static self, asked: &'g Asked, face: Face<'g>, page: Page<u128>) -> Part<Statements<'g>> {
        let graph = face.graph;
        let found = graph.edges(&asked.filter, page.map(edge_id));
        let query = force(&found.items, asked.counted.day, asked.include_implied);
        let found_out = || graph.forces(&query).map(Arc::new);
        let forces = self.shows_force(face).then(|| asked.forces.clone().map_or_else(found_out, Ok)).transpose();
        let why = (self.has_force() && asked.reasons).then(|| graph.evaluate(&query)).transpose();
        let spent = [forces.as_ref().err(), why.as_ref().err()].into_iter().flatten().next();
        Part {
            after: found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128()),
            total: found.total,
            warnings: spent.map(|spent| unevaluated("in_force", *spent)).into_iter().collect(),
            truncated: false,
            items: Statements {
                collection: self,
                asked,
                face,
                columns: face.columns(|| columns(self.kinds)),
                forces: forces.ok().flatten(),
                why: why.ok().flatten(),
                views: found.items,
            },
        }
    }

    fn left_out(&self, head: &Head<'_>, asked: &Asked) -> Option<WarningBody> {
        set_aside::warning(head.ask.uri.path(), head.given, head.graph.set_aside(&asked.filter))
    }
}

/// Some statements of a collection in a row.
pub(crate) struct Statements<'g> {
    collection: &'static EdgeCollection,
    asked: &'g Asked,
    face: Face<'g>,
    columns: Vec<&'static EdgeColumn>,
    views: Vec<EdgeView<'g>>,
    /// Which of them are in force.
    forces: Option<Arc<Forces>>,
    /// Why.
    why: Option<Evaluation>,
}

impl Statements<'_> {
    fn wire(&self) -> Wire<'_> {
        self.face
            .wire()
            .with_standing(&self.asked.counted)
            .with_forces(self.forces.as_deref())
            .with_force(self.why.as_ref(), Some(self.asked.counted.day))
    }
}

impl Items for Statements<'_> {
    fn count(&self) -> usize {
        self.views.len()
    }

    fn body(&self, item: usize) -> impl Serialize {
        EdgeBody::named(self.wire(), &self.views[item], EndNames::of(self.collection.kinds))
            .with_reasons(self.asked.reasons)
            .only(self.face.form.only.as_deref())
    }

    fn put_json(&self, item: usize, text: &mut Vec<u8>) {
        put_json(&self.body(item), text);
    }

    fn put_cell(&self, (item, _): (usize, usize), column: usize, cell: &mut Cell) {
        self.columns[column].put(self.wire(), &self.views[item], cell);
    }

    fn included(&self) -> Option<IncludedBody<'_>> {
        IncludedBody::of_edges(self.face.wire(), &self.views, &self.asked.parts)
    }
}

/// The operations of a collection.
pub(crate) fn routes(collection: &'static EdgeCollection) -> Vec<Route> {
    let schemas = vec![
        (collection.schema.to_owned(), statement(collection.shown, collection.all_kinds())),
        page(collection.schema, &[("included", "Included", "What `include` asked for.")]),
    ];
    let mut routes = list::routes(collection, schemas);
    let one = move |Path(id): Path<String>, ask: Ask| async move { get_edge(&ask, &id, collection).await };
    let (named, explains) = ((collection.item, collection.shown), Some(collection.has_force()));
    routes.push(record_of(collection, named, explains, path(collection)).on(one));
    let schema = collection.schema;
    routes.push(history::route(Collection::Edges(collection), TAG, schema, path(collection)));
    routes.extend(endpoints::routes(&WritesDoc {
        collection: Collection::Edges(collection),
        tag: TAG,
        schema: collection.schema,
        path: path(collection),
    }));
    routes
}

fn path(collection: &EdgeCollection) -> PathParameter {
    let example = EdgeId::of_key(collection.example).to_string();
    PathParameter { name: "id", description: "Its identifier.", example }
}

/// What is asked of a collection.
pub(crate) struct Asked {
    filter: EdgeQuery,
    /// What counts, for the standing that each item shows.
    counted: Counted,
    /// Which truths, where the list is narrowed to what is in force or not.
    truths: Option<Vec<Truth>>,
    /// What is in force, where it was found out for the whole list.
    forces: Option<Arc<Forces>>,
    include_implied: bool,
    /// What is included of what the items name.
    parts: Vec<included::Part>,
    /// Whether items say why they are in force or not.
    reasons: bool,
}

impl Asked {
    fn read(reader: &mut ParameterReader<'_>, collection: &EdgeCollection) -> Self {
        let filter = collection.filter(reader);
        // Where nothing is counted, an item shows its standing whatever modality it was found by.
        let day = filter.which.valid_at.unwrap_or_else(|| reader.today());
        let counted = filter.counted.clone().unwrap_or_else(|| Counted::on(day));
        let truths = Some(filter.which.in_force.clone()).filter(|truths| !truths.is_empty());
        let include_implied = reader.switch(INCLUDE_IMPLIED.name);
        let parts = parts(reader, collection.all_kinds(), collection.has_force());
        Self { filter, counted, truths, forces: None, include_implied, parts, reasons: reasons(reader) }
    }
}

/// What is evaluated of some statements.
fn force(views: &[EdgeView<'_>], day: NaiveDate, include_implied: bool) -> ForceQuery {
    let commitments = Some(views.iter().map(EdgeView::id).collect());
    ForceQuery { commitments, include_implied, ..ForceQuery::all(day, CIRCUIT) }
}

async fn get_edge(ask: &Ask, id: &str, collection: &EdgeCollection) -> Result<Response, ApiError> {
    let own = [&VALID_AT.parameter, &INCLUDE_ONE, &FIELDS, &LANG].into_iter().chain(collection.force_parameters());
    let given = ask.given(&own.collect::<Vec<_>>());
    let mut reader = ParameterReader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, || collection.names(Shows::Members));
    let include_implied = reader.switch(INCLUDE_IMPLIED.name);
    let (day, (quoted, reasons), today) =
        (reader.day(VALID_AT.parameter.name), of_one_asked(&mut reader, collection.has_force()), reader.today());
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
    found.map_err(|spent| too_expensive(spent).into())
}

pub(crate) fn edge_id(id: u128) -> EdgeId {
    EdgeId(uuid::Uuid::from_u128(id))
}
