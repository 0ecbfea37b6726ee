//! The rule of standing in SQL: small histories, one for each way that a row of the rule applies or just does not.

mod histories;
mod mutants;
mod words;

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use pledgegraph_model::{Code as _, EdgeId, Standing};
use pledgegraph_tests::database::TestDb;
use serde_json::json;
use sqlx::{Executor as _, PgConnection, Row as _};
use uuid::Uuid;

use crate::fixture::{entity, entity_with, one, put_edge, put_entity, world};
pub(crate) use histories::HISTORIES;
use histories::POSITIONS;
pub(crate) use words::statement;

/// Writes histories, each with an actor and a body of its own.
pub(crate) async fn write(conn: &mut PgConnection, histories: impl Iterator<Item = &str>) -> Result<()> {
    let mut entities = world();
    entities.push(entity_with("source:c", &json!({})));
    entities.push(entity_with("source:d", &json!({"published": {"edtf": "2025-09-05"}})));
    let mut edges = Vec::new();
    for (number, history) in histories.enumerate() {
        let case = format!("h{number}");
        entities.extend([entity(&format!("group:{case}")), entity(&format!("organization:{case}"))]);
        for text in history.split(';') {
            edges.push(statement(&case, text)?);
        }
    }
    one(conn, entities.iter().map(put_entity)).await?;
    one(conn, edges.iter().map(put_edge)).await?;
    Ok(())
}

/// The histories whose standing is not the expected one.
async fn wrong(conn: &mut PgConnection) -> Result<Vec<String>> {
    let mut days: HashMap<&str, HashMap<Uuid, String>> = HashMap::new();
    for (_, day, _) in HISTORIES {
        if !days.contains_key(day) {
            let query = format!("select id, standing from statement_standing_on('{day}')");
            let rows = conn.fetch_all(sqlx::AssertSqlSafe(query)).await?;
            days.insert(day, rows.iter().map(|row| (row.get(0), row.get(1))).collect());
        }
    }
    let mut wrong = Vec::new();
    for (number, (history, day, expected)) in HISTORIES.iter().enumerate() {
        assert!(Standing::parse(expected).is_ok(), "{expected}");
        let found = days[day].get(&EdgeId::of_key(&format!("h{number} x")).0).context("a standing")?;
        if found != expected {
            wrong.push(format!("{history} on {day}: {found}, not {expected}"));
        }
    }
    Ok(wrong)
}

#[tokio::test]
async fn every_row_of_the_rule() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, HISTORIES.iter().map(|(history, ..)| *history)).await?;
    let found = wrong(&mut conn).await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    let seen = conn.fetch_one("select count(*) = (select count(*) from edge) from statement_standing").await?;
    assert!(seen.get::<bool, _>(0), "the view has each statement once");
    Ok(())
}

/// Commits refuse a cycle, and earlier versions did not.
#[tokio::test]
async fn the_links_of_a_cycle_count_for_nothing() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let histories = [
        "x: pledged; c: pledged supersedes=x; d: offered mission=training supersedes=c",
        "x: pledged; c: pledged supersedes=x; d: offered mission=training supersedes=x; e: offered supersedes=d",
    ];
    write(&mut conn, histories.into_iter()).await?;
    conn.execute("set session_replication_role = replica").await?;
    for (from, to) in [("h0 x", "h0 d"), ("h1 x", "h1 c")] {
        let (from, to) = (EdgeId::of_key(from), EdgeId::of_key(to));
        let query = format!("insert into edge_link values ('{from}', 'supersedes', '{to}', 0)");
        conn.execute(sqlx::AssertSqlSafe(query)).await?;
    }
    let rows = conn.fetch_all("select id, standing from statement_standing").await?;
    let found: HashMap<Uuid, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (name, expected) in [
        ("h0 x", "stands"),
        ("h0 c", "stands"),
        ("h0 d", "stands"),
        ("h1 x", "superseded"),
        ("h1 c", "stands"),
        ("h1 d", "superseded"),
        ("h1 e", "stands"),
    ] {
        assert_eq!(found[&EdgeId::of_key(name).0], expected, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn positions_are_the_latest_that_count() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, POSITIONS.iter().map(|(history, _)| *history)).await?;
    let rows = conn.fetch_all("select id from position_statements_on('2025-08-01')").await?;
    let found: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let mut wrong = Vec::new();
    for (number, (history, expected)) in POSITIONS.iter().enumerate() {
        let is_position = |name: &&str| found.contains(&EdgeId::of_key(&format!("h{number} {name}")).0);
        let names: Vec<&str> = ["c", "x"].into_iter().filter(is_position).collect();
        if names.join(" ") != *expected {
            wrong.push(format!("{history}: {}, not {expected}", names.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    conn.fetch_all("select * from positions").await?;
    Ok(())
}
