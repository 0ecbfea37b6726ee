//! Condition trees.

use pledgegraph_graph::Node;
use pledgegraph_model::{Assumed, Code, ConditionNode};
use serde::Serialize;
use utoipa::ToSchema;

use super::reference::ReferenceBody;
use super::{Each, Wire, codes};

/// One node of a condition tree: one shape for all operators. At most 8 deep.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionNode)]
pub(crate) struct ConditionNodeBody<'g> {
    /// What the node says of `of`; `condition` for a leaf.
    #[schema(value_type = codes::ConditionOp)]
    op: &'static str,
    /// The nodes under it; absent on a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<ConditionNodeBody>>, no_recursion)]
    of: Option<Each<'g, ConditionNode<Node>, ConditionNodeBody<'g>>>,
    /// How many must hold; only with `at_least`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    k: Option<u32>,
    /// The condition; only on a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<ReferenceBody<'g>>,
    /// Whether the source states the condition or implies it; only on a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Explicitness>)]
    explicitness: Option<&'static str>,
}

impl<'g> ConditionNodeBody<'g> {
    pub(crate) fn new(wire: Wire<'g>, node: &'g ConditionNode<Node>) -> Self {
        Self {
            op: node.op.as_str(),
            of: (!node.of.is_empty()).then(|| Each::new(&node.of, wire, Self::new)),
            k: node.k,
            condition: node.condition.map(|node| wire.node(node)),
            explicitness: node.explicitness.map(Code::as_str),
        }
    }
}

/// A condition and a truth: what is supposed of it, or what it is in a set.
#[derive(Serialize, ToSchema)]
#[schema(as = ConditionTruth)]
pub struct ConditionTruthBody<'g> {
    /// The condition.
    pub condition: ReferenceBody<'g>,
    /// Its truth: what is supposed, or what the set needs.
    #[schema(value_type = codes::Truth)]
    pub truth: &'static str,
}

impl<'g> ConditionTruthBody<'g> {
    /// What is supposed of conditions.
    pub fn assumed(wire: Wire<'g>, assumed: &[Assumed]) -> Vec<Self> {
        let named = assumed.iter().filter_map(|assumed| {
            let condition = wire.reference(&wire.graph.entity(assumed.condition)?);
            Some(Self { condition, truth: assumed.truth.as_str() })
        });
        named.collect()
    }
}
