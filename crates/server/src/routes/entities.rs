//! Entities of all kinds under one flat schema: found by any usual spelling.

use std::ops::Range;

use chrono::NaiveDate;
use pledgegraph_graph::{EntityQuery, Page, Total};
use pledgegraph_model::EntityKind;
use pledgegraph_wire::answers::entity::members;
use pledgegraph_wire::csv::entities::columns;
use pledgegraph_wire::filters::{ENTITIES_AT, ENTITY_KIND, read};
use pledgegraph_wire::format::Shows;
use pledgegraph_wire::openapi::schemas::page;
use pledgegraph_wire::request::form::{FIELDS, LANG};
use pledgegraph_wire::request::parameter::{Accepts, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;

use crate::endpoint::{Endpoint, PathParameter, Route, problems};
use crate::extract::Path;
use crate::list::{self, AT_ONCE, Face, List, ListDoc, Part};
use crate::listing::{counted, rest};
use crate::request::ask::Ask;
use crate::routes::entity_collection::{Entities, TAG, entity_id, one};

/// The most hits that a search ranks.
const MOST_HITS: usize = 2_000;

/// The schema of an entity of any kind.
const SCHEMA: &str = "Entity";

const Q: Parameter = Parameter::new(
    "q",
    Accepts::Text,
    "A name in any language and usual spelling, slips of the pen included. Hits come best first: by how well \
        they match (`match.quality`), then by how often statements mention them.",
)
.example("Britain");

/// Entities of all kinds; with `q`, those that a text names.
pub(crate) struct Search;

/// What is asked of a search.
pub(crate) struct Asked {
    filter: EntityQuery,
    text: Option<String>,
}

impl List for Search {
    type Asked = Asked;
    type Items<'g> = Entities<'g>;

    fn doc(&self) -> ListDoc {
        ListDoc {
            name: "entities",
            tag: TAG,
            summary: "Search entities of all kinds".to_owned(),
            items: "entities of all kinds",
            description:
                "With `q`, the entities that the text names, best first; without, all in the order of recording."
                    .to_owned(),
            whole:
                "The whole list, narrowed by the same filters; with `q`, the hits, best first: at most 2000, and the \
                header `Pledgegraph-Truncated: true` says that there were more."
                    .to_owned(),
            schema: SCHEMA,
            named_for_items: false,
        }
    }

    fn filters(&self) -> Vec<&'static Parameter> {
        vec![&Q, &ENTITY_KIND.parameter, &ENTITIES_AT]
    }

    fn names(&self, shows: Shows) -> Vec<&'static str> {
        match shows {
            Shows::Members => known_fields(),
            Shows::Columns => columns(None).into_iter().map(|column| &*column.name).collect(),
        }
    }

    fn is_small(&self, _ask: &Ask, _parameters: &[&'static Parameter]) -> bool {
        true
    }

    fn read(&self, reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
        let filter = EntityQuery::of(&[], read(reader, &[ENTITY_KIND]));
        (Asked { filter, text: reader.text(Q.name).map(str::to_owned) }, reader.today())
    }

    /// All hits at once, since each part of them takes the whole search.
    fn at_once(&self, asked: &Asked) -> usize {
        if asked.text.is_some() { MOST_HITS } else { AT_ONCE }
    }

    fn part<'g>(&'static self, asked: &'g Asked, face: Face<'g>, page: Page<u128>) -> Part<Entities<'g>> {
        let mut part = if let Some(text) = &asked.text {
            hits(face, (text, &asked.filter.which.kind), counted(page))
        } else {
            let page = page.map(entity_id);
            let found = face.graph.entities(&asked.filter, page);
            Part {
                after: found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128()),
                total: found.total,
                warnings: Vec::new(),
                truncated: false,
                items: Entities::new(face, found.items),
            }
        };
        part.items.columns = face.columns(|| columns(None));
        part
    }
}

/// What a search finds, best first; of these, those in some places.
fn hits<'g>(face: Face<'g>, (text, kinds): (&str, &[EntityKind]), places: Range<usize>) -> Part<Entities<'g>> {
    let mut hits = face.graph.search(text, kinds, MOST_HITS + 1);
    let truncated = hits.len() > MOST_HITS;
    hits.truncate(MOST_HITS);
    let (after, total) = (rest(&places, hits.len()), Total { value: hits.len() as u64, exact: !truncated });
    let hits: Vec<_> = hits.into_iter().take(places.end).skip(places.start).collect();
    let mut items = Entities::new(face, hits.iter().map(|hit| hit.entity).collect());
    items.hits = hits;
    Part { items, after, total, warnings: Vec::new(), truncated }
}

/// What `fields=` takes.
fn known_fields() -> Vec<&'static str> {
    members(None).iter().map(|member| member.name).collect()
}

/// The operations of the list.
pub(crate) fn list_entities() -> Vec<Route> {
    list::routes(&Search, vec![page(SCHEMA, &[])])
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
        .on(async |Path(reference): Path<String>, ask: Ask| {
            one(&ask, &reference, (&[], known_fields), |_, _, _| Ok(None))
        })
}

/// The reference in the path.
pub(crate) fn path() -> PathParameter {
    PathParameter { name: "ref", description: "`kind:slug` or identifier.", example: "country:GB".to_owned() }
}
