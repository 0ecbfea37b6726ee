//! Commitments over two of their dimensions.

use axum::body::Body;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::reference::RefText;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::filters::analyses::INCLUDE_IMPLIED;
use pledgegraph_wire::filters::{self, FilterParameter};
use pledgegraph_wire::formats::csv::{self, BOM};
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use std::sync::LazyLock;

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Axis, AxisKey, EdgeQuery, Graph, Matrix, MatrixCell, MatrixQuery};
use pledgegraph_model::{Code, EdgeKind, Stance, Where};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::lanes::Lane;
use crate::list::attach;
use crate::listing::{Head, Listing};
use crate::reply::{TRUNCATED, set};
use crate::request::ask::Ask;
use crate::set_aside;

/// The most commitments that a matrix considers.
const BUDGET: usize = 200_000;
/// The most commitments that a cell names.
const MOST_NAMED: usize = 20;

const ROWS: Parameter = Parameter::new(
    "rows",
    Accepts::Code(CodeNames { schema: "MatrixAxis", all: axes }),
    "What the rows are; `actor` unless it is given.",
)
.example("actor");
const COLUMNS: Parameter = Parameter::new(
    "columns",
    Accepts::Code(CodeNames { schema: "MatrixAxis", all: axes }),
    "What the columns are; `capability` unless it is given.",
)
.example("capability");
const VALUE: Parameter = Parameter::new(
    "value",
    Accepts::Code(CodeNames { schema: "MatrixValue", all: values }),
    "What a cell of the CSV shows; `strongest_stance` unless it is given. A cell of the JSON has both.",
)
.example("count");
const LIMIT: Parameter =
    Parameter::new("limit", Accepts::Integer { min: 1, max: 100_000, default: 10_000 }, "At most so many cells.");
/// The filters of commitments by which it is narrowed, by their names in lists.
const FILTERS: [&str; 12] = [
    "pledger",
    "beneficiary",
    "coalition",
    "capability",
    "mission",
    "stance_min",
    "stage",
    "conditional_on",
    "modality",
    "source",
    "standing",
    "valid_at",
];

static NARROWING: LazyLock<Vec<&'static FilterParameter>> = LazyLock::new(|| {
    let commitments = || filters::of_statements(&[EdgeKind::Commitment]);
    FILTERS.iter().filter_map(|name| commitments().find(|filter| filter.parameter.name == *name)).collect()
});

fn axes() -> Vec<&'static str> {
    Axis::ALL.iter().map(|(name, _)| *name).collect()
}

fn values() -> Vec<&'static str> {
    vec!["strongest_stance", "count"]
}

fn parameters(own: &[&'static Parameter]) -> Vec<&'static Parameter> {
    let filters = NARROWING.iter().map(|filter| &filter.parameter);
    [&ROWS, &COLUMNS, &VALUE].into_iter().chain(filters).chain([&INCLUDE_IMPLIED]).chain(own.iter().copied()).collect()
}

/// A row or a column.
#[derive(Serialize, ToSchema)]
#[schema(as = MatrixKey)]
pub(crate) struct KeyBody<'g> {
    /// `kind:slug` of an entity, or a code.
    #[schema(example = "country:GB")]
    key: String,
    /// Its label in the language asked, else in English, else in any.
    label: &'g str,
}

/// What the commitments of one row and column come to.
#[derive(Serialize, ToSchema)]
#[schema(as = MatrixCell)]
pub(crate) struct CellBody {
    /// The key of the row.
    row: String,
    /// The key of the column.
    column: String,
    /// The firmest stance.
    #[schema(value_type = codes::Stance)]
    strongest_stance: &'static str,
    /// Its rank, from -3 to 6; absent for `not_stated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stance_rank: Option<i8>,
    /// How many commitments there are.
    #[schema(value_type = i64)]
    count: usize,
    /// The first of them, at most 20.
    commitments: Vec<Uuid>,
}

/// Commitments over two dimensions.
#[derive(Serialize, ToSchema)]
#[schema(as = Matrix)]
pub(crate) struct MatrixBody<'g> {
    /// What the rows are.
    #[schema(example = "actor")]
    row_axis: &'static str,
    /// What the columns are.
    #[schema(example = "capability")]
    column_axis: &'static str,
    /// The rows that have a cell: entities in the order of recording, codes in that of their list.
    rows: Vec<KeyBody<'g>>,
    /// The columns that have a cell.
    columns: Vec<KeyBody<'g>>,
    /// The cells that are not empty, by row, then column; at most `limit`.
    cells: Vec<CellBody>,
    /// How many cells are not empty.
    #[schema(value_type = i64)]
    total: usize,
    /// Whether cells or commitments were left out.
    truncated: bool,
    /// The least stance that counts.
    #[schema(value_type = codes::Stance)]
    stance_min: &'static str,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

const DESCRIPTION: &str = "Commitments that count by two of their dimensions (asserted, own or reported ones, unless `standing` or `modality` say \
    otherwise), at least as firm as `stance_min`: `willing` unless it is given. A parent capability in the filter takes its \
    children in, each a column of its own. A group is a row of its own.";

/// `GET /v1/matrix`.
pub(crate) fn get_matrix() -> Route {
    Endpoint::get("get_matrix", "/v1/matrix", "graph")
        .says("Get commitments by two dimensions", DESCRIPTION)
        .takes(&parameters(&[&LIMIT, &LANG]))
        .json("Matrix")
        .problems(problems::EXPORT)
        .lists(Asked::read, show)
}

/// `GET /v1/matrix.csv`.
pub(crate) fn export_matrix() -> Route {
    Endpoint::get("export_matrix", "/v1/matrix.csv", "graph")
        .says("Export commitments by two dimensions as CSV", format!(
            "{DESCRIPTION} A row for each row that has a cell, after `row` and `row_label` a column for each code of the \
            column axis, or for each entity that has a cell. The header `Pledgegraph-Truncated: true` says that there were \
            too many commitments: at most {BUDGET} are considered."
        ))
        .takes(&parameters(&[&BOM, &LANG]))
        .answers(csv::answer(&["row", "row_label"]))
        .problems(problems::EXPORT)
        .on(async |ask: Ask| ask.aside(Lane::Analyses, export).await)
}

/// A question as it was asked.
struct Asked {
    query: MatrixQuery,
    axes: (&'static str, &'static str),
    counts: bool,
    stance_min: Stance,
}

impl Asked {
    fn read(reader: &mut ParameterReader<'_>) -> (Self, NaiveDate) {
        let rows = axis(reader, ROWS.name, "actor");
        let columns = axis(reader, COLUMNS.name, "capability");
        if rows == columns {
            reader.fail(COLUMNS.name, format!("rows and columns are both `{}`; choose two dimensions", rows.0));
        }
        let value = reader.text(VALUE.name).unwrap_or("strongest_stance");
        let counts = reader.one_of(VALUE.name, value, values, |v| values().contains(&v).then_some(v == "count"));
        let stance_min = reader.stance_min();
        let which = Where { stance_min: Some(stance_min), ..filters::read(reader, NARROWING.iter().copied()) };
        let commitments = EdgeQuery::of(&[EdgeKind::Commitment], which).counting(reader.today());
        let include_implied = reader.switch(INCLUDE_IMPLIED.name);
        let day = commitments.counted.as_ref().map_or(reader.today(), |counted| counted.day);
        let asked = Self {
            query: MatrixQuery { rows: rows.1, columns: columns.1, commitments, include_implied, budget: BUDGET },
            axes: (rows.0, columns.0),
            counts: counts.unwrap_or_default(),
            stance_min,
        };
        (asked, day)
    }

    /// What does not count.
    fn left_out(&self, head: &Head<'_>) -> Option<WarningBody> {
        let counts = head.graph.set_aside(&self.query.commitments);
        set_aside::warning(head.ask.uri.path(), head.given, counts)
    }
}

fn axis(reader: &mut ParameterReader<'_>, name: &'static str, usual: &'static str) -> (&'static str, Axis) {
    let value = reader.text(name).unwrap_or(usual);
    let known = |value: &str| Axis::ALL.iter().copied().find(|(name, _)| *name == value);
    reader.one_of(name, value, axes, known).or_else(|| known(usual)).unwrap_or(Axis::ALL[0])
}

fn show(head: &Head<'_>, asked: &Asked) -> Result<Response, ApiError> {
    let (graph, wire, limit) = (&**head.graph, head.wire(), head.page.limit);
    let found = graph.matrix(&asked.query);
    let (rows, columns) = (asked.query.rows, asked.query.columns);
    let keys = |axis: Axis, keys: &[AxisKey]| {
        keys.iter().map(|k| KeyBody { key: key(graph, axis, *k), label: label(wire, axis, *k) }).collect()
    };
    let body = MatrixBody {
        row_axis: asked.axes.0,
        column_axis: asked.axes.1,
        rows: keys(rows, &found.rows),
        columns: keys(columns, &found.columns),
        cells: found.cells.iter().take(limit).map(|cell| CellBody::new(graph, (rows, columns), cell)).collect(),
        total: found.cells.len(),
        truncated: found.truncated || found.cells.len() > limit,
        stance_min: asked.stance_min.as_str(),
        as_of: head.as_of(),
        warnings: found.truncated.then(cut).into_iter().chain(asked.left_out(head)).collect(),
    };
    head.answer(&body, None)
}

fn export(ask: &Ask) -> Result<Response, ApiError> {
    let listing = Listing::new(ask, &parameters(&[&BOM, &LANG]))?;
    let mut reader = listing.reader();
    let (asked, day) = Asked::read(&mut reader);
    let mut text = csv::mark(&mut reader);
    let head = listing.head(reader, day)?;
    head.unless_held(|| {
        let found = head.graph.matrix(&asked.query);
        csv::put_rows(&table(head.wire(), &asked, &found), &mut text);
        let mut response = Response::new(Body::from(text));
        attach(&mut response, csv::CONTENT_TYPE, "matrix.csv");
        head.put(&mut response);
        if found.truncated {
            set(&mut response, TRUNCATED, "true");
        }
        set_aside::put(&mut response, asked.left_out(&head).as_ref());
        Ok(response)
    })
}

/// The header, then a row for each row of the matrix.
fn table(wire: Wire<'_>, asked: &Asked, found: &Matrix<'_>) -> Vec<Vec<String>> {
    let (rows, columns) = (asked.query.rows, asked.query.columns);
    // All codes, so that the columns are the same whatever is found.
    let all = columns.codes().map(|codes| (0..codes.len()).map(AxisKey::Code).collect());
    let keys: Vec<AxisKey> = all.unwrap_or_else(|| found.columns.clone());
    let mut table = vec![["row", "row_label"].map(str::to_owned).to_vec()];
    table[0].extend(keys.iter().map(|column| key(wire.graph, columns, *column)));
    let mut cells = found.cells.iter().peekable();
    for row in &found.rows {
        let mut line = vec![key(wire.graph, rows, *row), label(wire, rows, *row).to_owned()];
        for column in &keys {
            let cell = cells.next_if(|cell| cell.row == *row && cell.column == *column);
            let text = |cell: &MatrixCell<'_>| {
                if asked.counts { cell.commitments.len().to_string() } else { cell.strongest.as_str().to_owned() }
            };
            line.push(cell.map(text).unwrap_or_default());
        }
        table.push(line);
    }
    table
}

/// What to know when the budget left commitments out.
fn cut() -> WarningBody {
    let detail = format!("only the first {BUDGET} commitments that match were considered; narrow the question");
    WarningBody::new("budget-spent", detail)
}

fn key(graph: &Graph, axis: Axis, key: AxisKey) -> String {
    match key {
        AxisKey::Entity(node) => RefText(graph.at(node).entity()).to_string(),
        AxisKey::Code(at) => axis.codes().and_then(|codes| Some(codes.get(at)?.code)).unwrap_or_default().to_owned(),
    }
}

fn label(wire: Wire<'_>, axis: Axis, key: AxisKey) -> &str {
    match key {
        AxisKey::Entity(node) => wire.label(&wire.graph.at(node)).0,
        AxisKey::Code(at) => {
            let entry = axis.codes().and_then(|codes| codes.get(at).copied());
            entry.map(|entry| entry.label(wire.lang)).unwrap_or_default()
        }
    }
}

impl CellBody {
    fn new(graph: &Graph, axes: (Axis, Axis), cell: &MatrixCell<'_>) -> Self {
        Self {
            row: key(graph, axes.0, cell.row),
            column: key(graph, axes.1, cell.column),
            strongest_stance: cell.strongest.as_str(),
            stance_rank: cell.strongest.rank(),
            count: cell.commitments.len(),
            commitments: cell.commitments.iter().take(MOST_NAMED).map(|view| view.id().0).collect(),
        }
    }
}
