//! A key makes a write happen at most once.

use anyhow::Result;
use pledgegraph_store::commits::write_batch;
use pledgegraph_store::{Answer, Idempotency, Write, WriteError, repeated};
use pledgegraph_tests::database::TestDb;
use sqlx::{Executor, PgConnection};

use crate::fixture::{everything, id, pledge, put_edge, write, write_world};

fn key(principal: &str, key: &str, request: u8) -> Idempotency {
    let answer = format!("the answer to {request}");
    Idempotency { principal: principal.to_owned(), key: key.to_owned(), fingerprint: [request; 32], answer }
}

fn keyed(idempotency: Idempotency, edge: &str) -> Write {
    Write { idempotency: Some(idempotency), ..write([put_edge(&pledge(edge, "willing"))]) }
}

/// `seq`, or `again seq answer` for a repetition, or the error.
async fn told(conn: &mut PgConnection, writes: &[Write]) -> Vec<String> {
    let done = write_batch(conn, writes).await.expect("the database works");
    let told = |answer| match answer {
        Ok(Answer::Committed(commit)) => commit.seq.to_string(),
        Ok(Answer::Repeated(repeated)) => format!("again {} {}", repeated.seq, repeated.answer),
        Err(WriteError::KeyReused) => "reused".to_owned(),
        Err(other) => other.to_string(),
    };
    done.answers.into_iter().map(told).collect()
}

#[tokio::test]
async fn a_repetition_is_answered_and_changes_nothing() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let first = told(&mut conn, &[keyed(key("alice", "k", 1), "a")]).await;
    assert_eq!(first, ["2"]);
    let (head, _) = everything(&db.pool()).await;
    // Alone: nothing is written, not even a commit without changes.
    assert_eq!(told(&mut conn, &[keyed(key("alice", "k", 1), "a")]).await, ["again 2 the answer to 1"]);
    assert_eq!(everything(&db.pool()).await.0, head);
    let answers = told(
        &mut conn,
        &[
            keyed(key("alice", "new", 2), "b"),         // 3
            keyed(key("alice", "k", 1), "a"),           // before this batch
            keyed(key("alice", "new", 2), "b"),         // in this batch
            keyed(key("alice", "new", 3), "c"),         // another request
            keyed(key("alice", "k", 9), "c"),           // another request
            keyed(key("bob", "k", 9), "c"),             // 4: another principal
            write([put_edge(&pledge("d", "willing"))]), // 5
        ],
    )
    .await;
    assert_eq!(answers, ["3", "again 2 the answer to 1", "again 3 the answer to 2", "reused", "reused", "4", "5"]);
    let (head, rows) = everything(&db.pool()).await;
    assert_eq!((head.seq, rows.len()), (5, 14 + 4));
    Ok(())
}

#[tokio::test]
async fn a_write_that_fails_leaves_its_key_free() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let mut nobody = pledge("a", "willing");
    nobody.object = id("country:XX");
    let failing = Write { idempotency: Some(key("alice", "k", 1)), ..write([put_edge(&nobody)]) };
    let answers = told(&mut conn, &[failing.clone(), failing, keyed(key("alice", "k", 2), "a")]).await;
    assert!(answers[0].contains("does not exist") && answers[0] == answers[1], "{answers:?}");
    assert_eq!(answers[2], "2");
    assert!(repeated(&mut conn, &key("alice", "other", 2)).await?.is_none());
    assert_eq!(repeated(&mut conn, &key("alice", "k", 2)).await?.map(|r| r.seq), Some(2));
    assert!(matches!(repeated(&mut conn, &key("alice", "k", 3)).await, Err(WriteError::KeyReused)));
    Ok(())
}

#[tokio::test]
async fn keys_are_forgotten_after_seven_days() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    told(&mut conn, &[keyed(key("alice", "old", 1), "a"), keyed(key("alice", "older", 1), "b")]).await;
    conn.execute(
        "set session_replication_role = replica;
         update idempotency set created_at = created_at - interval '7 days 1 minute';
         reset session_replication_role",
    )
    .await?;
    assert!(repeated(&mut conn, &key("alice", "old", 1)).await?.is_none());
    assert_eq!(told(&mut conn, &[keyed(key("alice", "old", 2), "a")]).await, ["4"]);
    let kept = conn.fetch_all("select key from idempotency").await?;
    assert_eq!(kept.len(), 1, "the other old one is gone, the same one is new");
    Ok(())
}
