//! A throw-away PostgreSQL for tests: one cluster per run of `cargo test` or `cargo nextest run`, whatever the number
//! of test processes, a database of its own for each test, and nothing left running or on disk afterwards.
//!
//! The cluster is keyed by the nearest ancestor process named `cargo` or `cargo-nextest`. A small detached shell
//! script is the server's parent and ends it as soon as that ancestor is gone, however it ended. Durability is off.
//! `DATABASE_URL` is ignored: tests never touch a user's database. `PLEDGEGRAPH_PG_BIN` chooses the server programs.

mod anchor;

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row};

use self::anchor::Anchor;
use super::account::{Account, bare_command};
use super::initialise::{SUPERUSER, last_complaint, locale, private_directory};
use super::programs::Programs;

/// The script that is the server's parent.
const WATCH: &str = include_str!("throwaway/watch.sh");

/// How long the cluster may take to come up, on a machine that is busy compiling.
const START_LIMIT: Duration = Duration::from_mins(2);

/// The throw-away server of this test run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThrowawayServer {
    directory: PathBuf,
}

impl ThrowawayServer {
    /// How to connect to its maintenance database, as superuser.
    pub fn connect_options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.directory)
            .port(5432)
            .username(SUPERUSER)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    /// The directory of everything it has, mode 0700: socket, data, log.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The server writes `ready` into the eighth line of this file, which is also what `pg_ctl` waits for.
    fn is_ready(&self) -> bool {
        let text = fs::read_to_string(self.directory.join("data/postmaster.pid"));
        text.is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }
}

/// The server of this test run, started by whichever test process asks first. Blocks until it is ready.
///
/// # Errors
/// When there are no server programs or they do not start; the message carries their complaint.
pub fn server() -> Result<ThrowawayServer> {
    let anchor = Anchor::find();
    let account = if Uid::effective().is_root() { Some(Account::unprivileged()?) } else { None };
    let name = format!("pledgegraph-test-{}-{}", anchor.pid, anchor.start);
    let server = ThrowawayServer { directory: base_directory(account.is_some()).join(name) };
    if server.is_ready() {
        return Ok(server);
    }
    private_directory(&server.directory, account.as_ref())?;
    let lock = File::create(server.directory.join("lock")).context("cannot make the lock of the throw-away cluster")?;
    lock.lock().context("cannot lock the throw-away cluster")?;
    if !server.directory.join("watcher").exists() {
        start_watcher(&server, &anchor, account.as_ref()).inspect_err(|_| {
            // Nobody else would.
            let _ = fs::remove_dir_all(&server.directory);
        })?;
    }
    let start = Instant::now();
    while !server.is_ready() {
        if server.directory.join("failed").exists() || start.elapsed() > START_LIMIT {
            let log = fs::read_to_string(server.log()).unwrap_or_default();
            bail!("the throw-away PostgreSQL does not start: {}", last_complaint(&log));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(server)
}

fn start_watcher(server: &ThrowawayServer, anchor: &Anchor, account: Option<&Account>) -> Result<()> {
    let pg_bin = std::env::var_os("PLEDGEGRAPH_PG_BIN").map(PathBuf::from);
    let programs = Programs::find(pg_bin.as_deref(), &server.directory)?;
    let fetched = server.directory.join("runtime");
    if let Some(account) = account.filter(|_| fetched.exists()) {
        // The script must be able to remove it.
        account.own_tree(&fetched)?;
    }
    let log = OpenOptions::new().create(true).append(true).mode(0o600).open(server.log());
    let log = log.context("cannot make the log of the throw-away cluster")?;
    let mut command = bare_command(Path::new("/bin/sh"), account);
    command.args(["-c", WATCH, "pledgegraph-test-postgres"]).arg(&server.directory).arg(programs.directory());
    command.arg(anchor.pid.to_string()).arg(&anchor.start);
    command.args(["-U", SUPERUSER, "-E", "UTF8", "--lc-messages=C"]).args(locale());
    // Not our own output: a test runner waits until nobody holds it any more.
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    command.spawn().context("cannot run /bin/sh")?;
    Ok(())
}

/// The temporary directory, unless the account may not remove anything from it or it makes the socket's path too long.
fn base_directory(as_another: bool) -> PathBuf {
    let directory = std::env::temp_dir();
    let open_to_all = fs::metadata(&directory).is_ok_and(|metadata| metadata.permissions().mode() & 0o003 == 0o003);
    let short = directory.as_os_str().len() < 40;
    if short && (open_to_all || !as_another) { directory } else { PathBuf::from("/tmp") }
}

/// A new database, cloned from a template that `migrate` fills once per test run.
///
/// `template_key` names what `migrate` makes, such as the checksums of the migrations.
///
/// # Errors
/// When the server does not start, or `migrate` fails.
pub async fn database(
    template_key: &str,
    migrate: impl AsyncFnOnce(PgConnectOptions) -> Result<()>,
) -> Result<PgConnectOptions> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let maintenance = server()?.connect_options();
    let mut hasher = DefaultHasher::new();
    template_key.hash(&mut hasher);
    let template = format!("template_{:016x}", hasher.finish());
    let mut connection = maintenance.connect().await.context("cannot reach the throw-away PostgreSQL")?;
    if !is_template(&mut connection, &template).await? {
        make_template(&mut connection, &template, maintenance.clone().database(&template), migrate).await?;
    }
    // Process numbers come round again within a long run.
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let name = format!("test_{}_{}_{time:x}", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let version: String = connection.fetch_one("show server_version_num").await?.try_get(0)?;
    // Far fewer bytes through the log; before 15 it is the only way.
    let strategy = if version.parse::<u32>()? >= 150_000 { "strategy file_copy" } else { "" };
    execute(&mut connection, format!("create database {name} template {template} {strategy}")).await?;
    connection.close().await?;
    Ok(maintenance.database(&name))
}

/// Makes the template under a lock that all processes share; it ends with the connection at the latest.
async fn make_template(
    connection: &mut PgConnection,
    template: &str,
    options: PgConnectOptions,
    migrate: impl AsyncFnOnce(PgConnectOptions) -> Result<()>,
) -> Result<()> {
    execute(connection, format!("select pg_advisory_lock(hashtext('{template}'))")).await?;
    if !is_template(connection, template).await? {
        execute(connection, format!("drop database if exists {template} with (force)")).await?;
        execute(connection, format!("create database {template}")).await?;
        migrate(options).await.context("cannot migrate the template database")?;
        execute(connection, format!("alter database {template} with is_template true allow_connections false")).await?;
        // A database is cloned only when nobody is connected to it.
        let leave = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{template}'");
        execute(connection, leave).await?;
    }
    execute(connection, format!("select pg_advisory_unlock(hashtext('{template}'))")).await
}

async fn is_template(connection: &mut PgConnection, name: &str) -> Result<bool> {
    let query = format!("select 1 from pg_database where datname = '{name}' and datistemplate");
    Ok(connection.fetch_optional(AssertSqlSafe(query)).await?.is_some())
}

async fn execute(connection: &mut PgConnection, statement: String) -> Result<()> {
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
