use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Uid;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::error::{Error, While};
use super::initialise::{SUPERUSER, socket_candidates};

/// The file by which PostgreSQL is reached in a directory.
const SOCKET: &str = ".s.PGSQL.5432";

/// How to connect to the embedded PostgreSQL that another process runs in this data root; `None` when none does. Whether
/// it takes connections already is not said.
///
/// # Errors
/// When the data root may not be read.
pub fn attach(data_root: &Path, database: &str) -> Result<Option<PgConnectOptions>, Error> {
    let root = std::path::absolute(data_root).doing(|| format!("find {}", data_root.display()))?;
    if !is_owned(&root)? {
        return Ok(None);
    }
    let password_file = root.join("password");
    let password = fs::read_to_string(&password_file).doing(|| format!("read {}", password_file.display()))?;
    let owner = fs::metadata(root.join("data")).map(|metadata| metadata.uid()).ok();
    let found = socket_candidates(&root).into_iter().find(|directory| directory.join(SOCKET).exists());
    let directory = found.unwrap_or_else(|| root.join("s"));
    // Where everybody may write, somebody else may have put one.
    if let Ok(metadata) = fs::symlink_metadata(&directory)
        && ![Some(Uid::effective().as_raw()), owner].contains(&Some(metadata.uid()))
    {
        return Err(Error::SocketDirectory(directory));
    }
    Ok(Some(connect_options(&directory, password.trim(), database)))
}

/// How to connect through the socket in this directory.
pub(super) fn connect_options(socket_directory: &Path, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_directory)
        .port(5432)
        .username(SUPERUSER)
        .password(password)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .application_name("pledgegraph")
}

/// Whether another process owns the data root.
fn is_owned(root: &Path) -> Result<bool, Error> {
    let path = root.join("lock");
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).doing(|| format!("read {}", path.display())),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error).doing(|| format!("look at {}", path.display())),
    }
}
