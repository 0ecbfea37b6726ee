//! The log: what follows a point, and how tampering shows.

use anyhow::Result;
use pledgegraph_store::log::{Tail, since, verify};
use pledgegraph_store::{Origin, StoreError, Write, commits, head};
use pledgegraph_tests::database::TestDb;
use sqlx::{AssertSqlSafe, Executor};

use crate::fixture::{batch, one, one_of_each_kind, pledge, put_edge, put_entity, world, write, write_world};

#[tokio::test]
async fn the_tail_is_what_was_committed() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let writes = [
        write(world().iter().map(put_entity)),
        write(one_of_each_kind().iter().map(put_edge)),
        write([put_edge(&pledge("a", "willing"))]),
        write([pledgegraph_store::Mutation::RemoveEdge(pledge("a", "willing").id)]),
    ];
    let done = commits::write_batch(&mut conn, &writes).await?;
    let answers = done.answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let written: Vec<_> = answers.iter().filter_map(|answer| answer.commit().cloned()).collect();
    let Tail::Commits(head, read) = since(&mut conn, 0, [0; 16]).await? else { panic!("the log begins at 0") };
    assert_eq!(read, written);
    assert_eq!(head, head::read(&mut conn).await?);
    let Tail::Commits(_, read) = since(&mut conn, 2, written[1].chain).await? else { panic!("2 is in the log") };
    assert_eq!(read, written[2..]);
    assert!(matches!(since(&mut conn, 2, [1; 16]).await?, Tail::Diverged(_)));
    assert!(matches!(since(&mut conn, 5, written[1].chain).await?, Tail::Diverged(_)));
    assert_eq!(verify(&mut conn).await?, 4);
    Ok(())
}

#[tokio::test]
async fn tampering_shows() -> Result<()> {
    for statement in [
        "update change set image = replace(image::text, 'willing', 'pledged')::json where seq = 2",
        "delete from change where seq = 2",
        "update commit set nonce = chain where seq = 2",
        "update commit set origin = null where seq = 2",
        "update commit set origin = replace(origin::text, 'alice', 'mallory')::json where seq = 2",
        "update commit set origin = '{\"principal\":\"mallory\"}' where seq = 3",
        "update commit set seq = 9 where seq = 2",
        "update head set chain = decode(repeat('11', 16), 'hex')",
    ] {
        let db = TestDb::new().await?;
        let mut conn = db.connect().await?;
        write_world(&mut conn).await;
        let principal = Some("alice".to_owned());
        let asked = Origin { principal, request: Some("01J".to_owned()), ..Origin::default() };
        let of_alice = Write { origin: asked, ..write([put_edge(&pledge("a", "willing"))]) };
        batch(&mut conn, &[of_alice]).await.remove(0)?;
        one(&mut conn, [put_edge(&pledge("b", "offered"))]).await?;
        assert_eq!(verify(&mut conn).await?, 3);
        conn.execute("set session_replication_role = replica").await?; // no triggers, no foreign keys
        conn.execute(AssertSqlSafe(statement.to_owned())).await?;
        assert!(matches!(verify(&mut conn).await, Err(StoreError::BrokenLog { .. })), "{statement}");
        assert!(matches!(since(&mut conn, 0, [0; 16]).await, Err(StoreError::BrokenLog { .. })), "{statement}");
    }
    Ok(())
}
