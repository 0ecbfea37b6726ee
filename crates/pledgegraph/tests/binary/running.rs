//! A service that runs: what it says, what it answers, and how it ends.

use std::collections::BTreeSet;
use std::convert::Infallible;

use nix::sys::signal::Signal;
use pledgegraph_model::Synthetic;
use pledgegraph_postgres::throwaway;
use pledgegraph_store::{bulk, schema};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _};

use crate::process::{Service, demo, failure, finish, get, program, run, servers_on};

#[test]
fn the_demonstration_answers_the_first_question() {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().join("data");
    let mut command = demo(&data);
    command.env("DATABASE_URL", "postgres://not:used@127.0.0.1:1/x");
    let mut service = Service::start(command);
    let address = service.address();
    assert!(service.errors().contains("DATABASE_URL is set and not used"), "{}", service.errors());

    let question = service.next_line();
    let question = question.trim().strip_prefix("ask it:   curl -s 'http://").expect("a first curl");
    let path = question.strip_prefix(&address).and_then(|path| path.strip_suffix('\'')).expect("a path");
    let answer = get(&address, path);
    let items = answer["items"].as_array().expect("a list");
    let pledgers: BTreeSet<&str> = items.iter().filter_map(|item| item["pledger"]["ref"].as_str()).collect();
    assert_eq!(pledgers, BTreeSet::from(["country:AU", "country:FR", "country:GB"]));
    assert_eq!(items.len(), 3);
    assert!(service.next_line().ends_with(&format!("http://{address}/docs")));

    // The same directory, by a free port and by the same port.
    let second = failure(&finish(demo(&data)), 1);
    assert_eq!(second, format!("error: {} is in use by another process", data.display()));
    let mut command = program(&["demo", "--listen", &address, "--data-dir"]);
    let third = failure(&finish(command.arg(&data)), 1);
    assert!(third.starts_with(&second) && third.contains(&address), "{third}");
    get(&address, "/readyz");

    service.stop();
    assert_eq!(servers_on(&data), [] as [i32; 0]);
    let verified = run(&["verify", "--data-dir", data.to_str().expect("UTF-8")]);
    let verified = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.contains("violations  0"), "{verified}");
}

#[test]
fn a_second_signal_ends_it_at_once_and_logs_are_json_when_asked() {
    let root = tempfile::tempdir().expect("a directory");
    let data = root.path().join("data");
    let mut command = demo(&data);
    command.args(["--log-format", "json", "--shutdown-seconds", "60"]);
    let mut service = Service::start(command);
    let address = service.address();
    // A request that is never finished.
    let mut half = std::net::TcpStream::connect(&address).expect("it listens");
    std::io::Write::write_all(&mut half, b"GET / HTTP/1.1\r\nHost: x\r\n").expect("sent");
    for line in service.errors().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    service.signal(Signal::SIGINT);
    std::thread::sleep(std::time::Duration::from_millis(300));
    service.signal(Signal::SIGINT);
    service.end();
    crate::process::eventually("PostgreSQL ends", || servers_on(&data).is_empty());
}

/// The URL of a throw-away database.
pub(crate) fn url(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().expect("a socket").display().to_string().replace('/', "%2F");
    let (user, database) = (options.get_username(), options.get_database().expect("a name"));
    format!("postgres:///{database}?host={socket}&user={user}&port={}", options.get_port())
}

#[test]
fn a_database_of_the_users_own() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = runtime.block_on(throwaway::database("empty", async |_| Ok(()))).expect("a database");
    let url = url(&options);
    let with_url = |arguments: &[&str]| {
        let mut command = program(arguments);
        command.env("DATABASE_URL", &url);
        command
    };
    let unmigrated = finish(with_url(&["serve", "--listen", "127.0.0.1:0", "--no-migrate"]));
    let error = failure(&unmigrated, 1);
    assert!(error.starts_with("error: the database cannot be used: the database lacks "), "{error}");

    let mut service = Service::start(with_url(&["serve", "--listen", "127.0.0.1:0"]));
    let address = service.address();
    get(&address, "/readyz");
    assert_eq!(get(&address, "/v1/countries")["items"].as_array().map(Vec::len), Some(0), "nobody asked for data");
    let verified = finish(with_url(&["verify"]));
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    service.stop();
    runtime.block_on(options.connect()).expect("the database is left alone");
}

#[test]
fn tampering_is_found() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = runtime.block_on(throwaway::database("empty", async |_| Ok(()))).expect("a database");
    let verify = || finish(program(&["verify"]).env("DATABASE_URL", url(&options)));
    let execute = |sql: &'static str| {
        runtime.block_on(async {
            options.connect().await.expect("a connection").execute(sql).await.expect("done");
        });
    };
    runtime.block_on(async {
        let mut connection = options.connect().await.expect("a connection");
        schema::migrate(&mut connection).await.expect("a schema");
        let graph = Synthetic::new(200, 1);
        let (entities, edges) = (graph.entities().map(Ok::<_, Infallible>), graph.edges().map(Ok));
        bulk::load(&mut connection, entities, edges).await.expect("loaded");
    });
    let sound = verify();
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));

    execute(
        "set session_replication_role = replica;
         update edge set said_at = null where id = (select id from edge where said_at is not null limit 1)",
    );
    let unsound = verify();
    let said = String::from_utf8_lossy(&unsound.stdout).into_owned();
    assert_eq!(unsound.status.code(), Some(1), "{said}");
    assert!(said.contains("violations  1\n  edge "), "{said}");
    assert!(String::from_utf8_lossy(&unsound.stderr).ends_with("error: the graph is not sound: 1 violation\n"));

    execute("set session_replication_role = replica; update commit set nonce = decode(repeat('00', 16), 'hex')");
    let said = String::from_utf8_lossy(&verify().stdout).into_owned();
    assert!(said.contains("violations  2\n") && said.contains("the log is broken at commit 1"), "{said}");
}

#[test]
fn a_cursor_goes_on_at_another_process() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = runtime.block_on(throwaway::database("empty", async |_| Ok(()))).expect("a database");
    let root = tempfile::tempdir().expect("a directory");
    let with_url = |arguments: &[&str]| {
        let mut command = program(arguments);
        command.env("DATABASE_URL", url(&options));
        command
    };
    let import = |seed: &str| {
        let lines = root.path().join(seed);
        let lines = lines.to_str().expect("UTF-8");
        assert!(run(&["generate", "--edges", "60", "--seed", seed, "--output", lines]).status.success());
        let imported = finish(with_url(&["import", "--replace", lines]));
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    };
    let serve = || Service::start(with_url(&["serve", "--listen", "127.0.0.1:0"]));
    let items = |page: &serde_json::Value| page["items"].as_array().expect("a list").clone();
    assert!(finish(with_url(&["migrate"])).status.success());
    import("1");
    let (mut first, mut second) = (serve(), serve());
    let address = first.address();
    let whole = items(&get(&address, "/v1/commitments?limit=1000"));
    let page = get(&address, "/v1/commitments?limit=10");
    let next = format!("/v1/commitments?limit=1000&cursor={}", page["page"]["next_cursor"].as_str().expect("a cursor"));
    // The version of the page is not the newest one any more, and the process that gave it is gone.
    first.stop();
    import("2");
    let mut third = serve();
    let walked = [items(&page), items(&get(&second.address(), &next))].concat();
    assert_eq!(walked, whole);
    second.stop();
    let address = third.address();
    assert_ne!(items(&get(&address, "/v1/commitments?limit=1000")), whole);
    assert_eq!([items(&page), items(&get(&address, &next))].concat(), whole);
    third.stop();
}
