//! The embedded PostgreSQL, really run: started, killed, started again, and ending with its parent.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod throwaway;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pledgegraph_postgres::{Cluster, ClusterOptions, Error, Launcher, Process, Programs, Search};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use tempfile::TempDir;

const GRACE: Duration = Duration::from_secs(20);

/// Set for a test that is run again as somebody's child: where it works.
const CHILD: &str = "PLEDGEGRAPH_TEST_CHILD";

fn options(data_root: &Path) -> ClusterOptions {
    let pg_bin = std::env::var_os("PLEDGEGRAPH_PG_BIN").map(PathBuf::from);
    let programs = Programs::find(pg_bin.as_deref(), data_root).unwrap();
    let launcher = Launcher::Program(env!("CARGO_BIN_EXE_pledgegraph").into());
    ClusterOptions { launcher, ..ClusterOptions::new(data_root, programs) }
}

async fn execute(options: &PgConnectOptions, sql: &str) -> sqlx::Result<()> {
    let mut connection = options.connect().await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}

async fn number(options: &PgConnectOptions, sql: &str) -> i64 {
    let mut connection = options.connect().await.unwrap();
    let row = connection.fetch_one(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
    row.get(0)
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.cast_signed()), signal).unwrap();
}

/// The live processes of the server on `data`: each works in its data directory.
fn processes_on(data: &Path) -> Vec<u32> {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data)).collect()
}

async fn eventually(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    start.elapsed()
}

/// This test program, to run one test of it as a child that works in `directory`.
fn this_test(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("postgres::{name}"), "--nocapture", "--test-threads=1"]).env(CHILD, directory);
    command
}

#[tokio::test]
async fn starts_stops_and_starts_again() {
    let root = TempDir::new().unwrap();
    let data_root = root.path().join("parent/a, b c");
    let options = options(&data_root);
    let start = Instant::now();
    let cluster = Cluster::start(&options).await.unwrap();
    execute(&cluster.connect_options(), "create table t (n bigint); insert into t values (7)").await.unwrap();
    println!("zero to first query: {:?}", start.elapsed());

    let socket = fs::metadata(cluster.socket_directory()).unwrap();
    assert_eq!(socket.mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(data_root.join("password")).unwrap().mode() & 0o777, 0o600);
    assert!(cluster.url().starts_with("postgresql:///pledgegraph?host="), "{}", cluster.url());
    for (name, value) in [("listen_addresses", ""), ("fsync", "on"), ("full_page_writes", "on")] {
        let sql = format!("select count(*) from pg_settings where name = '{name}' and setting = '{value}'");
        assert_eq!(number(&cluster.connect_options(), &sql).await, 1, "{name}");
    }
    let wrong = cluster.connect_options().password("wrong").connect().await;
    assert!(wrong.is_err(), "the password counts");
    #[cfg(target_os = "linux")]
    assert_private(cluster.pid().unwrap());

    cluster.stop(GRACE).await;
    assert!(processes_on(&data_root.join("data")).is_empty());
    let start = Instant::now();
    let cluster = Cluster::start(&options).await.unwrap();
    assert_eq!(number(&cluster.connect_options(), "select n from t").await, 7);
    println!("start to first query: {:?}", start.elapsed());
    cluster.stop(GRACE).await;
}

/// Never root, and no socket of a kind that a network reaches.
#[cfg(target_os = "linux")]
fn assert_private(pid: u32) {
    assert_ne!(fs::metadata(format!("/proc/{pid}")).unwrap().uid(), 0);
    let table: String = ["tcp", "tcp6", "udp", "udp6"]
        .iter()
        .map(|kind| fs::read_to_string(format!("/proc/{pid}/net/{kind}")).unwrap_or_default())
        .collect();
    for descriptor in fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten() {
        let Ok(target) = fs::read_link(descriptor.path()) else { continue };
        let target = target.to_string_lossy().into_owned();
        let Some(inode) = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) else { continue };
        assert!(!table.contains(&format!(" {inode} ")), "{target} is a network socket");
    }
}

#[tokio::test]
async fn a_second_owner_is_refused_at_once() {
    let root = TempDir::new().unwrap();
    let options = options(root.path());
    let cluster = Cluster::start(&options).await.unwrap();
    let start = Instant::now();
    let error = Cluster::start(&options).await.unwrap_err();
    assert!(matches!(error, Error::InUse(_)));
    assert_eq!(error.to_string(), format!("{} is in use by another process", root.path().display()));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(number(&cluster.connect_options(), "select 1::bigint").await, 1);
    cluster.stop(GRACE).await;
}

#[tokio::test]
async fn settings_are_passed_on_and_a_bad_one_is_told() {
    let root = TempDir::new().unwrap();
    let mut options = options(root.path());
    options.settings = vec![("max_connections".to_owned(), "17".to_owned()), ("fsync".to_owned(), "off".to_owned())];
    let cluster = Cluster::start(&options).await.unwrap();
    let sql = "select count(*) from pg_settings where (name, setting) in (('max_connections', '17'), ('fsync', 'on'))";
    assert_eq!(number(&cluster.connect_options(), sql).await, 2, "and durability stays on");
    cluster.stop(GRACE).await;

    options.settings = vec![("no_such_setting".to_owned(), "1".to_owned())];
    let error = Cluster::start(&options).await.unwrap_err().to_string();
    assert!(error.contains("no_such_setting") && !error.contains('\n'), "{error}");
}

/// Writes rows as long as they are acknowledged, for a minute at most, and says how many were.
async fn write_until_it_fails(connect: PgConnectOptions, writer: i64) -> i64 {
    let deadline = Instant::now() + Duration::from_mins(1);
    let Ok(mut connection) = connect.connect().await else { return 0 };
    let mut acknowledged = 0;
    while Instant::now() < deadline {
        let sql = format!("insert into t values ({writer}, {acknowledged})");
        match connection.execute(AssertSqlSafe(sql)).await {
            Ok(_) => acknowledged += 1,
            Err(_) => break,
        }
    }
    acknowledged
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_every_acknowledged_row() {
    let root = TempDir::new().unwrap();
    let cluster = Cluster::start(&options(root.path())).await.unwrap();
    let connect = cluster.connect_options();
    execute(&connect, "create table t (writer bigint, n bigint)").await.unwrap();

    let mut writers = Vec::new();
    for writer in 0..4_i64 {
        writers.push(tokio::spawn(write_until_it_fails(connect.clone(), writer)));
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let first = cluster.pid().unwrap();
    let killed = Instant::now();
    signal(first, Signal::SIGKILL);
    cluster.exited().await;
    let mut process = cluster.process();
    let again = process.wait_for(|process| matches!(process, Process::Running(pid) if *pid != first)).await;
    again.unwrap();
    while connect.connect().await.is_err() {
        assert!(killed.elapsed() < Duration::from_mins(1), "the server does not come back");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("killed to first connection: {:?}", killed.elapsed());

    let mut total = 0;
    for (writer, task) in writers.into_iter().enumerate() {
        let acknowledged = task.await.unwrap();
        total += acknowledged;
        let sql = format!("select count(*) from t where writer = {writer} and n < {acknowledged}");
        assert_eq!(number(&connect, &sql).await, acknowledged, "writer {writer}");
    }
    assert!(total > 0, "nothing was written");
    println!("{total} acknowledged rows, all present");

    // Again, so that the supervisor is seen to go on; then a stop is a stop.
    let second = cluster.pid().unwrap();
    signal(second, Signal::SIGKILL);
    let again = process.wait_for(|process| process.pid().is_some_and(|pid| pid != second && pid != first)).await;
    again.unwrap();
    cluster.stop(GRACE).await;
    assert!(processes_on(&root.path().join("data")).is_empty());
}

/// Run by [`the_server_ends_with_its_parent`]: starts a cluster and waits to be killed.
#[tokio::test]
async fn child_that_holds_a_cluster() {
    let Some(directory) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut options = options(&directory.join("root"));
    if directory.join("direct").exists() {
        options.launcher = Launcher::Direct;
    }
    let cluster = Cluster::start(&options).await.unwrap();
    execute(&cluster.connect_options(), "create table t (n bigint)").await.unwrap();
    fs::write(directory.join("pid.part"), cluster.pid().unwrap().to_string()).unwrap();
    fs::rename(directory.join("pid.part"), directory.join("pid")).unwrap();
    tokio::time::sleep(Duration::from_mins(5)).await;
}

/// Starts the child above, waits until its server runs, and kills the child; gives the server's process number.
async fn kill_a_parent(directory: &Path) -> u32 {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = this_test("child_that_holds_a_cluster", directory);
    let mut parent = command.stdout(Stdio::null()).process_group(0).spawn().unwrap();
    let file = directory.join("pid");
    eventually("the child's server runs", Duration::from_mins(1), || {
        assert!(parent.try_wait().unwrap().is_none(), "the child ended");
        file.exists()
    })
    .await;
    parent.kill().unwrap();
    parent.wait().unwrap();
    fs::read_to_string(file).unwrap().parse().unwrap()
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn the_server_ends_with_its_parent() {
    let directory = TempDir::new().unwrap();
    kill_a_parent(directory.path()).await;
    let data = directory.path().join("root/data");
    let took = eventually("the server is gone", Duration::from_secs(5), || processes_on(&data).is_empty()).await;
    println!("the server was gone {took:?} after its parent");
    let cluster = Cluster::start(&options(&directory.path().join("root"))).await.unwrap();
    assert_eq!(number(&cluster.connect_options(), "select count(*) from t").await, 0);
    cluster.stop(GRACE).await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn an_orphan_is_replaced() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("direct"), "").unwrap();
    let orphan = kill_a_parent(directory.path()).await;
    let data = directory.path().join("root/data");
    assert!(processes_on(&data).contains(&orphan), "without the launcher it lives on");
    let start = Instant::now();
    let cluster = Cluster::start(&options(&directory.path().join("root"))).await.unwrap();
    println!("orphan to first connection: {:?}", start.elapsed());
    assert!(!processes_on(&data).contains(&orphan));
    assert_eq!(number(&cluster.connect_options(), "select count(*) from t").await, 0);
    cluster.stop(GRACE).await;
}

/// The death signal comes when the thread that forked ends: it must not be one of the runtime's.
#[test]
fn the_server_outlives_the_runtime_that_started_it() {
    let root = TempDir::new().unwrap();
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let first = runtime();
    let cluster = first.block_on(Cluster::start(&options(root.path()))).unwrap();
    first.shutdown_timeout(Duration::from_secs(5));
    std::thread::sleep(Duration::from_millis(300));
    let second = runtime();
    second.block_on(async {
        assert_eq!(number(&cluster.connect_options(), "select 1::bigint").await, 1);
        cluster.stop(GRACE).await;
    });
}

#[tokio::test]
async fn a_dropped_cluster_ends() {
    let root = TempDir::new().unwrap();
    let options = options(root.path());
    let data = root.path().join("data");
    drop(Cluster::start(&options).await.unwrap());
    eventually("the server is gone", Duration::from_secs(10), || processes_on(&data).is_empty()).await;
    let start = Cluster::start(&options).await;
    start.unwrap().stop(GRACE).await;
}

#[tokio::test]
async fn a_place_that_cannot_be_used_is_told_in_one_line() {
    let root = TempDir::new().unwrap();
    let usable = options(root.path());
    let below_a_file = root.path().join("file/root");
    fs::write(root.path().join("file"), "").unwrap();
    let error =
        Cluster::start(&ClusterOptions { data_root: below_a_file.clone(), ..usable.clone() }).await.unwrap_err();
    let expected =
        format!("cannot write to the data directory {}: choose another one with --data-dir", below_a_file.display());
    assert_eq!(error.to_string(), expected);

    if nix::unistd::Uid::effective().is_root() {
        let closed = root.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        let error = Cluster::start(&ClusterOptions { data_root: closed.join("root"), ..usable }).await.unwrap_err();
        let expected = format!("may not enter {}: choose another place with --data-dir", closed.display());
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[test]
fn a_too_old_server_is_told_in_one_line() {
    let root = TempDir::new().unwrap();
    for program in ["postgres", "initdb"] {
        let path = root.path().join(program);
        fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 13.3'\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let error = Programs::find(Some(root.path()), &root.path().join("root")).unwrap_err().to_string();
    let expected = format!("PostgreSQL 13.3 in {} is too old: version 14 or newer is needed", root.path().display());
    assert_eq!(error, expected);
}

#[tokio::test]
async fn without_any_server_programs_they_are_fetched_once() {
    let root = TempDir::new().unwrap();
    let told = AtomicU32::new(0);
    let announce = |_: &str| _ = told.fetch_add(1, Ordering::Relaxed);
    let search = Search { pg_bin: None, data_root: root.path(), system: Vec::new(), announce: &announce };
    let start = Instant::now();
    let programs = search.run().unwrap();
    println!("fetched in {:?}", start.elapsed());
    assert_eq!(programs.version().major, 18);
    assert_eq!(search.run().unwrap(), programs);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let cluster = Cluster::start(&ClusterOptions { programs, ..options(root.path()) }).await.unwrap();
    let version = "select current_setting('server_version_num')::bigint";
    assert_eq!(number(&cluster.connect_options(), version).await / 10_000, 18);
    println!("zero to first connection, with the fetch: {:?}", start.elapsed());
    cluster.stop(GRACE).await;
}
