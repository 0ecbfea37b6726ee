use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::version::{MINIMUM_MAJOR, Version};

/// Why the embedded PostgreSQL cannot be used. Each message is one line and leaves its cause to `source()`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory given by `--pg-bin` lacks `postgres` or `initdb`.
    #[error("{} does not hold the PostgreSQL server programs `postgres` and `initdb`", .0.display())]
    NoProgramsIn(PathBuf),

    /// Only programs older than the minimum were found.
    #[error("PostgreSQL {found} in {} is too old: version {MINIMUM_MAJOR} or newer is needed", .directory.display())]
    TooOld {
        /// The newest version found.
        found: Version,
        /// Where it was found.
        directory: PathBuf,
    },

    /// A program did not say its version the way PostgreSQL does.
    #[error("{} does not tell its version: is it PostgreSQL?", .0.display())]
    UnknownVersion(PathBuf),

    /// A data directory is usable by its own major version only.
    #[error(
        "{} was made by PostgreSQL {needed}, but {found}: install version {needed} (for example `apt-get install postgresql-{needed}`) or name its directory with --pg-bin DIR", .data.display()
    )]
    WrongMajor {
        /// The data directory.
        data: PathBuf,
        /// The major version written in it.
        needed: u32,
        /// What there is instead, as a clause.
        found: String,
    },

    /// No programs anywhere, and they could not be fetched.
    #[error(
        "no PostgreSQL server programs found, and they could not be fetched: install them (for example `apt-get install postgresql`), name their directory with --pg-bin DIR, or give a running server with DATABASE_URL"
    )]
    NotFound(#[source] FetchError),

    /// Another process owns the data root.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),

    /// The data root cannot be made or written.
    #[error("cannot write to the data directory {}: choose another one with --data-dir", .directory.display())]
    NotWritable {
        /// The data root.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Started as root, and the account that runs PostgreSQL cannot reach its data.
    #[error(
        "the account `{account}`, which runs PostgreSQL, may not enter {}: choose another place with --data-dir", .directory.display()
    )]
    NotTraversable {
        /// The account's name.
        account: String,
        /// The first directory on the way that refuses it.
        directory: PathBuf,
    },

    /// Started as root on a system with no account to drop to.
    #[error("started as root, and there is no account `postgres` or `nobody` to run PostgreSQL as")]
    NoAccount,

    /// The data directory belongs to an account that this process cannot become.
    #[error("{} belongs to the user with number {owner}, and this process runs as {uid}", .data.display())]
    WrongOwner {
        /// The data directory.
        data: PathBuf,
        /// Its owner.
        owner: u32,
        /// Our own user number.
        uid: u32,
    },

    /// The directory for the socket is somebody else's.
    #[error("{} is not a directory of our own, so the socket cannot be put there", .0.display())]
    SocketDirectory(PathBuf),

    /// `initdb` failed.
    #[error("initdb failed: {0}")]
    Initdb(String),

    /// The server ended before it took connections.
    #[error("PostgreSQL ended at its start ({status}): {reason} (see {})", .log.display())]
    EndedAtStart {
        /// How it ended.
        status: ExitStatus,
        /// The last complaint in its log.
        reason: String,
        /// The log.
        log: PathBuf,
    },

    /// A server left over from a crash would not stop.
    #[error("an earlier PostgreSQL (process {pid}) still runs on {} and does not stop", .data.display())]
    Orphan {
        /// Its process number.
        pid: i32,
        /// Its data directory.
        data: PathBuf,
    },

    /// The cluster is being stopped, so nothing is started any more.
    #[error("PostgreSQL is being stopped")]
    Stopping,

    /// The server runs but refuses our connection or our first statements.
    #[error("cannot use the embedded PostgreSQL")]
    Database(#[from] sqlx::Error),

    /// A step on the file system or with a process failed.
    #[error("cannot {action}")]
    Io {
        /// What was tried, as a verb with its object.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Why fetching the server programs failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no Python to fetch with.
    #[error("`python3` cannot be run")]
    Python(#[source] io::Error),

    /// A step ran and failed.
    #[error("{step} failed: {reason}")]
    Step {
        /// The step.
        step: &'static str,
        /// The last line it said.
        reason: String,
    },

    /// The file system refused.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: String,
        /// What the system said.
        source: io::Error,
    },

    /// The fetched package has no server programs in it.
    #[error("the package holds no server programs")]
    Empty,
}

/// Gives an [`io::Error`] the name of the step that met it.
pub(super) trait While<T> {
    /// `action` is a verb with its object: "read the password".
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> While<T> for Result<T, E> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::Io { action: action(), source: source.into() })
    }
}

/// The last line of a program's output that says something.
pub(super) fn last_line(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("it gave no reason").to_owned()
}
