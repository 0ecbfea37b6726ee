//! The parameters that all analyses take.

use pledgegraph_graph::{BudgetSpent, Counted, EdgeQuery, ForceQuery};
use pledgegraph_model::{EdgeKind, Modality, Where};

use crate::answers::warning::WarningBody;
use crate::filters::{MODALITY, VALID_AT};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::request::parameter::{Accepts, Parameter};
use crate::request::reader::ParameterReader;

/// How large the circuit of an analysis may become, in gates and wires: about four for each leaf of a tree of conditions.
pub const CIRCUIT: usize = 20_000_000;

/// Whether implied conditions are taken in.
pub const INCLUDE_IMPLIED: Parameter = Parameter::new(
    "include_implied",
    Accepts::Switch,
    "Whether conditions that a source only implies are taken in; without them they are left out of their trees.",
);

/// What is evaluated: all commitments on a day, today unless `valid_at` says otherwise.
pub fn force(reader: &mut ParameterReader<'_>) -> ForceQuery {
    let day = reader.day(VALID_AT.parameter.name).unwrap_or_else(|| reader.today());
    let modalities = reader.codes::<Modality>(MODALITY.parameter.name).unwrap_or_default();
    ForceQuery {
        counted: Counted::on(day).of(modalities),
        include_implied: reader.switch(INCLUDE_IMPLIED.name),
        ..ForceQuery::all(day, CIRCUIT)
    }
}

/// Commitments that count.
pub fn commitments(which: Where, counted: &Counted) -> EdgeQuery {
    EdgeQuery::of(&[EdgeKind::Commitment], which).counted(counted.clone())
}

/// What to know of a list when there was no time to say what is true of its items.
pub fn unevaluated(field: &str, spent: BudgetSpent) -> WarningBody {
    let size = spent.budget;
    let detail = format!("`{field}` is left out: what these items depend on is larger than {size} gates and wires");
    WarningBody::new("budget-spent", detail)
}

/// 422: the budget was spent before there was an answer.
pub fn too_expensive(spent: BudgetSpent) -> Refusal {
    let detail = format!(
        "the budget of this question, {} gates, wires or steps, was spent before there was an answer; ask about fewer \
         commitments, or narrow by capability or mission",
        spent.budget
    );
    Refusal::new(Problem::QueryTooExpensive, detail)
}
