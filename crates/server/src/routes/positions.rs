//! Where actors stand: computed from their statements by a published rule.

use std::sync::Arc;

use axum::response::Response;
use pledgegraph_graph::{Counted, EdgeView, Graph, Position, PositionQuery, Total};
use pledgegraph_model::{Capability, Code, EdgeId, EntityKind, Mission, Modality};
use serde::Serialize;
use utoipa::ToSchema;

use crate::csv::columns::chosen;
use crate::csv::positions::{COLUMNS, Standing};
use crate::csv::stream::{self, ExportHead, ROWS, Rows};
use crate::endpoint::{Answer, Endpoint, Route, problems};
use crate::error::ApiError;
use crate::filters::{MODALITY, STANDING, VALID_AT};
use crate::lanes::Lane;
use crate::openapi::members::CommitmentSchema;
use crate::reply::{ListHead, TRUNCATED, set};
use crate::request::ask::{Ask, CURSOR, FIELDS, LANG, LIMIT};
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::request::reader::Reader;
use crate::routes::edge_collection::BOM;
use crate::set_aside;
use crate::wire::edge::EdgeBody;
use crate::wire::list::{AsOfBody, PageBody, TotalBody};
use crate::wire::reference::ReferenceBody;
use crate::wire::warning::WarningBody;
use crate::wire::{Wire, codes};

/// The most statements that one question considers.
pub(crate) const BUDGET: usize = 20_000;

/// The rule, as every answer states it.
pub(crate) const RULE: &str = "Of the statements of an actor to a beneficiary on a capability and mission that count on the day (standing \
`stands` or `may_stand`, or those asked), the latest stands: by said_at, or for want of it by the latest published date of \
its sources. Statements whose dates overlap or are unknown cannot be compared and all stand. Of statements of the same day \
the one of higher rank stands, then own over reported, then the more specific. What has begun by the day (`valid_from`, else \
when it was said) stands before what has not.";

const ACTOR: Parameter = Parameter {
    name: "actor",
    accepts: Accepts::References(EntityKind::ACTORS_AND_GROUPS),
    description: "Whose positions; absent: all actors'.",
    example: "GB",
};
const CAPABILITY: Parameter = Parameter {
    name: "capability",
    accepts: Accepts::Codes(CodeNames::of::<Capability>("CapabilityFilter")),
    description: "On what; a parent takes its children in, each a position of its own.",
    example: "military.forces",
};
const MISSION: Parameter = Parameter {
    name: "mission",
    accepts: Accepts::Codes(CodeNames::of::<Mission>("MissionFilter")),
    description: "What for.",
    example: "ceasefire_monitoring",
};
const BENEFICIARY: Parameter = Parameter {
    name: "beneficiary",
    accepts: Accepts::References(EntityKind::ACTORS),
    description: "Towards whom.",
    example: "UA",
};
/// What narrows positions, whosever they are.
const NARROWING: [&Parameter; 6] =
    [&CAPABILITY, &MISSION, &BENEFICIARY, &MODALITY.parameter, &STANDING.parameter, &VALID_AT.parameter];

/// The parameters of an operation on positions, with its own before and after what narrows them.
pub(crate) fn parameters(first: &[&'static Parameter], last: &[&'static Parameter]) -> Vec<&'static Parameter> {
    [first, &NARROWING, last].concat()
}

fn list_parameters() -> Vec<&'static Parameter> {
    parameters(&[&ACTOR], &[&LIMIT, &CURSOR, &LANG])
}

fn export_parameters() -> Vec<&'static Parameter> {
    parameters(&[&ACTOR], &[&BOM, &FIELDS])
}

/// The position of one actor towards one beneficiary on one capability and mission.
#[derive(Serialize, ToSchema)]
#[schema(as = Position)]
pub(crate) struct PositionBody<'g> {
    /// The actor.
    actor: ReferenceBody<'g>,
    /// Towards whom.
    beneficiary: ReferenceBody<'g>,
    /// The capability.
    #[schema(value_type = codes::Capability)]
    capability: &'static str,
    /// The mission.
    #[schema(value_type = codes::Mission)]
    mission: &'static str,
    /// The statements that stand: one, or several that cannot be compared.
    #[schema(value_type = Vec<CommitmentSchema>)]
    current: Vec<EdgeBody<'g>>,
    /// The statements considered and passed over.
    #[schema(value_type = Vec<CommitmentSchema>)]
    passed_over: Vec<EdgeBody<'g>>,
}

/// A page of positions.
#[derive(Serialize, ToSchema)]
#[schema(as = PositionPage)]
pub(crate) struct PositionPageBody<'g> {
    /// The positions of this page, by actor, capability, mission and beneficiary.
    items: Vec<PositionBody<'g>>,
    /// Which page it is.
    page: PageBody,
    /// How many there are in all; `gte` when there were too many statements to consider all.
    total: TotalBody,
    /// The rule by which a statement stands.
    rule: &'static str,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/positions`.
pub(crate) fn list_positions() -> Route {
    Endpoint::get("list_positions", "/v1/positions", "graph")
        .says(
            "List where actors stand",
            format!("The position of each actor towards each beneficiary on each capability and mission. {RULE}"),
        )
        .takes(&list_parameters())
        .json("PositionPage")
        .problems(problems::LIST)
        .on(async |ask: Ask| ask.aside(Lane::Lists, answer).await)
}

/// `GET /v1/positions.csv`.
pub(crate) fn export_positions() -> Route {
    let columns: Vec<&str> = COLUMNS.iter().map(|column| &*column.name).collect();
    Endpoint::get("export_positions", "/v1/positions.csv", "graph")
        .says("Export where actors stand as CSV", format!(
            "The whole list, a row for each statement that stands; `passed_over` counts those on the same matter that do \
            not. The header `Pledgegraph-Truncated: true` says that there were too many statements to consider all: \
            at most {BUDGET} are. {RULE}"
        ))
        .takes(&export_parameters())
        .names(&FIELDS, columns.clone())
        .answers(Answer::Csv(columns))
        .problems(problems::EXPORT)
        .on(async |ask: Ask| ask.aside(Lane::Lists, export).await)
}

fn answer(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&list_parameters());
    let pinned = ask.pin(&given)?;
    let mut reader = Reader::new(&given, &pinned.graph, pinned.today);
    let mut query = decode(&mut reader);
    let (lang, limit, today) = (ask.lang(&mut reader), reader.number(&LIMIT), reader.today());
    reader.finish()?;
    let head = ListHead::new(ask, &given, &pinned.graph, lang, query.counted.day);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    query.part = pinned.wanted(limit);
    let found = pinned.graph.positions(&query);
    let (_, after) = pinned.part(found.total, limit);
    let next = ask.next(&given, &pinned.graph, today, after);
    let wire = Wire::new(&pinned.graph, lang).with_standing(&query.counted);
    let left_out = set_aside::warning(ask.uri.path(), &given, pinned.graph.set_aside(&query.edges()));
    let body = PositionPageBody {
        items: found.positions.iter().map(|p| PositionBody::new(wire, p)).collect(),
        page: PageBody { limit, next_cursor: next.cursor },
        total: Total { value: found.total as u64, exact: !found.truncated }.into(),
        rule: RULE,
        as_of: AsOfBody::new(&pinned.graph, query.counted.day),
        warnings: found.truncated.then(cut).into_iter().chain(left_out).collect(),
    };
    head.answer(&body, next.address.as_deref())
}

fn export(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&export_parameters());
    let mut reader = Reader::new(&given, &ask.current, None);
    let query = decode(&mut reader);
    let bom = reader.flag(BOM.name);
    let columns = chosen(&mut reader, COLUMNS.iter());
    let header = columns.clone();
    reader.finish()?;
    let head = ExportHead::new(ask, &given, query.counted.day);
    if let Some(unchanged) = head.not_modified(ask) {
        return Ok(unchanged);
    }
    let graph = Arc::clone(&ask.current);
    let left_out = set_aside::warning(ask.uri.path(), &given, graph.set_aside(&query.edges()));
    let found = graph.positions(&query);
    // The positions are of one snapshot, so their statements are all there when the rows are written.
    let standing: Vec<(EdgeId, usize)> = found
        .positions
        .iter()
        .flat_map(|position| position.current.iter().map(|view| (view.id(), position.passed_over.len())))
        .collect();
    let next = move |graph: &Graph, after: Option<u128>, rows: &mut Rows| {
        let wire = stream::wire(graph).with_standing(&query.counted);
        let skip = after.and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        for (id, passed_over) in standing.iter().skip(skip).take(ROWS) {
            if let Some(view) = graph.edge(*id) {
                let row = Standing { view, passed_over: *passed_over };
                rows.row(&columns, |write, cell| write(wire, &row, cell));
            }
        }
        let end = skip.saturating_add(ROWS);
        (end < standing.len()).then_some(end as u128)
    };
    let truncated = found.truncated;
    let mut response = head.answer("positions", bom, &header, Box::new(next));
    if truncated {
        set(&mut response, TRUNCATED, "true");
    }
    set_aside::put(&mut response, left_out.as_ref());
    Ok(response)
}

/// What to know when the budget left statements out.
pub(crate) fn cut() -> WarningBody {
    WarningBody::new(
        "budget-spent",
        format!(
            "only the first {BUDGET} of the statements that match were considered, in the order of recording: positions may \
            be missing or not the latest; narrow the question, by `actor` or `capability` for one"
        ),
    )
}

/// Whose positions are asked for; without `actor` all.
pub(crate) fn decode(reader: &mut Reader<'_>) -> PositionQuery {
    PositionQuery {
        actors: reader.references(ACTOR.name, EntityKind::ACTORS_AND_GROUPS).unwrap_or_default(),
        capability: reader.codes(CAPABILITY.name).unwrap_or_default(),
        mission: reader.codes(MISSION.name).unwrap_or_default(),
        beneficiary: reader.references(BENEFICIARY.name, EntityKind::ACTORS).unwrap_or_default(),
        counted: Counted::on(reader.day(VALID_AT.parameter.name).unwrap_or_else(|| reader.today()))
            .of(reader.codes::<Modality>(MODALITY.parameter.name).unwrap_or_default())
            .standing(reader.codes(STANDING.parameter.name).unwrap_or_default()),
        budget: BUDGET,
        part: 0..usize::MAX,
    }
}

impl<'g> PositionBody<'g> {
    fn new(wire: Wire<'g>, position: &Position<'g>) -> Self {
        let bodies = |views: &[EdgeView<'g>]| views.iter().map(|view| EdgeBody::commitment(wire, view)).collect();
        Self {
            actor: wire.reference(&position.actor),
            beneficiary: wire.reference(&position.beneficiary),
            capability: position.capability.as_str(),
            mission: position.mission.as_str(),
            current: bodies(&position.current),
            passed_over: bodies(&position.passed_over),
        }
    }
}
