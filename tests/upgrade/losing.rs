//! That the checks would see it: one value lost, here and there, as a migration might.

use anyhow::{Context as _, Result, ensure};
use pledgegraph::verify::verify;
use pledgegraph_store::schema;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::recording::{self, Recording};
use crate::replay::Replay;
use crate::restored;
use crate::rows::Tables;

/// A table, a column, what it becomes in one row, and which rows that may be.
const LOSING: [(&str, &str, &str, &str); 14] = [
    ("edge", "detail", "null", "detail is not null"),
    ("edge", "said_at", "said_at - 'verbatim'", "said_at ? 'verbatim'"),
    ("edge_condition", "explicitness", "'explicit'", "explicitness = 'implied'"),
    ("edge_link", "ordinal", "ordinal + 7", "true"),
    ("entity", "aliases", "'[]'", "aliases <> '[]'"),
    ("entity", "redirects", "null", "redirects is not null"),
    ("evidence", "quotation", "quotation || ' '", "quotation_lang = 'ar'"),
    ("redirect", "entity_id", "id", "id <> entity_id"),
    ("api_token", "name", "'nobody'", "true"),
    ("api_token", "revoked_at", "null", "revoked_at is not null"),
    ("idempotency", "answer", "'{}'", "true"),
    ("commit", "origin", "(origin::jsonb - 'principal')::json", "origin is not null"),
    // The same JSON, and not the text that the chain covers.
    ("change", "image", "(image::text || ' ')::json", "subject = 'edge'"),
    ("original", "hash", "hash + 1", "true"),
];

/// The statement that does so.
fn losing((table, column, value, rows): (&str, &str, &str, &str)) -> String {
    format!("update {table} set {column} = {value} where ctid = (select ctid from {table} where {rows} limit 1)")
}

/// Runs a statement that no trigger stops.
async fn lose(connection: &mut PgConnection, statement: &str) -> Result<()> {
    connection.execute("set session_replication_role = replica").await?;
    let done = connection.execute(AssertSqlSafe(statement)).await?;
    ensure!(done.rows_affected() == 1, "{} rows: {statement}", done.rows_affected());
    Ok(())
}

fn newest() -> Result<Recording> {
    recording::all()?.pop().context("a recording")
}

#[tokio::test]
async fn a_value_that_is_lost_is_named() -> Result<()> {
    let recording = newest()?;
    let mut connection = restored::as_dumped(&recording).await?.connect().await?;
    let before = Tables::read(&mut connection).await?;
    schema::migrate(&mut connection).await?;
    for loss in LOSING {
        let (table, column, ..) = loss;
        // Each is undone again.
        connection.execute("begin").await?;
        lose(&mut connection, &losing(loss)).await?;
        let (losses, _) = before.lost(&Tables::read(&mut connection).await?, &recording.changed);
        ensure!(losses.len() == 1 && !losses[0].key.is_empty(), "{table}.{column}: {losses:?}");
        ensure!((losses[0].table.as_str(), losses[0].column.as_str()) == (table, column), "{losses:?}");
        connection.execute("rollback").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_is_lost_is_named_in_every_table() -> Result<()> {
    let recording = newest()?;
    let mut connection = restored::as_dumped(&recording).await?.connect().await?;
    let before = Tables::read(&mut connection).await?;
    schema::migrate(&mut connection).await?;
    for (table, rows) in before.counts() {
        ensure!(rows > 0, "the recording has nothing in {table}");
        lose(&mut connection, &format!("delete from {table} where ctid = (select ctid from {table} limit 1)")).await?;
    }
    let (losses, _) = before.lost(&Tables::read(&mut connection).await?, &recording.changed);
    let named = crate::rows::tables(&losses);
    ensure!(named.into_iter().eq(before.counts().into_keys()), "{losses:?}");
    Ok(())
}

#[tokio::test]
async fn a_graph_that_is_not_sound_is_told() -> Result<()> {
    let recording = newest()?;
    let database = restored::migrated(&recording).await?;
    lose(&mut database.connect().await?, &losing(LOSING[1])).await?;
    let (_, violations) = verify(&database.pool()).await?;
    ensure!(violations.len() == 1 && violations[0].starts_with("edge "), "{violations:?}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_another_is_named() -> Result<()> {
    let recording = newest()?;
    let database = restored::migrated(&recording).await?;
    let statement =
        "update idempotency set answer = replace(answer, 'Saltmere', 'Nowhere') where key = 'pledge-windle'";
    lose(&mut database.connect().await?, statement).await?;
    let differences = Replay::start(&recording, database).await?.run().await?;
    ensure!(differences.len() == 1 && differences[0].contains("Nowhere"), "{differences:?}");
    Ok(())
}
