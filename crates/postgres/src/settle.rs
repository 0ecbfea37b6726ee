use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::error::{Error, While};

/// After how long all that is left of a server is told more firmly. What was committed is on disk, so the worst that it
/// costs is the recovery at the next start; a process that waits for what a killed one held hears of neither.
const FIRMER: [(Duration, Signal); 2] =
    [(Duration::from_secs(2), Signal::SIGQUIT), (Duration::from_secs(3), Signal::SIGKILL)];

/// After how long we give up.
const LIMIT: Duration = Duration::from_mins(1);

/// Puts away what a crash left behind: a server that still runs on `data` is stopped and waited for, its remaining
/// processes too, and stale lock files are removed.
///
/// Only for the owner of the lock on the data root: whatever `postmaster.pid` names is then a leftover. PostgreSQL
/// itself would refuse to start when the number now belongs to a zombie or to an unrelated process.
pub(super) fn settle(data: &Path, socket_directory: &Path) -> Result<(), Error> {
    let file = data.join("postmaster.pid");
    if let Ok(text) = fs::read_to_string(&file) {
        if let Some(pid) = postmaster_pid(&text) {
            stop_orphan(pid, data)?;
        }
        remove(&file)?;
    }
    remove(&socket_directory.join(".s.PGSQL.5432"))?;
    remove(&socket_directory.join(".s.PGSQL.5432.lock"))
}

fn remove(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing(|| format!("remove {}", file.display())),
        _ => Ok(()),
    }
}

/// The process named by the first line of `postmaster.pid`; a single-user server writes it negative.
fn postmaster_pid(text: &str) -> Option<i32> {
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    Some(pid.saturating_abs()).filter(|pid| *pid > 1)
}

fn stop_orphan(postmaster: i32, data: &Path) -> Result<(), Error> {
    let data = &data.canonicalize().doing(|| format!("look at {}", data.display()))?;
    let start = Instant::now();
    if runs_on(postmaster, data) {
        tracing::warn!(pid = postmaster, "stopping a PostgreSQL left over from an earlier run");
        let _ = kill(Pid::from_raw(postmaster), Signal::SIGINT);
    }
    let mut firmer = FIRMER.iter().peekable();
    // Processes of a killed server end by themselves when they notice; a new server must not start before.
    loop {
        let left = left_on(postmaster, data);
        let Some(pid) = left.first().copied() else { return Ok(()) };
        if start.elapsed() > LIMIT {
            return Err(Error::Orphan { pid, data: data.clone() });
        }
        if let Some((_, signal)) = firmer.next_if(|(after, _)| start.elapsed() > *after) {
            tracing::warn!(
                processes = left.len(),
                "PostgreSQL left over from an earlier run still runs: sending {signal}"
            );
            for pid in &left {
                let _ = kill(Pid::from_raw(*pid), *signal);
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The live processes of the server on `data`.
fn left_on(postmaster: i32, data: &Path) -> Vec<i32> {
    let mut left = others_on(data);
    if runs_on(postmaster, data) && !left.contains(&postmaster) {
        left.push(postmaster);
    }
    left
}

/// Whether `pid` is a live process of the server on `data`: each of them works in its data directory.
#[cfg(target_os = "linux")]
fn runs_on(pid: i32, data: &Path) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat"));
    let live = state.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])));
    live && fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data)
}

/// The live processes of the server on `data` that can be found without knowing their numbers.
#[cfg(target_os = "linux")]
fn others_on(data: &Path) -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.filter(|pid| runs_on(*pid, data) && is_postgres(*pid)).collect()
}

/// Whether a process is one of PostgreSQL's: somebody else may look around in the directory.
#[cfg(target_os = "linux")]
fn is_postgres(pid: i32) -> bool {
    let program = fs::read_link(format!("/proc/{pid}/exe"));
    // A program that was replaced by a newer one has ` (deleted)` after its name.
    program.is_ok_and(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"postgres")))
}

/// Without `/proc` the command line has to tell.
#[cfg(not(target_os = "linux"))]
fn runs_on(pid: i32, data: &Path) -> bool {
    let output = std::process::Command::new("ps").args(["-o", "stat=,command=", "-p", &pid.to_string()]).output();
    let Ok(output) = output else { return false };
    let line = String::from_utf8_lossy(&output.stdout);
    !line.trim_start().starts_with('Z') && line.contains("postgres") && line.contains(&*data.to_string_lossy())
}

/// The remaining processes cannot be told apart here: PostgreSQL's check of its shared memory has to do.
#[cfg(not(target_os = "linux"))]
fn others_on(_: &Path) -> Vec<i32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use super::*;

    fn leftovers(pid: &str) -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a directory");
        for name in ["postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            fs::write(data.path().join(name), format!("{pid}\n/somewhere\n")).expect("a file");
        }
        data
    }

    /// A program of the system under the name of PostgreSQL's.
    fn like_postgres(program: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let copy = directory.path().join("postgres");
        fs::copy(Path::new("/bin").join(program), &copy).expect("copied");
        (directory, copy)
    }

    fn is_empty(directory: &Path) -> bool {
        fs::read_dir(directory).expect("a directory").next().is_none()
    }

    #[test]
    fn first_lines() {
        for (text, pid) in
            [("123\n/data\n", Some(123)), ("-123\n", Some(123)), ("", None), ("x\n", None), ("1\n", None), ("0", None)]
        {
            assert_eq!(postmaster_pid(text), pid, "{text:?}");
        }
    }

    #[test]
    fn stale_files_are_removed() {
        // A dead process, an unrelated live one, nonsense.
        for pid in ["4194304", &std::process::id().to_string(), "nonsense"] {
            let data = leftovers(pid);
            settle(data.path(), data.path()).expect("settled");
            assert!(is_empty(data.path()), "{pid}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_zombie_is_no_server() {
        let data = tempfile::tempdir().expect("a directory");
        let mut child = Command::new("true").current_dir(data.path()).spawn().expect("a process");
        fs::write(data.path().join("postmaster.pid"), child.id().to_string()).expect("a file");
        settle(data.path(), data.path()).expect("settled");
        assert!(is_empty(data.path()));
        child.wait().expect("a status");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_orphan_is_stopped_and_its_kin_waited_for() {
        let data = tempfile::tempdir().expect("a directory");
        let (_programs, postgres) = like_postgres("sleep");
        let start = |seconds| Command::new(&postgres).arg(seconds).current_dir(data.path()).spawn().expect("a process");
        let (mut orphan, mut backend) = (start("60"), start("0.3"));
        let mut somebody = Command::new("sleep").arg("60").current_dir(data.path()).spawn().expect("a process");
        fs::write(data.path().join("postmaster.pid"), orphan.id().to_string()).expect("a file");
        settle(data.path(), data.path()).expect("settled");
        assert!(is_empty(data.path()));
        assert_eq!(orphan.try_wait().expect("a status").and_then(|status| status.signal()), Some(2));
        // A process that ends gives up its directory a moment before its status can be had.
        let has_ended = |_| {
            std::thread::sleep(Duration::from_millis(2));
            backend.try_wait().expect("a status").is_some()
        };
        assert!((0..50).any(has_ended), "nobody waited for it");
        assert_eq!(somebody.try_wait().expect("a status"), None, "somebody else is left alone");
        somebody.kill().and_then(|()| somebody.wait()).expect("ended");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn whoever_listens_to_nothing_is_killed() {
        let data = tempfile::tempdir().expect("a directory");
        let (_programs, postgres) = like_postgres("sh");
        // Each says when it is deaf: before, it would end.
        let deaf = || {
            let mut command = Command::new(&postgres);
            command.args(["-c", "trap '' INT QUIT; echo; while :; do sleep 60; done"]).current_dir(data.path());
            let mut child = command.stdout(Stdio::piped()).spawn().expect("a process");
            let said = child.stdout.as_mut().expect("its output").read_exact(&mut [0]);
            said.expect("a line");
            child
        };
        let (mut orphan, mut backend) = (deaf(), deaf());
        fs::write(data.path().join("postmaster.pid"), orphan.id().to_string()).expect("a file");
        settle(data.path(), data.path()).expect("settled");
        assert!(is_empty(data.path()));
        for child in [&mut orphan, &mut backend] {
            assert_eq!(child.wait().expect("a status").signal(), Some(9));
        }
    }
}
