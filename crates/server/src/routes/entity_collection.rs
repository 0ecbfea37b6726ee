//! What all collections of entities have alike: a list, the same list as CSV, and one entity.

use axum::http::header::LOCATION;
use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{
    BudgetSpent, Counted, EdgeQuery, EntityQuery, EntityView, Evaluation, ForceQuery, Graph, Page,
};
use pledgegraph_model::{EdgeKind, EntityId, EntityKind, EntityRef, Where};

use crate::csv::columns::chosen;
use crate::csv::entities::columns;
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::endpoint::collection::CollectionDoc;
use crate::endpoint::{PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::analyses::{CIRCUIT, too_expensive, unevaluated};
use crate::filters::{self, ENTITIES_AT, FilterParameter};
use crate::lanes::Lane;
use crate::openapi::members::thing;
use crate::openapi::schemas::page;
use crate::problem::Problem;
use crate::reply::{ListHead, record};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT, fields};
use crate::request::parameter::Parameter;
use crate::request::reader::Reader;
use crate::request::references;
use crate::routes::edge_collection::BOM;
use crate::routes::history;
use crate::routes::write::collection::Collection;
use crate::routes::write::endpoints::{self, WritesDoc};
use crate::set_aside;
use crate::wire::entity::{EntityBody, members};
use crate::wire::list::{AsOfBody, ListBody, PageBody};
use crate::wire::warning::WarningBody;
use crate::wire::{Made, Wire};

/// A collection of entities of one kind.
pub(crate) struct EntityCollection {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    /// One item, in operations.
    pub(crate) item: &'static str,
    /// What it holds, for the document.
    pub(crate) description: &'static str,
    pub(crate) kind: EntityKind,
    /// Only persons who hold an office.
    pub(crate) leaders: bool,
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// What an item is, for the document.
    pub(crate) shown: &'static str,
    /// The slug of an entity of the bundled data.
    pub(crate) example: &'static str,
}

impl EntityCollection {
    /// Whether its items say if they hold.
    fn has_truth(&self) -> bool {
        self.kind == EntityKind::Condition
    }

    fn filters(&self) -> impl Iterator<Item = &'static FilterParameter> {
        filters::of_entities(self.kind)
    }

    /// What narrows it, and the day.
    fn asked_parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.filters().map(|p| &p.parameter).chain([&ENTITIES_AT])
    }

    fn list_parameters(&self) -> Vec<&'static Parameter> {
        self.asked_parameters().chain([&LIMIT, &CURSOR, &FIELDS, &LANG]).collect()
    }

    fn export_parameters(&self) -> Vec<&'static Parameter> {
        self.asked_parameters().chain([&BOM, &FIELDS]).collect()
    }

    fn filter(&self, reader: &mut Reader<'_>) -> EntityQuery {
        let leaders = self.leaders.then(|| Counted::on(day(reader)));
        EntityQuery { leaders, ..EntityQuery::of(&[self.kind], filters::read(reader, self.filters())) }
    }

    fn doc(&self) -> CollectionDoc {
        CollectionDoc {
            name: self.name,
            item: self.item,
            tag: "entities",
            description: self.description,
            schema: self.schema,
            shown: self.shown,
            explains: None,
            list_parameters: self.list_parameters(),
            export_parameters: self.export_parameters(),
            names: vec![(&FIELDS, self.fields())],
            columns: columns(Some(self.kind)).into_iter().map(|column| &*column.name).collect(),
        }
    }

    /// What `fields=` takes.
    fn fields(&self) -> Vec<&'static str> {
        members(Some(self.kind)).iter().map(|member| member.name).collect()
    }
}

/// The operations of a collection.
pub(crate) fn routes(collection: &'static EntityCollection) -> Vec<Route> {
    let doc = collection.doc();
    let path = PathParameter {
        name: "ref",
        description: "Its slug, `kind:slug` or identifier.",
        example: collection.example.to_owned(),
    };
    let schemas =
        [(collection.schema.to_owned(), thing(collection.shown, Some(collection.kind))), page(collection.schema, &[])];
    let one = move |Path(reference): Path<String>, ask: Ask| async move { get_entity(&ask, &reference, collection) };
    let mut routes = vec![
        doc.list().with(schemas).on(move |ask: Ask| ask.aside(Lane::Lists, move |ask| list_entities(ask, collection))),
        doc.export().on(move |ask: Ask| ask.aside(Lane::Lists, move |ask| export_entities(ask, collection))),
        doc.record(path.clone()).on(one),
    ];
    // Leaders are persons, and are written as such.
    if !collection.leaders {
        let (schema, tag) = (collection.schema, "entities");
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

fn list_entities(ask: &Ask, collection: &EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.list_parameters());
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let filter = collection.filter(&mut reader);
    let (lang, limit) = (ask.lang(&mut reader), reader.number(&LIMIT));
    let fields = fields(&mut reader, || collection.fields());
    let (today, day) = (reader.today(), day(&mut reader));
    reader.finish()?;
    // Whether a condition holds, and who leads, changes with the day.
    let head = ListHead::new(ask, &given, &pinned.graph, lang, day);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let found = pinned.graph.entities(&filter, Page { after: pinned.after.map(entity_id), limit });
    let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
    let next = ask.next(&given, &pinned.graph, today, last);
    let truth = evaluated(collection, &pinned.graph, &found.items, day);
    let wire =
        Wire::new(&pinned.graph, lang).with_force(truth.as_ref().and_then(|truth| truth.as_ref().ok()), Some(day));
    let spent = truth.as_ref().and_then(|truth| truth.as_ref().err());
    let body = ListBody {
        items: Made::new(&found.items, |view| EntityBody::new(wire, view).only(fields.as_deref())),
        page: PageBody { limit, next_cursor: next.cursor },
        total: found.total.into(),
        as_of: AsOfBody::new(&pinned.graph, day),
        warnings: spent
            .map(|spent| unevaluated("truth", *spent))
            .into_iter()
            .chain(offices_set_aside(ask, &pinned.graph, &filter))
            .collect(),
        included: None,
    };
    head.answer(&body, next.address.as_deref())
}

fn export_entities(ask: &Ask, collection: &'static EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.export_parameters());
    let mut reader = Reader::new(&given, &ask.current, None);
    let filter = collection.filter(&mut reader);
    let day = day(&mut reader);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, columns(Some(collection.kind)));
    let header = columns.clone();
    reader.finish()?;
    let head = ExportHead::new(ask, &given, day);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    let left_out = offices_set_aside(ask, &ask.current, &filter);
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let found = graph.entities(&filter, Page { after: after.map(entity_id), limit: ROWS });
        let truth = evaluated(collection, graph, &found.items, day);
        let wire = stream::wire(graph).with_force(truth.as_ref().and_then(|truth| truth.as_ref().ok()), Some(day));
        for view in &found.items {
            rows.row(&columns, |write, cell| write.put(wire, view, cell));
        }
        found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128())
    };
    let mut response = head.answer(collection.name, bom, &header, Box::new(next));
    set_aside::put(&mut response, left_out.as_ref());
    Ok(response)
}

fn get_entity(ask: &Ask, reference: &str, collection: &EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&[&ENTITIES_AT, &FIELDS, &LANG]);
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, || collection.fields());
    let day = day(&mut reader);
    reader.finish()?;
    let view = find(&ask.current, reference, &[collection.kind])?;
    moved(ask, &view, reference)?;
    if collection.leaders && !ask.current.is_leader(view.id(), &Counted::on(day)) {
        return Err(ApiError::new(Problem::NotFound, "the person holds no office"));
    }
    let truth = evaluated(collection, &ask.current, &[view], day).transpose().map_err(too_expensive)?;
    let wire = Wire::new(&ask.current, lang).with_force(truth.as_ref(), Some(day));
    let body = EntityBody::new(wire, &view).only(fields.as_deref());
    record(ask, &ask.current, lang, view.version(), &body)
}

/// The day of a request: that which it asks, else today.
fn day(reader: &mut Reader<'_>) -> NaiveDate {
    reader.day(ENTITIES_AT.name).unwrap_or_else(|| reader.today())
}

/// The offices by which nobody is a leader on the day; the list of them shows which.
fn offices_set_aside(ask: &Ask, graph: &Graph, query: &EntityQuery) -> Option<WarningBody> {
    let counted = query.leaders.clone()?;
    let which = Where { q: query.which.q.clone(), source: query.which.source.clone(), ..Where::all() };
    let offices = EdgeQuery::of(&[EdgeKind::Office], which).counted(counted);
    set_aside::of_query(ask, graph, "/v1/offices", &offices)
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

/// The entity of a path, or 404 with the nearest one.
pub(crate) fn find<'g>(graph: &'g Graph, text: &str, kinds: &[EntityKind]) -> Result<EntityView<'g>, ApiError> {
    references::find(graph, text, kinds).map_err(|miss| {
        let mut detail = miss.detail(text, kinds);
        if let references::Miss::Unknown { nearest: Some((reference, label)) } = &miss {
            detail = format!("{detail}; did you mean {reference} ({label})?");
        }
        ApiError::new(Problem::NotFound, detail)
    })
}

/// 308 where the path names an entity by what leads to it since a merge or a renaming.
pub(crate) fn moved(ask: &Ask, found: &EntityView<'_>, text: &str) -> Result<(), ApiError> {
    let by_reference = text.parse::<EntityRef>().map(|reference| reference == found.reference());
    let by_id = text.parse::<EntityId>().map(|id| id == found.id());
    let named = by_reference.or(by_id).unwrap_or_else(|_| text == found.entity().slug.as_str());
    if named {
        return Ok(());
    }
    let reference = found.reference().to_string();
    let path = ask.uri.path();
    // `/v1/{collection}/{ref}` and what follows.
    let after = path.splitn(5, '/').nth(4).map(|rest| format!("/{rest}")).unwrap_or_default();
    let collection = path.split('/').nth(2).unwrap_or("entities");
    let query = ask.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let problem = ApiError::new(Problem::Moved, format!("it is {reference} now"));
    Err(problem.with_header(LOCATION, format!("/v1/{collection}/{reference}{after}{query}")))
}

pub(crate) fn entity_id(id: u128) -> EntityId {
    EntityId(uuid::Uuid::from_u128(id))
}
