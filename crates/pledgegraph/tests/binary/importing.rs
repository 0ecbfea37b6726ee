//! Imports and exports from the command line.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::process::{Service, eventually, failure, finish, get, program, run, send};

const LINES: &str = r#"{"kind":"source","slug":"list","names":{"en":"A list"}}
{"kind":"coalition","slug":"friends","names":{"en":"Friends"}}
{"kind":"country","slug":"XA","names":{"en":"Aland"},"iso3166":{"alpha2":"XA","alpha3":"XAA","numeric":"901"},"regions":[]}
"#;
const MAPPING: &str = r#"
[constants]
kind = "membership"
object = "coalition:friends"
"evidence.0.source" = "source:list"
[columns]
"Country" = { field = "subject", prefix = "country:" }
"Role" = { field = "role", codes = { "Full member" = "member" } }
"Page" = { field = "evidence.0.locator.page", type = "integer" }
"#;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The digest that `verify` prints for a data directory.
fn digest(data: &Path) -> String {
    let output = run(&["verify", "--data-dir", text(data), "--log-level", "warn"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = stdout.lines().find(|line| line.starts_with("digest")).expect("a digest");
    line.split_whitespace().last().expect("a digest").to_owned()
}

fn summary(output: &Output) -> Value {
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a summary")
}

#[test]
fn an_import_that_is_killed_goes_on_without_doubling() {
    let root = tempfile::tempdir().expect("a directory");
    let at = |name: &str| root.path().join(name);
    let (lines, data, report) = (at("lines"), at("data"), at("report"));
    assert!(run(&["generate", "--edges", "3000", "--output", text(&lines)]).status.success());
    let total = fs::read_to_string(&lines).expect("lines").lines().count();
    let import = |data: &Path, batch: &str, report: &Path| {
        let (lines, data, report) = (text(&lines), text(data), text(report));
        let arguments = ["import", lines, "--data-dir", data, "--batch", batch, "--report", report, "--json"];
        let mut command = program(&arguments);
        command.args(["--log-level", "warn"]);
        command
    };
    let mut stood = 0;
    for _ in 0..3 {
        let _ = fs::remove_file(&report);
        let mut child = import(&data, "50", &report).stdout(Stdio::null()).spawn().expect("the program runs");
        let written = || fs::read_to_string(&report).unwrap_or_default().matches("created").count();
        let mut ended = false;
        eventually("some lines are committed", || {
            ended = child.try_wait().expect("a status").is_some();
            ended || written() > 100
        });
        assert!(!ended, "the import ended before it was killed");
        // SIGKILL.
        child.kill().expect("killed");
        child.wait().expect("ended");
        stood += written();
    }
    let last = summary(&finish(import(&data, "50", &report)));
    let [created, unchanged] = ["created", "unchanged"].map(|name| last[name].as_u64().expect("a count"));
    assert_eq!((created + unchanged, &last["failed"]), (total as u64, &Value::from(0)), "{last}");
    assert!(unchanged >= stood as u64, "{last}: {stood} were reported as committed");

    let straight = at("straight");
    let whole = summary(&finish(import(&straight, "0", &report)));
    assert_eq!((whole["created"].as_u64(), whole["commits"].as_u64()), (Some(total as u64), Some(1)));
    assert_eq!(digest(&data), digest(&straight));

    let export = at("export");
    assert!(run(&["export", text(&export), "--data-dir", text(&data), "--log-level", "warn"]).status.success());
    let copy = at("copy");
    let arguments = ["import", text(&export), "--data-dir", text(&copy), "--json", "--log-level", "warn"];
    assert_eq!(summary(&run(&arguments))["created"], total);
    assert_eq!(digest(&copy), digest(&straight));
}

#[test]
fn files_go_in_beside_a_running_service() {
    let root = tempfile::tempdir().expect("a directory");
    let at = |name: &str| root.path().join(name);
    let (lines, csv, mapping, data) = (at("lines"), at("table.csv"), at("mapping.toml"), at("data"));
    fs::write(&lines, LINES).expect("written");
    fs::write(&csv, "Country,Role,Page\nXA,Full member,3\nXB,Full member,4\n").expect("written");
    fs::write(&mapping, MAPPING).expect("written");
    let directory = text(&data).to_owned();
    let mut service = Service::start(program(&["serve", "--data-dir", &directory, "--listen", "127.0.0.1:0"]));
    let address = service.address();

    let import = |arguments: &[&str]| {
        let mut command = program(&["import", "--data-dir", &directory, "--log-level", "warn"]);
        command.args(arguments);
        command
    };
    let rehearsed = finish(import(&[text(&lines), "--dry-run"]));
    let said = String::from_utf8_lossy(&rehearsed.stdout).into_owned();
    assert!(rehearsed.status.success() && said.contains("3 created") && said.contains("a dry run"), "{said}");
    let mut piped = import(&["-", "--json"]);
    piped.stdin(fs::File::open(&lines).expect("lines"));
    let from_pipe = finish(piped);
    assert_eq!(summary(&from_pipe)["created"], 3);

    let arguments = [text(&csv), "--mapping", text(&mapping)];
    let refused = finish(import(&arguments));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        refused.status.code() == Some(1) && said.contains("line 2/") && said.contains("1 line is refused"),
        "{said}"
    );
    fs::write(&lines, LINES.replace("XA", "XB").replace("901", "902").replace("Aland", "Beland")).expect("written");
    assert!(finish(import(&[text(&lines)])).status.success());
    let again = finish(import(&arguments));
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(again.status.success() && said.contains("1 created, 1 unchanged (stood already)"), "{said}");

    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(get(&address, "/v1/memberships?role=member")["total"]["value"], 2);
    let missing = failure(&finish(import(&["/nowhere"])), 1);
    assert!(missing.contains("cannot read /nowhere"), "{missing}");
    service.stop();
}

#[test]
fn no_place_for_temporary_files() {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().join("data");
    let mut command = program(&["serve", "--listen", "127.0.0.1:0", "--data-dir", text(&data)]);
    command.env("TMPDIR", root.path().join("absent"));
    let mut service = Service::start(command);
    let address = service.address();
    let token = run(&["token", "create", "--name", "me", "--scope", "admin", "--data-dir", text(&data)]);
    let token = String::from_utf8(token.stdout).expect("UTF-8");
    let (status, answer) = send(&address, "POST", "/v1/import", token.trim(), LINES);
    assert!(status == 507 && answer.contains("/problems/store-full") && answer.contains("TMPDIR"), "{answer}");
    assert!(service.errors().contains("No such file or directory"), "{}", service.errors());
    assert_eq!(get(&address, "/v1/sources")["items"].as_array().map(Vec::len), Some(0));
    service.stop();
}
