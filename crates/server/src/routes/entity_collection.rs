//! What all collections of entities have alike: a list, the same list as CSV, and one entity.

use axum::response::Response;
use axum::routing::get;
use pledgegraph_graph::{Direction, EntityFilter, EntityView, Graph, Page};
use pledgegraph_model::{EdgeKind, EntityId, EntityKind};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::csv::columns::{EntityColumn, chosen};
use crate::csv::entities::{FIRST, LAST};
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::entities::{EntityParameter, read};
use crate::openapi::collection::CollectionDoc;
use crate::openapi::endpoint::PathParameter;
use crate::openapi::schemas::{page, part};
use crate::problem::Problem;
use crate::reply::{ListHead, record};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT, fields};
use crate::request::parameter::Parameter;
use crate::request::reader::Reader;
use crate::request::references;
use crate::routes::edge_collection::BOM;
use crate::state::State;
use crate::wire::entity::EntityBody;
use crate::wire::list::{AsOfBody, ListBody, PageBody};
use crate::wire::shape::Shape;
use crate::wire::{Made, Narrowed, Wire};

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
    pub(crate) shape: Shape,
    pub(crate) parameters: &'static [&'static EntityParameter],
    /// The columns of its own.
    pub(crate) columns: &'static [EntityColumn],
    /// The slug of an entity of the bundled data.
    pub(crate) example: &'static str,
}

impl EntityCollection {
    fn list_parameters(&self) -> Vec<&'static Parameter> {
        self.parameters.iter().map(|p| &p.parameter).chain([&LIMIT, &CURSOR, &FIELDS, &LANG]).collect()
    }

    fn export_parameters(&self) -> Vec<&'static Parameter> {
        self.parameters.iter().map(|p| &p.parameter).chain([&BOM, &FIELDS]).collect()
    }

    fn filter(&self, reader: &mut Reader<'_>) -> EntityFilter {
        EntityFilter { leaders: self.leaders, ..read(reader, &[self.kind], self.parameters) }
    }

    fn doc(&self) -> CollectionDoc {
        CollectionDoc {
            name: self.name,
            item: self.item,
            tag: "entities",
            description: self.description,
            shape: self.shape,
            list_parameters: self.list_parameters(),
            export_parameters: self.export_parameters(),
            names: vec![(FIELDS.name, self.shape.fields().collect())],
            columns: self.columns().map(|column| column.name).collect(),
        }
    }

    fn columns(&self) -> impl Iterator<Item = &'static EntityColumn> + use<> {
        FIRST.iter().chain(self.columns).chain(LAST)
    }
}

/// The three operations of a collection.
pub(crate) fn routes(collection: &'static EntityCollection) -> [UtoipaMethodRouter<State>; 3] {
    let doc = collection.doc();
    let path = PathParameter {
        name: "ref",
        description: "Its slug, `kind:slug` or identifier.",
        example: collection.example.to_owned(),
    };
    let mut list = doc.list().on(get(move |ask: Ask| async move { list_entities(&ask, collection) }));
    list.0.push(part(&collection.shape));
    list.0.push(page(collection.shape.schema, &[]));
    let one = move |Path(reference): Path<String>, ask: Ask| async move { get_entity(&ask, &reference, collection) };
    [
        list,
        doc.export().on(get(move |ask: Ask| async move { export_entities(&ask, collection) })),
        doc.record(path).on(get(one)),
    ]
}

fn list_entities(ask: &Ask, collection: &EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.list_parameters());
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let filter = collection.filter(&mut reader);
    let (lang, limit) = (ask.lang(&mut reader), reader.number(&LIMIT));
    let fields = fields(&mut reader, &collection.shape.fields().collect::<Vec<_>>());
    let today = reader.today();
    reader.finish()?;
    let head = ListHead::new(ask, &given, &pinned.graph, lang, None);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let found = pinned.graph.entities(&filter, Page { after: pinned.after.map(entity_id), limit });
    let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
    let next = ask.next(&given, &pinned.graph, today, last);
    let wire = Wire { graph: &pinned.graph, lang };
    let body = ListBody {
        items: Made::new(&found.items, |view| Narrowed(EntityBody::new(wire, view), fields.as_deref())),
        page: PageBody { limit, next_cursor: next.cursor },
        total: found.total.into(),
        as_of: AsOfBody::new(&pinned.graph, None),
        warnings: Vec::new(),
        included: None,
    };
    head.answer(&body, next.address.as_deref())
}

fn export_entities(ask: &Ask, collection: &'static EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&collection.export_parameters());
    let mut reader = Reader::new(&given, &ask.current, None);
    let filter = collection.filter(&mut reader);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, collection.columns());
    let header = columns.clone();
    reader.finish()?;
    let head = ExportHead::new(ask, &given, None);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let found = graph.entities(&filter, Page { after: after.map(entity_id), limit: ROWS });
        let wire = stream::wire(graph);
        for view in &found.items {
            rows.row(&columns, |write, cell| write(wire, view, cell));
        }
        found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128())
    };
    Ok(head.answer(collection.name, bom, &header, Box::new(next)))
}

fn get_entity(ask: &Ask, reference: &str, collection: &EntityCollection) -> Result<Response, ApiError> {
    let given = ask.given(&[&FIELDS, &LANG]);
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, &collection.shape.fields().collect::<Vec<_>>());
    reader.finish()?;
    let view = find(&ask.current, reference, &[collection.kind])?;
    if collection.leaders && view.degree(EdgeKind::Office, Direction::Outgoing) == 0 {
        return Err(ApiError::new(Problem::NotFound, "the person holds no office"));
    }
    let wire = Wire { graph: &ask.current, lang };
    let body = Narrowed(EntityBody::new(wire, &view), fields.as_deref());
    record(ask, &ask.current, lang, view.version(), &body)
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

pub(crate) fn entity_id(id: u128) -> EntityId {
    EntityId(uuid::Uuid::from_u128(id))
}
