//! Entities of all kinds under one flat schema: found by any usual spelling.

use axum::response::Response;
use pledgegraph_graph::{EntityQuery, EntityView, Graph, Page, Total};
use pledgegraph_model::{EntityId, EntityKind};

use crate::csv::columns::chosen;
use crate::csv::entities::columns;
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::endpoint::{Answer, Endpoint, PathParameter, Route, problems};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::{ENTITIES_AT, ENTITY_KIND, read};
use crate::openapi::schemas::{page, page_name};
use crate::reply::{ListHead, TRUNCATED, record, set};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT, fields};
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::Reader;
use crate::routes::edge_collection::BOM;
use crate::routes::entity_collection::{entity_id, find, moved};
use crate::wire::Wire;
use crate::wire::entity::{EntityBody, members};
use crate::wire::list::{AsOfBody, ListBody, PageBody};

/// The most hits that a search ranks.
const MOST_HITS: usize = 2_000;

/// The schema of an entity of any kind.
const SCHEMA: &str = "Entity";

const Q: Parameter = Parameter {
    name: "q",
    accepts: Accepts::Text,
    description: "A name in any language and usual spelling, slips of the pen included. Hits come best first: by how well \
        they match (`match.quality`), then by how often statements mention them.",
    example: "Britain",
};

const EXPORT_PARAMETERS: [&Parameter; 5] = [&Q, &ENTITY_KIND.parameter, &ENTITIES_AT, &BOM, &FIELDS];
const PARAMETERS: [&Parameter; 7] = [&Q, &ENTITY_KIND.parameter, &ENTITIES_AT, &LIMIT, &CURSOR, &FIELDS, &LANG];

/// `GET /v1/entities`.
pub(crate) fn list_entities() -> Route {
    Endpoint::get("list_entities", "/v1/entities", "entities")
        .says(
            "Search entities of all kinds",
            "With `q`, the entities that the text names, best first; without, all in the order of recording.",
        )
        .takes(&PARAMETERS)
        .names(&FIELDS, known_fields())
        .json(page_name(SCHEMA))
        .problems(problems::LIST)
        .with([page(SCHEMA, &[])])
        .on(async |ask: Ask| list(&ask))
}

/// What `fields=` takes.
fn known_fields() -> Vec<&'static str> {
    members(None).iter().map(|member| member.name).collect()
}

/// `GET /v1/entities.csv`.
pub(crate) fn export_entities() -> Route {
    Endpoint::get("export_entities", "/v1/entities.csv", "entities")
        .says(
            "Export entities of all kinds as CSV",
            "The whole list, narrowed by the same filters; with `q`, the hits, best first: at most 2000, and the \
            header `Pledgegraph-Truncated: true` says that there were more.",
        )
        .takes(&EXPORT_PARAMETERS)
        .names(&FIELDS, columns(None).into_iter().map(|column| &*column.name).collect())
        .answers(Answer::Csv(columns(None).into_iter().map(|column| &*column.name).collect()))
        .problems(problems::EXPORT)
        .on(async |ask: Ask| export(&ask))
}

/// `GET /v1/entities/{ref}`.
pub(crate) fn get_entity() -> Route {
    Endpoint::get("get_entity", "/v1/entities/{ref}", "entities")
        .says("Get an entity of any kind", "Its entity tag begins with its version.")
        .at(path())
        .takes(&[&ENTITIES_AT, &FIELDS, &LANG])
        .names(&FIELDS, known_fields())
        .json(SCHEMA)
        .problems(problems::RECORD)
        .on(async |Path(reference): Path<String>, ask: Ask| one(&ask, &reference))
}

/// The reference in the path.
pub(crate) fn path() -> PathParameter {
    PathParameter { name: "ref", description: "`kind:slug` or identifier.", example: "country:GB".to_owned() }
}

/// The entities of a page.
struct Found<'g> {
    bodies: Vec<EntityBody<'g>>,
    total: Total,
    /// What the next page begins after: the last entity, or for a search the number of hits so far.
    after: Option<u128>,
}

impl<'g> Found<'g> {
    fn search(wire: Wire<'g>, text: &str, kinds: &[EntityKind], skip: usize, limit: usize) -> Self {
        let hits = wire.graph.search(text, kinds, MOST_HITS + 1);
        let ranked = hits.len().min(MOST_HITS);
        let end = skip.saturating_add(limit).min(ranked);
        Self {
            bodies: hits.iter().take(end).skip(skip).map(|hit| EntityBody::found(wire, hit)).collect(),
            total: Total { value: ranked as u64, exact: ranked == hits.len() },
            after: (end < ranked).then_some(end as u128),
        }
    }

    fn list(wire: Wire<'g>, query: &EntityQuery, page: Page<EntityId>) -> Self {
        let found = wire.graph.entities(query, page);
        Self {
            bodies: found.items.iter().map(|view| EntityBody::new(wire, view)).collect(),
            total: found.total,
            after: found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128()),
        }
    }
}

fn list(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&PARAMETERS);
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let query = EntityQuery::of(&[], read(&mut reader, &[ENTITY_KIND]));
    let (lang, limit) = (ask.lang(&mut reader), reader.number(&LIMIT));
    let fields = fields(&mut reader, known_fields);
    let (text, today) = (reader.text(Q.name), reader.today());
    reader.finish()?;
    let head = ListHead::new(ask, &given, &pinned.graph, lang, today);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let wire = Wire::new(&pinned.graph, lang);
    let skip = pinned.after.and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    let found = match text {
        Some(text) => Found::search(wire, text, &query.which.kind, skip, limit),
        None => Found::list(wire, &query, Page { after: pinned.after.map(entity_id), limit }),
    };
    let next = ask.next(&given, &pinned.graph, today, found.after);
    let body = ListBody {
        items: found.bodies.into_iter().map(|body| body.only(fields.as_deref())).collect::<Vec<_>>(),
        page: PageBody { limit, next_cursor: next.cursor },
        total: found.total.into(),
        as_of: AsOfBody::new(&pinned.graph, today),
        warnings: Vec::new(),
        included: None,
    };
    head.answer(&body, next.address.as_deref())
}

fn export(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&EXPORT_PARAMETERS);
    let mut reader = Reader::new(&given, &ask.current, None);
    let query = EntityQuery::of(&[], read(&mut reader, &[ENTITY_KIND]));
    let text = reader.text(Q.name).map(str::to_owned);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, columns(None));
    let header = columns.clone();
    reader.finish()?;
    let head = ExportHead::new(ask, &given, given.day);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    let ranked: Option<Vec<EntityId>> = text.map(|text| {
        ask.current.search(&text, &query.which.kind, MOST_HITS + 1).iter().map(|hit| hit.entity.id()).collect()
    });
    let truncated = ranked.as_ref().is_some_and(|ids| ids.len() > MOST_HITS);
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let wire = stream::wire(graph);
        let mut row = |view: &EntityView<'_>| rows.row(&columns, |write, cell| write.put(wire, view, cell));
        if let Some(ids) = &ranked {
            ids.iter().take(MOST_HITS).filter_map(|id| graph.entity(*id)).for_each(|view| row(&view));
            return None;
        }
        let found = graph.entities(&query, Page { after: after.map(entity_id), limit: ROWS });
        found.items.iter().for_each(row);
        found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128())
    };
    let mut response = head.answer("entities", bom, &header, Box::new(next));
    if truncated {
        set(&mut response, TRUNCATED, "true");
    }
    Ok(response)
}

fn one(ask: &Ask, reference: &str) -> Result<Response, ApiError> {
    let given = ask.given(&[&ENTITIES_AT, &FIELDS, &LANG]);
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader);
    let fields = fields(&mut reader, known_fields);
    reader.finish()?;
    let view = find(&ask.current, reference, &[])?;
    moved(ask, &view, reference)?;
    let body = EntityBody::new(Wire::new(&ask.current, lang), &view).only(fields.as_deref());
    record(ask, &ask.current, lang, view.version(), &body)
}
