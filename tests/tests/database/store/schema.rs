//! The schema says what the model says.

use std::time::Duration;

use anyhow::Result;
use pledgegraph_model::{Code, EdgeKind, EntityKind, code_lists};
use pledgegraph_postgres::throwaway;
use pledgegraph_store::commits::{Done, write_batch};
use pledgegraph_store::schema::{MIGRATOR, SchemaError, check};
use pledgegraph_store::{BatchError, StoreError, head};
use pledgegraph_tests::database::TestDb;
use sqlx::{ConnectOptions as _, Executor, Row};

use crate::fixture::{one, one_of_each_kind, pledge, put_edge, write, write_world};

#[tokio::test]
async fn the_allowed_triples_are_those_of_the_model() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    let rows = conn.fetch_all("select kind, subject_kind, object_kind from edge_triple").await?;
    let stored: Vec<[String; 3]> = rows.iter().map(|row| [row.get(0), row.get(1), row.get(2)]).collect();
    for kind in EdgeKind::ALL {
        for subject in EntityKind::ALL {
            for object in EntityKind::ALL {
                let triple = [kind.as_str(), subject.as_str(), object.as_str()];
                let found = stored.iter().any(|row| *row == triple);
                assert_eq!(found, kind.joins(*subject, *object), "{triple:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_check_lists_the_codes_of_the_vocabulary() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    let query = "select conrelid::regclass::text || '.' || attname, pg_get_constraintdef(c.oid)
         from pg_constraint c join pg_attribute a on attrelid = conrelid and attnum = conkey[1]
         where contype = 'c' and array_length(conkey, 1) = 1 and pg_get_constraintdef(c.oid) like '%ANY%'";
    let checks = conn.fetch_all(query).await?;
    let lists = code_lists();
    for (column, list) in [
        ("entity.kind", "entity_kinds"),
        ("edge.polarity", "polarities"),
        ("edge.modality", "modalities"),
        ("edge.rank", "ranks"),
        ("edge.capability", "capabilities"),
        ("edge.mission", "missions"),
        ("edge.specificity", "specificities"),
        ("edge.stance", "stances"),
        ("edge.stage", "stages"),
        ("edge.conditionality", "conditionalities"),
        ("edge.relation", "relations"),
        ("edge_condition.op", "condition_ops"),
        ("edge_condition.explicitness", "explicitness"),
        ("evidence.explicitness", "explicitness"),
        ("edge_link.link", "link_types"),
    ] {
        let definition: String =
            checks.iter().find(|row| row.get::<String, _>(0) == column).unwrap_or_else(|| panic!("{column}")).get(1);
        let mut stored: Vec<&str> = definition.split('\'').skip(1).step_by(2).collect();
        let list = lists.iter().find(|l| l.name == list).expect("a list of that name");
        let mut codes: Vec<&str> = list.codes.iter().map(|(entry, _)| entry.code).collect();
        stored.sort_unstable();
        codes.sort_unstable();
        assert_eq!(stored, codes, "{column}");
    }
    Ok(())
}

#[tokio::test]
async fn the_views_are_readable() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge)).await?;
    for (view, rows) in [
        ("entities", 14),
        ("commitments", 1),
        ("memberships", 1),
        ("offices", 1),
        ("attendances", 1),
        ("convenings", 1),
        ("requests", 1),
        ("actions", 1),
        ("outcomes", 1),
        ("remarks", 1),
        ("relations", 3),
    ] {
        let found = conn.fetch_all(sqlx::AssertSqlSafe(format!("select * from {view}"))).await?;
        assert_eq!(found.len(), rows, "{view}");
    }
    let query = "select pledger_ref, condition_refs, said_from::text, said_precision, source_refs, quantity, place_ref
         from commitments";
    let row = conn.fetch_one(query).await?;
    assert_eq!(row.get::<String, _>(0), "country:GB");
    let conditions = ["us-backing", "ceasefire", "ceasefire", "us-backing"].map(|slug| format!("condition:{slug}"));
    assert_eq!(row.get::<Vec<String>, _>(1), conditions);
    assert_eq!(row.get::<String, _>(2), "2025-07-04");
    assert_eq!(row.get::<String, _>(3), "day");
    assert_eq!(row.get::<Vec<String>, _>(4), ["source:a", "source:b"]);
    assert_eq!(row.get::<i64, _>(5), 9_007_199_254_740_991);
    assert_eq!(row.get::<String, _>(6), "country:UA");
    Ok(())
}

#[tokio::test]
async fn to_look_at_the_schema_changes_nothing() -> Result<()> {
    let mut conn = throwaway::database("empty", async |_| Ok(())).await?.connect().await?;
    assert!(matches!(check(&mut conn).await, Err(SchemaError::Behind(n)) if n == MIGRATOR.iter().count()));
    assert!(conn.fetch_all("select from pg_class where relnamespace = 'public'::regnamespace").await?.is_empty());
    let mut conn = TestDb::new().await?.connect().await?;
    conn.execute("set role pg_read_all_data").await?;
    check(&mut conn).await?;
    Ok(())
}

/// As a later version would.
const LATER: &str = "alter table entity add column standing text;
    insert into _sqlx_migrations (version, description, success, checksum, execution_time)
    values (9001, 'later', true, '\\x00', 0)";

#[tokio::test]
async fn a_process_does_not_write_to_a_schema_that_it_does_not_know() -> Result<()> {
    let db = TestDb::new().await?;
    let (mut conn, mut later) = (db.connect().await?, db.connect().await?);
    write_world(&mut conn).await;
    let before = head::read(&mut conn).await?;
    let writes = [write([put_edge(&pledge("a", "willing"))])];
    let is_ahead = |done: Result<Done, BatchError>| {
        matches!(done, Err(BatchError::NotWritten(StoreError::Schema(SchemaError::Ahead(9001)))))
    };
    // The migration holds the table when the write comes, which waits for it.
    later.execute("begin").await?;
    later.execute(LATER).await?;
    let (written, migrated) = tokio::join!(write_batch(&mut conn, &writes), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        later.execute("commit").await
    });
    migrated?;
    assert!(is_ahead(written), "a write that waited for the migration");
    assert!(is_ahead(write_batch(&mut conn, &writes).await), "a write that came after it");
    assert_eq!(head::read(&mut conn).await?, before);
    Ok(())
}

#[tokio::test]
async fn an_older_or_newer_schema_is_told() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    check(&mut conn).await?;
    conn.execute("delete from _sqlx_migrations where version = 3").await?;
    assert!(matches!(check(&mut conn).await, Err(SchemaError::Behind(1))));
    conn.execute("update _sqlx_migrations set version = 999 where version = 4").await?;
    assert!(matches!(check(&mut conn).await, Err(SchemaError::Ahead(999))));
    Ok(())
}
