//! A database of an earlier version, on the throw-away server.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_postgres::{Programs, throwaway};
use pledgegraph_store::schema;
use pledgegraph_tests::database::TestDb;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::recording::Recording;

/// The database as it was dumped.
pub(crate) async fn as_dumped(recording: &Recording) -> Result<TestDb> {
    let key = format!("dump {:016x}", hash(&recording.dump));
    Ok(TestDb::on(throwaway::database(&key, async |options| restore(&recording.dump, &options)).await?))
}

/// The same, brought up to date.
pub(crate) async fn migrated(recording: &Recording) -> Result<TestDb> {
    let key = format!("migrated dump {:016x}", hash(&recording.dump));
    let fill = async |options: PgConnectOptions| {
        restore(&recording.dump, &options)?;
        Ok(schema::migrate(&mut options.connect().await?).await?)
    };
    Ok(TestDb::on(throwaway::database(&key, fill).await?))
}

fn hash(dump: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    dump.hash(&mut hasher);
    hasher.finish()
}

/// Restores a dump as `OPERATIONS.md` says, all or nothing.
fn restore(dump: &[u8], into: &PgConnectOptions) -> Result<()> {
    let pg_bin = std::env::var_os("PLEDGEGRAPH_PG_BIN").map(PathBuf::from);
    let programs = Programs::find(pg_bin.as_deref(), throwaway::server()?.directory())?;
    let mut command = Command::new(programs.directory().join("psql"));
    command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null"]);
    command.arg("--host").arg(into.get_socket().context("a socket")?).arg(format!("--port={}", into.get_port()));
    command.args(["--username", into.get_username(), "--dbname", into.get_database().context("a name")?]);
    let mut psql = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().context("psql")?;
    let written = psql.stdin.take().context("a pipe")?.write_all(dump);
    let ended = psql.wait_with_output()?;
    ensure!(ended.status.success(), "psql: {}", String::from_utf8_lossy(&ended.stderr));
    Ok(written?)
}
