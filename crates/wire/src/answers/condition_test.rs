//! Tests of conditions.

use pledgegraph_model::{Code as _, ConditionTest};
use serde::Serialize;
use utoipa::ToSchema;

use super::in_graph::InGraph;
use super::reference::ReferenceBody;
use super::{Wire, codes};

/// What decides a condition: the counted position of `actor` on `capability` reaches `min_stance`.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionTest)]
pub(crate) struct ConditionTestBody<'g> {
    /// Whose position decides; absent for a participation threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ReferenceBody<'g>>,
    /// The capability, children included.
    #[schema(value_type = codes::Capability)]
    capability: &'static str,
    /// The least stance that makes it true.
    #[schema(value_type = codes::Stance)]
    min_stance: &'static str,
    /// How many actors must reach it; only for a participation threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    n: Option<u32>,
}

impl<'g> ConditionTestBody<'g> {
    pub(crate) fn new<N: InGraph>(wire: Wire<'g>, test: &'g ConditionTest<N>) -> Self {
        Self {
            actor: test.actor.and_then(|actor| actor.body(wire)),
            capability: test.capability.as_str(),
            min_stance: test.min_stance.as_str(),
            n: test.n,
        }
    }
}
