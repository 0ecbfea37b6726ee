//! Whole evaluations, kept for a while: what is in force on a day, of one version.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, Evaluation, ForceQuery, Graph};
use pledgegraph_wire::filters::analyses::CIRCUIT;

/// How many are kept.
const KEPT: usize = 4;

type Answer = Arc<OnceLock<Result<Arc<Evaluation>, BudgetSpent>>>;

/// A version and what is held of it, a day, and whether implied conditions are taken in.
type Key = (i64, [u8; 16], u64, NaiveDate, bool);

/// The latest evaluations of all commitments.
#[derive(Debug, Default)]
pub(crate) struct Evaluations(Mutex<Vec<(Key, Answer)>>);

impl Evaluations {
    /// What is in force on a day; computed by the first who asks, while others wait for it.
    pub(crate) fn on(
        &self,
        graph: &Graph,
        (day, include_implied): (NaiveDate, bool),
    ) -> Result<Arc<Evaluation>, BudgetSpent> {
        let key = (graph.seq(), graph.chain(), graph.computed_digest(), day, include_implied);
        let answer = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known = kept.iter().position(|(known, _)| *known == key).map(|at| kept.remove(at));
            let entry = known.unwrap_or_else(|| (key, Answer::default()));
            let answer = Arc::clone(&entry.1);
            kept.push(entry);
            if kept.len() > KEPT {
                kept.remove(0);
            }
            answer
        };
        let query = ForceQuery { include_implied, ..ForceQuery::all(day, CIRCUIT) };
        answer.get_or_init(|| graph.evaluate(&query).map(Arc::new)).clone()
    }
}
