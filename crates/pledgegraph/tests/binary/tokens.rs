//! Tokens: the first one, those made beside a running service, and that no secret is ever in a log.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::process::{LIMIT, Service, demo, eventually, failure, finish, program, run};

/// GET, and the status.
fn status(address: &str, path: &str, token: &str) -> u16 {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

/// `token …` on the database of a demonstration.
fn token(data: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = program(&["token"]);
    command.args(arguments).arg("--demo").arg("--data-dir").arg(data).args(["--log-level", "trace"]);
    // The demonstration is meant, whatever this says.
    finish(command.env("DATABASE_URL", "postgres://not:used@127.0.0.1:1/x"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Starts a demonstration that logs all it can, and gives it with its address and the token that it prints, if any.
fn start(data: &Path) -> (Service, String, Option<String>) {
    let mut command = demo(data);
    command.args(["--log-level", "trace"]);
    let mut service = Service::start(command);
    let address = service.address();
    let (_, _) = (service.next_line(), service.next_line());
    let first = service.line_within(Duration::from_secs(1)).map(|line| {
        assert!(line.contains("shown only now"), "{line}");
        service.next_line().trim().to_owned()
    });
    (service, address, first)
}

#[test]
fn tokens_come_and_go_beside_a_running_service_and_are_in_no_log() {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().join("data");
    let (service, address, first) = start(&data);
    let first = first.expect("the first start makes a token");
    assert!(first.starts_with("plg_"), "{first}");
    assert_eq!(status(&address, "/v1/audit", &first), 200);

    let made = token(&data, &["create", "--name", "ci", "--scope", "admin", "--expires", "90d"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let ci = text(&made.stdout).trim().to_owned();
    assert_eq!(ci.lines().count(), 1);
    assert_eq!(status(&address, "/v1/audit", &ci), 200);
    let taken = failure(&token(&data, &["create", "--name", "ci", "--scope", "read"]), 1);
    assert!(taken.contains("there is a token `ci` already"), "{taken}");

    let listed = token(&data, &["list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let names: Vec<&str> = listed.as_array().into_iter().flatten().filter_map(|token| token["name"].as_str()).collect();
    assert_eq!(names, ["first-admin", "ci"]);
    assert!(text(&token(&data, &["list"]).stdout).contains("first-admin  admin  good"));

    let revoked = token(&data, &["revoke", "ci"]);
    assert!(text(&revoked.stdout).contains("is revoked"), "{}", text(&revoked.stderr));
    eventually("the token is refused", || status(&address, "/v1/audit", &ci) == 401);
    let again = failure(&token(&data, &["revoke", "ci"]), 1);
    assert!(again.contains("there is no token `ci`"), "{again}");

    let log = service.errors();
    assert!(log.contains("refused"), "what is refused is logged");
    let password = fs::read_to_string(data.join("password")).expect("a password");
    let postgres = fs::read_to_string(data.join("postgres.log")).expect("a log");
    let told = text(&made.stderr) + &text(&revoked.stderr) + &log + &postgres;
    for secret in [first.as_str(), ci.as_str(), &first[10..], &ci[10..], password.trim()] {
        assert!(!told.contains(secret), "a secret is in a log");
    }
    service.stop();

    let (service, address, second) = start(&data);
    assert_eq!(second, None, "never again");
    assert_eq!(status(&address, "/v1/audit", &first), 200);
    service.stop();
    let alone = token(&data, &["create", "--name", "alone", "--scope", "write"]);
    assert!(text(&alone.stdout).starts_with("plg_"), "without a service: {}", text(&alone.stderr));
}

#[test]
fn wrong_use_of_tokens_is_told() {
    let root = tempfile::tempdir().expect("a directory");
    let nowhere = root.path().to_str().expect("UTF-8");
    for (arguments, code, part) in [
        (&["token", "create", "--name", "a", "--scope", "root"][..], 2, "a scope is read, write or admin"),
        (&["token", "create", "--name", "a", "--scope", "read", "--expires", "soon"], 2, "give a time from now"),
        (&["token", "create", "--scope", "read"], 2, "--name"),
        (&["token", "list", "--data-dir", nowhere], 1, "there is no database in"),
        (&["token", "list", "--demo", "--data-dir", nowhere], 1, "there is no demonstration in"),
    ] {
        let output = run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn settings_of_oidc_are_checked_at_the_start() {
    let root = tempfile::tempdir().expect("a directory");
    for (arguments, part) in [
        (&["--oidc-issuer", "https://issuer.example"][..], "needs oidc_audience"),
        (&["--oidc-audience", "a"], "without oidc_issuer"),
        (&["--oidc-issuer", "http://issuer.example", "--oidc-audience", "a"], "is not an https address"),
        (&["--oidc-issuer", "https://issuer.example", "--oidc-audience", "a", "--oidc-algorithms", "HS256"], "HS256"),
    ] {
        let mut command = demo(&root.path().join("data"));
        let error = failure(&finish(command.args(arguments)), 1);
        assert!(error.contains(part), "{error}");
    }
}
