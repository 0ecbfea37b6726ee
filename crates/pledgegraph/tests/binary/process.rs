//! The real program as a child: started, asked, signalled, and ended by its process number even when a test panics.

use std::borrow::BorrowMut;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// The program, with nothing of our environment that it would listen to.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pledgegraph"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name == "DATABASE_URL" || name.starts_with("PLEDGEGRAPH_") && name != "PLEDGEGRAPH_PG_BIN" {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    finish(program(arguments))
}

/// Runs a command to its end, which must come.
pub(crate) fn finish(mut command: impl BorrowMut<Command>) -> Output {
    let command = command.borrow_mut();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut read = Vec::new();
            pipe.map(|mut pipe| pipe.read_to_end(&mut read));
            read
        })
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("a status") {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                let _ = child.kill();
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    Output { status, stdout: stdout.join().expect("read"), stderr: stderr.join().expect("read") }
}

/// The one line on standard error of a run that failed with this exit code.
pub(crate) fn failure(output: &Output, code: i32) -> String {
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{error}");
    assert_eq!(out, "");
    let lines: Vec<&str> = error.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(lines.len(), 1, "{error}");
    assert!(error.ends_with(&format!("{}\n", lines[0])), "{error}");
    lines[0].to_owned()
}

/// A running service.
pub(crate) struct Service {
    child: Child,
    lines: Receiver<String>,
    errors: PathBuf,
    _directory: TempDir,
}

impl Service {
    pub(crate) fn start(mut command: Command) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let errors = directory.path().join("stderr");
        let log = File::create(&errors).expect("a file");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program runs");
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, errors, _directory: directory }
    }

    /// `demo` on a free port.
    pub(crate) fn demo(directory: &Path) -> Self {
        Self::start(demo(directory))
    }

    /// Waits until it serves, and gives the address.
    pub(crate) fn address(&mut self) -> String {
        let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no address: {}", self.errors()));
        line.strip_prefix("Pledgegraph is serving http://").unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    pub(crate) fn next_line(&self) -> String {
        self.lines.recv_timeout(LIMIT).expect("a line")
    }

    /// A line if one comes soon.
    pub(crate) fn line_within(&self, limit: Duration) -> Option<String> {
        self.lines.recv_timeout(limit).ok()
    }

    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(&self.errors).unwrap_or_default()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it runs");
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(start.elapsed() < LIMIT, "it does not end: {}", self.errors());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to stop; it must end well.
    pub(crate) fn stop(self) {
        self.signal(Signal::SIGTERM);
        let errors = self.errors.clone();
        let status = self.end();
        assert!(status.success(), "{status}: {}", fs::read_to_string(errors).unwrap_or_default());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // PostgreSQL ends with its parent.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `demo` on a free port.
pub(crate) fn demo(directory: &Path) -> Command {
    program(&["demo", "--listen", "127.0.0.1:0", "--data-dir", directory.to_str().expect("UTF-8")])
}

/// GET, and the body as JSON.
pub(crate) fn get(address: &str, path: &str) -> Value {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(" 200 "), "{answer}");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
}

/// A request with a token, its status and the body of its answer. A body is lines of JSON.
pub(crate) fn send(address: &str, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nIf-Match: *\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

/// The live processes that work on a data directory.
pub(crate) fn servers_on(directory: &Path) -> Vec<i32> {
    let data = directory.join("data");
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data)).collect()
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
