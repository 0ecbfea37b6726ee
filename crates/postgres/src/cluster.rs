use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use super::attach::connect_options;
use super::error::{Error, While};
use super::initialise::{DataRoot, SUPERUSER, last_complaint};
use super::launcher::Launcher;
use super::postmaster::{Postmaster, Process};
use super::programs::Programs;
use super::settle::settle;

/// The database that is used unless another one is asked for.
pub const DATABASE: &str = "pledgegraph";

/// How often a server that is starting is asked whether it is ready.
const POLL: Duration = Duration::from_millis(10);

/// The longest pause between two attempts to start the server again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A log longer than this is put aside at the next start.
const LOG_LIMIT: u64 = 16 << 20;

/// How to run a [`Cluster`].
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The directory that holds everything of the cluster: data, password, socket, log.
    pub data_root: PathBuf,
    /// The server programs.
    pub programs: Programs,
    /// How the server is tied to this process.
    pub launcher: Launcher,
    /// Settings of the server, as in `postgresql.conf`: name and value.
    pub settings: Vec<(String, String)>,
    /// The database that is made if it is missing; letters, digits and `_`.
    pub database: String,
}

impl ClusterOptions {
    /// The usual options.
    pub fn new(data_root: impl Into<PathBuf>, programs: Programs) -> Self {
        Self {
            data_root: data_root.into(),
            programs,
            launcher: Launcher::default(),
            settings: Vec::new(),
            database: DATABASE.to_owned(),
        }
    }
}

/// A private PostgreSQL that runs until it is stopped or dropped, and is started again when it dies.
#[derive(Debug)]
pub struct Cluster {
    server: Arc<Server>,
    supervisor: JoinHandle<()>,
}

/// What is needed to start the server, again and again.
#[derive(Debug)]
struct Server {
    root: DataRoot,
    options: ClusterOptions,
    postmaster: Postmaster,
}

impl Cluster {
    /// Starts the cluster, after making it if it does not exist, and returns when it takes connections.
    ///
    /// # Errors
    /// When the data root cannot be used, is in use, or the server does not start.
    pub async fn start(options: &ClusterOptions) -> Result<Self, Error> {
        let options = options.clone();
        let open = move || DataRoot::open(&options.data_root, &options.programs).map(|root| (root, options));
        let (root, options) = blocking(open).await?;
        let server = Arc::new(Server { root, options, postmaster: Postmaster::new()? });
        server.start().await?;
        server.create_database().await?;
        let supervisor = tokio::spawn(Arc::clone(&server).supervise());
        Ok(Self { server, supervisor })
    }

    /// How to connect to the database. Stays the same when the server is started again.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.server.connect_options(&self.server.options.database)
    }

    /// Where the database is, for people and tools: no password in it.
    pub fn url(&self) -> String {
        let socket: String = self.server.root.socket_directory.to_string_lossy().bytes().map(percent_encode).collect();
        format!("postgresql:///{}?host={socket}&user={SUPERUSER}", self.server.options.database)
    }

    /// The directory of the socket, mode 0700.
    pub fn socket_directory(&self) -> &Path {
        &self.server.root.socket_directory
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.server.root.log()
    }

    /// The process number of the server, unless it is being started again.
    pub fn pid(&self) -> Option<u32> {
        self.server.postmaster.watch().borrow().pid()
    }

    /// Follows the server's main process through deaths and starts.
    pub fn process(&self) -> watch::Receiver<Process> {
        self.server.postmaster.watch()
    }

    /// Waits until the server ends, expected or not. Cancel-safe.
    pub async fn exited(&self) -> ExitStatus {
        self.server.postmaster.ended().await
    }

    /// Stops the server: open transactions are rolled back, and after `grace` it is not asked politely any more.
    pub async fn stop(mut self, grace: Duration) {
        self.supervisor.abort();
        self.server.postmaster.stop(grace).await;
        // Until it has let go of the lock.
        let _ = (&mut self.supervisor).await;
        let socket_directory = self.socket_directory();
        if !socket_directory.starts_with(&self.server.root.path) {
            let _ = fs::remove_dir(socket_directory);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.supervisor.abort();
        self.server.postmaster.close();
        self.server.postmaster.interrupt();
    }
}

impl Server {
    /// Starts the server on a settled data directory and waits until it takes connections.
    async fn start(self: &Arc<Self>) -> Result<(), Error> {
        let server = Arc::clone(self);
        let (command, log_start) = blocking(move || {
            settle(&server.root.data(), &server.root.socket_directory)?;
            server.command()
        })
        .await?;
        let start = Instant::now();
        let pid = self.postmaster.start(command).await?;
        tokio::select! {
            status = self.postmaster.ended() => {
                let reason = self.complaint_since(log_start);
                Err(Error::EndedAtStart { status, reason, log: self.root.log() })
            }
            ready = self.ready() => {
                tracing::info!(pid, elapsed = ?start.elapsed(), "PostgreSQL {} runs", self.options.programs.version());
                ready
            }
        }
    }

    /// The command that becomes the server, and how long its log is before.
    fn command(&self) -> Result<(Command, u64), Error> {
        let postgres = self.options.programs.path("postgres");
        let account = self.root.account.as_ref();
        let command = self.options.launcher.command(&postgres, account);
        let mut command = command.doing(|| "find our own program".to_owned())?;
        command.arg("-D").arg(self.root.data()).arg("-k").arg(quoted(&self.root.socket_directory));
        let fixed = ["listen_addresses=", "port=5432", "unix_socket_permissions=0700", "logging_collector=off"];
        let settings = self.options.settings.iter().map(|(name, value)| format!("{name}={value}"));
        // The last one counts: nothing turns durability off.
        for setting in settings.chain(fixed.map(str::to_owned)).chain(["fsync=on".to_owned()]) {
            command.arg("-c").arg(setting);
        }
        let (log, length) = open_log(&self.root.log())?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        Ok((command, length))
    }

    fn connect_options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.root.socket_directory, &self.root.password, database)
    }

    /// Waits until the server takes connections; recovery after a crash takes as long as it takes.
    async fn ready(&self) -> Result<(), Error> {
        let options = self.connect_options("postgres");
        let mut notice = Instant::now() + Duration::from_secs(10);
        loop {
            match options.connect().await {
                Ok(connection) => return Ok(connection.close().await?),
                // "The database system is starting up", "… shutting down", or no socket yet.
                Err(sqlx::Error::Database(error)) if error.code().as_deref() != Some("57P03") => {
                    return Err(sqlx::Error::Database(error).into());
                }
                Err(error) if Instant::now() > notice => {
                    tracing::info!("PostgreSQL is still starting: {error}");
                    notice += Duration::from_secs(10);
                }
                Err(_) => {}
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn create_database(&self) -> Result<(), Error> {
        let name: String = self.options.database.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let mut connection = self.connect_options("postgres").connect().await?;
        let exists = AssertSqlSafe(format!("select 1 from pg_database where datname = '{name}'"));
        if connection.fetch_optional(exists).await?.is_none() {
            connection.execute(AssertSqlSafe(format!("create database \"{name}\""))).await?;
        }
        Ok(connection.close().await?)
    }

    /// Starts the server again whenever it ends, until nothing may be started any more.
    async fn supervise(self: Arc<Self>) {
        let mut started = Instant::now();
        let mut pause = Duration::ZERO;
        loop {
            let status = self.postmaster.ended().await;
            tracing::error!("PostgreSQL ended unexpectedly ({status}): starting it again");
            if started.elapsed() > LONGEST_PAUSE {
                pause = Duration::ZERO;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).clamp(Duration::from_millis(200), LONGEST_PAUSE);
            started = Instant::now();
            match self.start().await {
                Ok(()) => {}
                Err(Error::Stopping) => return,
                Err(error) => {
                    let error = anyhow::Error::from(error);
                    tracing::error!("PostgreSQL does not start, next attempt in {pause:?}: {error:#}");
                    self.postmaster.interrupt();
                }
            }
        }
    }

    fn complaint_since(&self, position: u64) -> String {
        let mut log = Vec::new();
        let read = File::open(self.root.log()).and_then(|mut file| {
            file.seek(SeekFrom::Start(position))?;
            file.take(1 << 20).read_to_end(&mut log)
        });
        read.map_or_else(|error| error.to_string(), |_| last_complaint(&String::from_utf8_lossy(&log)))
    }
}

fn open_log(path: &Path) -> Result<(File, u64), Error> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
        let _ = fs::rename(path, path.with_extension("log.old"));
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let file = file.doing(|| format!("write {}", path.display()))?;
    let length = file.metadata().doing(|| format!("look at {}", path.display()))?.len();
    Ok((file, length))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(std::io::Error::other).doing(|| "finish a step of the start".to_owned())?
}

/// One element of a list of directories, which commas and spaces would split.
fn quoted(directory: &Path) -> OsString {
    let bytes = directory.as_os_str().as_bytes().iter();
    let doubled = bytes.flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    OsString::from_vec(std::iter::once(b'"').chain(doubled).chain([b'"']).collect())
}

fn percent_encode(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_quoted() {
        assert_eq!(quoted(Path::new("/a, b")), "\"/a, b\"");
        assert_eq!(quoted(Path::new("/a\"b")), "\"/a\"\"b\"");
        assert_eq!("/a b~ü".bytes().map(percent_encode).collect::<String>(), "%2Fa%20b~%C3%BC");
    }
}
