//! Looks for what is on record, whatever its standing.

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, Graph, QueryRows, QueryTerms};
use pledgegraph_model::{Code, Query, QueryAsk, QueryField, QueryTarget, Rows, Standing, Where};

/// How many rows are graded; beyond it numbers are said to be least ones.
pub(crate) const MOST_GRADED: usize = 10_000;

/// Looks for statements.
#[derive(Debug)]
pub(crate) struct Search<'g> {
    pub(crate) graph: &'g Graph,
    /// The day of standings.
    pub(crate) day: NaiveDate,
    /// How large a circuit may become.
    pub(crate) budget: usize,
    /// Whether some were left out since there were too many.
    pub(crate) is_cut: bool,
}

impl<'g> Search<'g> {
    pub(crate) fn new(graph: &'g Graph, day: NaiveDate, budget: usize) -> Self {
        Self { graph, day, budget, is_cut: false }
    }

    /// The rows of a query. Statements are found whatever their standing: what does not count is not passed over, but told. What
    /// they are joined with counts.
    pub(crate) fn rows(&self, query: &Query, limit: usize) -> Result<QueryRows<'g>, BudgetSpent> {
        let mut query = query.clone();
        if matches!(query.find.rows(), Rows::Statements(_)) && !query.which.names_standings() {
            open(&mut query.which);
        }
        let terms = QueryTerms { day: self.day, concludes: false, limit, budget: self.budget };
        self.graph.query(&query, terms)
    }

    /// Whether a statement counts on the day.
    pub(crate) fn counts(&self, view: &EdgeView<'_>) -> bool {
        view.standing(self.day).counts()
    }

    /// Whether a statement may be an answer, or speak against one: what is said by others of an actor and what is denied is told
    /// as such; what is new is told whatever became of it, and of who belonged since when also those who no longer do.
    pub(crate) fn takes(&self, query: &Query, view: &EdgeView<'_>) -> bool {
        let which = &query.which;
        if which.names_standings() || query.find == QueryTarget::Statements {
            return true;
        }
        let is_over_told = matches!(query.find, QueryTarget::Memberships | QueryTarget::Offices)
            && which.valid_at.is_none()
            && query.select.contains(&QueryField::Date);
        match view.standing(self.day) {
            Standing::Deprecated | Standing::NotYet | Standing::Superseded | Standing::TakenBack => false,
            Standing::Over => is_over_told,
            // What others expect of an actor is told of pledges, which have a grade for it; nobody was somewhere by it.
            Standing::NotCounted => query.find == QueryTarget::Commitments || !which.modality.is_empty(),
            Standing::Denied | Standing::Unverified | Standing::MayStand | Standing::Stands => true,
        }
    }

    /// How many rows a query finds that count, whatever it asks of them.
    pub(crate) fn how_many(&self, query: &Query) -> Result<usize, BudgetSpent> {
        let terms = QueryTerms { day: self.day, concludes: true, limit: 1, budget: self.budget };
        Ok(self.graph.query(&Query { ask: QueryAsk::Items, ..query.clone() }, terms)?.total)
    }

    /// The statements that a query finds, whatever their standing.
    pub(crate) fn statements(&mut self, query: &Query) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
        let found = self.rows(query, MOST_GRADED)?;
        self.is_cut |= found.total > found.rows.len();
        Ok(found.rows.into_iter().flat_map(|row| row.statements).collect())
    }
}

/// Lets statements of any standing and of any day through. Trees from questions are a few levels deep.
fn open(which: &mut Where) {
    which.standing = Standing::ALL.to_vec();
    which.valid_at = None;
    which.all_of.iter_mut().chain(&mut which.any_of).for_each(open);
}
