//! Structured queries.

use axum::response::Response;
use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeView, Evaluation, ForceQuery, QueryRow, QueryTerms};
use pledgegraph_model::{Code, Query, QueryAsk, QueryField};
use pledgegraph_questions::Budget;
use pledgegraph_wire::answers::list::AsOfBody;
use pledgegraph_wire::answers::query::RowBody;
use pledgegraph_wire::answers::warning::WarningBody;
use pledgegraph_wire::answers::{Wire, codes};
use pledgegraph_wire::body::query::read;
use pledgegraph_wire::body::tables::query::QUERY;
use pledgegraph_wire::filters::analyses::{CIRCUIT, too_expensive};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::endpoint::question::lang;
use crate::endpoint::{Endpoint, Route};
use crate::error::ApiError;
use crate::reply::asked;
use crate::request::ask::Ask;
use crate::set_aside;

/// How many statements a row of an answer names.
const MOST_STATEMENTS: usize = 100;

/// What a query found.
#[derive(Serialize, ToSchema)]
#[schema(as = QueryAnswer)]
pub(crate) struct QueryAnswerBody<'g> {
    /// What was asked.
    #[schema(value_type = codes::QueryAsk)]
    ask: &'static str,
    /// The rows, at most `limit`; with `exists` at most one, with `count` none.
    rows: Vec<RowBody<'g>>,
    /// How many rows there are.
    #[schema(value_type = i64)]
    total: usize,
    /// How many statements or entities were found before their values were put together.
    #[schema(value_type = i64)]
    found: usize,
    /// Whether there are more rows than are shown.
    truncated: bool,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// `POST /v1/query`.
pub(crate) fn run_query() -> Route {
    Endpoint::question("run_query", "/v1/query", "questions")
        .says("Ask a structured question", "The filters of all collections as a tree, with counts, groups, distinct values, joins and anti-joins: \
            `none_of` over `subject_of` finds who attended but pledged nothing, over `region` who is outside a region, `source` \
            who is named in a document. `ask` = `truth` says which commitments are in force under suppositions. Stores nothing.")
        .json("QueryAnswer")
        .asks(&QUERY, answer)
}

fn answer(ask: &Ask, body: &Value) -> Result<Response, ApiError> {
    let graph = &*ask.current;
    let lang = lang(ask)?;
    let (query, limit) = read(graph, body)?;
    let wire = Wire::new(graph, &lang);
    if matches!(query.ask, QueryAsk::UnlockingSets | QueryAsk::BlockingSets | QueryAsk::Conflicts) {
        return analysed(ask, wire, &query, limit);
    }
    let limit = if query.ask == QueryAsk::Count { 0 } else { limit };
    let day = ask.day();
    let terms = QueryTerms { day, concludes: false, limit, budget: CIRCUIT };
    let found = graph.query(&query, terms).map_err(too_expensive)?;
    let day = query.which.day().unwrap_or(day);
    let counted = Counted::on(day).of(query.which.modality.clone());
    let wire = wire.with_standing(&counted);
    let truths = Truths::of(ask, &query, &found.rows, day)?;
    let fields: Vec<QueryField> = query.group_by.iter().chain(&query.select).copied().collect();
    let body = QueryAnswerBody {
        ask: query.ask.as_str(),
        rows: found
            .rows
            .iter()
            .map(|row| RowBody::new(wire, &fields, row, MOST_STATEMENTS, truths.of_row(ask, row)))
            .collect(),
        total: found.total,
        found: found.found,
        truncated: found.total > found.rows.len() && !matches!(query.ask, QueryAsk::Count | QueryAsk::Exists),
        as_of: AsOfBody::new(graph, day),
        warnings: found.set_aside.iter().filter_map(set_aside::of_set).collect(),
    };
    asked(graph, &lang, &body)
}

/// Sets of conditions, or conflicts.
fn analysed(ask: &Ask, wire: Wire<'_>, query: &Query, limit: usize) -> Result<Response, ApiError> {
    let today = ask.day();
    let budget = Budget { circuit: CIRCUIT, steps: ask.state.options.steps };
    let found = pledgegraph_questions::answer(wire.graph, query, today, budget).map_err(too_expensive)?;
    // Sets are of what counts; conflicts of all that is said.
    let left_out = if query.ask == QueryAsk::Conflicts {
        found.set_aside
    } else {
        let terms = QueryTerms { day: today, concludes: true, limit: 0, budget: CIRCUIT };
        let counted = Query { ask: QueryAsk::Items, ..query.clone() };
        wire.graph.query(&counted, terms).map_err(too_expensive)?.set_aside
    };
    let body = QueryAnswerBody {
        ask: query.ask.as_str(),
        rows: found
            .answers
            .iter()
            .take(limit)
            .map(|answer| RowBody::of_answer(wire, answer, MOST_STATEMENTS))
            .collect(),
        total: found.answers.len(),
        found: found.answers.len(),
        truncated: found.is_cut || found.answers.len() > limit,
        as_of: AsOfBody::new(wire.graph, query.which.day().unwrap_or(today)),
        warnings: left_out.iter().filter_map(set_aside::of_set).collect(),
    };
    asked(wire.graph, wire.lang, &body)
}

/// What is in force, where a query asks for it: under what is supposed, and as things are.
struct Truths {
    supposed: Option<Evaluation>,
    now: Option<Evaluation>,
}

impl Truths {
    fn of(ask: &Ask, query: &Query, rows: &[QueryRow<'_>], day: NaiveDate) -> Result<Self, ApiError> {
        if query.ask != QueryAsk::Truth {
            return Ok(Self { supposed: None, now: None });
        }
        let now = ForceQuery {
            commitments: Some(rows.iter().flat_map(|row| row.statements.iter().map(EdgeView::id)).collect()),
            conditions: rows.iter().filter_map(|row| row.entity.map(|entity| entity.id())).collect(),
            ..ForceQuery::all(day, CIRCUIT)
        };
        let supposed = ForceQuery {
            assume: query.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect(),
            withdraw: query.withdraw.clone(),
            ..now.clone()
        };
        let is_scenario = !query.assume.is_empty() || !query.withdraw.is_empty();
        let evaluate = |query: &ForceQuery| ask.current.evaluate(query).map_err(too_expensive);
        Ok(Self { now: if is_scenario { Some(evaluate(&now)?) } else { None }, supposed: Some(evaluate(&supposed)?) })
    }

    fn of_row(&self, ask: &Ask, row: &QueryRow<'_>) -> (Option<&'static str>, Option<&'static str>) {
        let graph = &*ask.current;
        let truth = |evaluation: &Evaluation| {
            let commitment = row.statements.first().and_then(|view| evaluation.commitment(graph, view.id()));
            let condition = row.entity.and_then(|entity| evaluation.condition(graph, entity.node()));
            commitment.map(|c| c.force).or(condition.map(|c| c.force)).map(|force| force.truth().as_str())
        };
        (self.supposed.as_ref().and_then(truth), self.now.as_ref().and_then(truth))
    }
}
