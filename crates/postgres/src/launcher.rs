use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::{Account, bare_command};

/// The hidden first argument that makes this program the launcher.
const ARGUMENT: &str = "--internal-exec-postgres";

/// How the server is started so that it ends with its parent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Launcher {
    /// Through this very program, which must call [`run_launcher_if_asked`] first thing in `main`.
    #[default]
    CurrentProgram,
    /// Through another program that does so.
    Program(PathBuf),
    /// Directly: the server is not told when its parent dies.
    Direct,
}

impl Launcher {
    /// The command that becomes `program`, run as `account`, keeping its process number.
    pub(super) fn command(&self, program: &Path, account: Option<&Account>) -> io::Result<Command> {
        let launcher = match self {
            Self::Direct => return Ok(bare_command(program, account)),
            Self::Program(path) => path.clone(),
            // On Linux this also holds when the file was replaced by a newer one while we run.
            Self::CurrentProgram if cfg!(target_os = "linux") => PathBuf::from("/proc/self/exe"),
            Self::CurrentProgram => std::env::current_exe()?,
        };
        let mut command = bare_command(&launcher, None);
        let number =
            |of: fn(&Account) -> u32| account.map_or_else(|| "-".to_owned(), |account| of(account).to_string());
        command.arg0("pledgegraph").arg(ARGUMENT).arg(std::process::id().to_string());
        command.arg(number(|account| account.uid)).arg(number(|account| account.gid)).arg(program);
        Ok(command)
    }
}

/// Becomes the server when the hidden arguments ask for it, and then does not return: call it first in `main`.
///
/// The arguments are `--internal-exec-postgres <parent> <uid|-> <gid|-> <program> <arguments…>`. This is how the server
/// gets a death signal without `unsafe`: it is set here, after the change of account (which would clear it) and before
/// the `exec` (which keeps it).
pub fn run_launcher_if_asked() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == ARGUMENT) {
        let Err(error) = become_server(arguments);
        eprintln!("FATAL:  cannot start PostgreSQL: {error}");
        std::process::exit(127);
    }
}

fn become_server(mut arguments: impl Iterator<Item = OsString>) -> io::Result<Infallible> {
    let mut next = |name: &str| arguments.next().ok_or_else(|| io::Error::other(format!("no {name}")));
    let parent = number(&next("parent")?)?;
    let uid = number(&next("uid")?)?;
    let gid = number(&next("gid")?)?;
    let mut command = Command::new(next("program")?);
    command.args(arguments);
    prepare(&mut command, parent, uid, gid)?;
    Err(command.exec())
}

#[cfg(target_os = "linux")]
fn prepare(_: &mut Command, parent: Option<u32>, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    use nix::sys::{prctl::set_pdeathsig, signal::Signal};
    use nix::unistd::{Gid, Uid, getppid, setgid, setgroups, setuid};
    if let Some(gid) = gid.map(Gid::from_raw) {
        setgroups(&[gid])?;
        setgid(gid)?;
    }
    if let Some(uid) = uid {
        setuid(Uid::from_raw(uid))?;
    }
    set_pdeathsig(Signal::SIGINT)?;
    // A parent that died before the line above sends nothing.
    if parent != u32::try_from(getppid().as_raw()).ok() {
        return Err(io::Error::other("the parent is gone"));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn prepare(command: &mut Command, _: Option<u32>, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    if let Some(gid) = gid {
        command.gid(gid);
    }
    if let Some(uid) = uid {
        command.uid(uid);
    }
    Ok(())
}

/// A number, or `-` for none.
fn number(text: &OsString) -> io::Result<Option<u32>> {
    if text == "-" {
        return Ok(None);
    }
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| io::Error::other(format!("{} is not a number", text.display())))
}
