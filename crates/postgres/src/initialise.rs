use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use nix::unistd::Uid;

use super::account::{Account, bare_command};
use super::error::{Error, While, last_line};
use super::programs::Programs;
use super::version::Version;

/// The superuser of an embedded cluster.
pub(super) const SUPERUSER: &str = "pledgegraph";

/// What a data root holds.
const OUR_ENTRIES: [&str; 9] = [
    "data",
    "lock",
    "password",
    "postgres.log",
    "postgres.log.old",
    "runtime",
    "runtime.download",
    "runtime.part",
    "s",
];

/// The beginning of the name of a cluster that is being made.
const HALF_MADE: &str = "data.init";

/// The longest path of a socket, on Linux; elsewhere it is a few bytes shorter.
const SOCKET_PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A data root that is ours alone until this is dropped, with a whole cluster in it.
#[derive(Debug)]
pub(super) struct DataRoot {
    pub(super) path: PathBuf,
    pub(super) account: Option<Account>,
    pub(super) password: String,
    pub(super) socket_directory: PathBuf,
    _lock: File,
}

impl DataRoot {
    /// Locks the data root and makes whatever is missing in it.
    pub(super) fn open(path: &Path, programs: &Programs) -> Result<Self, Error> {
        let path = std::path::absolute(path).doing(|| format!("find {}", path.display()))?;
        make_root(&path)?;
        let lock = lock(&path)?;
        let account = Account::for_data(&path.join("data"))?;
        if let Some(account) = &account {
            let_through(&path)?;
            account.check_reach(&path)?;
        }
        let password = ensure_cluster(&path, programs, account.as_ref())?;
        let socket_directory = socket_directory(&path, account.as_ref())?;
        Ok(Self { path, account, password, socket_directory, _lock: lock })
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }
}

fn make_root(path: &Path) -> Result<(), Error> {
    let make = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(path) {
            // This also fails when it is no directory.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::read_dir(path).map(|_| ()),
            made => made,
        }
    };
    make().map_err(|source| Error::NotWritable { directory: path.to_owned(), source })
}

/// Lets the account pass through our directory, which stays root's. One with anything else in it is left alone.
fn let_through(path: &Path) -> Result<(), Error> {
    let entries = || fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
    let entries = entries().doing(|| format!("read {}", path.display()))?;
    let is_ours = |name: &str| OUR_ENTRIES.contains(&name) || name.starts_with(HALF_MADE);
    if entries.iter().all(|name| name.to_str().is_some_and(is_ours)) {
        let mode = fs::metadata(path).doing(|| format!("look at {}", path.display()))?.mode() & 0o777 | 0o711;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .doing(|| format!("set the mode of {}", path.display()))?;
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).mode(0o600).open(path.join("lock"));
    let file = file.map_err(|source| Error::NotWritable { directory: path.to_owned(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(error).doing(|| format!("lock {}", path.display())),
    }
}

/// Makes the cluster if there is none yet, and gives the superuser's password.
fn ensure_cluster(root: &Path, programs: &Programs, account: Option<&Account>) -> Result<String, Error> {
    let (data, password_file) = (root.join("data"), root.join("password"));
    match fs::read_to_string(data.join("PG_VERSION")) {
        Ok(version) => check_existing(&data, &version, programs.version(), account)?,
        Err(_) => make_cluster(root, &data, &password_file, programs, account)?,
    }
    let password = fs::read_to_string(&password_file).doing(|| format!("read {}", password_file.display()))?;
    Ok(password.trim().to_owned())
}

fn check_existing(data: &Path, major: &str, have: Version, account: Option<&Account>) -> Result<(), Error> {
    let needed = major.trim().parse().unwrap_or(0);
    if needed != have.major {
        let found = format!("PostgreSQL {have} is to be run");
        return Err(Error::WrongMajor { data: data.to_owned(), needed, found });
    }
    // A backup brought back by root belongs to root, which PostgreSQL does not accept.
    if let Some(account) = account
        && fs::metadata(data).is_ok_and(|metadata| metadata.uid() != account.uid)
    {
        account.own_tree(data)?;
    }
    Ok(())
}

/// A crash in here leaves nothing that looks like a cluster: the last step is a rename.
fn make_cluster(
    root: &Path,
    data: &Path,
    password_file: &Path,
    programs: &Programs,
    account: Option<&Account>,
) -> Result<(), Error> {
    remove_half_made(root);
    // A name of its own: the `initdb` of a process that was killed may still be at work, and cleans up when it fails.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let part = root.join(format!("{HALF_MADE}.{now:x}"));
    DirBuilder::new().mode(0o700).create(&part).doing(|| format!("make {}", part.display()))?;
    write_password(password_file)?;
    if let Some(account) = account {
        account.own(&part)?;
        account.own(password_file)?;
    }
    let mut command = bare_command(&programs.path("initdb"), account);
    command.arg("-D").arg(&part).args(["-U", SUPERUSER, "-E", "UTF8", "--auth=scram-sha-256", "--lc-messages=C"]);
    command.args(locale()).arg("--pwfile").arg(password_file).stdin(Stdio::null());
    let output = command.output().doing(|| "run initdb".to_owned())?;
    if !output.status.success() {
        return Err(Error::Initdb(last_complaint(&String::from_utf8_lossy(&output.stderr))));
    }
    fs::rename(&part, data).doing(|| format!("rename {}", part.display()))?;
    File::open(root).and_then(|root| root.sync_all()).doing(|| format!("sync {}", root.display()))
}

/// What a crash may leave of [`make_cluster`].
fn remove_half_made(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(HALF_MADE) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Code-point order, with upper and lower case of all of Unicode.
pub(super) fn locale() -> &'static [&'static str] {
    if cfg!(target_os = "macos") { &["--locale=C", "--lc-ctype=UTF-8"] } else { &["--locale=C.UTF-8"] }
}

fn write_password(file: &Path) -> Result<(), Error> {
    let write = || {
        let mut random = [0_u8; 24];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        let password = random.map(|byte| format!("{byte:02x}")).concat();
        let _ = fs::remove_file(file);
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(file)?;
        file.write_all(password.as_bytes())?;
        file.sync_all()
    };
    write().doing(|| format!("write {}", file.display()))
}

/// The line that says what went wrong: the last error, or else the last line.
pub(super) fn last_complaint(log: &str) -> String {
    let is_complaint =
        |line: &&str| ["FATAL: ", "PANIC: ", "ERROR: ", " error: "].iter().any(|word| line.contains(word));
    let complaint = log.lines().rfind(is_complaint).map(|line| line.trim().to_owned());
    complaint.unwrap_or_else(|| last_line(log.as_bytes()))
}

/// Where the socket may lie, the best place first. It must not change: other processes look there.
pub(super) fn socket_candidates(root: &Path) -> [PathBuf; 3] {
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let short = format!("pledgegraph-{:016x}", hasher.finish());
    [root.join("s"), std::env::temp_dir().join(&short), Path::new("/tmp").join(&short)]
}

/// Where the socket lies: in the data root, or in the temporary directory when that path is too long for a socket.
fn socket_directory(root: &Path, account: Option<&Account>) -> Result<PathBuf, Error> {
    let fits = |directory: &Path| directory.join(".s.PGSQL.5432").as_os_str().len() <= SOCKET_PATH_LIMIT;
    let candidates = socket_candidates(root);
    let [.., last] = &candidates;
    let directory = candidates.iter().find(|directory| fits(directory)).unwrap_or(last).clone();
    private_directory(&directory, account)?;
    Ok(directory)
}

/// Makes a directory of mode 0700 for `account`, or takes the one that is there if it is ours.
pub(super) fn private_directory(directory: &Path, account: Option<&Account>) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(error).doing(|| format!("make {}", directory.display()));
        }
        _ => {}
    }
    // In a shared directory somebody else may have been faster.
    let metadata = fs::symlink_metadata(directory).doing(|| format!("look at {}", directory.display()))?;
    let ours = [Some(Uid::effective().as_raw()), account.map(|account| account.uid)].contains(&Some(metadata.uid()));
    if !metadata.is_dir() || !ours {
        return Err(Error::SocketDirectory(directory.to_owned()));
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
        .doing(|| format!("set the mode of {}", directory.display()))?;
    account.map_or(Ok(()), |account| account.own(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints() {
        let log = "LOG:  starting\n2026-01-01 UTC [7] FATAL:  no room\n2026-01-01 UTC [7] LOG:  shut down\n";
        assert_eq!(last_complaint(log), "2026-01-01 UTC [7] FATAL:  no room");
        assert_eq!(last_complaint("one\ntwo\n\n"), "two");
        assert_eq!(last_complaint(""), "it gave no reason");
    }

    #[test]
    fn sockets_of_long_roots_lie_elsewhere() {
        let short = tempfile::tempdir().expect("a directory");
        assert_eq!(socket_directory(short.path(), None).expect("a directory"), short.path().join("s"));
        let long = short.path().join("x".repeat(120));
        let directory = socket_directory(&long, None).expect("a directory");
        assert!(!directory.starts_with(&long) && directory.as_os_str().len() < 90, "{}", directory.display());
        assert_eq!(fs::metadata(&directory).expect("metadata").mode() & 0o777, 0o700);
        assert_eq!(socket_directory(&long, None).expect("a directory"), directory, "the same again");
        fs::remove_dir(directory).expect("removed");
    }

    #[test]
    fn a_data_root_has_one_owner_and_must_be_writable() {
        let root = tempfile::tempdir().expect("a directory");
        let held = lock(root.path()).expect("a lock");
        let second = lock(root.path()).expect_err("a second owner").to_string();
        assert_eq!(second, format!("{} is in use by another process", root.path().display()));
        drop(held);
        lock(root.path()).expect("free again");
        let file = root.path().join("lock/below");
        let error = make_root(&file).expect_err("below a file").to_string();
        assert!(error.starts_with("cannot write to the data directory"), "{error}");
    }

    #[test]
    fn passwords_are_long_and_private() {
        let root = tempfile::tempdir().expect("a directory");
        let file = root.path().join("password");
        write_password(&file).expect("written");
        let first = fs::read_to_string(&file).expect("a password");
        assert_eq!((first.len(), fs::metadata(&file).expect("metadata").mode() & 0o777), (48, 0o600));
        write_password(&file).expect("written");
        assert_ne!(fs::read_to_string(&file).expect("a password"), first);
    }
}
