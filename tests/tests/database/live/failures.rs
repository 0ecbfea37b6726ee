//! What happens to the database shows, and is survived.

use std::time::Duration;

use anyhow::Result;
use pledgegraph_live::{Live, LiveOptions, WriteError};
use pledgegraph_store::head;
use pledgegraph_tests::database::TestDb;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::{assert_same, eventually, until};
use crate::fixture::{one, pledge, put_edge, write, write_world};

/// A failover to a standby that lacks the last commits, as the database looks afterwards.
const LOSE_THE_TAIL: &str = "
    set session_replication_role = replica; -- no triggers
    delete from edge where created_seq > 2;
    delete from evidence where not exists (select from edge where id = edge_id);
    delete from change where seq > 2;
    delete from commit where seq > 2;
    update head set (seq, chain, digest, recorded_at) = (select seq, chain, digest, recorded_at from commit where seq = 2);
    reset session_replication_role";

/// A process that wrote one commit that is kept and two that are lost, and the links of these three.
async fn with_a_tail(db: &TestDb, conn: &mut PgConnection) -> Result<(Live, Vec<[u8; 16]>)> {
    write_world(conn).await;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    let mut links = Vec::new();
    for key in ["kept", "lost 1", "lost 2"] {
        let receipt = live.write(write([put_edge(&pledge(key, "willing"))])).await?;
        assert_eq!(live.snapshot().link_at(receipt.seq), Some(receipt.chain));
        links.push(receipt.chain);
    }
    Ok((live, links))
}

#[tokio::test]
async fn a_lost_tail_is_found_and_the_graph_loaded_anew() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let (live, _) = with_a_tail(&db, &mut conn).await?;
    assert_eq!(live.snapshot().seq(), 4);
    conn.execute(LOSE_THE_TAIL).await?;
    let snapshot = eventually(&live, |graph| graph.seq() == 2).await;
    assert_eq!(snapshot.edge_count(), 1);
    assert!(live.kept(4).is_none(), "no snapshot of the lost history is served");
    Ok(())
}

/// Finding a loss needs no loading, which may take long: nothing is answered from the lost history meanwhile.
#[tokio::test]
async fn a_lost_history_is_known_before_the_graph_is_loaded_anew() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let (live, links) = with_a_tail(&db, &mut conn).await?;
    assert!(live.looks_again(Duration::from_secs(5)).await && !live.is_reloading());
    // Whoever loads reads the rows, and cannot until this ends.
    let mut held = conn.begin().await?;
    held.execute("lock table entity in access exclusive mode").await?;
    let mut other = db.connect().await?;
    other.execute(LOSE_THE_TAIL).await?;
    until(Duration::from_secs(5), || live.is_reloading()).await?;
    assert!(live.is_reloading() && !live.status().is_ready());
    assert!(live.looks_again(Duration::ZERO).await, "there is nothing to wait for");
    assert_eq!(live.snapshot().seq(), 4, "it is not loaded yet");
    held.rollback().await?;
    eventually(&live, |graph| graph.seq() == 2).await;
    assert!(!live.is_reloading());
    let snapshot = live.snapshot();
    assert_eq!([2, 3].map(|seq| snapshot.link_at(seq)), [Some(links[0]), None]);
    assert_eq!(live.chain_at(1).await?, snapshot.link_at(1));
    Ok(())
}

/// Behind a proxy that led elsewhere for a moment a history may be there again that seemed lost.
#[tokio::test]
async fn a_history_that_is_there_again_is_answered_from() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let (live, links) = with_a_tail(&db, &mut conn).await?;
    let mut other = db.connect().await?;
    let head_at = async |conn: &mut PgConnection, seq: i64| {
        let columns = "seq, chain, digest, recorded_at";
        let moved = format!("update head set ({columns}) = (select {columns} from commit where seq = {seq})");
        conn.execute(AssertSqlSafe(moved)).await
    };
    other.execute("set session_replication_role = replica").await?; // no triggers
    let mut held = conn.begin().await?;
    held.execute("lock table entity in access exclusive mode").await?;
    head_at(&mut other, 2).await?;
    until(Duration::from_secs(5), || live.is_reloading()).await?;
    assert!(live.is_reloading());
    head_at(&mut other, 4).await?;
    let loading = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where datname = current_database() and wait_event_type = 'Lock'";
    while other.fetch_one(loading).await?.get::<i64, _>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    held.rollback().await?;
    until(Duration::from_secs(5), || !live.is_reloading()).await?;
    assert!(!live.is_reloading() && live.snapshot().link_at(4) == Some(links[2]));
    assert!(!live.was_lost((4, links[2])));
    Ok(())
}

#[tokio::test]
async fn a_replaced_tail_is_found_even_at_the_same_seq() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let (live, _) = with_a_tail(&db, &mut conn).await?;
    // The tail is lost and another comes in its place before the process looks again.
    let mut other = conn.begin().await?;
    other.execute(LOSE_THE_TAIL).await?;
    other.commit().await?;
    let receipt = live.write(write([put_edge(&pledge("new 1", "willing"))])).await?;
    assert_eq!(receipt.seq, 3);
    assert_eq!(live.snapshot().link_at(3), Some(receipt.chain), "it is acknowledged when it can be read");
    one(&mut conn, [put_edge(&pledge("new 2", "willing"))]).await?;
    let head = head::read(&mut conn).await?;
    let snapshot = eventually(&live, |graph| graph.chain() == head.chain).await;
    assert_same(&snapshot, &Live::start(db.pool(), LiveOptions::default()).await?.snapshot());
    Ok(())
}

#[tokio::test]
async fn rows_that_the_log_does_not_know_of_are_told() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, [put_edge(&pledge("a", "willing"))]).await?;
    conn.execute("set session_replication_role = replica; delete from edge").await?;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    assert!(live.differences().digest && live.differs(), "the digest is not that of the rows");
    assert!(live.status().is_ready(), "it is served as it stands");
    Ok(())
}

#[tokio::test]
async fn reads_go_on_while_the_database_is_away() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(Duration::from_millis(500));
    let live = Live::start(pool.connect_lazy_with(db.options()), LiveOptions::default()).await?;
    let name = db.options().get_database().unwrap_or_default().to_owned();
    let mut maintenance = PgConnection::connect_with(&db.options().database("postgres")).await?;
    let away = format!("alter database {name} allow_connections false");
    maintenance.execute(AssertSqlSafe(away)).await?;
    let end = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    maintenance.execute(AssertSqlSafe(end)).await?;

    let refused = live.write(write([put_edge(&pledge("a", "willing"))])).await;
    assert!(matches!(refused, Err(WriteError::Unavailable(_))), "{refused:?}");
    until(Duration::from_secs(10), || !live.status().database).await?;
    let status = live.status();
    assert!(!status.database && !status.is_ready() && status.problem.is_some(), "{status:?}");
    assert_eq!(live.snapshot().entity_count(), 14);

    maintenance.execute(AssertSqlSafe(format!("alter database {name} allow_connections true"))).await?;
    one(&mut db.connect().await?, [put_edge(&pledge("b", "willing"))]).await?;
    eventually(&live, |graph| graph.seq() == 2).await;
    assert!(live.status().is_ready());
    assert_eq!(live.write(write([put_edge(&pledge("a", "willing"))])).await?.seq, 3);
    Ok(())
}
