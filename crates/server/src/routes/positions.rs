//! Where actors stand: computed from their statements by a published rule.

use std::ops::Range;

use crate::openapi::commitment::CommitmentSchema;
use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeView, Graph, Page, Position, PositionAnswer, PositionQuery, Total};
use pledgegraph_model::{Capability, Code, EdgeId, EntityKind, Mission, Modality};
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody};
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::csv::columns::Cell;
use pledgegraph_wire::csv::positions::{COLUMNS, Standing};
use pledgegraph_wire::filters::{MODALITY, STANDING, VALID_AT};
use pledgegraph_wire::format::Shows;
use pledgegraph_wire::formats::json::put_json;
use pledgegraph_wire::items::Items;
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::list::{Face, List, ListDoc, Part};
use crate::listing::{Head, counted, rest};
use crate::request::ask::Ask;
use crate::set_aside;

/// The most statements that one question considers.
pub(crate) const BUDGET: usize = 20_000;

/// The rule, as every answer states it.
pub(crate) const RULE: &str = "Of the statements of an actor to a beneficiary on a capability and mission that count on the day (standing \
`stands` or `may_stand`, or those asked), the latest stands: by said_at, or for want of it by the latest published date of \
its sources. Statements whose dates overlap or are unknown cannot be compared and all stand. Of statements of the same day \
the one of higher rank stands, then own over reported, then the more specific. What has begun by the day (`valid_from`, else \
when it was said) stands before what has not.";

const ACTOR: Parameter = Parameter::new(
    "actor",
    Accepts::References(EntityKind::ACTORS_AND_GROUPS),
    "Whose positions; absent: all actors'.",
)
.example("GB");
const CAPABILITY: Parameter = Parameter::new(
    "capability",
    Accepts::Codes(CodeNames::of::<Capability>("CapabilityFilter")),
    "On what; a parent takes its children in, each a position of its own.",
)
.example("military.forces");
const MISSION: Parameter =
    Parameter::new("mission", Accepts::Codes(CodeNames::of::<Mission>("MissionFilter")), "What for.")
        .example("ceasefire_monitoring");
const BENEFICIARY: Parameter =
    Parameter::new("beneficiary", Accepts::References(EntityKind::ACTORS), "Towards whom.").example("UA");
/// What narrows positions, whosever they are.
const NARROWING: [&Parameter; 6] =
    [&CAPABILITY, &MISSION, &BENEFICIARY, &MODALITY.parameter, &STANDING.parameter, &VALID_AT.parameter];

/// The parameters of an operation on positions, with its own before and after what narrows them.
pub(crate) fn parameters(first: &[&'static Parameter], last: &[&'static Parameter]) -> Vec<&'static Parameter> {
    [first, &NARROWING, last].concat()
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
#[derive(ToSchema)]
#[schema(as = PositionPage)]
#[expect(dead_code, reason = "documents a list that says by which rule it was made")]
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

/// Where actors stand.
pub(crate) struct Positions;

/// What is asked of positions.
pub(crate) struct Asked {
    query: PositionQuery,
    /// All positions, where they are written whole; a page is found by itself.
    found: Option<Found>,
}

/// Positions of one snapshot by the identifiers of their statements, so that these are all there when they are written.
struct Found {
    /// The statements of each position: those that stand, and those that are passed over.
    positions: Vec<[Vec<EdgeId>; 2]>,
    truncated: bool,
}

impl List for Positions {
    type Asked = Asked;
    type Items<'g> = Standings<'g>;

    fn doc(&self) -> ListDoc {
        ListDoc {
            name: "positions",
            tag: "graph",
            summary: "List where actors stand".to_owned(),
            items: "where actors stand",
            description: format!(
                "The position of each actor towards each beneficiary on each capability and mission. {RULE}"
            ),
            whole: format!(
                "The whole list; in a table a row for each statement that stands, where `passed_over` counts those on the \
                same matter that do not. The header `Pledgegraph-Truncated: true` says that there were too many statements \
                to consider all: at most {BUDGET} are. {RULE}"
            ),
            schema: "Position",
            named_for_items: false,
        }
    }

    fn filters(&self) -> Vec<&'static Parameter> {
        parameters(&[&ACTOR], &[])
    }

    fn names(&self, shows: Shows) -> Vec<&'static str> {
        match shows {
            Shows::Members => Vec::new(),
            Shows::Columns => COLUMNS.iter().map(|column| &*column.name).collect(),
        }
    }

    fn read(&self, reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
        let query = decode(reader);
        let day = query.counted.day;
        (Asked { query, found: None }, day)
    }

    fn prepare(
        &self,
        _ask: &Ask,
        Face { graph, .. }: Face<'_>,
        asked: &mut Asked,
        whole: bool,
    ) -> Result<(), ApiError> {
        asked.found = whole.then(|| {
            let found = graph.positions(&asked.query);
            let ids = |views: &[EdgeView<'_>]| views.iter().map(EdgeView::id).collect();
            let positions = found.positions.iter().map(|p| [ids(&p.current), ids(&p.passed_over)]).collect();
            Found { positions, truncated: found.truncated }
        });
        Ok(())
    }

    fn part<'g>(&'static self, asked: &'g Asked, face: Face<'g>, page: Page<u128>) -> Part<Standings<'g>> {
        let part = counted(page);
        let answer = match &asked.found {
            Some(found) => found.part(face.graph, part.clone()),
            None => face.graph.positions(&PositionQuery { part: part.clone(), ..asked.query.clone() }),
        };
        Part {
            after: rest(&part, answer.total),
            total: Total { value: answer.total as u64, exact: !answer.truncated },
            warnings: answer.truncated.then(cut).into_iter().collect(),
            truncated: answer.truncated,
            items: Standings { face, counted: &asked.query.counted, positions: answer.positions },
        }
    }

    fn left_out(&self, head: &Head<'_>, asked: &Asked) -> Option<WarningBody> {
        let counts = head.graph.set_aside(&asked.query.edges());
        set_aside::warning(head.ask.uri.path(), head.given, counts)
    }
}

impl Found {
    fn part<'g>(&self, graph: &'g Graph, part: Range<usize>) -> PositionAnswer<'g> {
        let views = |ids: &[EdgeId]| ids.iter().filter_map(|id| graph.edge(*id)).collect::<Vec<_>>();
        let position = |[current, passed_over]: &[Vec<EdgeId>; 2]| {
            let (current, passed_over) = (views(current), views(passed_over));
            let first = current.first()?;
            let commitment = first.detail().commitment()?;
            let (capability, mission) = (commitment.capability, commitment.mission);
            let (actor, beneficiary) = (first.subject(), first.object());
            Some(Position { actor, beneficiary, capability, mission, current, passed_over })
        };
        let wanted = self.positions.iter().take(part.end).skip(part.start);
        let (total, truncated) = (self.positions.len(), self.truncated);
        PositionAnswer { positions: wanted.filter_map(position).collect(), total, truncated }
    }
}

/// Some positions in a row.
pub(crate) struct Standings<'g> {
    face: Face<'g>,
    counted: &'g Counted,
    positions: Vec<Position<'g>>,
}

impl<'g> Standings<'g> {
    fn wire(&self) -> Wire<'g> {
        self.face.wire().with_standing(self.counted)
    }
}

impl Items for Standings<'_> {
    fn count(&self) -> usize {
        self.positions.len()
    }

    fn body(&self, item: usize) -> impl Serialize {
        PositionBody::new(self.wire(), &self.positions[item])
    }

    fn put_json(&self, item: usize, text: &mut Vec<u8>) {
        put_json(&self.body(item), text);
    }

    /// A row a statement that stands.
    fn rows(&self, item: usize) -> usize {
        self.positions[item].current.len()
    }

    fn put_cell(&self, (item, row): (usize, usize), column: usize, cell: &mut Cell) {
        let position = &self.positions[item];
        let standing = Standing { view: position.current[row], passed_over: position.passed_over.len() };
        (COLUMNS[column].write)(self.wire(), &standing, cell);
    }

    fn rule(&self) -> Option<&'static str> {
        Some(RULE)
    }
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
pub(crate) fn decode(reader: &mut ParameterReader<'_>) -> PositionQuery {
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
