//! A question to the graph as a value: what is looked for, which of it, and what is asked of that.
//!
//! The same value is the body of `POST /v1/query` and what a question in words is read as.

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::{EntityId, QueryField, QueryTarget, Truth, Where};

code_list! {
    /// What is asked of that which is found.
    QueryAsk in "query_asks" {
        Items = "items", "Items", "عناصر", "Each of them, or the values of `select`.", "كل منها، أو قيم الحقول المختارة.";
        Count = "count", "Count", "عدد", "How many there are, or how many distinct values of `select`.", "كم عددها، أو عدد القيم المختلفة.";
        Exists = "exists", "Exists", "وجود", "Whether there is any.", "هل يوجد أي منها.";
        UnlockingSets = "unlocking_sets", "Unlocking sets", "مجموعات كافية", "Of commitments: minimal sets of conditions that are enough for them.", "أصغر مجموعات الشروط الكافية لها.";
        BlockingSets = "blocking_sets", "Blocking sets", "مجموعات مانعة", "Of commitments: minimal sets of conditions whose failing makes them impossible.", "أصغر مجموعات الشروط التي يمنعها عدم تحققها.";
        Conflicts = "conflicts", "Conflicts", "تعارضات", "Of statements: which of them contradict others.", "أي منها يتعارض مع غيره.";
        Truth = "truth", "Truth", "صحة", "Of commitments: whether they are in force; of conditions: whether they hold; with what `assume` and `withdraw` suppose.", "هل الالتزامات سارية، وهل الشروط متحققة.";
    }
}

/// A question to the graph. References are `R`: identifiers inside, `kind:slug` outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + PartialEq"))]
pub struct Query<R = EntityId> {
    /// What is looked for.
    pub find: QueryTarget,
    /// Which of it; absent: all.
    #[serde(rename = "where", default = "Where::all", skip_serializing_if = "Where::is_all")]
    pub which: Where<R>,
    /// What is asked of them.
    #[serde(default = "items", skip_serializing_if = "is_items")]
    pub ask: QueryAsk,
    /// Fields of statements: one row for each distinct combination of values.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<QueryField>,
    /// The field by whose values rows are put together and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<QueryField>,
    /// Whether the firmest stance comes first, and what is not comparable last; else the order of recording.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_stance: bool,
    /// Conditions whose truth is supposed.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub assume: Vec<Assumed<R>>,
    /// Actors whose commitments are supposed to be withdrawn.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub withdraw: Vec<R>,
    /// Of sets: commitments of so many distinct actors are to be in force; absent: all the commitments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<usize>,
}

/// A condition and what is supposed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed<R = EntityId> {
    /// The condition.
    pub condition: R,
    /// What is supposed.
    pub truth: Truth,
}

fn items() -> QueryAsk {
    QueryAsk::Items
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_items(ask: &QueryAsk) -> bool {
    *ask == QueryAsk::Items
}

impl<R> Query<R> {
    /// All of something.
    pub fn of(find: QueryTarget) -> Self {
        Self {
            find,
            which: Where::all(),
            ask: QueryAsk::Items,
            select: Vec::new(),
            group_by: None,
            by_stance: false,
            assume: Vec::new(),
            withdraw: Vec::new(),
            at_least: None,
        }
    }
}

impl<R: Clone> Query<R> {
    /// The same with every reference replaced.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<S, E>(&self, f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Query<S>, E> {
        let assumed = |f: &mut dyn FnMut(&R) -> Result<S, E>| {
            let mut list = Vec::with_capacity(self.assume.len());
            for assumed in &self.assume {
                list.push(Assumed { condition: f(&assumed.condition)?, truth: assumed.truth });
            }
            Ok(list)
        };
        Ok(Query {
            find: self.find,
            which: self.which.try_map(f)?,
            ask: self.ask,
            select: self.select.clone(),
            group_by: self.group_by,
            by_stance: self.by_stance,
            assume: assumed(f)?,
            withdraw: each(&self.withdraw, f)?,
            at_least: self.at_least,
        })
    }
}

fn each<R, S, E>(list: &[R], f: &mut impl FnMut(&R) -> Result<S, E>) -> Result<Vec<S>, E> {
    list.iter().map(f).collect()
}
