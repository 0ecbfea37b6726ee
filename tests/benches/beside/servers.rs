//! The processes of a run. All of them end with it, however it ends.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::Signal;
use pledgegraph_postgres::{Cluster, ClusterOptions, Programs, Search, system_directories};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use tempfile::TempDir;

use crate::client::Client;
use crate::load::{Connection, Side};

/// The database of the product.
pub(crate) const DATABASE: &str = "pledgegraph";

/// The hidden argument that makes this program start another one that ends with its parent.
const TIED: &str = "--internal-tied";
/// The hidden argument that makes this program a server that says hello.
const HELLO: &str = "--internal-hello";
/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_mins(10);

/// A PostgreSQL of its own, with `fsync` on.
pub(crate) struct Postgres {
    cluster: Cluster,
    programs: Programs,
    /// Where it lies; removed at the end.
    directory: TempDir,
}

/// A server as a process of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

/// Becomes another program when the hidden arguments ask for it; call it first in `main`.
pub(crate) fn run_if_asked() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [TIED, parent, program, arguments @ ..] => {
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
            // A parent that died before the line above sends nothing.
            ensure!(nix::unistd::getppid().to_string() == *parent, "the parent is gone");
            Err(Command::new(program).args(arguments).exec().into())
        }
        [HELLO, port] => {
            hello(port.parse()?)?;
            std::process::exit(0)
        }
        _ => Ok(()),
    }
}

#[tokio::main]
async fn hello(port: u16) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let router = axum::Router::new().route("/readyz", axum::routing::get(|| async { "Hello, world!" }));
    Ok(axum::serve(listener, router).await?)
}

impl Postgres {
    pub(crate) async fn start() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let system = system_directories();
        let search =
            Search { pg_bin: None, data_root: directory.path(), system, announce: &|line| eprintln!("{line}") };
        let programs = search.run()?;
        let settings = [
            ("shared_buffers", "1GB"),
            ("max_wal_size", "4GB"),
            ("max_connections", "300"),
            ("random_page_cost", "1.1"),
            ("effective_cache_size", "4GB"),
        ];
        let options = ClusterOptions {
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            ..ClusterOptions::new(directory.path(), programs.clone())
        };
        Ok(Self { cluster: Cluster::start(&options).await?, programs, directory })
    }

    /// The process whose tree is all of it.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.cluster.pid().context("PostgreSQL does not run")
    }

    pub(crate) fn version(&self) -> String {
        self.programs.version().to_string()
    }

    /// `pgbench`, where it is installed.
    pub(crate) fn pgbench(&self) -> Option<Command> {
        let program = self.programs.directory().join("pgbench");
        let options = self.options("pledgegraph");
        let url = options.to_url_lossy();
        let mut command = Command::new(program.exists().then_some(program)?);
        command.arg("-h").arg(self.cluster.socket_directory());
        command.args(["-p", &options.get_port().to_string(), "-U", options.get_username()]);
        command.env("PGPASSWORD", url.password().unwrap_or_default());
        Some(command)
    }

    /// A directory for files of the run.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How to connect to one of its databases.
    pub(crate) fn options(&self, database: &str) -> PgConnectOptions {
        // Queries are short here: planning or compiling them each time, or a second process, costs more than it brings.
        let settings = [
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
            ("max_parallel_workers_per_gather", "0"),
            ("work_mem", "64MB"),
        ];
        self.cluster.connect_options().database(database).options(settings)
    }

    pub(crate) async fn connect(&self, database: &str) -> Result<PgConnection> {
        Ok(self.options(database).connect().await?)
    }

    /// Makes an empty database.
    pub(crate) async fn create(&self, database: &str) -> Result<()> {
        let statement = format!("create database {database}");
        self.connect("postgres").await?.execute(AssertSqlSafe(statement)).await?;
        Ok(())
    }

    /// Connections that ask a database by themselves.
    pub(crate) async fn side(&self, database: &str, connections: usize) -> Result<Side> {
        let mut side = Side { connections: Vec::new(), pid: self.pid()? };
        for _ in 0..connections {
            side.connections.push(Connection::Sql(self.connect(database).await?));
        }
        Ok(side)
    }

    pub(crate) async fn stop(self) {
        self.cluster.stop(Duration::from_secs(20)).await;
    }
}

impl Server {
    /// Starts a build of the product on a database, and gives it with the time until it was ready.
    pub(crate) async fn product(binary: &Path, postgres: &Postgres, database: &str) -> Result<(Self, Duration)> {
        let port = free_port()?;
        let mut command = product(binary, postgres, database);
        command.args(["serve", "--log-level", "warn", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--reads-per-minute", "0", "--writes-per-minute", "0", "--connections-per-address", "1000"]);
        command.args(["--request-seconds", "600"]);
        Self::ready(command, port, &postgres.directory().join(format!("{database}.log"))).await
    }

    /// Starts a server that says hello and does nothing else.
    pub(crate) async fn hello(postgres: &Postgres) -> Result<Self> {
        let port = free_port()?;
        let mut command = tied(&std::env::current_exe()?);
        command.args([HELLO, &port.to_string()]);
        Ok(Self::ready(command, port, &postgres.directory().join("hello.log")).await?.0)
    }

    async fn ready(mut command: Command, port: u16, log: &Path) -> Result<(Self, Duration)> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log)?);
        let began = Instant::now();
        let mut server = Self { child: command.spawn()?, port };
        loop {
            if let Ok(mut client) = Client::connect(port).await
                && client.get("/readyz").await.is_ok()
            {
                return Ok((server, began.elapsed()));
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended ({status}): {}", std::fs::read_to_string(log)?);
            }
            ensure!(began.elapsed() < PATIENCE, "{command:?} is not ready after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Connections that ask it.
    pub(crate) async fn side(&self, connections: usize) -> Result<Side> {
        let mut side = Side { connections: Vec::new(), pid: self.pid() };
        for _ in 0..connections {
            side.connections.push(Connection::Http(Client::connect(self.port).await?));
        }
        Ok(side)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token that may write, of this name.
pub(crate) fn token(binary: &Path, postgres: &Postgres, database: &str, name: &str) -> Result<String> {
    let mut command = product(binary, postgres, database);
    let output = command.args(["token", "create", "--name", name, "--scope", "write"]).output()?;
    ensure!(output.status.success(), "no token: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Checks every invariant of a graph.
pub(crate) fn verify(binary: &Path, postgres: &Postgres, database: &str) -> Result<()> {
    let output = product(binary, postgres, database).arg("verify").output()?;
    let said = || String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the graph is not sound: {}", said());
    Ok(())
}

/// A build of the product with a database, and nothing of our environment that it would listen to.
fn product(binary: &Path, postgres: &Postgres, database: &str) -> Command {
    let mut command = tied(binary);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PLEDGEGRAPH_")) {
        command.env_remove(name);
    }
    command.env("DATABASE_URL", postgres.cluster.connect_options().database(database).to_url_lossy().as_str());
    command
}

/// A program that is killed when this one ends. To be started by the main thread, whose end is meant.
fn tied(program: &Path) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(TIED).arg(std::process::id().to_string()).arg(program);
    command
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The product built from the sources as they are.
pub(crate) fn build() -> Result<PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "-p", "pledgegraph"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    ensure!(command.status()?.success(), "cargo does not build the product");
    // This program is `target/PROFILE/deps/beside-...`.
    let own = std::env::current_exe()?;
    let target = own.ancestors().nth(3).context("no target directory")?;
    let binary = target.join("release/pledgegraph");
    ensure!(binary.exists(), "there is no {}: say with --binary where the product is", binary.display());
    Ok(binary)
}
