//! Structured queries: filters of all collections as a tree, counts, groups, distinct values, joins and anti-joins.

mod analyses;
mod rows;
mod sets;
mod values;

pub use rows::{QueryRow, QueryRows};
pub use values::Value;

use pledgegraph_model::{Query, Rows};

use crate::Graph;
use crate::force::BudgetSpent;

impl Graph {
    /// The rows of a query, at most `limit`; `budget` bounds the circuit where `in_force` is asked.
    ///
    /// Each node of the tree is one set of statements or entities as bits: O(records / 64) words for each, and what its
    /// filter costs ([`Graph::edges`]); joins are O(statements joined). The tree is at most
    /// [`pledgegraph_model::MAX_QUERY_DEPTH`] deep.
    ///
    /// # Errors
    /// [`BudgetSpent`] when what is in force could not be found within the budget.
    pub fn query(&self, query: &Query, limit: usize, budget: usize) -> Result<QueryRows<'_>, BudgetSpent> {
        let sets = sets::Sets { graph: self, budget };
        Ok(match query.find.rows() {
            Rows::Statements(kinds) => {
                let slots = sets.statements(kinds, &query.which)?;
                let slots: Vec<u32> = slots.ones().filter_map(|slot| u32::try_from(slot).ok()).collect();
                rows::of_statements(self, query, &slots, limit)
            }
            Rows::Entities(kinds) => {
                let nodes = sets.entities(kinds, &query.which)?;
                let nodes = nodes.ones().filter_map(|node| u32::try_from(node).ok());
                rows::of_entities(self, query, nodes, limit)
            }
        })
    }
}
