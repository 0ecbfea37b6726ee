//! Graphs of pledges in shapes that make analyses expensive.

use std::sync::Arc;

use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{
    Condition, ConditionNode, ConditionOp, Conditions, Edge, EdgeDetail, EdgeId, Entity, EntityDetail, EntityId,
    EntityRef, Explicitness, Relation,
};

fn entity(json: &str) -> Entity {
    let read: Entity<EntityRef> = serde_json::from_str(json).expect("an entity");
    read.try_map(|r| Ok::<_, ()>(EntityId::of_key(&r.to_string()))).expect("total")
}

/// Pledges of actors `0..actors`, each on a tree of conditions; condition `c` looks at the pledge of actor `tests[c]`, or
/// at the number of actors where that is absent.
pub(crate) fn pledges(
    actors: usize,
    tests: &[Option<usize>],
    threshold: u32,
    tree: impl Fn(usize) -> Option<ConditionNode<EntityId>>,
) -> Graph {
    let mut entities = Vec::new();
    entities.push(entity(r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#));
    entities.push(entity(r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#));
    let actor = entity(r#"{"kind":"organization","slug":"a","names":{"en":"A"},"class":"other"}"#);
    for at in 0..actors {
        let (id, slug) = (actor_id(at), format!("a{at}").parse().expect("a slug"));
        entities.push(Entity { id, slug, ..actor.clone() });
    }
    let one = entity(
        r#"{"kind":"condition","slug":"c","names":{"en":"C"},"condition_kind":"third_party_backing","test":{"actor":"organization:a0","capability":"military.forces","min_stance":"willing"}}"#,
    );
    for (at, looks_at) in tests.iter().enumerate() {
        let mut condition =
            Entity { id: condition_id(at), slug: format!("c{at}").parse().expect("a slug"), ..one.clone() };
        if let EntityDetail::Condition(Condition { test: Some(test), .. }) = &mut condition.detail {
            test.actor = looks_at.map(actor_id);
            test.n = looks_at.is_none().then_some(threshold);
        }
        entities.push(condition);
    }
    let read: Edge<EntityRef> = serde_json::from_str(
        r#"{"kind":"commitment","subject":"organization:a0","object":"coalition:w","capability":"military.forces","stance":"willing","evidence":[{"source":"source:s","explicitness":"explicit"}]}"#,
    )
    .expect("an edge");
    let one = read.try_map(|r: EntityRef| Ok::<_, ()>(EntityId::of_key(&r.to_string())), Ok).expect("total");
    let edges = (0..actors).map(|at| {
        let mut edge = Edge { id: pledge_id(at), subject: actor_id(at), ..one.clone() };
        if let EdgeDetail::Commitment(commitment) = &mut edge.detail {
            commitment.conditions = tree(at).map(|root| Arc::new(Conditions { relation: Relation::Necessary, root }));
        }
        edge
    });
    Builder::one_commit(entities, edges)
}

pub(crate) fn actor_id(at: usize) -> EntityId {
    EntityId::of_key(&format!("organization:a{at}"))
}

pub(crate) fn condition_id(at: usize) -> EntityId {
    EntityId::of_key(&format!("condition:c{at}"))
}

pub(crate) fn pledge_id(at: usize) -> EdgeId {
    EdgeId::of_key(&format!("pledge {at}"))
}

fn leaf(condition: usize) -> ConditionNode<EntityId> {
    ConditionNode::leaf(condition_id(condition), Explicitness::Explicit)
}

fn node(op: ConditionOp, of: Vec<ConditionNode<EntityId>>) -> ConditionNode<EntityId> {
    ConditionNode { op, of, k: None, condition: None, explicitness: None }
}

/// Each pledge hangs on the one before it; the first on none.
pub(crate) fn chain(n: usize) -> Graph {
    let tests: Vec<Option<usize>> = (0..n).map(Some).collect();
    pledges(n, &tests, 1, |at| at.checked_sub(1).map(leaf))
}

/// The same, and the first hangs on the last.
pub(crate) fn ring(n: usize) -> Graph {
    let tests: Vec<Option<usize>> = (0..n).map(Some).collect();
    pledges(n, &tests, 1, |at| Some(leaf(at.checked_sub(1).unwrap_or(n - 1))))
}

/// Pairs of pledges that hang on each other.
pub(crate) fn pairs(n: usize) -> Graph {
    let tests: Vec<Option<usize>> = (0..n).map(Some).collect();
    pledges(n, &tests, 1, |at| Some(leaf(at ^ 1)))
}

/// All pledges hang on the first one, which hangs on none.
pub(crate) fn star(n: usize) -> Graph {
    pledges(n, &[Some(0)], 1, |at| (at > 0).then(|| leaf(0)))
}

/// All pledges hang on a threshold of pledges.
pub(crate) fn threshold(n: usize) -> Graph {
    pledges(n, &[None], u32::try_from(n / 2).expect("small"), |at| (at > 0).then(|| leaf(0)))
}

/// Each pledge hangs on all others.
pub(crate) fn complete(n: usize) -> Graph {
    let tests: Vec<Option<usize>> = (0..n).map(Some).collect();
    pledges(n, &tests, 1, |at| Some(node(ConditionOp::AllOf, (0..n).filter(|other| *other != at).map(leaf).collect())))
}

/// Each pledge hangs on any of the others.
pub(crate) fn any(n: usize) -> Graph {
    let tests: Vec<Option<usize>> = (0..n).map(Some).collect();
    pledges(n, &tests, 1, |at| Some(node(ConditionOp::AnyOf, (0..n).filter(|other| *other != at).map(leaf).collect())))
}
