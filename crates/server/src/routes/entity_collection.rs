//! What all collections of entities have alike: a list in every format, and one entity.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{
    BudgetSpent, Counted, EdgeQuery, EntityQuery, EntityView, Evaluation, ForceQuery, Graph, Page, SearchHit,
};
use pledgegraph_model::{EdgeKind, EntityId, EntityKind, Where};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::entity::{EntityBody, members};
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::csv::columns::Cell;
use pledgegraph_wire::csv::entities::columns;
use pledgegraph_wire::csv::fields::EntityColumn;
use pledgegraph_wire::filters::analyses::{CIRCUIT, too_expensive, unevaluated};
use pledgegraph_wire::filters::{self, ENTITIES_AT, FilterParameter};
use pledgegraph_wire::format::Shows;
use pledgegraph_wire::formats::json::put_json;
use pledgegraph_wire::items::Items;
use pledgegraph_wire::openapi::members::thing;
use pledgegraph_wire::openapi::schemas::page;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{FIELDS, LANG, fields};
use pledgegraph_wire::request::parameter::Parameter;
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;

use crate::collections::EntityCollection;
use crate::endpoint::collection::record as record_of;
use crate::endpoint::{PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::list::{self, Face, List, ListDoc, Part};
use crate::listing::Head;
use crate::reply::record;
use crate::request::ask::Ask;
use crate::routes::history;
use crate::routes::named::{find, moved};
use crate::routes::write::collection::Collection;
use crate::routes::write::endpoints::{self, WritesDoc};
use crate::set_aside;

/// Under what the document has them.
pub(crate) const TAG: &str = "entities";

impl EntityCollection {
    /// Whether its items say if they hold.
    fn has_truth(&self) -> bool {
        self.kind == EntityKind::Condition
    }

    fn own_filters(&self) -> impl Iterator<Item = &'static FilterParameter> {
        filters::of_entities(self.kind)
    }
}

impl List for EntityCollection {
    type Asked = Asked;
    type Items<'g> = Entities<'g>;

    fn doc(&self) -> ListDoc {
        ListDoc::new((self.name, TAG), self.schema, self.description)
    }

    fn filters(&self) -> Vec<&'static Parameter> {
        self.own_filters().map(|filter| &filter.parameter).chain([&ENTITIES_AT]).collect()
    }

    fn names(&self, shows: Shows) -> Vec<&'static str> {
        match shows {
            Shows::Members => members(Some(self.kind)).iter().map(|member| member.name).collect(),
            Shows::Columns => columns(Some(self.kind)).into_iter().map(|column| &*column.name).collect(),
        }
    }

    /// Whether a condition holds, and who leads, changes with the day.
    fn read(&self, reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
        let day = day(reader);
        let leaders = self.leaders.then(|| Counted::on(day));
        let which = filters::read(reader, self.own_filters());
        (Asked { filter: EntityQuery { leaders, ..EntityQuery::of(&[self.kind], which) }, day }, day)
    }

    fn part<'g>(&'static self, asked: &'g Asked, face: Face<'g>, page: Page<u128>) -> Part<Entities<'g>> {
        let graph = face.graph;
        let found = graph.entities(&asked.filter, page.map(entity_id));
        let truth = evaluated(self, graph, &found.items, asked.day).transpose();
        let after = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
        let warnings = truth.as_ref().err().map(|spent| unevaluated("truth", *spent)).into_iter().collect();
        let items = Entities {
            columns: face.columns(|| columns(Some(self.kind))),
            truth: truth.ok().flatten(),
            day: Some(asked.day),
            ..Entities::new(face, found.items)
        };
        Part { items, after, total: found.total, warnings, truncated: false }
    }

    /// The offices by which nobody is a leader on the day; the list of them shows which.
    fn left_out(&self, head: &Head<'_>, asked: &Asked) -> Option<WarningBody> {
        let (counted, which) = (asked.filter.leaders.clone()?, &asked.filter.which);
        let (subject, source) = (which.is.clone(), which.source.clone());
        let which = Where { subject, q: which.q.clone(), source, ..Where::all() };
        let offices = EdgeQuery::of(&[EdgeKind::Office], which).counted(counted);
        set_aside::of_query(head.ask, head.graph, "/v1/offices", &offices)
    }
}

/// What is asked of a collection.
pub(crate) struct Asked {
    filter: EntityQuery,
    day: NaiveDate,
}

/// Some entities in a row.
pub(crate) struct Entities<'g> {
    face: Face<'g>,
    pub(crate) columns: Vec<&'static EntityColumn>,
    views: Vec<EntityView<'g>>,
    /// How a search found them; none where there was none.
    pub(crate) hits: Vec<SearchHit<'g>>,
    /// Of conditions, which of them hold on the day.
    truth: Option<Evaluation>,
    day: Option<NaiveDate>,
}

impl<'g> Entities<'g> {
    pub(crate) fn new(face: Face<'g>, views: Vec<EntityView<'g>>) -> Self {
        Self { face, columns: Vec::new(), views, hits: Vec::new(), truth: None, day: None }
    }

    fn wire(&self) -> Wire<'_> {
        self.face.wire().with_force(self.truth.as_ref(), self.day)
    }
}

impl Items for Entities<'_> {
    fn count(&self) -> usize {
        self.views.len()
    }

    fn body(&self, item: usize) -> impl Serialize {
        let (wire, hit) = (self.wire(), self.hits.get(item));
        let body = hit.map_or_else(|| EntityBody::new(wire, &self.views[item]), |hit| EntityBody::found(wire, hit));
        body.only(self.face.form.only.as_deref())
    }

    fn put_json(&self, item: usize, text: &mut Vec<u8>) {
        put_json(&self.body(item), text);
    }

    fn put_cell(&self, (item, _): (usize, usize), column: usize, cell: &mut Cell) {
        self.columns[column].put(self.wire(), &self.views[item], cell);
    }
}

/// The operations of a collection.
pub(crate) fn routes(collection: &'static EntityCollection) -> Vec<Route> {
    let path = PathParameter {
        name: "ref",
        description: "Its slug, `kind:slug` or identifier.",
        example: collection.example.to_owned(),
    };
    let schemas = vec![
        (collection.schema.to_owned(), thing(collection.shown, Some(collection.kind))),
        page(collection.schema, &[]),
    ];
    let mut routes = list::routes(collection, schemas);
    let one = move |Path(reference): Path<String>, ask: Ask| async move { get_entity(&ask, &reference, collection) };
    let named = (collection.item, collection.shown);
    routes.push(record_of(collection, named, None, path.clone()).on(one));
    // Leaders are persons, and are written as such.
    if !collection.leaders {
        let (schema, tag) = (collection.schema, TAG);
        routes.push(history::route(Collection::Entities(collection), tag, schema, path.clone()));
        routes.extend(endpoints::routes(&WritesDoc {
            collection: Collection::Entities(collection),
            tag,
            schema,
            path,
        }));
    }
    routes
}

/// An entity of some kinds, as a path names it; `evaluates` finds out whether it holds on a day.
pub(crate) fn one(
    ask: &Ask,
    reference: &str,
    (kinds, names): (&[EntityKind], impl FnOnce() -> Vec<&'static str>),
    evaluates: impl FnOnce(&Graph, &EntityView<'_>, NaiveDate) -> Result<Option<Evaluation>, ApiError>,
) -> Result<Response, ApiError> {
    let given = ask.given(&[&ENTITIES_AT, &FIELDS, &LANG]);
    let mut reader = ParameterReader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, names);
    let day = day(&mut reader);
    reader.finish()?;
    let view = find(&ask.current, reference, kinds)?;
    moved(ask, &view, reference)?;
    let truth = evaluates(&ask.current, &view, day)?;
    let wire = Wire::new(&ask.current, lang).with_force(truth.as_ref(), Some(day));
    let body = EntityBody::new(wire, &view).only(fields.as_deref());
    record(ask, &ask.current, lang, view.version(), &body)
}

fn get_entity(ask: &Ask, reference: &str, collection: &EntityCollection) -> Result<Response, ApiError> {
    let names = || collection.names(Shows::Members);
    one(ask, reference, (&[collection.kind], names), |graph, view, day| {
        if collection.leaders && !graph.is_leader(view.id(), &Counted::on(day)) {
            return Err(ApiError::new(Problem::NotFound, "the person holds no office"));
        }
        evaluated(collection, graph, &[*view], day).transpose().map_err(|spent| too_expensive(spent).into())
    })
}

/// The day of a request: that which it asks, else today.
fn day(reader: &mut ParameterReader<'_>) -> NaiveDate {
    reader.day(ENTITIES_AT.name).unwrap_or_else(|| reader.today())
}

/// Which of some conditions hold on a day; `None` in collections of other things.
fn evaluated(
    collection: &EntityCollection,
    graph: &Graph,
    views: &[EntityView<'_>],
    day: NaiveDate,
) -> Option<Result<Evaluation, BudgetSpent>> {
    let conditions = views.iter().map(EntityView::id).collect();
    let query = ForceQuery { commitments: Some(Vec::new()), conditions, ..ForceQuery::all(day, CIRCUIT) };
    collection.has_truth().then(|| graph.evaluate(&query))
}

pub(crate) fn entity_id(id: u128) -> EntityId {
    EntityId(uuid::Uuid::from_u128(id))
}
