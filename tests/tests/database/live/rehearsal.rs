//! Writes that are only tried, that cannot be done now, or of which the client does not know whether they were.

use std::time::{Duration, Instant};

use anyhow::Result;
use pledgegraph_live::{Idempotency, Live, LiveOptions, Mutation, Write, WriteError};
use pledgegraph_model::{EdgeId, Removed};
use pledgegraph_store::{Expected, head};
use pledgegraph_tests::database::TestDb;
use sqlx::Executor;
use sqlx::postgres::PgPoolOptions;

use super::assert_same;
use crate::fixture::{batch, everything, id, pledge, put_edge, write, write_world};

pub(super) fn keyed(key: &str, edge: &str) -> Write {
    let (principal, answer) = ("alice".to_owned(), format!("the answer to {edge}"));
    let idempotency = Some(Idempotency { principal, key: key.to_owned(), fingerprint: [7; 32], answer });
    Write { idempotency, ..write([put_edge(&pledge(edge, "willing"))]) }
}

#[tokio::test]
async fn a_rehearsal_checks_everything_and_changes_nothing() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    live.write(keyed("first", "a")).await?;
    let (before, snapshot) = (everything(&db.pool()).await, live.snapshot());

    live.rehearse(keyed("k", "b")).await?;
    live.rehearse(keyed("first", "a")).await?;
    live.rehearse(write([put_edge(&pledge("a", "pledged")), put_edge(&pledge("b", "willing"))])).await?;
    live.rehearse(write([Mutation::RemoveEdge(pledge("a", "willing").id)])).await?;
    let in_use = live.rehearse(write([Mutation::RemoveEntity(id("country:GB"))])).await;
    assert!(matches!(in_use, Err(WriteError::InUse { .. })), "{in_use:?}");
    let row = Removed::Edge(EdgeId::of_key("a"));
    let stale = Write { expected: vec![(row, Expected::Version(1))], ..keyed("k", "a") };
    assert!(matches!(live.rehearse(stale).await, Err(WriteError::Stale { current: Some(2), .. })));
    let invalid = live.rehearse(write([])).await;
    assert!(matches!(invalid, Err(WriteError::Invalid { .. })), "{invalid:?}");

    assert_eq!(everything(&db.pool()).await, before);
    assert_same(&snapshot, &live.snapshot());
    assert!(live.repeated(&keyed("k", "b").idempotency.expect("a key")).await?.is_none());
    assert_eq!(live.write(keyed("k", "b")).await?.seq, 3);
    Ok(())
}

#[tokio::test]
async fn a_head_that_is_held_is_not_waited_for_long() -> Result<()> {
    let db = TestDb::new().await?;
    let mut other = db.connect().await?;
    write_world(&mut other).await;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    other.execute("begin; select begin_commit()").await?;
    let began = Instant::now();
    let (written, rehearsed) =
        tokio::join!(live.write(write([put_edge(&pledge("a", "willing"))])), live.rehearse(keyed("k", "a")));
    assert!(matches!(written, Err(WriteError::Busy)), "{written:?}");
    assert!(matches!(rehearsed, Err(WriteError::Busy)), "{rehearsed:?}");
    let waited = began.elapsed();
    assert!(waited > Duration::from_millis(1900) && waited < Duration::from_secs(4), "{waited:?}");
    other.execute("rollback").await?;
    assert_eq!(live.write(write([put_edge(&pledge("a", "willing"))])).await?.seq, 2);
    assert!(live.status().is_ready());
    Ok(())
}

#[tokio::test]
async fn a_pool_that_is_empty_is_not_waited_for_long() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let pool = PgPoolOptions::new().max_connections(5).connect_lazy_with(db.options());
    let live = Live::start(pool.clone(), LiveOptions::default()).await?;
    let mut held = Vec::new();
    while let Ok(Ok(connection)) = tokio::time::timeout(Duration::from_millis(300), pool.acquire()).await {
        held.push(connection);
    }
    let written = live.write(write([put_edge(&pledge("a", "willing"))])).await;
    assert!(matches!(written, Err(WriteError::Busy)), "{written:?}");
    drop(held);
    assert_eq!(live.write(write([put_edge(&pledge("a", "willing"))])).await?.seq, 2);
    Ok(())
}

#[tokio::test]
async fn a_disk_that_is_full_and_a_server_that_only_reads_are_told_apart() -> Result<()> {
    let db = TestDb::new().await?;
    let mut other = db.connect().await?;
    write_world(&mut other).await;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    for code in ["53100", "25006"] {
        other
            .execute(sqlx::AssertSqlSafe(format!(
                "create or replace function fail() returns trigger language plpgsql as
                     $$ begin raise exception 'no' using errcode = '{code}'; end $$;
                 create or replace trigger fail before insert on edge for each statement execute function fail()"
            )))
            .await?;
        let written = live.write(write([put_edge(&pledge("a", "willing"))])).await;
        match code {
            "53100" => assert!(matches!(written, Err(WriteError::Full)), "{written:?}"),
            _ => assert!(matches!(written, Err(WriteError::Unavailable(_))), "{written:?}"),
        }
    }
    Ok(())
}

/// The connection dies at COMMIT: whoever asks again with the same key learns what became of it, either way.
#[tokio::test]
async fn an_outcome_that_is_not_known_is_settled_by_its_key() -> Result<()> {
    let db = TestDb::new().await?;
    let mut other = db.connect().await?;
    write_world(&mut other).await;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    other
        .execute(
            "create function die() returns trigger language plpgsql as
                 $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
             create constraint trigger die after insert on commit deferrable initially deferred
                 for each row execute function die()",
        )
        .await?;
    let unknown = live.write(keyed("k", "a")).await;
    assert!(matches!(unknown, Err(WriteError::OutcomeUnknown(_))), "{unknown:?}");
    other.execute("drop trigger die on commit").await?;
    // It was not done, so it is done now.
    let receipt = live.write(keyed("k", "a")).await?;
    assert_eq!((receipt.seq, receipt.replayed), (2, None));

    // It was done, and its answer never arrived.
    batch(&mut other, &[keyed("done", "b")]).await.remove(0)?;
    let receipt = live.write(keyed("done", "b")).await?;
    assert_eq!((receipt.seq, receipt.replayed.as_deref()), (3, Some("the answer to b")));
    assert!(live.snapshot().seq() >= 3, "its own process shows it");
    assert_eq!(head::read(&mut other).await?.chain, receipt.chain);
    let asked = live.repeated(&keyed("done", "b").idempotency.expect("a key")).await?;
    assert_eq!(asked, Some(receipt));
    Ok(())
}
