use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::{Error, While};
use super::fetch;
use super::version::{MINIMUM_MAJOR, Version};

/// How deep below `<data_root>/runtime` a staged `bin` may lie.
const RUNTIME_DEPTH: u32 = 6;

/// The server programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    directory: PathBuf,
    version: Version,
}

/// Where and how to look for the server programs.
pub struct Search<'a> {
    /// The directory given by the user; nothing else is looked at when there is one.
    pub pg_bin: Option<&'a Path>,
    /// The data root: its `runtime` may hold staged programs, its `data` may ask for one major version.
    pub data_root: &'a Path,
    /// The `bin` directories of the system.
    pub system: Vec<PathBuf>,
    /// Told, in one line, that the programs are about to be fetched.
    pub announce: &'a dyn Fn(&str),
}

impl Programs {
    /// Finds the programs: `pg_bin` alone when given, else those staged in the data root, else the system's newest,
    /// else those fetched into the data root. A `data` directory that exists decides the major version.
    ///
    /// # Errors
    /// When there are none that fit; the message says what to do.
    pub fn find(pg_bin: Option<&Path>, data_root: &Path) -> Result<Self, Error> {
        let announce = |line: &str| tracing::info!("{line}");
        Search { pg_bin, data_root, system: system_directories(), announce: &announce }.run()
    }

    /// The programs in `directory`, of whatever version.
    ///
    /// # Errors
    /// When `postgres` or `initdb` is missing, or does not tell its version.
    pub fn in_directory(directory: &Path) -> Result<Self, Error> {
        let postgres = directory.join("postgres");
        if !postgres.is_file() || !directory.join("initdb").is_file() {
            return Err(Error::NoProgramsIn(directory.to_owned()));
        }
        let mut command = Command::new(&postgres);
        command.arg("--version").env("LC_ALL", "C").stdin(Stdio::null());
        let output = command.output().doing(|| format!("run {}", postgres.display()))?;
        let version =
            Version::parse(&String::from_utf8_lossy(&output.stdout)).ok_or(Error::UnknownVersion(postgres))?;
        Ok(Self { directory: directory.to_owned(), version })
    }

    /// The directory that holds the programs.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Their version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The path of one of the programs.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.directory.join(program)
    }
}

impl Search<'_> {
    /// Looks, and fetches when there is nothing.
    ///
    /// # Errors
    /// As [`Programs::find`].
    pub fn run(&self) -> Result<Programs, Error> {
        let needed = needed_major(&self.data_root.join("data"))?;
        if let Some(directory) = self.pg_bin {
            return self.choose(vec![Programs::in_directory(directory)?], needed);
        }
        let mut candidates = staged(self.data_root);
        let mut system: Vec<_> = self.system.iter().filter_map(|dir| Programs::in_directory(dir).ok()).collect();
        system.sort_by_key(|programs| Reverse(programs.version));
        candidates.append(&mut system);
        if candidates.is_empty() && needed.is_none_or(|major| major == fetch::MAJOR) {
            fetch::fetch(self.data_root, self.announce).map_err(Error::NotFound)?;
            candidates = staged(self.data_root);
        }
        self.choose(candidates, needed)
    }

    /// The first candidate that fits.
    fn choose(&self, candidates: Vec<Programs>, needed: Option<u32>) -> Result<Programs, Error> {
        let newest = candidates.iter().max_by_key(|programs| programs.version).cloned();
        let fits = |version: Version| needed.map_or(version.major >= MINIMUM_MAJOR, |major| version.major == major);
        if let Some(programs) = candidates.into_iter().find(|programs| fits(programs.version)) {
            return Ok(programs);
        }
        Err(match (needed, newest) {
            (None, Some(old)) => Error::TooOld { found: old.version, directory: old.directory },
            (None, None) => Error::NotFound(super::error::FetchError::Empty),
            (Some(needed), newest) => Error::WrongMajor {
                data: self.data_root.join("data"),
                needed,
                found: newest.map_or_else(
                    || "no PostgreSQL was found".to_owned(),
                    |other| format!("only PostgreSQL {} was found, in {}", other.version, other.directory.display()),
                ),
            },
        })
    }
}

/// The major version that an existing data directory asks for.
fn needed_major(data: &Path) -> Result<Option<u32>, Error> {
    let file = data.join("PG_VERSION");
    // Absent, or its parent is closed to us: starting the cluster finds the better words for the latter.
    let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
    let major = text.trim().parse().map_err(|_ignored: std::num::ParseIntError| Error::UnknownVersion(file))?;
    if major < MINIMUM_MAJOR {
        return Err(Error::TooOld { found: Version { major, minor: 0 }, directory: data.to_owned() });
    }
    Ok(Some(major))
}

/// The programs staged below `<data_root>/runtime`, newest first.
fn staged(data_root: &Path) -> Vec<Programs> {
    let mut found = Vec::new();
    collect_staged(&data_root.join("runtime"), RUNTIME_DEPTH, &mut found);
    found.sort_by_key(|programs: &Programs| Reverse(programs.version));
    found
}

fn collect_staged(directory: &Path, depth: u32, found: &mut Vec<Programs>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if entry.file_name() == "bin" {
            found.extend(Programs::in_directory(&entry.path()).ok());
        } else if depth > 0 {
            collect_staged(&entry.path(), depth - 1, found);
        }
    }
}

/// The directories in which packagers put the server programs, and those of `PATH`.
pub fn system_directories() -> Vec<PathBuf> {
    let versioned = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/usr/local", "pgsql"),
    ];
    let mut directories = Vec::new();
    for (base, prefix) in versioned {
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                directories.push(entry.path().join("bin"));
            }
        }
    }
    directories.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    directories.retain(|directory| directory.is_absolute());
    directories
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory of programs that only know their version.
    fn fake(directory: &Path, version: &str) -> PathBuf {
        fs::create_dir_all(directory).expect("a directory");
        for program in ["postgres", "initdb"] {
            let path = directory.join(program);
            fs::write(&path, format!("#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")).expect("a program");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        directory.to_owned()
    }

    fn search(data_root: &Path, pg_bin: Option<&Path>, system: &[&Path]) -> Result<Programs, Error> {
        let system = system.iter().map(|path| path.to_path_buf()).collect();
        Search { pg_bin, data_root, system, announce: &|line| panic!("nothing is to be fetched: {line}") }.run()
    }

    fn major(found: Result<Programs, Error>) -> u32 {
        found.expect("programs").version().major
    }

    #[test]
    fn order_of_the_search() {
        let root = tempfile::tempdir().expect("a directory");
        let data_root = root.path().join("root");
        let old = fake(&root.path().join("9/bin"), "9.6.24");
        let middle = fake(&root.path().join("14/bin"), "14.2");
        let new = fake(&root.path().join("17/bin"), "17.1");
        let system = [old.as_path(), &middle, &new];
        assert_eq!(major(search(&data_root, None, &system)), 17, "the system's newest");
        assert_eq!(major(search(&data_root, Some(&middle), &system)), 14, "what the user names");
        fake(&data_root.join("runtime/some/where/bin"), "16.0");
        assert_eq!(major(search(&data_root, None, &system)), 16, "the staged before the system's");
        fs::create_dir_all(data_root.join("data")).expect("a directory");
        fs::write(data_root.join("data/PG_VERSION"), "14\n").expect("a file");
        assert_eq!(major(search(&data_root, None, &system)), 14, "what the data needs");
    }

    #[test]
    fn errors_are_one_clear_line() {
        let root = tempfile::tempdir().expect("a directory");
        let old = fake(&root.path().join("old"), "13.3");
        let new = fake(&root.path().join("new"), "18.1");
        let at = root.path().display().to_string();
        let say = |found: Result<Programs, Error>| found.expect_err("an error").to_string().replace(&at, "…");
        let too_old = "PostgreSQL 13.3 in …/old is too old: version 14 or newer is needed";
        assert_eq!(say(search(root.path(), Some(&old), &[])), too_old);
        assert_eq!(say(search(root.path(), None, &[&old])), too_old);
        assert_eq!(
            say(search(root.path(), Some(root.path()), &[])),
            "… does not hold the PostgreSQL server programs `postgres` and `initdb`"
        );
        fs::create_dir_all(root.path().join("data")).expect("a directory");
        fs::write(root.path().join("data/PG_VERSION"), "15\n").expect("a file");
        assert_eq!(
            say(search(root.path(), None, &[&old, &new])),
            "…/data was made by PostgreSQL 15, but only PostgreSQL 18.1 was found, in …/new: install version 15 \
             (for example `apt-get install postgresql-15`) or name its directory with --pg-bin DIR"
        );
        fs::write(root.path().join("data/PG_VERSION"), "13\n").expect("a file");
        assert_eq!(
            say(search(root.path(), None, &[&new])),
            "PostgreSQL 13.0 in …/data is too old: version 14 or newer is needed"
        );
    }
}
