//! The neighbourhood of one entity: its statements, grouped by kind and direction.

use axum::response::Response;
use pledgegraph_graph::{AdjacentGroup, Direction, EdgeQuery, EdgeView, EntityView, Page};
use pledgegraph_model::{Code, EdgeKind, EntityId, Where};
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::filters::{EDGE_KIND, VALID_AT};
use crate::problem::Problem;
use crate::reply::ListHead;
use crate::request::ask::{Ask, CURSOR, LANG, Pinned};
use crate::request::given::Given;
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::request::reader::Reader;
use crate::routes::entities::path;
use crate::routes::entity_collection::{find, moved};
use crate::wire::edge::EdgeBody;
use crate::wire::list::{AsOfBody, PageBody, TotalBody};
use crate::wire::reference::ReferenceBody;
use crate::wire::warning::WarningBody;
use crate::wire::{Wire, codes};

const DIRECTION: Parameter = Parameter {
    name: "direction",
    accepts: Accepts::Codes(CodeNames { schema: "DirectionFilter", all: directions }),
    description: "`outgoing`: the entity is the subject; `incoming`: it is the object.",
    example: "outgoing",
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    accepts: Accepts::Integer { min: 1, max: 1000, default: 10 },
    description: "At most so many statements of each group.",
    example: "",
};
const GROUP_CURSOR: Parameter = Parameter {
    name: CURSOR.name,
    accepts: Accepts::Cursor,
    description: "Goes on in one group: its `page.next_cursor`, with `kind` and `direction` of that group.",
    example: "",
};
const PARAMETERS: [&Parameter; 6] = [&EDGE_KIND, &DIRECTION, &VALID_AT.parameter, &LIMIT, &GROUP_CURSOR, &LANG];

const PROBLEMS: &[Problem] = &[
    Problem::BadParameter,
    Problem::NotFound,
    Problem::NotAcceptable,
    Problem::CursorExpired,
    Problem::UriTooLong,
    Problem::ForbiddenCharacter,
    Problem::Internal,
    Problem::Timeout,
];

fn directions() -> Vec<&'static str> {
    vec!["outgoing", "incoming"]
}

/// The neighbourhood of one entity.
#[derive(Serialize, ToSchema)]
#[schema(as = Neighbourhood)]
pub(crate) struct NeighbourhoodBody<'g> {
    /// The entity.
    entity: ReferenceBody<'g>,
    /// Its statements by kind and direction; groups without any are left out.
    groups: Vec<GroupBody<'g>>,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// The statements of one kind and direction.
#[derive(Serialize, ToSchema)]
#[schema(as = NeighbourhoodGroup)]
struct GroupBody<'g> {
    /// The kind of statement.
    #[schema(value_type = codes::EdgeKind)]
    kind: &'static str,
    /// `outgoing`: the entity is the subject; `incoming`: it is the object.
    #[schema(example = "outgoing")]
    direction: &'static str,
    /// The statements of this page, in the order of recording.
    items: Vec<EdgeBody<'g>>,
    /// Which page it is. To go on, give `next_cursor` with `kind` and `direction` of the group.
    page: PageBody,
    /// How many the whole group has.
    total: TotalBody,
}

/// `GET /v1/entities/{ref}/adjacent`.
pub(crate) fn list_adjacent() -> Route {
    Endpoint::get("list_adjacent", "/v1/entities/{ref}/adjacent", "graph")
        .says(
            "List the statements around an entity",
            "The statements of which the entity is the subject or the object, grouped by kind and direction, each \
            group paged.",
        )
        .at(path())
        .takes(&PARAMETERS)
        .json("Neighbourhood")
        .problems(PROBLEMS)
        .on(async |Path(reference): Path<String>, ask: Ask| answer(&ask, &reference))
}

fn answer(ask: &Ask, reference: &str) -> Result<Response, ApiError> {
    let given = ask.given(&PARAMETERS);
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let kinds = reader.codes::<EdgeKind>(EDGE_KIND.name);
    let known = |name: &str| [Direction::Outgoing, Direction::Incoming].into_iter().find(|d| name_of(*d) == name);
    let wanted_directions = reader.some_of(DIRECTION.name, directions, known);
    let (limit, day) = (reader.number(&LIMIT), reader.day(VALID_AT.parameter.name));
    let lang = ask.lang(&mut reader);
    let today = reader.today();
    reader.finish()?;
    let entity = find(&pinned.graph, reference, &[])?;
    moved(ask, &entity, reference)?;
    let head = ListHead::new(ask, &given, &pinned.graph, lang, day.unwrap_or(today));
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let wanted = |group: &AdjacentGroup| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&group.kind))
            && wanted_directions.as_ref().is_none_or(|directions| directions.contains(&group.direction))
    };
    let groups = pinned.graph.adjacent(entity.id());
    let wire = Wire::new(&pinned.graph, lang);
    let asking = Group { ask, given: &given, pinned: &pinned, limit, today, day };
    let body = NeighbourhoodBody {
        entity: wire.reference(&entity),
        groups: groups
            .into_iter()
            .filter(wanted)
            .map(|group| asking.body(wire, &entity, group))
            .filter(|group| day.is_none() || group.total.any())
            .collect(),
        as_of: AsOfBody::new(&pinned.graph, day.unwrap_or(today)),
        warnings: Vec::new(),
    };
    head.answer(&body, None)
}

fn name_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Outgoing => "outgoing",
        Direction::Incoming => "incoming",
    }
}

/// What the pages of all groups share.
struct Group<'a> {
    ask: &'a Ask,
    given: &'a Given,
    pinned: &'a Pinned,
    limit: usize,
    today: chrono::NaiveDate,
    /// Only statements that may hold on this day.
    day: Option<chrono::NaiveDate>,
}

impl Group<'_> {
    fn query(&self, entity: EntityId, group: AdjacentGroup) -> EdgeQuery {
        let end = |direction| (group.direction == direction).then_some(entity).into_iter().collect();
        let (subject, object) = (end(Direction::Outgoing), end(Direction::Incoming));
        EdgeQuery::of(&[group.kind], Where { subject, object, valid_at: self.day, ..Where::all() })
    }

    fn body<'g>(&self, wire: Wire<'g>, entity: &EntityView<'g>, group: AdjacentGroup) -> GroupBody<'g> {
        let after = self.pinned.after.map(|id| pledgegraph_model::EdgeId(uuid::Uuid::from_u128(id)));
        let page = Page { after, limit: self.limit };
        let found = match self.day {
            None => wire.graph.adjacent_edges(entity.id(), group.kind, group.direction, page),
            Some(_) => wire.graph.edges(&self.query(entity.id(), group), page),
        };
        let (kind, direction) = (group.kind.as_str(), name_of(group.direction));
        let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
        let group_alone = self.given.with("kind", kind).with("direction", direction);
        let next = self.ask.next(&group_alone, &self.pinned.graph, self.today, last);
        GroupBody {
            kind,
            direction,
            items: found.items.iter().map(|view: &EdgeView<'g>| EdgeBody::new(wire, view)).collect(),
            page: PageBody { limit: self.limit, next_cursor: next.cursor },
            total: found.total.into(),
        }
    }
}
