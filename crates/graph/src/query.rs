//! Structured queries: filters of all collections as a tree, counts, groups, distinct values, joins and anti-joins.

mod analyses;
mod rows;
mod sets;
mod values;

pub use rows::{QueryRow, QueryRows};
pub use sets::SetAside;
pub use values::Value;

use chrono::NaiveDate;
use pledgegraph_model::{Query, QueryAsk, Rows};

use crate::Graph;
use crate::force::BudgetSpent;
use sets::Sets;

/// How a query is answered.
#[derive(Debug, Clone, Copy)]
pub struct QueryTerms {
    /// The day of standings and of what is in force, where the query does not say `valid_at`.
    pub day: NaiveDate,
    /// Whether something is concluded from what is found, so that only what counts is; counts, groups, distinct values,
    /// joins and filters by firmness conclude anyway.
    pub concludes: bool,
    /// At most so many rows.
    pub limit: usize,
    /// How large the circuit of what is in force may become.
    pub budget: usize,
}

/// Whether a query counts or concludes, and does not only list.
fn concludes(query: &Query) -> bool {
    query.ask != QueryAsk::Items || query.group_by.is_some() || !query.select.is_empty()
}

impl Graph {
    /// The rows of a query.
    ///
    /// Each node of the tree is one set of statements or entities as bits: O(records / 64) words for each, and what its
    /// filter costs ([`Graph::edges`]); joins are O(statements joined). The tree is at most
    /// [`pledgegraph_model::MAX_QUERY_DEPTH`] deep.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::QueryTerms;
    /// use pledgegraph_model::{AttendanceRole, Query, QueryTarget, Related, Stance, Where};
    ///
    /// // Which countries took part in the April meeting and pledged nothing?
    /// let april = graph.find(&"meeting:coalition-april".parse()?).expect("an entity").id();
    /// let took_part = Where { object: vec![april], attendance_role: vec![AttendanceRole::Participant], ..Where::all() };
    /// let pledged = Where { stance_min: Some(Stance::Willing), ..Where::all() };
    /// let subject_of = |find, which| Some(Box::new(Related { find, which }));
    /// let query = Query {
    ///     which: Where {
    ///         subject_of: subject_of(QueryTarget::Attendances, took_part),
    ///         none_of: vec![Where { subject_of: subject_of(QueryTarget::Commitments, pledged), ..Where::all() }],
    ///         ..Where::all()
    ///     },
    ///     ..Query::of(QueryTarget::Countries)
    /// };
    /// let terms = QueryTerms { day: graph.day(), concludes: false, limit: 10, budget: 1_000_000 };
    /// let answer = graph.query(&query, terms)?;
    /// let countries: Vec<&str> = answer.rows.iter().filter_map(|row| Some(row.entity?.label("en").0)).collect();
    /// assert_eq!(countries, ["Canada", "New Zealand"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BudgetSpent`] when what is in force could not be found within the budget.
    pub fn query(&self, query: &Query, terms: QueryTerms) -> Result<QueryRows<'_>, BudgetSpent> {
        let sets = Sets::new(self, terms.day, terms.budget);
        let root = sets.root(terms.concludes || concludes(query));
        let rows = match query.find.rows() {
            Rows::Statements(kinds) => {
                let slots = sets.statements(kinds, &query.which, root)?;
                let slots: Vec<u32> = slots.ones().filter_map(|slot| u32::try_from(slot).ok()).collect();
                rows::of_statements(self, query, &slots, terms.limit)
            }
            Rows::Entities(kinds) => {
                let nodes = sets.entities(kinds, &query.which, root)?;
                let nodes = nodes.ones().filter_map(|node| u32::try_from(node).ok());
                rows::of_entities(self, query, nodes, terms.limit)
            }
        };
        Ok(QueryRows { set_aside: sets.into_set_aside(), ..rows })
    }
}
