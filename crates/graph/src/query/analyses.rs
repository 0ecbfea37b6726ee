//! Analyses of what a query finds.

use std::collections::HashSet;

use chrono::NaiveDate;
use pledgegraph_model::{EdgeId, Query, QueryAsk, Rows, Stance};

use super::sets::Sets;
use crate::Graph;
use crate::conflict::{Conflict, ConflictQuery};
use crate::counted::Counted;
use crate::force::BudgetSpent;
use crate::goal::{ActorGoal, Goal, GoalQuery};
use crate::goal_sets::GoalSets;

impl Graph {
    /// The minimal sets of conditions that unlock or block what a query finds: all the commitments, or those of `at_least`
    /// distinct actors. `budget` is for the circuit, `steps` for the sets ([`Graph::goal_sets`]).
    ///
    /// # Errors
    /// As [`Graph::goal_sets`].
    pub fn query_sets(
        &self,
        query: &Query,
        day: NaiveDate,
        (budget, steps): (usize, u64),
    ) -> Result<GoalSets<'_>, BudgetSpent> {
        let ids = self.found(query, day, budget)?;
        let goal = match query.at_least {
            Some(_) => Goal::Actors(ActorGoal { among: Some(ids), at_least: query.at_least, ..ActorGoal::default() }),
            None => Goal::Commitments { ids, at_least: None },
        };
        self.goal_sets(&GoalQuery {
            goal,
            // What counts is what the query found.
            stance_min: Stance::Refused,
            counted: Counted::on(query.which.day().unwrap_or(day)),
            include_implied: true,
            assume: query.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect(),
            withdraw: query.withdraw.clone(),
            budget,
            steps,
        })
    }

    /// The conflicts in which a statement takes part that a query finds. O(statements) and their conflicts
    /// ([`Graph::conflicts`]).
    ///
    /// # Errors
    /// As [`Graph::query`].
    pub fn query_conflicts(
        &self,
        query: &Query,
        day: NaiveDate,
        budget: usize,
    ) -> Result<Vec<Conflict<'_>>, BudgetSpent> {
        let found: HashSet<EdgeId> = self.found(query, day, budget)?.into_iter().collect();
        let all = self.conflicts(&ConflictQuery { valid_at: query.which.day(), budget, ..ConflictQuery::default() });
        let mut conflicts = all.conflicts;
        conflicts.retain(|conflict| conflict.one.iter().chain(&conflict.other).any(|view| found.contains(&view.id())));
        Ok(conflicts)
    }

    fn found(&self, query: &Query, day: NaiveDate, budget: usize) -> Result<Vec<EdgeId>, BudgetSpent> {
        let Rows::Statements(kinds) = query.find.rows() else { return Ok(Vec::new()) };
        let sets = Sets::new(self, day, budget);
        // A denial conflicts with what it denies, so conflicts are looked for among all.
        let slots = sets.statements(kinds, &query.which, sets.root(query.ask != QueryAsk::Conflicts))?;
        let views = slots.ones().filter_map(|slot| self.view(u32::try_from(slot).ok()?));
        Ok(views.map(|view| view.id()).collect())
    }
}
