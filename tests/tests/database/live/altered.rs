//! Rows that somebody changes past the log, as whoever owns the database can: it shows at the start and while the process
//! runs, it is told, the service goes on, and a correction ends it.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_graph::Graph;
use pledgegraph_live::{Differences, Live, LiveOptions, pool_options};
use pledgegraph_model::{EdgeId, Removed, Stance};
use pledgegraph_store::bulk;
use pledgegraph_tests::database::TestDb;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::frozen::Way;
use super::{assert_same, eventually, until};
use crate::fixture::{id, one, one_of_each_kind, pledge, put_edge, world, write, write_world};

/// How long a pass may take on a busy machine; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads again as fast as it can.
fn fast() -> LiveOptions {
    LiveOptions { recheck_rows_per_second: 1_000_000, ..LiveOptions::default() }
}

/// Never reads again.
fn never() -> LiveOptions {
    LiveOptions { recheck_rows_per_second: 0, ..LiveOptions::default() }
}

/// A database with a world and one edge of each kind.
async fn told() -> Result<(TestDb, PgConnection)> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge)).await?;
    Ok((db, conn))
}

/// Changes rows of a table past its triggers.
async fn alter(conn: &mut PgConnection, table: &str, change: &str) -> Result<()> {
    let sql = format!("alter table {table} disable trigger all; {change}; alter table {table} enable trigger all");
    let done = conn.execute(AssertSqlSafe(sql)).await?;
    ensure!(done.rows_affected() > 0, "{change} changes nothing");
    Ok(())
}

fn edge(key: &str) -> Removed {
    Removed::Edge(EdgeId::of_key(key))
}

fn row(named: Removed) -> Differences {
    Differences { rows: 1, named: vec![named], digest: false }
}

fn digest() -> Differences {
    Differences { digest: true, ..Differences::default() }
}

/// Waits until something holds of what a process tells.
async fn settles(live: &Live, holds: impl Fn(&Graph, &Differences) -> bool) -> Result<()> {
    let waited = until(PATIENCE, || holds(&live.snapshot(), &live.differences())).await;
    waited.with_context(|| format!("{:?}", live.differences()))?;
    ensure!(live.status().is_ready(), "{:?}", live.status());
    ensure!(live.differs() != live.differences().is_none());
    Ok(())
}

/// Waits until a process holds what the database has, and tells that just this differs from what was committed.
async fn tells(live: &Live, expected: &Differences) -> Result<()> {
    settles(live, |graph, told| told == expected && graph.agrees() == expected.is_none()).await
}

/// A change of a column, and how it is taken back.
struct Alteration {
    table: &'static str,
    row: Removed,
    column: &'static str,
    wrong: &'static str,
    right: &'static str,
}

impl Alteration {
    fn set(&self, value: &str) -> String {
        let Self { table, row, column, .. } = self;
        let key = if ["entity", "edge"].contains(table) { "id" } else { "edge_id" };
        let (Removed::Entity(pledgegraph_model::EntityId(id)) | Removed::Edge(EdgeId(id))) = row;
        format!("update {table} set {column} = {value} where {key} = '{id}' and {column} is not null")
    }
}

/// A change in every table that has content.
fn alterations() -> Vec<Alteration> {
    let paper = Removed::Entity(id("organization:paper"));
    let of = |table, row, column, wrong, right| Alteration { table, row, column, wrong, right };
    vec![
        of("entity", paper, "slug", "'gazette'", "'paper'"),
        of(
            "entity",
            paper,
            "names",
            r#"'{"en": "The gazette", "ar": "paper"}'"#,
            r#"'{"en": "The paper", "ar": "paper"}'"#,
        ),
        of("edge", edge("commitment"), "stance", "'pledged'", "'willing'"),
        of("edge", edge("office"), "polarity", "'asserted'", "'denied'"),
        of(
            "edge",
            edge("action"),
            "said_at",
            r#"'{"edtf": "2024-07-04"}'"#,
            r#"'{"edtf": "2025-07-04~", "verbatim": "on Friday"}'"#,
        ),
        of("edge", edge("remark"), "hash", "hash # 1", "hash # 1"),
        of("evidence", edge("request"), "quotation", "'لن ترسل قوات'", "'سترسل قوات'"),
        of("evidence", edge("outcome"), "line", "22", "21"),
        of("edge_condition", edge("commitment"), "explicitness", "'explicit'", "'implied'"),
        of("edge_link", edge("remark"), "ordinal", "1 - ordinal", "1 - ordinal"),
    ]
}

#[tokio::test]
async fn what_was_changed_before_the_start_is_served_and_named() -> Result<()> {
    for alteration in alterations() {
        let (db, mut conn) = told().await?;
        alter(&mut conn, alteration.table, &alteration.set(alteration.wrong)).await?;
        let live = Live::start(db.pool(), fast()).await?;
        ensure!(live.differences() == row(alteration.row), "{}: {:?}", alteration.column, live.differences());
        ensure!(live.differs() && live.status().is_ready());
        ensure!(live.snapshot().seq() == 2 && live.snapshot().edge_count() == 12);
        alter(&mut conn, alteration.table, &alteration.set(alteration.right)).await?;
        tells(&live, &Differences::default()).await?;
        assert_same(&live.snapshot(), &Live::start(db.pool(), never()).await?.snapshot());
        live.shutdown().await;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_changed_while_processes_run_is_found_by_both() -> Result<()> {
    for alteration in alterations() {
        let (db, mut conn) = told().await?;
        let both = [Live::start(db.pool(), fast()).await?, Live::start(db.pool(), fast()).await?];
        ensure!(both.iter().all(|live| live.differences().is_none() && !live.differs()));
        let digest = both[0].snapshot().computed_digest();
        alter(&mut conn, alteration.table, &alteration.set(alteration.wrong)).await?;
        for live in &both {
            tells(live, &row(alteration.row)).await?;
        }
        let held = both.each_ref().map(|live| live.snapshot().computed_digest());
        ensure!(held[0] == held[1] && (held[0] != digest || alteration.column == "hash"), "{}", alteration.column);
        alter(&mut conn, alteration.table, &alteration.set(alteration.right)).await?;
        for live in both {
            tells(&live, &Differences::default()).await?;
            ensure!(live.snapshot().computed_digest() == digest);
            live.shutdown().await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_correction_through_the_service_ends_it() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    // A row of a bulk load is kept for the log when it is changed, though nobody knows any more what it was.
    let edges = [pledge("loaded", "willing"), pledge("kept", "willing")];
    bulk::load(&mut conn, world().into_iter().map(Ok::<_, Infallible>), edges.into_iter().map(Ok))
        .await
        .expect("valid");
    one(&mut conn, [put_edge(&pledge("written", "willing"))]).await?;
    let (live, other) = (Live::start(db.pool(), fast()).await?, Live::start(db.pool(), fast()).await?);
    for key in ["loaded", "written"] {
        let change = format!("update edge set stance = 'pledged' where id = '{}'", EdgeId::of_key(key));
        alter(&mut conn, "edge", &change).await?;
        for live in [&live, &other] {
            tells(live, &row(edge(key))).await?;
            let told = live
                .snapshot()
                .edge(EdgeId::of_key(key))
                .and_then(|edge| Some(edge.to_edge().detail.commitment()?.stance));
            ensure!(told == Some(Stance::Pledged), "{told:?}");
        }
        // Another row is written meanwhile, and commits go on being followed.
        live.write(write([put_edge(&pledge(&format!("beside {key}"), "willing"))])).await?;
        let receipt = live.write(write([put_edge(&pledge(key, "willing"))])).await?;
        for live in [&live, &other] {
            eventually(live, |graph| graph.seq() == receipt.seq).await;
            tells(live, &Differences::default()).await?;
        }
        assert_same(&live.snapshot(), &other.snapshot());
    }
    assert_same(&live.snapshot(), &Live::start(db.pool(), never()).await?.snapshot());
    Ok(())
}

#[tokio::test]
async fn a_digest_that_was_changed_alone_is_told_and_commits_go_on() -> Result<()> {
    let (db, mut conn) = told().await?;
    let live = Live::start(db.pool(), fast()).await?;
    alter(&mut conn, "head", "update head set digest = digest # 1").await?;
    tells(&live, &digest()).await?;
    for key in ["a", "b", "c"] {
        live.write(write([put_edge(&pledge(key, "willing"))])).await?;
    }
    one(&mut conn, [put_edge(&pledge("of another", "willing"))]).await?;
    eventually(&live, |graph| graph.seq() == 6).await;
    ensure!(live.kept(3).is_some(), "it was loaded again");
    let late = Live::start(db.pool(), never()).await?;
    ensure!(late.differences() == digest() && live.differences() == digest());
    alter(&mut conn, "head", "update head set digest = digest # 1").await?;
    tells(&live, &Differences::default()).await
}

#[tokio::test]
async fn rows_that_came_or_went_past_the_log_are_named() -> Result<()> {
    let (db, mut conn) = told().await?;
    one(&mut conn, [put_edge(&pledge("a", "willing")), put_edge(&pledge("b", "willing"))]).await?;
    let live = Live::start(db.pool(), fast()).await?;
    let [a, b, z] = ["a", "b", "z"].map(EdgeId::of_key);
    let columns = "kind, subject_id, subject_kind, object_id, object_kind, polarity, modality, rank, capability, mission, \
        specificity, stance, stage, conditionality, hash, created_seq, version, recorded_at";
    conn.execute(AssertSqlSafe(format!("create table kept as select {columns} from edge where id = '{a}'"))).await?;
    let come = |id| format!("insert into edge (id, {columns}) select '{id}', {columns} from kept");
    let go = |id| format!("delete from edge where id = '{id}'");

    alter(&mut conn, "edge", &go(a)).await?;
    let gone = Differences { digest: true, ..row(edge("a")) };
    settles(&live, |graph, told| graph.edge(a).is_none() && *told == gone).await?;
    let held = live.snapshot().edge(b).map(|edge| edge.evidence().len());
    ensure!(held == Some(1), "the evidence of no edge is passed over");
    alter(&mut conn, "edge", &come(a)).await?;
    tells(&live, &Differences::default()).await?;

    alter(&mut conn, "edge", &come(z)).await?;
    settles(&live, |graph, told| graph.edge(z).is_some() && told.digest && told.named == [edge("z")]).await?;
    alter(&mut conn, "edge", &go(z)).await?;
    tells(&live, &Differences::default()).await
}

#[tokio::test]
async fn a_row_that_cannot_be_read_any_more_is_told_as_it_was() -> Result<()> {
    let (db, mut conn) = told().await?;
    let live = Live::start(db.pool(), fast()).await?;
    let before = live.snapshot();
    let set = |date: &str| format!("update edge set said_at = '{date}' where id = '{}'", EdgeId::of_key("office"));
    alter(&mut conn, "edge", &set(r#"{"edtf": "no day"}"#)).await?;
    settles(&live, |_, told| *told == row(edge("office"))).await?;
    assert_same(&before, &live.snapshot());
    live.write(write([put_edge(&pledge("a", "willing"))])).await?;
    alter(&mut conn, "edge", &set(r#"{"edtf": "2025-07-04~", "verbatim": "on Friday"}"#)).await?;
    tells(&live, &Differences::default()).await
}

#[tokio::test]
async fn nothing_is_told_while_all_is_well_and_much_is_written() -> Result<()> {
    let (db, mut conn) = told().await?;
    let live = Live::start(db.pool(), fast()).await?;
    let (began, mut number, mut seq) = (Instant::now(), 0, 2);
    while began.elapsed() < Duration::from_secs(2) {
        number += 1;
        let stance = if number % 2 == 0 { "willing" } else { "pledged" };
        let key = format!("{}", number % 7);
        let receipt = live.write(write([put_edge(&pledge(&key, stance))])).await?;
        ensure!(live.kept(seq).is_some(), "it was loaded anew");
        seq = receipt.seq;
        one(&mut conn, [put_edge(&pledge("of another", stance))]).await?;
        if number % 5 == 0 {
            live.write(write([pledgegraph_store::Mutation::RemoveEdge(EdgeId::of_key(&key))])).await?;
        }
        ensure!(!live.differs(), "{:?}", live.differences());
    }
    ensure!(number > 10 && live.status().is_ready(), "{number} writes");
    Ok(())
}

#[tokio::test]
async fn rows_are_compared_again_after_connections_freeze() -> Result<()> {
    let (db, mut conn) = told().await?;
    let way = Way::to(&db).await?;
    let pool = pool_options().max_connections(8).acquire_timeout(Duration::from_secs(10));
    let live = Live::start(pool.connect_lazy_with(way.options()), fast()).await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    way.freeze();
    alter(
        &mut conn,
        "edge",
        &format!("update edge set stance = 'pledged' where id = '{}'", EdgeId::of_key("commitment")),
    )
    .await?;
    tells(&live, &row(edge("commitment"))).await
}
