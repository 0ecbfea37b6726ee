//! Condition trees and tests.

use pledgegraph_graph::Node;
use pledgegraph_model::{Code, ConditionNode, ConditionTest};
use serde::Serialize;
use utoipa::ToSchema;

use super::reference::ReferenceBody;
use super::value::InGraph;
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
