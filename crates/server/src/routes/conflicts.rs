//! Statements that cannot all be true.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Conflict, ConflictKind, ConflictQuery, Counted, EdgeView, Total};
use pledgegraph_model::{Code as _, EntityKind};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody};
use pledgegraph_wire::answers::reference::ReferenceBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::filters::VALID_AT;
use pledgegraph_wire::request::form::{CURSOR, LANG, LIMIT};
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::listing::{Head, counted, rest};

/// The most statements that one question considers.
const BUDGET: usize = 500_000;
/// The most statements of each side that an answer shows.
const MOST_SHOWN: usize = 20;

const KIND: Parameter = Parameter::new("kind", Accepts::Codes(CodeNames { schema: "ConflictKindFilter", all: kinds }), "In what statements contradict each other: `stated` (a link says so), `stance` (positions that stand, \
        positive and negative), `polarity` (asserted and denied), `outcome` (of a condition: met and unmet), `date` (of a \
        meeting: no day in common), `status` (held and cancelled), `attendance` (present and absent).").example("stated");
const SCOPE: Parameter = Parameter::new(
    "scope",
    Accepts::Codes(CodeNames { schema: "ConflictScopeFilter", all: scopes }),
    "Only those within one document, or between documents; one may be both.",
)
.example("within_document");
const TOUCHING: Parameter =
    Parameter::new("touching", Accepts::References(EntityKind::ALL), "An end of a statement of either side.")
        .example("meeting:coalition-april");
const PARAMETERS: [&Parameter; 7] = [&KIND, &SCOPE, &TOUCHING, &VALID_AT.parameter, &LIMIT, &CURSOR, &LANG];

fn kinds() -> Vec<&'static str> {
    ConflictKind::ALL.iter().map(|(name, _)| *name).collect()
}

fn scopes() -> Vec<&'static str> {
    vec!["within_document", "between_documents"]
}

/// One side of a conflict.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictSide)]
pub(crate) struct SideBody<'g> {
    /// The statements in the order of recording, at most 20.
    edges: Vec<EdgeBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
}

/// Two groups of statements that contradict each other.
#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
pub(crate) struct ConflictBody<'g> {
    /// In what: see the parameter `kind`. An open set.
    #[schema(example = "stated")]
    kind: &'static str,
    /// Whom or what both are about.
    about: ReferenceBody<'g>,
    /// Whether a document contradicts itself: it is evidence of both sides.
    within_document: bool,
    /// Whether two documents contradict each other.
    between_documents: bool,
    /// One side.
    one: SideBody<'g>,
    /// The other.
    other: SideBody<'g>,
}

/// A page of conflicts.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictPage)]
pub(crate) struct ConflictPageBody<'g> {
    /// The conflicts of this page.
    items: Vec<ConflictBody<'g>>,
    /// Which page it is.
    page: PageBody,
    /// How many there are in all; `gte` when there were too many statements to consider all.
    total: TotalBody,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `GET /v1/conflicts`.
pub(crate) fn list_conflicts() -> Route {
    Endpoint::get("list_conflicts", "/v1/conflicts", "graph")
        .says("List statements that cannot all be true", "Conflicts within one document and between documents: stated by a `contradicts` link, or found in what \
            statements say. A conflict is found from either of its sides, and on `valid_at` both may hold. What can both be \
            so is none: a denial stands against what says the same or says it more exactly, and an absence against taking \
            part, not against an invitation or an expectation. Deprecated statements are left out; two readings of one \
            sentence (`alternative_reading`) are no conflict.")
        .takes(&PARAMETERS)
        .json("ConflictPage")
        .problems(problems::LIST)
        .lists(decode, show)
}

/// Which conflicts, and of which scopes: within one document (`true`), or between documents; `None` = all.
type Asked = (ConflictQuery, Option<Vec<bool>>);

fn decode(reader: &mut ParameterReader<'_>) -> (Asked, NaiveDate) {
    let known = |name: &str| ConflictKind::ALL.iter().copied().find(|(own, _)| *own == name).map(|(_, kind)| kind);
    let query = ConflictQuery {
        kinds: reader.some_of(KIND.name, kinds, known).unwrap_or_default(),
        touching: reader.references(TOUCHING.name, EntityKind::ALL),
        valid_at: reader.day(VALID_AT.parameter.name),
        budget: BUDGET,
    };
    let known = |name: &str| scopes().contains(&name).then_some(name == "within_document");
    let scopes = reader.some_of(SCOPE.name, scopes, known);
    let day = query.valid_at.unwrap_or(reader.today());
    ((query, scopes), day)
}

fn show(head: &Head<'_>, (query, scopes): &Asked) -> Result<Response, ApiError> {
    let mut found = head.graph.conflicts(query);
    found.conflicts.retain(|conflict| {
        let has = |within: &bool| if *within { conflict.within_document } else { conflict.between_documents };
        scopes.as_ref().is_none_or(|scopes| scopes.iter().any(has))
    });
    let part = counted(head.page);
    let (page, next) = head.next(rest(&part, found.conflicts.len()));
    let counted = Counted::on(head.day);
    let wire = head.wire().with_standing(&counted);
    let cut = || {
        WarningBody::new(
            "budget-spent",
            format!("only the first {BUDGET} statements were considered; narrow by `touching`"),
        )
    };
    let body = ConflictPageBody {
        items: found.conflicts.iter().take(part.end).skip(part.start).map(|c| ConflictBody::new(wire, c)).collect(),
        page,
        total: Total { value: found.conflicts.len() as u64, exact: !found.truncated }.into(),
        as_of: head.as_of(),
        warnings: found.truncated.then(cut).into_iter().collect(),
    };
    head.answer(&body, next)
}

impl<'g> ConflictBody<'g> {
    fn new(wire: Wire<'g>, conflict: &Conflict<'g>) -> Self {
        let side = |views: &[EdgeView<'g>]| SideBody {
            edges: views.iter().take(MOST_SHOWN).map(|view| EdgeBody::new(wire, view)).collect(),
            total: views.len(),
        };
        Self {
            kind: conflict.kind.as_str(),
            about: wire.reference(&conflict.about),
            within_document: conflict.within_document,
            between_documents: conflict.between_documents,
            one: side(&conflict.one),
            other: side(&conflict.other),
        }
    }
}
