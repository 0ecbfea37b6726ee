//! Commands that need no database.

use std::fs;

use crate::process::{failure, finish, program, run};

fn output(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn help_shows_the_way() {
    let help = output(&["--help"]);
    for word in ["demo", "serve", "verify", "config", "openapi", "generate", "Examples:", "DATABASE_URL", "Exit codes"]
    {
        assert!(help.contains(word), "{word} in {help}");
    }
    let help = output(&["serve", "--help"]);
    for word in
        ["--data-dir <DIR>", "--listen <ADDR:PORT>", "PLEDGEGRAPH_LISTEN", "--pg-bin", "--config", "--log-format"]
    {
        assert!(help.contains(word), "{word} in {help}");
    }
    assert!(output(&["--version"]).starts_with("pledgegraph "));
}

#[test]
fn wrong_use_is_refused_with_a_hint() {
    for (arguments, said) in [
        (&["demo", "--lisen", "x"][..], "error: unexpected argument '--lisen' found"),
        (&["generate"], "error: the following required arguments were not provided:"),
        (
            &["generate", "--edges", "many"],
            "error: invalid value 'many' for '--edges <N>': invalid digit found in string",
        ),
        (&["serv"], "error: unrecognized subcommand 'serv'"),
        (&["serve", "--log-level", "a=b=c"], "error: log_level `a=b=c` is not a filter"),
        (&["serve", "--request-seconds", "-1"], "error: "),
        (&["serve", "--log-format", "xml"], "error: the configuration cannot be used: "),
        (&["config", "--config", "/nowhere.toml"], "error: cannot read the configuration file /nowhere.toml: "),
    ] {
        let output = run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.starts_with(said), "{arguments:?}: {error}");
    }
}

#[test]
fn the_configuration_shows_its_origins_and_no_password() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.toml");
    fs::write(&file, "listen = \"[::1]:1\"\ndata_dir = \"/from/file\"\nshutdown_seconds = 3\n").expect("written");
    let mut command = program(&["config", "--data-dir", "/from/flag", "--config"]);
    command.arg(&file).env("PLEDGEGRAPH_LISTEN", "[::1]:2").env("PLEDGEGRAPH_LOG_LEVEL", "");
    command.env("PLEDGEGRAPH_CURSOR_KEY", "hunter2");
    command.env("DATABASE_URL", "postgres://me:hunter2@db.example/pledges?sslmode=require");
    let output = finish(command);
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    let line = |key: &str| {
        let line = shown.lines().find(|line| line.trim_start_matches("# ").starts_with(key)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("listen"), "listen = \"[::1]:2\" # environment PLEDGEGRAPH_LISTEN");
    assert_eq!(line("data_dir"), "data_dir = \"/from/flag\" # flag --data-dir");
    assert_eq!(line("shutdown_seconds"), format!("shutdown_seconds = 3 # {}", file.display()));
    assert_eq!(line("log_level"), "log_level = \"info,sqlx=warn\" # default");
    assert_eq!(line("pg_bin"), "# pg_bin is not set # PLEDGEGRAPH_PG_BIN would set it");
    let url = "# database_url = \"postgres://me:***@db.example:5432/pledges\" # environment DATABASE_URL";
    assert_eq!(line("database_url"), url);
    assert_eq!(line("cursor_key"), "# cursor_key = \"***\" # environment PLEDGEGRAPH_CURSOR_KEY");
    assert!(!shown.contains("hunter2"));

    fs::write(&file, &shown).expect("written");
    let again = run(&["config", "--config", file.to_str().expect("UTF-8")]);
    let again = String::from_utf8(again.stdout).expect("UTF-8");
    assert!(again.contains("data_dir = \"/from/flag\""), "what is shown is a file that can be used: {again}");

    fs::write(&file, "data-dir = \"x\"").expect("written");
    let error = failure(&run(&["config", "--config", file.to_str().expect("UTF-8")]), 2);
    assert!(error.ends_with("did you mean `data_dir`?"), "{error}");
}

#[test]
fn the_configuration_is_shown_with_what_is_wrong_with_it() {
    for (arguments, said) in [
        (["--listen", "foo"], "error: cannot listen on `foo`, given as ADDR:PORT"),
        (["--listen", "localhost:99999"], "error: cannot listen on `localhost:99999`, given as ADDR:PORT"),
        (["--hosts", "http://x"], "error: hosts: `http://x` is not a host, such as example.org"),
        (["--oidc-audience", "me"], "error: oidc_audience and oidc_jwks_url mean nothing without oidc_issuer"),
    ] {
        let output = run(&["config", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("{said}\n"));
        assert!(String::from_utf8_lossy(&output.stdout).contains(arguments[1]), "it is shown nevertheless");
    }
    assert!(output(&["config", "--listen", "localhost:0"]).contains("localhost:0"));
}

#[test]
fn a_variable_that_is_no_setting_is_told() {
    let warning = "no setting has this variable: PLEDGEGRAPH_LISTN (did you mean PLEDGEGRAPH_LISTEN?)";
    for (arguments, code) in [(&["config"][..], 0), (&["verify", "--data-dir", "/nowhere"], 1)] {
        let mut command = program(arguments);
        let output = finish(command.env("PLEDGEGRAPH_LISTN", "x"));
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert_eq!(error.matches(warning).count(), 1, "{error}");
    }
}

#[test]
fn a_seed_decides_the_synthetic_graph() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("graph.ndjson");
    let first = output(&["generate", "--edges", "1000", "--seed", "1"]);
    let again = output(&["generate", "--edges", "1000", "--seed", "1", "--output", file.to_str().expect("UTF-8")]);
    assert_eq!((again.as_str(), fs::read_to_string(&file).expect("written").as_str()), ("", first.as_str()));
    assert_ne!(output(&["generate", "--edges", "1000", "--seed", "2"]), first);

    let is_edge = |line: &&str| line.contains("\"subject\":");
    assert_eq!(first.lines().filter(is_edge).count(), 1000);
    assert_eq!(first.lines().skip_while(|line| !is_edge(line)).count(), 1000, "the edges come last");
    for line in first.lines() {
        let draft: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(draft["id"].is_string() && draft["kind"].is_string(), "what `pledgegraph import` reads: {line}");
    }
}

#[test]
fn the_openapi_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(&output(&["openapi"])).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}
