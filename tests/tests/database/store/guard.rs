//! What the database refuses by itself, whatever the code does.

use anyhow::Result;
use pledgegraph_model::EdgeId;
use pledgegraph_tests::database::TestDb;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::fixture::{id, one, pledge, put_edge, write_world};

/// The SQLSTATE or constraint with which some statements are refused; empty when they are not.
async fn refusal(conn: &mut PgConnection, statements: &str) -> String {
    let answer = conn.execute(AssertSqlSafe(statements.to_owned())).await;
    let _ = conn.execute("rollback").await;
    let Err(sqlx::Error::Database(error)) = answer else { return String::new() };
    error.constraint().map_or_else(|| error.code().unwrap_or_default().into_owned(), str::to_owned)
}

#[tokio::test]
async fn writing_outside_a_commit_is_refused() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, [put_edge(&pledge("a", "willing"))]).await?;
    for table in ["entity", "edge", "edge_condition", "edge_link", "evidence", "redirect", "idempotency"] {
        assert_eq!(refusal(&mut conn, &format!("delete from {table}")).await, "PG003", "{table}");
        assert_eq!(refusal(&mut conn, &format!("insert into {table} default values")).await, "PG003", "{table}");
        assert_eq!(refusal(&mut conn, &format!("truncate {table} cascade")).await, "PG004", "{table}");
    }
    for statement in [
        "update entity set hash = 0",
        "update edge set stance = 'pledged'",
        "update head set seq = 0",
        "update head set writer = '1'",
        "insert into commit select * from commit",
        "insert into change select * from change",
    ] {
        assert_eq!(refusal(&mut conn, statement).await, "PG003", "{statement}");
    }
    Ok(())
}

#[tokio::test]
async fn the_log_is_append_only_even_inside_a_commit() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    write_world(&mut conn).await;
    for statement in [
        "update commit set digest = 0",
        "delete from change",
        "delete from commit",
        "truncate change",
        "delete from head",
        "insert into head values (false, 0, '', 0)",
        "delete from edge_triple",
        "truncate evidence",
    ] {
        let inside = format!("begin; select begin_commit(); {statement}");
        assert_eq!(refusal(&mut conn, &inside).await, "PG004", "{statement}");
    }
    Ok(())
}

#[tokio::test]
async fn a_commit_is_begun_in_read_committed_and_ended() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    assert_eq!(refusal(&mut conn, "begin; select begin_commit(); commit").await, "PG005");
    assert_eq!(refusal(&mut conn, "begin isolation level repeatable read; select begin_commit()").await, "PG001");
    assert_eq!(refusal(&mut conn, "begin; select begin_commit(); select end_commit(1)").await, "PG002");
    assert_eq!(refusal(&mut conn, "begin; select end_commit(1)").await, "PG002");
    write_world(&mut conn).await;
    // The head is given back with the end of the commit: nothing may follow in the same transaction.
    let after = "begin; select begin_commit();
         insert into commit select 2, chain, digest, nonce, now(), 0 from commit where seq = 1;
         select end_commit(2); delete from entity";
    assert_eq!(refusal(&mut conn, after).await, "PG003");
    Ok(())
}

#[tokio::test]
async fn an_edge_with_wrong_ends_is_refused_by_the_database_itself() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, [put_edge(&pledge("a", "willing"))]).await?;
    let pledge = EdgeId::of_key("a");
    let (source, nobody) = (id("source:a"), id("country:XX"));
    for (set, refusal_expected) in [
        (format!("subject_id = '{source}', subject_kind = 'source'"), "edge_ends"),
        (format!("subject_id = '{source}'"), "edge_subject"),
        (format!("object_id = '{nobody}'"), "edge_object"),
        (format!("coalition_id = '{source}'"), "edge_coalition"),
        (format!("meeting_id = '{source}'"), "edge_meeting"),
        ("kind = 'office'".to_owned(), "edge_commitment"),
        ("stance = 'keen'".to_owned(), "edge_stance_check"),
        ("relation = 'necessary'".to_owned(), "edge_commitment"),
    ] {
        let statements = format!(
            "begin; select begin_commit(); update edge set {set} where id = '{pledge}'; select check_references()"
        );
        assert_eq!(refusal(&mut conn, &statements).await, refusal_expected, "{set}");
    }
    let condition = format!(
        "begin; select begin_commit();
         insert into edge_condition (edge_id, node, op, condition_id, explicitness)
         values ('{pledge}', 0, 'condition', '{source}', 'implied'); select check_references()"
    );
    assert_eq!(refusal(&mut conn, &condition).await, "edge_condition_condition");
    Ok(())
}
