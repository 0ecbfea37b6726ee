//! Every process holds what the database holds.

use std::convert::Infallible;

use anyhow::Result;
use pledgegraph_live::{Live, LiveOptions, WriteError};
use pledgegraph_model::{EdgeId, EntityId};
use pledgegraph_store::bulk;
use pledgegraph_tests::database::TestDb;

use super::{assert_same, eventually};
use crate::fixture::{entity, one, one_of_each_kind, pledge, put_edge, put_entity, world, write, write_world};

async fn start(db: &TestDb) -> Result<Live> {
    Ok(Live::start(db.pool(), LiveOptions::default()).await?)
}

#[tokio::test]
async fn a_client_sees_its_own_write() -> Result<()> {
    let db = TestDb::new().await?;
    let live = start(&db).await?;
    let before = live.snapshot();
    for (seq, mutations) in (1..)
        .zip([world().iter().map(put_entity).collect::<Vec<_>>(), one_of_each_kind().iter().map(put_edge).collect()])
    {
        let receipt = live.write(write(mutations)).await?;
        assert_eq!(receipt.seq, seq);
        assert_eq!((live.snapshot().seq(), live.snapshot().chain()), (receipt.seq, receipt.chain));
    }
    assert_eq!(live.snapshot().edge_count(), 12);
    assert_eq!(before.entity_count(), 0, "a snapshot that was taken does not change");
    assert_eq!(live.kept(0).map(|graph| graph.seq()), Some(0));
    let refused = live.write(write([put_entity(&entity("person:pm")), put_edge(&pledge("x", "willing"))])).await?;
    assert_eq!(refused.seq, 3);
    let refused = live.write(write([pledgegraph_live::Mutation::RemoveEntity(EntityId::of_key("country:GB"))])).await;
    assert!(matches!(refused, Err(WriteError::InUse { .. })));
    let whole = live.whole_edges(&[EdgeId::of_key("commitment")]).await?;
    assert!(whole[0].0.evidence[0].quotation.is_some());
    assert!(live.status().is_ready());
    live.shutdown().await;
    assert_same(&live.snapshot(), &start(&db).await?.snapshot());
    let late = live.write(write([put_edge(&pledge("late", "willing"))])).await;
    assert!(matches!(late, Err(WriteError::Unavailable(_))));
    Ok(())
}

#[tokio::test]
async fn a_commit_of_another_process_arrives() -> Result<()> {
    let db = TestDb::new().await?;
    let live = start(&db).await?;
    let mut other = db.connect().await?;
    write_world(&mut other).await;
    one(&mut other, one_of_each_kind().iter().map(put_edge)).await?;
    let snapshot = eventually(&live, |graph| graph.seq() == 2).await;
    assert_same(&snapshot, &start(&db).await?.snapshot());
    let edges = vec![pledge("bulk", "pledged")];
    bulk::load(&mut other, [Ok::<_, Infallible>(entity("country:FR"))], edges.into_iter().map(Ok)).await?;
    let snapshot = eventually(&live, |graph| graph.seq() == 3).await;
    assert_same(&snapshot, &start(&db).await?.snapshot());
    Ok(())
}

/// A process that was away while rows of a bulk load were changed cannot tell them apart, and loads anew.
#[tokio::test]
async fn a_bulk_load_that_was_changed_since_is_caught_up() -> Result<()> {
    let db = TestDb::new().await?;
    let mut other = db.connect().await?;
    let live = start(&db).await?;
    // Whether the follower looks between the two commits or after both, it ends with the same graph.
    bulk::load(&mut other, world().into_iter().map(Ok::<_, Infallible>), [Ok(pledge("a", "willing"))]).await?;
    one(&mut other, [put_edge(&pledge("a", "pledged"))]).await?;
    let snapshot = eventually(&live, |graph| graph.seq() == 2).await;
    assert_same(&snapshot, &start(&db).await?.snapshot());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_write_at_once_stay_equal() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let (left, right) = (start(&db).await?, start(&db).await?);
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..16 {
        let live = if n % 2 == 0 { left.clone() } else { right.clone() };
        writers.spawn(async move {
            for i in 0..12 {
                // Every key is written by two writers, so that they replace each other's edges.
                let stance = if i % 3 == 0 { "willing" } else { "pledged" };
                let edge = pledge(&format!("{}-{i}", n / 2), stance);
                let receipt = live.write(write([put_edge(&edge)])).await.expect("valid");
                assert!(live.snapshot().seq() >= receipt.seq, "the writer's own process shows it");
                assert!(live.snapshot().edge(edge.id).is_some());
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done?;
    }
    let seq = 1 + 16 * 12;
    let (a, b) =
        (eventually(&left, |graph| graph.seq() == seq).await, eventually(&right, |graph| graph.seq() == seq).await);
    assert_same(&a, &b);
    assert_same(&a, &start(&db).await?.snapshot());
    Ok(())
}
