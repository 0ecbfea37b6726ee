//! The neighbourhood of one entity: its statements, grouped by kind and direction.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{AdjacentGroup, Direction, EdgeQuery, EntityView};
use pledgegraph_model::{Code, EdgeKind, Where};
use pledgegraph_wire::answers::codes;
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody};
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::{EDGE_KIND, VALID_AT};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{CURSOR, LANG};
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::listing::{Head, Listing};
use crate::request::ask::Ask;
use crate::routes::edge_collection::edge_id;
use crate::routes::entities::path;
use crate::routes::named::{find, moved};

const DIRECTION: Parameter = Parameter::new(
    "direction",
    Accepts::Codes(CodeNames { schema: "DirectionFilter", all: directions }),
    "`outgoing`: the entity is the subject; `incoming`: it is the object.",
)
.example("outgoing");
const LIMIT: Parameter = Parameter::new(
    "limit",
    Accepts::Integer { min: 1, max: 1000, default: 10 },
    "At most so many statements of each group.",
);
const GROUP_CURSOR: Parameter = Parameter::new(
    CURSOR.name,
    Accepts::Cursor,
    "Goes on in one group: its `page.next_cursor`, with `kind` and `direction` of that group.",
);
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
    let listing = Listing::new(ask, &PARAMETERS)?;
    let mut reader = listing.reader();
    let kinds = reader.codes::<EdgeKind>(EDGE_KIND.name);
    let known = |name: &str| [Direction::Outgoing, Direction::Incoming].into_iter().find(|d| name_of(*d) == name);
    let wanted_directions = reader.some_of(DIRECTION.name, directions, known);
    let valid_at = reader.day(VALID_AT.parameter.name);
    let day = valid_at.unwrap_or(reader.today());
    let head = listing.head(reader, day)?;
    let entity = find(head.graph, reference, &[])?;
    moved(ask, &entity, reference)?;
    let wanted = |group: &AdjacentGroup| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&group.kind))
            && wanted_directions.as_ref().is_none_or(|directions| directions.contains(&group.direction))
    };
    head.unless_held(|| {
        let groups = Groups { head: &head, entity, valid_at };
        let body = NeighbourhoodBody {
            entity: head.wire().reference(&entity),
            groups: head
                .graph
                .adjacent(entity.id())
                .into_iter()
                .filter(wanted)
                .map(|group| groups.body(group))
                .filter(|group| valid_at.is_none() || group.total.any())
                .collect(),
            as_of: head.as_of(),
            warnings: Vec::new(),
        };
        head.answer(&body, None)
    })
}

fn name_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Outgoing => "outgoing",
        Direction::Incoming => "incoming",
    }
}

/// What the pages of all groups share.
struct Groups<'a> {
    head: &'a Head<'a>,
    entity: EntityView<'a>,
    /// Only statements that may hold on this day.
    valid_at: Option<NaiveDate>,
}

impl<'a> Groups<'a> {
    fn query(&self, group: AdjacentGroup) -> EdgeQuery {
        let end = |direction| (group.direction == direction).then_some(self.entity.id()).into_iter().collect();
        let (subject, object) = (end(Direction::Outgoing), end(Direction::Incoming));
        EdgeQuery::of(&[group.kind], Where { subject, object, valid_at: self.valid_at, ..Where::all() })
    }

    fn body(&self, group: AdjacentGroup) -> GroupBody<'a> {
        let (head, wire) = (self.head, self.head.wire());
        let page = head.page.map(edge_id);
        let found = match self.valid_at {
            None => wire.graph.adjacent_edges(self.entity.id(), group.kind, group.direction, page),
            Some(_) => wire.graph.edges(&self.query(group), page),
        };
        let (kind, direction) = (group.kind.as_str(), name_of(group.direction));
        let last = found.items.last().filter(|_| found.more).map(|last| last.id().0.as_u128());
        let group_alone = head.given.with("kind", kind).with("direction", direction);
        let (page, _) = head.next_of(&group_alone, last);
        GroupBody {
            kind,
            direction,
            items: found.items.iter().map(|view| EdgeBody::new(wire, view)).collect(),
            page,
            total: found.total.into(),
        }
    }
}
