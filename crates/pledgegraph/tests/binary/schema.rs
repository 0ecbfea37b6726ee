//! A database whose schema is not that of the program: one clear line that says what to do, and nothing is changed.

use std::path::Path;
use std::process::Command;

use pledgegraph_postgres::throwaway;
use pledgegraph_store::schema;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, Row as _};

use crate::process::{Service, failure, finish, get, program, run, send};
use crate::running::url;

/// A database with the whole schema, on which the statement was run.
struct Database {
    runtime: tokio::runtime::Runtime,
    options: PgConnectOptions,
}

impl Database {
    fn after(statement: &'static str) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let options = runtime.block_on(async {
            let options = throwaway::database("empty", async |_| Ok(())).await.expect("a database");
            let mut connection = options.connect().await.expect("a connection");
            schema::migrate(&mut connection).await.expect("a schema");
            connection.execute(statement).await.expect("done");
            options
        });
        Self { runtime, options }
    }

    /// What was migrated, and how many tokens there are.
    fn state(&self) -> (Vec<i64>, i64) {
        self.runtime.block_on(async {
            let mut connection = self.options.connect().await.expect("a connection");
            let migrations = connection.fetch_all("select version from _sqlx_migrations order by version").await;
            let tokens = connection.fetch_one("select count(*) from api_token").await.expect("a count");
            (migrations.expect("migrations").iter().map(|row| row.get(0)).collect(), tokens.get(0))
        })
    }

    /// Each of these must fail with this line, and change nothing.
    fn refuses(&self, commands: &[&[&str]], expected: &str) {
        let before = self.state();
        for arguments in commands {
            let mut command: Command = program(arguments);
            let error = failure(&finish(command.env("DATABASE_URL", url(&self.options))), 1);
            assert_eq!(error, format!("error: the database cannot be used: {expected}"), "{arguments:?}");
        }
        assert_eq!(self.state(), before);
    }
}

/// Everything that works on the data of a database and does not migrate it, unless it runs the server itself.
fn commands(lines: &Path) -> [Vec<&str>; 7] {
    [
        vec!["serve", "--listen", "127.0.0.1:0", "--no-migrate"],
        vec!["verify"],
        vec!["export"],
        vec!["import", lines.to_str().expect("UTF-8")],
        vec!["token", "create", "--name", "me", "--scope", "read"],
        vec!["token", "list"],
        vec!["ask", "Who pledged ground forces?"],
    ]
}

#[test]
fn a_database_that_a_later_version_migrated() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = directory.path().join("lines");
    std::fs::write(&lines, "{\"kind\":\"place\",\"slug\":\"a\",\"names\":{\"en\":\"A\"}}\n").expect("written");
    let later = Database::after(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9001, 'later', true, '\\x00', 0)",
    );
    let expected = format!(
        "the database was migrated by a later version of Pledgegraph than this one, which is {} and does not know \
         migration 9001: run the later version, or restore the backup from before it",
        env!("CARGO_PKG_VERSION")
    );
    let commands = commands(&lines);
    let commands: Vec<&[&str]> = commands.iter().map(Vec::as_slice).collect();
    later.refuses(&commands, &expected);
    later.refuses(&[&["serve", "--listen", "127.0.0.1:0"], &["migrate"]], &expected);
}

#[test]
fn a_database_that_lacks_migrations() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = directory.path().join("lines");
    std::fs::write(&lines, "").expect("written");
    let earlier =
        Database::after("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)");
    let expected = format!(
        "the database lacks 1 migration(s) of this version of Pledgegraph, which is {}: back it up, then run \
         `pledgegraph migrate`, or `pledgegraph serve` without --no-migrate",
        env!("CARGO_PKG_VERSION")
    );
    let commands = commands(&lines);
    earlier.refuses(&commands.iter().map(Vec::as_slice).collect::<Vec<_>>(), &expected);
}

/// A role of the server that may only connect, and goes with its rights.
struct Role<'d> {
    database: &'d Database,
    name: String,
}

impl<'d> Role<'d> {
    fn new(database: &'d Database) -> Self {
        // The server is that of all tests of this run.
        let role = Self { database, name: format!("Server {}", std::process::id()) };
        role.execute(format!("create role \"{}\" login", role.name));
        role
    }

    fn execute(&self, sql: String) {
        self.database.runtime.block_on(async {
            let mut owner = self.database.options.connect().await.expect("a connection");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut owner).await.expect("done");
        });
    }

    fn url(&self) -> String {
        url(&self.database.options.clone().username(&self.name)).replace(' ', "%20")
    }

    /// Whether it may do this.
    fn may(&self, sql: &'static str) -> bool {
        self.database.runtime.block_on(async {
            let mut connection =
                self.database.options.clone().username(&self.name).connect().await.expect("a connection");
            connection.execute(sql).await.is_ok()
        })
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.execute(format!("drop owned by \"{0}\"; drop role \"{0}\"", self.name));
    }
}

#[test]
fn a_role_that_may_not_change_the_schema_serves() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = directory.path().join("lines");
    assert!(run(&["generate", "--edges", "200", "--output", lines.to_str().expect("UTF-8")]).status.success());
    let database = Database::after("select");
    let role = Role::new(&database);
    let as_role = |arguments: &[&str]| {
        let mut command = program(arguments);
        command.env("DATABASE_URL", role.url());
        command
    };
    let error = failure(&finish(as_role(&["serve", "--no-migrate", "--listen", "127.0.0.1:0"])), 1);
    assert!(error.contains("permission denied"), "{error}");

    let granted = finish(program(&["migrate", "--grant", &role.name]).env("DATABASE_URL", url(&database.options)));
    assert!(granted.status.success(), "{}", String::from_utf8_lossy(&granted.stderr));
    for forbidden in [
        "create table public.t ()",
        "alter table edge add column t int",
        "truncate edge",
        "delete from _sqlx_migrations",
        "alter table edge disable trigger all",
        "set session_replication_role = replica",
    ] {
        assert!(!role.may(forbidden), "{forbidden}");
    }
    // All that it does beside serving: an import, a token, a write, a check.
    let token = finish(as_role(&["token", "create", "--name", "me", "--scope", "write"]));
    let token = String::from_utf8(token.stdout).expect("UTF-8");
    let mut service = Service::start(as_role(&["serve", "--no-migrate", "--listen", "127.0.0.1:0"]));
    let address = service.address();
    for _ in 0..2 {
        let imported = finish(as_role(&["import", lines.to_str().expect("UTF-8"), "--replace"]));
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    }
    let record = &get(&address, "/v1/commitments?limit=1")["items"][0];
    let path = format!("/v1/commitments/{}", record["id"].as_str().expect("an identifier"));
    let (status, answer) = send(&address, "DELETE", &path, token.trim(), "");
    assert_eq!(status, 204, "{answer}");
    service.stop();
    assert!(finish(as_role(&["verify"])).status.success());
    let nobody = finish(program(&["migrate", "--grant", "nobody"]).env("DATABASE_URL", url(&database.options)));
    let expected = "error: cannot grant `nobody` what serving takes: the database cannot be read: ";
    assert!(failure(&nobody, 1).starts_with(expected), "{}", failure(&nobody, 1));
}
