//! Killed while the loader writes: what was half done is gone, and the next start is as good as a first one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pledgegraph_postgres::{Cluster, ClusterOptions, Launcher, Programs};
use pledgegraph_store::schema;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Executor as _, Row as _};
use tempfile::TempDir;

use crate::process::{Service, eventually, run, servers_on};

/// Makes every insert of edges wait while there is a file `slow` in the data directory.
const SLOW: &str = "
    create function slow() returns trigger language plpgsql as $$ begin
        if (pg_stat_file('slow', true)).size is not null then perform pg_sleep(600); end if;
        return null;
    end $$;
    create trigger a_slow before insert on edge for each statement execute function slow();";

/// A data directory with the schema and nothing in it, in which the loader stops in the middle of its commit.
struct Slow {
    _root: TempDir,
    data: PathBuf,
}

impl Slow {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let data = root.path().join("data");
        let pg_bin = std::env::var_os("PLEDGEGRAPH_PG_BIN").map(PathBuf::from);
        let programs = Programs::find(pg_bin.as_deref(), &data).expect("PostgreSQL");
        let launcher = Launcher::Program(env!("CARGO_BIN_EXE_pledgegraph").into());
        let options = ClusterOptions { launcher, ..ClusterOptions::new(&data, programs) };
        block_on(async {
            let cluster = Cluster::start(&options).await.expect("a cluster");
            let mut connection = cluster.connect_options().connect().await.expect("a connection");
            schema::migrate(&mut connection).await.expect("a schema");
            connection.execute(SLOW).await.expect("a trigger");
            drop(connection);
            cluster.stop(Duration::from_secs(20)).await;
        });
        fs::write(data.join("data/slow"), "").expect("written");
        Self { _root: root, data }
    }

    fn quick(&self) {
        fs::remove_file(self.data.join("data/slow")).expect("removed");
    }

    /// Waits until the loader is in the middle of its commit.
    fn wait(&self) {
        eventually("the loader writes", || {
            block_on(async {
                let mut connection = self.options().connect().await.ok()?;
                let query = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
                let sleeping: i64 = connection.fetch_one(query).await.ok()?.get(0);
                Some(sleeping > 0)
            }) == Some(true)
        });
    }

    fn options(&self) -> PgConnectOptions {
        let password = fs::read_to_string(self.data.join("password")).unwrap_or_default();
        let options = PgConnectOptions::new_without_pgpass().socket(self.data.join("s")).port(5432);
        options.username("pledgegraph").database("pledgegraph").password(password.trim()).ssl_mode(PgSslMode::Disable)
    }

    fn postmaster(&self) -> i32 {
        let file = fs::read_to_string(self.data.join("data/postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.parse().ok()).expect("a process number")
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// What `verify` says of a directory that nobody uses: counts, digest and no violation.
fn verified(directory: &Path) -> String {
    let output = run(&["verify", "--data-dir", directory.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    // The chain and the time differ from load to load.
    let lines = said.lines().filter(|line| ["entities", "edges", "seq", "digest"].iter().any(|w| line.starts_with(w)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The same of one that was loaded without a disturbance.
fn undisturbed() -> String {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().join("data");
    let mut service = Service::demo(&data);
    service.address();
    service.stop();
    verified(&data)
}

#[test]
fn the_service_is_killed() {
    let slow = Slow::new();
    let service = Service::demo(&slow.data);
    slow.wait();
    service.signal(Signal::SIGKILL);
    service.end();
    eventually("PostgreSQL ends with its parent", || servers_on(&slow.data).is_empty());
    slow.quick();
    assert!(verified(&slow.data).contains("entities    0\n"), "nothing is half there");

    let mut service = Service::demo(&slow.data);
    service.address();
    service.stop();
    assert_eq!(verified(&slow.data), undisturbed());
}

#[test]
fn postgresql_is_killed() {
    let slow = Slow::new();
    let mut service = Service::demo(&slow.data);
    slow.wait();
    slow.quick();
    kill(Pid::from_raw(slow.postmaster()), Signal::SIGKILL).expect("it runs");
    // The service starts PostgreSQL again and loads from the beginning.
    service.address();
    service.stop();
    assert_eq!(verified(&slow.data), undisturbed());
}

#[test]
fn a_signal_while_it_loads_ends_it_well() {
    let slow = Slow::new();
    let service = Service::demo(&slow.data);
    slow.wait();
    service.stop();
    assert_eq!(servers_on(&slow.data), [] as [i32; 0]);
}

#[test]
fn killed_at_any_moment_of_its_first_start() {
    let expected = undisturbed();
    for milliseconds in [100, 300, 500, 800, 1200] {
        let root = tempfile::tempdir().expect("a directory");
        let data = root.path().join("data");
        let service = Service::demo(&data);
        std::thread::sleep(Duration::from_millis(milliseconds));
        service.signal(Signal::SIGKILL);
        service.end();
        let mut service = Service::demo(&data);
        service.address();
        service.stop();
        assert_eq!(verified(&data), expected, "killed after {milliseconds} ms");
    }
}
