//! The server that the tests of one run share.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use pledgegraph_postgres::throwaway;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

use super::{CHILD, eventually, execute, number, processes_on};

#[tokio::test]
async fn each_throwaway_database_is_a_clone_of_one_template() {
    let migrated = AtomicU32::new(0);
    let key = format!("{}", std::process::id());
    let one = async || {
        let migrate = async |options: PgConnectOptions| {
            migrated.fetch_add(1, Ordering::Relaxed);
            Ok(execute(&options, "create table t (n bigint); insert into t values (1)").await?)
        };
        let options = throwaway::database(&key, migrate).await.unwrap();
        execute(&options, "insert into t values (2)").await.unwrap();
        assert_eq!(number(&options, "select count(*) from t").await, 2, "its own");
    };
    tokio::join!(one(), one(), one(), one());
    assert_eq!(migrated.load(Ordering::Relaxed), 1);

    let failing = throwaway::database("a failing one", async |_| anyhow::bail!("no")).await;
    assert_eq!(format!("{:#}", failing.unwrap_err()), "cannot migrate the template database: no");
    throwaway::database("a failing one", async |_| Ok(())).await.unwrap();
}

/// Run by [`a_throwaway_server_is_shared_and_leaves_nothing`]: tells where its server is.
#[tokio::test]
async fn child_that_uses_the_throwaway_server() {
    let Some(directory) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let server = throwaway::server().unwrap();
    assert_eq!(number(&server.connect_options(), "select 1::bigint").await, 1);
    let file = directory.join(std::process::id().to_string());
    fs::write(file, server.directory().as_os_str().as_encoded_bytes()).unwrap();
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_throwaway_server_is_shared_and_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    // A shell that goes by the name of cargo, with three test processes at a time and one after them.
    let cargo = directory.path().join("cargo");
    symlink(fs::canonicalize("/bin/sh").unwrap(), &cargo).unwrap();
    let notes = directory.path().join("notes");
    fs::create_dir(&notes).unwrap();
    let mut command = Command::new(&cargo);
    let script = "\"$@\" & a=$!; \"$@\" & b=$!; \"$@\" && wait $a && wait $b && \"$@\"; exit $?";
    command.args(["-c", script, "cargo"]).env(CHILD, &notes);
    command
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::throwaway::child_that_uses_the_throwaway_server"]);
    // Waits until nobody holds its output any more, as a test runner does.
    let output = command.output().unwrap();
    let ended = Instant::now();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let mut servers: Vec<_> =
        fs::read_dir(&notes).unwrap().map(|note| fs::read(note.unwrap().path()).unwrap()).collect();
    assert_eq!(servers.len(), 4);
    servers.dedup();
    assert_eq!(servers.len(), 1, "one server for all");
    let server = PathBuf::from(String::from_utf8(servers.remove(0)).unwrap());
    eventually("nothing is left", Duration::from_secs(5), || {
        !server.exists() && processes_on(&server.join("data")).is_empty()
    })
    .await;
    println!("nothing was left {:?} after the run", ended.elapsed());
}
