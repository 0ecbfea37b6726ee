//! A start that cannot succeed: one clear line, an exit code that is not 0, and nothing left behind.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::process::{demo, failure, finish, program, run};

#[test]
fn a_taken_port() {
    let root = tempfile::tempdir().expect("a directory");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let data = root.path().join("data");
    let mut command = program(&["demo", "--listen", &address, "--data-dir"]);
    let error = failure(&finish(command.arg(&data)), 1);
    let expected = "is taken by another process: choose another port with --listen ADDR:PORT";
    assert_eq!(error, format!("error: {address} {expected}"));
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn an_address_that_is_none() {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().to_str().expect("UTF-8");
    for (address, expected) in [
        ("8080", "error: cannot listen on `8080`, given as ADDR:PORT: "),
        ("127.0.0.1:99999", "error: cannot listen on `127.0.0.1:99999`, given as ADDR:PORT: "),
        ("192.0.2.1:8080", "error: 192.0.2.1:8080 is not an address of this machine"),
    ] {
        let output = run(&["serve", "--data-dir", data, "--listen", address]);
        let error = failure(&output, 1);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_directory_that_cannot_be_written() {
    let root = tempfile::tempdir().expect("a directory");
    let file = root.path().join("file");
    fs::write(&file, "in the way").expect("written");
    for directory in [file.clone(), file.join("below")] {
        let error = failure(&finish(demo(&directory)), 1);
        let expected = format!(
            "error: cannot write to the data directory {}: choose another one with --data-dir: ",
            directory.display()
        );
        assert!(error.starts_with(&expected), "{error}");
    }
    assert_eq!(fs::read_to_string(&file).expect("still there"), "in the way");
}

#[test]
fn server_programs_that_are_too_old() {
    let root = tempfile::tempdir().expect("a directory");
    for name in ["postgres", "initdb"] {
        let path = root.path().join(name);
        fs::write(&path, format!("#!/bin/sh\necho '{name} (PostgreSQL) 13.3'\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    let output = finish(demo(&root.path().join("data")).arg("--pg-bin").arg(root.path()));
    let expected =
        format!("error: PostgreSQL 13.3 in {} is too old: version 14 or newer is needed", root.path().display());
    assert_eq!(failure(&output, 1), expected);
}

#[test]
fn a_database_that_refuses() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let (error, _) = serve_from(port, "");
    let expected = "error: cannot connect to the PostgreSQL of DATABASE_URL";
    assert!(error.starts_with(&format!("{expected} (postgres://me@127.0.0.1:{port}/pledges): ")), "{error}");
    assert!(error.contains("refused"), "{error}");
}

#[test]
fn a_database_that_does_not_answer() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let (error, elapsed) = serve_from(port, "");
    let expected = "does not answer within 10 s";
    assert_eq!(
        error,
        format!("error: the PostgreSQL of DATABASE_URL (postgres://me@127.0.0.1:{port}/pledges) {expected}")
    );
    assert!((Duration::from_secs(9)..Duration::from_secs(30)).contains(&elapsed), "{elapsed:?}");
}

#[test]
fn a_database_that_is_too_old() {
    let (port, server) = spoken_by(b"\x18server_version\x0013.3\0", b"");
    let (error, _) = serve_from(port, "?sslmode=disable");
    let expected = "is too old: it is 13.3, and version 14 or newer is needed";
    assert_eq!(
        error,
        format!("error: the PostgreSQL of DATABASE_URL (postgres://me@127.0.0.1:{port}/pledges) {expected}")
    );
    server.join().expect("no panic").expect("an ordinary conversation");
}

#[test]
fn a_pooler_that_forgets_prepared_statements() {
    // ErrorResponse with the code of `duplicate_prepared_statement`, ReadyForQuery.
    let refusal = b"E\0\0\0\x17SERROR\0C42P05\0Mno\0\0Z\0\0\0\x05I";
    let (port, server) = spoken_by(b"\x18server_version\x0017.1\0", refusal);
    let (error, _) = serve_from(port, "?sslmode=disable");
    assert_eq!(
        error,
        format!(
            "error: DATABASE_URL (postgres://me@127.0.0.1:{port}/pledges) leads to a pooler in transaction mode that does not \
             know prepared statements: use its session mode, PgBouncer 1.21 or later with max_prepared_statements, or a \
             direct connection"
        )
    );
    server.join().expect("no panic").expect("an ordinary conversation");
}

/// A port where one conversation in the protocol of PostgreSQL is had: the server tells its version, and whatever is asked then
/// is answered with `answer`.
fn spoken_by(version: &'static [u8], answer: &'static [u8]) -> (u16, std::thread::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut rest = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap_or(4) - 4];
        stream.read_exact(&mut rest)?;
        // AuthenticationOk, ParameterStatus, ReadyForQuery.
        stream.write_all(b"R\0\0\0\x08\0\0\0\0S\0\0\0")?;
        stream.write_all(version)?;
        stream.write_all(b"Z\0\0\0\x05I")?;
        // Until it says goodbye.
        let mut asked = [0; 1024];
        while stream.read(&mut asked)? > 0 && asked[0] != b'X' {
            stream.write_all(answer)?;
        }
        Ok(())
    });
    (port, server)
}

#[test]
fn a_database_url_that_is_none() {
    let mut command = program(&["serve", "--listen", "127.0.0.1:0"]);
    let error = failure(&finish(command.env("DATABASE_URL", "postgres://me:hunter2@h:x/y")), 1);
    assert!(error.starts_with("error: DATABASE_URL cannot be read: ") && !error.contains("hunter2"), "{error}");
}

fn serve_from(port: u16, parameters: &str) -> (String, Duration) {
    let mut command = program(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", format!("postgres://me:hunter2@127.0.0.1:{port}/pledges{parameters}"));
    let start = Instant::now();
    let output = finish(command);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
    (failure(&output, 1), start.elapsed())
}

#[test]
fn a_directory_without_a_database_cannot_be_verified() {
    let root = tempfile::tempdir().expect("a directory");
    let output = finish(program(&["verify", "--data-dir"]).arg(root.path()));
    let expected = format!("error: there is no database in {}", root.path().display());
    assert_eq!(failure(&output, 1), expected);
}
