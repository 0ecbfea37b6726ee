//! The rows of an answer.

use std::collections::HashMap;

use pledgegraph_model::{Query, QueryAsk, Stance};

use super::sets::SetAside;
use super::values::Value;
use crate::Graph;
use crate::node::Node;
use crate::view::{EdgeView, EntityView};

/// How many statements a row names.
const MOST_STATEMENTS: usize = 1_000;

/// A row: a statement, an entity, or distinct values with the statements that have them.
#[derive(Debug)]
pub struct QueryRow<'g> {
    /// The values of the fields selected, in their order; empty where a statement does not say.
    pub values: Vec<Vec<Value<'g>>>,
    /// The entity, where entities are looked for.
    pub entity: Option<EntityView<'g>>,
    /// The statements, in the order of recording; at most a thousand.
    pub statements: Vec<EdgeView<'g>>,
    /// How many statements there are.
    pub count: usize,
}

/// Rows, and how many there are in all.
#[derive(Debug)]
pub struct QueryRows<'g> {
    /// At most as many as were asked for.
    pub rows: Vec<QueryRow<'g>>,
    /// How many there are.
    pub total: usize,
    /// How many statements or entities were found before they were put together.
    pub found: usize,
    /// What was left out because it does not count, by the set that the query names.
    pub set_aside: Vec<SetAside>,
}

pub(super) fn of_entities<'g>(
    graph: &'g Graph,
    query: &Query,
    nodes: impl Iterator<Item = u32>,
    limit: usize,
) -> QueryRows<'g> {
    let limit = most(query, limit);
    let mut answer = QueryRows { rows: Vec::new(), total: 0, found: 0, set_aside: Vec::new() };
    for node in nodes {
        answer.total += 1;
        if answer.rows.len() < limit {
            let entity = Some(graph.at(Node::new(node)));
            answer.rows.push(QueryRow { values: Vec::new(), entity, statements: Vec::new(), count: 0 });
        }
    }
    answer.found = answer.total;
    answer
}

pub(super) fn of_statements<'g>(graph: &'g Graph, query: &Query, slots: &[u32], limit: usize) -> QueryRows<'g> {
    let mut views: Vec<EdgeView<'g>> = slots.iter().filter_map(|slot| graph.view(*slot)).collect();
    if query.by_stance {
        views.sort_by_key(|view| std::cmp::Reverse(stance(view).and_then(Stance::rank)));
    }
    let found = views.len();
    let mut rows: Vec<QueryRow<'g>> = Vec::new();
    let mut known: HashMap<Vec<Vec<Value<'g>>>, usize> = HashMap::new();
    for view in views {
        let group = query.group_by.map(|field| view.group(field));
        let values: Vec<Vec<Value<'g>>> =
            group.into_iter().chain(query.select.iter().map(|field| view.values(*field))).collect();
        // Of a query that selects values, statements that have none are no rows; every statement is in a group.
        if query.group_by.is_none() && !query.select.is_empty() && values.iter().all(Vec::is_empty) {
            continue;
        }
        let at = if values.is_empty() { rows.len() } else { *known.entry(values.clone()).or_insert(rows.len()) };
        if at == rows.len() {
            rows.push(QueryRow { values, entity: None, statements: Vec::new(), count: 0 });
        }
        let row = &mut rows[at];
        row.count += 1;
        if row.statements.len() < MOST_STATEMENTS {
            row.statements.push(view);
        }
    }
    if query.group_by.is_some() {
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    }
    let total = rows.len();
    rows.truncate(most(query, limit));
    QueryRows { rows, total, found, set_aside: Vec::new() }
}

/// How many rows are shown: whether there is any takes one.
fn most(query: &Query, limit: usize) -> usize {
    if query.ask == QueryAsk::Exists { limit.min(1) } else { limit }
}

fn stance(view: &EdgeView<'_>) -> Option<Stance> {
    view.detail().commitment().map(|commitment| commitment.stance)
}
