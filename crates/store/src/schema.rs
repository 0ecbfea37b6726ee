//! The schema: migrations, and whether a database is one that this program can use.

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migrator};
use sqlx::{AssertSqlSafe, PgConnection};
use thiserror::Error;

use crate::refusal::refusal;

/// All migrations, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Oldest server that works, as `server_version_num`.
pub const MINIMUM_SERVER: i32 = 140_000;

/// The version of the program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a database cannot be used.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// The server is older than 14.
    #[error("PostgreSQL 14 or later is needed; this server is {0}")]
    ServerTooOld(String),
    /// The database is not in UTF-8.
    #[error("the database must be encoded in UTF8; this one is {0}")]
    Encoding(String),
    /// Migrations are missing.
    #[error(
        "the database lacks {0} migration(s) of this version of Pledgegraph, which is {VERSION}: back it up, then run \
         `pledgegraph migrate`, or `pledgegraph serve` without --no-migrate"
    )]
    Behind(usize),
    /// The database was migrated by a later version of the program.
    #[error(
        "the database was migrated by a later version of Pledgegraph than this one, which is {VERSION} and does not know \
         migration {0}: run the later version, or restore the backup from before it"
    )]
    Ahead(i64),
    /// Everybody is no role.
    #[error("`public` is everybody, and no role to serve with")]
    NoRole,
    /// A migration failed.
    #[error("a migration failed")]
    Migration(#[source] MigrateError),
    /// The database cannot be read, or refuses.
    #[error("the database cannot be read")]
    Database(#[from] sqlx::Error),
}

/// Checks the server, then brings the schema up to date. Many processes may do so at once: a session lock makes them
/// take turns, so the connection must not go through a transaction pooler.
///
/// # Errors
/// [`SchemaError`] says why the database cannot be used.
pub async fn migrate(conn: &mut PgConnection) -> Result<(), SchemaError> {
    check_server(conn).await?;
    MIGRATOR.run(conn).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => SchemaError::Ahead(version),
        error => SchemaError::Migration(error),
    })
}

/// Lets a role do all that serving takes: it reads everything, writes rows of the tables, and changes no schema. To be
/// called after every migration, since tables that come later are not granted by it. What else lies in the schema of the tables
/// and belongs to somebody else is left alone.
///
/// # Errors
/// [`SchemaError::NoRole`] for everybody at once; [`SchemaError::Database`]: there is no such role, or the tables are
/// somebody else's.
pub async fn grant(conn: &mut PgConnection, role: &str) -> Result<(), SchemaError> {
    if role.eq_ignore_ascii_case("public") {
        return Err(SchemaError::NoRole);
    }
    let names = sqlx::query!(
        r#"select quote_ident($1) as "role!", quote_ident(current_schema()) as "schema!",
               string_agg(c.oid::regclass::text, ', ') filter (where c.relkind = 'v' or c.relname in ('secret', $2)) as "read!",
               string_agg(c.oid::regclass::text, ', ') filter (where c.relkind = 'r' and c.relname not in ('secret', $2)) as "written!"
           from pg_class c
           where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v')
               and c.relowner = (select relowner from pg_class where oid = 'head'::regclass)"#,
        role,
        &*MIGRATOR.table_name
    )
    .fetch_one(&mut *conn)
    .await?;
    let (role, schema, read, written) = (names.role, names.schema, names.read, names.written);
    let statements = format!(
        "begin;
         grant usage on schema {schema} to {role};
         grant select on {read} to {role};
         grant select, insert, update, delete on {written} to {role};
         grant execute on function empty_staging(), analyze_graph() to {role};
         commit"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(conn).await?;
    Ok(())
}

/// Checks the server and that all migrations are there, and no others.
///
/// # Errors
/// [`SchemaError`] says why the database cannot be used.
pub async fn check(conn: &mut PgConnection) -> Result<(), SchemaError> {
    check_server(conn).await?;
    let applied = all_known(conn).await?;
    let missing = MIGRATOR.iter().filter(|m| applied.iter().all(|a| a.version != m.version)).count();
    if missing > 0 { Err(SchemaError::Behind(missing)) } else { Ok(()) }
}

/// The migrations that the database has, if this program knows them all.
///
/// # Errors
/// [`SchemaError::Ahead`], or why the database cannot be read.
pub(crate) async fn all_known(conn: &mut PgConnection) -> Result<Vec<AppliedMigration>, SchemaError> {
    let applied = match conn.list_applied_migrations(&MIGRATOR.table_name).await {
        // There is no such table: nothing was migrated yet.
        Err(MigrateError::Execute(error)) if refusal(&error).is_some_and(|refused| refused.code() == "42P01") => {
            Vec::new()
        }
        applied => applied.map_err(SchemaError::Migration)?,
    };
    match applied.iter().find(|m| !MIGRATOR.version_exists(m.version)) {
        Some(unknown) => Err(SchemaError::Ahead(unknown.version)),
        None => Ok(applied),
    }
}

/// Whether what another connection prepared is in the way of this one, as behind a pooler that hands on the connections of the
/// server between transactions and does not know of prepared statements: all connections use the same names for them.
pub async fn forgets_statements(conn: &mut PgConnection) -> bool {
    let asked = sqlx::query_scalar!("select 1").fetch_one(conn).await;
    // `duplicate_prepared_statement`, `invalid_sql_statement_name`.
    asked.is_err_and(|error| refusal(&error).is_some_and(|refused| matches!(refused.code(), "42P05" | "26000")))
}

async fn check_server(conn: &mut PgConnection) -> Result<(), SchemaError> {
    let server = sqlx::query!(
        r#"select current_setting('server_version') as "version!", current_setting('server_encoding') as "encoding!",
           current_setting('server_version_num')::integer as "number!""#
    )
    .fetch_one(conn)
    .await?;
    if server.number < MINIMUM_SERVER {
        return Err(SchemaError::ServerTooOld(server.version));
    }
    if server.encoding == "UTF8" { Ok(()) } else { Err(SchemaError::Encoding(server.encoding)) }
}
