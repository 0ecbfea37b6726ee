use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use super::error::{Error, While};

/// The account that runs PostgreSQL when this process is root: PostgreSQL refuses to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The account for the cluster in `data`; `None` when this process is not root and so runs it itself.
    pub(super) fn for_data(data: &Path) -> Result<Option<Self>, Error> {
        let uid = Uid::effective();
        let existing = match fs::metadata(data) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).doing(|| format!("look at {}", data.display())),
        };
        if !uid.is_root() {
            return match existing.map(|metadata| metadata.uid()) {
                Some(owner) if owner != uid.as_raw() => {
                    Err(Error::WrongOwner { data: data.to_owned(), owner, uid: uid.as_raw() })
                }
                _ => Ok(None),
            };
        }
        if let Some(metadata) = existing.filter(|metadata| metadata.uid() != 0) {
            let (uid, gid) = (metadata.uid(), metadata.gid());
            let name = User::from_uid(uid.into()).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
            return Ok(Some(Self { name, uid, gid }));
        }
        Self::unprivileged().map(Some)
    }

    /// `postgres`, else `nobody`.
    pub(super) fn unprivileged() -> Result<Self, Error> {
        for name in ["postgres", "nobody"] {
            let user = User::from_name(name).doing(|| format!("look up the account `{name}`"))?;
            if let Some(user) = user {
                return Ok(Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() });
            }
        }
        Err(Error::NoAccount)
    }

    /// Makes `path` the account's own.
    pub(super) fn own(&self, path: &Path) -> Result<(), Error> {
        lchown(path, Some(self.uid), Some(self.gid)).doing(|| format!("give {} to `{}`", path.display(), self.name))
    }

    /// Makes everything below `path` the account's own; symbolic links are not followed.
    pub(super) fn own_tree(&self, path: &Path) -> Result<(), Error> {
        self.own(path)?;
        if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            for entry in fs::read_dir(path).doing(|| format!("read {}", path.display()))? {
                self.own_tree(&entry.doing(|| format!("read {}", path.display()))?.path())?;
            }
        }
        Ok(())
    }

    /// Fails with the first directory on the way to `directory` that the account may not enter.
    pub(super) fn check_reach(&self, directory: &Path) -> Result<(), Error> {
        if self.may_enter(directory) {
            return Ok(());
        }
        let mut way: Vec<PathBuf> = directory.ancestors().map(Path::to_path_buf).collect();
        way.reverse();
        let closed = way.into_iter().find(|ancestor| !self.may_enter(ancestor));
        Err(Error::NotTraversable {
            account: self.name.clone(),
            directory: closed.unwrap_or_else(|| directory.to_owned()),
        })
    }

    /// Tried, not computed from the mode: access lists count too.
    fn may_enter(&self, directory: &Path) -> bool {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "cd -- \"$1\"", "sh"]).arg(directory).uid(self.uid).gid(self.gid).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// A command with nothing of our environment, as `account` when there is one.
pub(super) fn bare_command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
    command.env("LC_ALL", if cfg!(target_os = "macos") { "C" } else { "C.UTF-8" });
    if let Some(account) = account {
        // The standard library also clears the supplementary groups.
        command.uid(account.uid).gid(account.gid);
    }
    command
}
