//! Bulk loading is the same as writing, faster.

use std::convert::Infallible;

use anyhow::Result;
use pledgegraph_model::{Change, Edge, Entity, Synthetic};
use pledgegraph_store::log::{Tail, since, verify};
use pledgegraph_store::{WriteError, bulk, head};
use pledgegraph_tests::database::TestDb;
use sqlx::PgConnection;

use crate::fixture::{
    edge, entity, everything, id, one, one_of_each_kind, pledge, put_edge, put_entity, world, write_world,
};

async fn load(conn: &mut PgConnection, entities: Vec<Entity>, edges: Vec<Edge>) -> Result<bulk::Summary, WriteError> {
    let (entities, edges) = (entities.into_iter().map(Ok::<_, Infallible>), edges.into_iter().map(Ok));
    match bulk::load(conn, entities, edges).await {
        Ok((_, summary)) => Ok(summary),
        Err(bulk::LoadError::Write(error)) => Err(error),
        Err(bulk::LoadError::Item(never)) => match never {},
    }
}

#[tokio::test]
async fn a_bulk_load_gives_the_same_rows_and_digest() -> Result<()> {
    let (one_by_one, in_bulk) = (TestDb::new().await?, TestDb::new().await?);
    let mut conn = one_by_one.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge)).await?;
    let mut conn = in_bulk.connect().await?;
    let summary = load(&mut conn, world(), one_of_each_kind()).await?;
    assert_eq!((summary.entities, summary.edges), (14, 12));
    let ((head, mut rows), (bulk_head, mut bulk_rows)) =
        (everything(&one_by_one.pool()).await, everything(&in_bulk.pool()).await);
    assert_eq!((head.seq, bulk_head.seq), (2, 1));
    assert_eq!(head.digest, bulk_head.digest);
    let key = |row: &(pledgegraph_store::snapshot::Row, _)| format!("{:?}", row.0);
    rows.sort_by_key(key);
    bulk_rows.sort_by_key(key);
    assert!(rows.iter().map(|row| &row.0).eq(bulk_rows.iter().map(|row| &row.0)));
    Ok(())
}

#[tokio::test]
async fn followers_read_the_rows_of_a_bulk_load_changed_since_or_not() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    one(&mut conn, [put_entity(&entity("country:FR"))]).await?;
    let before = head::read(&mut conn).await?;
    load(&mut conn, world(), one_of_each_kind()).await?;
    let Tail::Commits(head, commits) = since(&mut conn, before.seq, before.chain).await? else { panic!("in the log") };
    assert_eq!(commits.len(), 1);
    let changes = &commits[0].changes;
    assert_eq!(changes.len(), 26);
    let hash = |change: &Change| match change {
        Change::PutEntity(_, hash) | Change::PutEdge(_, hash) => *hash,
        Change::Remove(_) => 0,
    };
    assert_eq!(changes.iter().fold(before.digest, |digest, change| digest ^ hash(change)), head.digest);
    assert_eq!(verify(&mut conn).await?, 2);

    one(
        &mut conn,
        [put_edge(&edge(
            "location",
            &serde_json::json!({"kind": "location",
        "subject": "organization:paper", "object": "place:london"}),
        ))],
    )
    .await?;
    let Tail::Commits(_, again) = since(&mut conn, before.seq, before.chain).await? else { panic!("in the log") };
    let ids = |changes: &[Change]| changes.iter().map(hash).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ids(&again[0].changes), ids(changes), "a row that was changed since is told as it was");
    assert_eq!(verify(&mut conn).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_bulk_load_is_refused_as_a_whole_and_by_name() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let mut nobody = pledge("nobody", "willing");
    nobody.object = id("country:XX");
    let refused = load(&mut conn, world(), vec![pledge("a", "willing"), nobody]).await;
    assert!(
        matches!(&refused, Err(WriteError::DanglingReference { pointer, .. }) if pointer == "/object"),
        "{refused:?}"
    );
    let mut ends = pledge("ends", "willing");
    ends.subject = id("source:a");
    let refused = load(&mut conn, world(), vec![ends]).await;
    assert!(matches!(refused, Err(WriteError::EdgeEnds { .. })), "{refused:?}");
    let refused = load(&mut conn, world(), vec![pledge("a", "willing"), pledge("a", "willing")]).await;
    assert!(matches!(refused, Err(WriteError::DuplicateId)), "{refused:?}");
    load(&mut conn, world(), vec![]).await?;
    let refused = load(&mut conn, vec![entity("country:GB")], vec![]).await;
    assert!(matches!(refused, Err(WriteError::DuplicateId)), "{refused:?}");
    let mut twin = entity("country:GB");
    twin.id = id("country:twin");
    let refused = load(&mut conn, vec![twin], vec![]).await;
    assert!(matches!(refused, Err(WriteError::DuplicateReference(_))), "{refused:?}");
    let (head, rows) = everything(&db.pool()).await;
    assert_eq!((head.seq, rows.len()), (1, 14));
    Ok(())
}

#[tokio::test]
async fn a_synthetic_graph_loads() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let graph = Synthetic::new(2_000, 1);
    let (entities, edges): (Vec<_>, Vec<_>) = (graph.entities().collect(), graph.edges().collect());
    load(&mut conn, entities.clone(), edges.clone()).await?;
    let (_, rows) = everything(&db.pool()).await;
    assert_eq!(rows.len(), entities.len() + edges.len());
    Ok(())
}

/// What is loaded is hashed anew, so the hash of a row must be that of what is read of it, whatever it is.
#[tokio::test]
async fn the_hash_of_what_is_read_stands_in_every_row() -> Result<()> {
    let bundle = pledgegraph_bundle::bundled()?;
    let synthetic = Synthetic::new(3_000, 7);
    for (entities, edges) in [
        (bundle.entities, bundle.edges),
        (synthetic.entities().collect(), synthetic.edges().collect()),
        (world(), one_of_each_kind()),
    ] {
        let db = TestDb::new().await?;
        load(&mut db.connect().await?, entities, edges).await?;
        let (head, rows) = everything(&db.pool()).await;
        let wrong: Vec<_> =
            rows.iter().filter(|(row, stamp)| row.hash() != stamp.hash).map(|(row, _)| row.id()).collect();
        assert_eq!(wrong, []);
        assert_eq!(rows.iter().fold(0, |digest, (row, _)| digest ^ row.hash()), head.digest);
    }
    Ok(())
}
