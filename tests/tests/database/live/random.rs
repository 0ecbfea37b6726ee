//! Random writes: after each, the graph in memory is sound and is what a fresh load gives.

use std::collections::BTreeMap;
use std::convert::Infallible;

use anyhow::{Result, ensure};
use pledgegraph_live::{Live, LiveOptions, Mutation, WriteError};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, Rank, Redirect, Synthetic};
use pledgegraph_tests::database::{TestDb, is_refused};
use proptest::prelude::*;

use super::assert_same;
use super::together::together;
use crate::fixture::write;

/// What a step does, with numbers that choose among what is there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    PutEdges(usize, usize),
    ChangeEdge(usize),
    RemoveEdge(usize),
    RenameEntity(usize),
    RemoveEntity(usize),
    MergeEntity(usize, usize),
    PutEntity(usize),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let n = 0usize..1000;
    prop_oneof![
        4 => (n.clone(), 1usize..9).prop_map(|(at, count)| Step::PutEdges(at, count)),
        3 => n.clone().prop_map(Step::ChangeEdge),
        2 => n.clone().prop_map(Step::RemoveEdge),
        2 => n.clone().prop_map(Step::RenameEntity),
        1 => n.clone().prop_map(Step::RemoveEntity),
        2 => (n.clone(), n.clone()).prop_map(|(from, into)| Step::MergeEntity(from, into)),
        1 => n.prop_map(Step::PutEntity),
    ]
}

/// The rows that stand, as the answers of the writes tell.
#[derive(Default)]
pub(super) struct Expected {
    pub(super) entities: BTreeMap<EntityId, Entity>,
    pub(super) edges: BTreeMap<EdgeId, Edge>,
}

impl Expected {
    pub(super) fn mutations(&self, step: Step, all: (&[Entity], &[Edge])) -> Vec<Mutation> {
        let edge = |n: usize| self.edges.values().nth(n % self.edges.len().max(1)).cloned();
        let entity = |n: usize| self.entities.values().nth(n % self.entities.len().max(1)).cloned();
        match step {
            Step::PutEdges(at, count) => {
                all.1.iter().cycle().skip(at).take(count).cloned().map(Mutation::PutEdge).collect()
            }
            Step::ChangeEdge(n) => edge(n)
                .map(|mut edge| {
                    edge.rank = if edge.rank == Rank::Normal { Rank::Preferred } else { Rank::Normal };
                    edge.evidence.rotate_left(1);
                    Mutation::PutEdge(edge)
                })
                .into_iter()
                .collect(),
            Step::RemoveEdge(n) => edge(n).map(|edge| Mutation::RemoveEdge(edge.id)).into_iter().collect(),
            Step::RenameEntity(n) => entity(n)
                .map(|mut entity| {
                    entity.aliases.clear();
                    if n % 2 == 0 {
                        entity.redirects.push(Redirect { id: entity.id, slug: entity.slug.clone() });
                    }
                    entity.slug = format!("renamed-{n}").parse().expect("a slug");
                    Mutation::PutEntity(entity)
                })
                .into_iter()
                .collect(),
            Step::RemoveEntity(n) => entity(n).map(|entity| Mutation::RemoveEntity(entity.id)).into_iter().collect(),
            Step::MergeEntity(from, into) => {
                let Some(from) = entity(from) else { return Vec::new() };
                let same_kind = || self.entities.values().filter(|e| e.kind == from.kind && e.id != from.id);
                let into = same_kind().nth(into % same_kind().count().max(1)).cloned();
                into.map(|into| self.merge(from, into)).unwrap_or_default()
            }
            Step::PutEntity(n) => vec![Mutation::PutEntity(all.0[n % all.0.len()].clone())],
        }
    }

    /// What a merge writes: the entity that stays, and every row that names the other.
    fn merge(&self, from: Entity, mut into: Entity) -> Vec<Mutation> {
        let (gone, stays) = (from.id, into.id);
        into.redirects.push(Redirect { id: gone, slug: from.slug });
        into.redirects.extend(from.redirects);
        let heir = |id: EntityId| Ok::<_, Infallible>(if id == gone { stays } else { id });
        let into = into.try_map(heir).unwrap_or_else(|never| match never {});
        let mut mutations = vec![Mutation::MergeEntity { from: gone, into: stays }, Mutation::PutEntity(into)];
        for entity in self.entities.values().filter(|e| e.id != gone && e.id != stays) {
            if entity.references().contains(&gone) {
                mutations
                    .push(Mutation::PutEntity(entity.clone().try_map(heir).unwrap_or_else(|never| match never {})));
            }
        }
        for edge in self.edges.values() {
            let rewritten = edge.clone().try_map(heir, Ok).unwrap_or_else(|never| match never {});
            if rewritten != *edge {
                mutations.push(Mutation::PutEdge(rewritten));
            }
        }
        mutations
    }

    pub(super) fn note(&mut self, mutations: Vec<Mutation>) {
        for mutation in mutations {
            match mutation {
                Mutation::PutEntity(entity) => drop(self.entities.insert(entity.id, entity)),
                Mutation::PutEdge(edge) => drop(self.edges.insert(edge.id, edge)),
                Mutation::RemoveEntity(id) | Mutation::MergeEntity { from: id, .. } => drop(self.entities.remove(&id)),
                Mutation::RemoveEdge(id) => drop(self.edges.remove(&id)),
            }
        }
    }
}

async fn run(seed: u64, steps: Vec<Step>) -> Result<()> {
    let db = TestDb::new().await?;
    let (live, other) =
        (Live::start(db.pool(), LiveOptions::default()).await?, Live::start(db.pool(), LiveOptions::default()).await?);
    let synthetic = Synthetic::new(60, seed);
    let (entities, edges): (Vec<_>, Vec<_>) = (synthetic.entities().collect(), synthetic.edges().collect());
    let mut expected = Expected::default();
    let everything: Vec<_> = entities.iter().cloned().map(Mutation::PutEntity).collect();
    live.write(write(everything.clone())).await?;
    expected.note(everything);
    for (i, step) in steps.into_iter().enumerate() {
        let mutations = expected.mutations(step, (&entities, &edges));
        let writer = if i % 3 == 0 { &other } else { &live };
        match writer.write(write(mutations.clone())).await {
            Ok(receipt) => {
                expected.note(mutations);
                let snapshot = writer.snapshot();
                assert_eq!(snapshot.seq(), receipt.seq);
                assert_eq!(snapshot.verify().len(), 0);
                assert_eq!(
                    (snapshot.entity_count(), snapshot.edge_count()),
                    (expected.entities.len(), expected.edges.len())
                );
            }
            // Still named, named by nothing any more, or taken: the database says so, and nothing changes.
            Err(error) => ensure!(is_refused(&error) || matches!(error, WriteError::Constraint { .. }), error),
        }
        let fresh = Live::start(db.pool(), LiveOptions::default()).await?;
        assert_same(&writer.snapshot(), &fresh.snapshot());
        fresh.shutdown().await;
        if i % 25 == 24 {
            together(&db).await?;
        }
    }
    together(&db).await?;
    let fresh = Live::start(db.pool(), LiveOptions::default()).await?.snapshot();
    assert_same(&*super::eventually(&live, |graph| graph.seq() == fresh.seq()).await, &fresh);
    assert_same(&*super::eventually(&other, |graph| graph.seq() == fresh.seq()).await, &fresh);
    live.shutdown().await;
    other.shutdown().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_equals_loading(seed in 0u64..1000, steps in prop::collection::vec(step(), 40..100)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(run(seed, steps)).expect("every write is answered");
    }
}
