//! The database of a run: the one that `DATABASE_URL` names, or an embedded PostgreSQL.

use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use pledgegraph_store::schema;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::config::{Secret, Settings};
use pledgegraph_postgres::{
    self as postgres, Cluster, ClusterOptions, DATABASE, MINIMUM_MAJOR, Search, attach, system_directories,
};

/// How long the database of `DATABASE_URL` may take to answer at the start.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How long one attempt to reach the PostgreSQL of another process may take, and the pause after it.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(2);
const ATTEMPT_PAUSE: Duration = Duration::from_millis(100);

/// How long the embedded PostgreSQL may take to stop before it is not asked politely any more.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// Which database to use.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice<'a> {
    /// The one that this URL names.
    Url(&'a Secret),
    /// An embedded one in this directory.
    Embedded(&'a Path),
}

/// A database that takes connections, and the server behind it if that is ours.
pub(crate) struct Database {
    /// Connections to it.
    pub(crate) pool: PgPool,
    cluster: Option<Cluster>,
}

impl<'a> Choice<'a> {
    /// What `serve` and its like use: `DATABASE_URL`, else the data directory.
    pub(crate) fn of(settings: &'a Settings) -> Result<Self> {
        match &settings.database_url {
            Some(url) => Ok(Self::Url(url)),
            None => Ok(Self::Embedded(settings.data_dir()?)),
        }
    }

    /// The same, for commands that make nothing.
    pub(crate) fn existing(settings: &'a Settings) -> Result<Self> {
        let choice = Self::of(settings)?;
        if let Self::Embedded(directory) = choice
            && !directory.join("data/PG_VERSION").exists()
        {
            bail!("there is no database in {}", directory.display());
        }
        Ok(choice)
    }

    /// The database of `demo`, for commands that make nothing.
    pub(crate) fn existing_demo(directory: &'a Path) -> Result<Self> {
        if !directory.join("data/PG_VERSION").exists() {
            bail!("there is no demonstration in {}: `pledgegraph demo` makes it", directory.display());
        }
        Ok(Self::Embedded(directory))
    }
}

impl Database {
    /// Opens the database and looks whether it can be used; the schema is left as it is.
    ///
    /// # Errors
    /// One line that says what is wrong, and never a password.
    pub(crate) async fn open(choice: Choice<'_>, settings: &Settings) -> Result<Self> {
        let (options, cluster) = match choice {
            Choice::Url(url) => (reach(url).await?, None),
            Choice::Embedded(directory) => {
                let cluster = start(directory, settings).await?;
                (cluster.connect_options(), Some(cluster))
            }
        };
        Ok(Self { pool: pool(options, settings), cluster })
    }

    /// The same for commands that may run beside the service: an embedded PostgreSQL that another process runs on the
    /// data directory is used as it is, through its socket; one that nobody runs is run for as long as this lives.
    ///
    /// # Errors
    /// As [`Database::open`]; when the PostgreSQL of the other process does not answer.
    pub(crate) async fn attach_or_open(choice: Choice<'_>, settings: &Settings) -> Result<Self> {
        let Choice::Embedded(directory) = choice else { return Self::open(choice, settings).await };
        let until = Instant::now() + ANSWER_LIMIT;
        loop {
            if let Some(options) = attach(directory, DATABASE)? {
                // The other process may be about to start or to stop it.
                if let Ok(Ok(connection)) =
                    tokio::time::timeout(ATTEMPT_LIMIT, PgConnection::connect_with(&options)).await
                {
                    connection.close().await.context("the embedded PostgreSQL hangs up")?;
                    return Ok(Self { pool: pool(options, settings), cluster: None });
                }
            } else {
                match Self::open(choice, settings).await {
                    Err(error) if matches!(error.downcast_ref(), Some(postgres::Error::InUse(_))) => {}
                    opened => return opened,
                }
            }
            if Instant::now() > until {
                bail!("{} is in use by another process, and its PostgreSQL does not answer", directory.display());
            }
            tokio::time::sleep(ATTEMPT_PAUSE).await;
        }
    }

    /// Whether the server behind it was started by this process.
    pub(crate) fn is_ours(&self) -> bool {
        self.cluster.is_some()
    }

    /// Sees to it that the schema is up to date: a server of our own is migrated, one that others use is only looked at.
    ///
    /// # Errors
    /// When the schema is older or newer than this program.
    pub(crate) async fn fit(&self) -> Result<()> {
        if self.is_ours() { self.migrate().await } else { self.check().await }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// When it was made by a later version of the program, or may not be changed.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await.context("cannot reach the database")?;
        schema::migrate(&mut connection).await.context("the database cannot be used")
    }

    /// Lets a role serve without the right to change the schema.
    ///
    /// # Errors
    /// When there is no such role, or the tables are somebody else's.
    pub(crate) async fn grant(&self, role: &str) -> Result<()> {
        let mut connection = self.pool.acquire().await.context("cannot reach the database")?;
        schema::grant(&mut connection, role).await.with_context(|| format!("cannot grant `{role}` what serving takes"))
    }

    /// Looks whether the schema is up to date.
    ///
    /// # Errors
    /// When it is older or newer than this program.
    pub(crate) async fn check(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await.context("cannot reach the database")?;
        schema::check(&mut connection).await.context("the database cannot be used")
    }

    /// Closes all connections, and stops the server if it is ours.
    pub(crate) async fn close(self) {
        // A connection that is busy does not keep us: stopping the server or the process ends it.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.pool.close()).await;
        if let Some(cluster) = self.cluster {
            cluster.stop(STOP_GRACE).await;
        }
    }
}

fn pool(options: PgConnectOptions, settings: &Settings) -> PgPool {
    let pool =
        pledgegraph_live::pool_options().max_connections(settings.database_connections).acquire_timeout(ANSWER_LIMIT);
    pool.connect_lazy_with(options)
}

async fn start(directory: &Path, settings: &Settings) -> Result<Cluster> {
    let (pg_bin, data_root) = (settings.pg_bin.clone(), directory.to_owned());
    // It may run programs and fetch them.
    let search = move || {
        let announce = |line: &str| tracing::info!("{line}");
        let (pg_bin, system) = (pg_bin.as_deref(), system_directories());
        Search { pg_bin, data_root: &data_root, system, announce: &announce }.run()
    };
    let programs = tokio::task::spawn_blocking(search).await.context("the search for PostgreSQL broke off")??;
    tracing::debug!("PostgreSQL {} in {}", programs.version(), programs.directory().display());
    Ok(Cluster::start(&ClusterOptions::new(directory, programs)).await?)
}

/// How to connect to the database of this URL.
///
/// # Errors
/// When it is not the URL of a PostgreSQL.
pub(crate) fn connect_options(url: &Secret) -> Result<PgConnectOptions> {
    PgConnectOptions::from_str(url.reveal()).context("DATABASE_URL cannot be read")
}

/// Connects, to know that it answers and can be used.
async fn reach(url: &Secret) -> Result<PgConnectOptions> {
    let options = connect_options(url)?.application_name("pledgegraph");
    let place = place(url.reveal(), &options);
    let Ok(looked) = tokio::time::timeout(ANSWER_LIMIT, look(&options, &place)).await else {
        bail!("the PostgreSQL of DATABASE_URL ({place}) does not answer within {} s", ANSWER_LIMIT.as_secs());
    };
    looked?;
    Ok(options)
}

/// Looks whether the server is new enough, and twice, whether what one connection prepares is in the way of the next one.
async fn look(options: &PgConnectOptions, place: &str) -> Result<()> {
    for _ in 0..2 {
        let connecting = PgConnection::connect_with(options).await;
        let mut connection =
            connecting.with_context(|| format!("cannot connect to the PostgreSQL of DATABASE_URL ({place})"))?;
        let version = connection.server_version_num().unwrap_or_default();
        if version < MINIMUM_MAJOR * 10_000 {
            let (major, minor) = (version / 10_000, version % 10_000);
            bail!(
                "the PostgreSQL of DATABASE_URL ({place}) is too old: it is {major}.{minor}, and version {MINIMUM_MAJOR} or newer is needed"
            );
        }
        let forgets = schema::forgets_statements(&mut connection).await;
        connection.close().await.with_context(|| format!("the PostgreSQL of DATABASE_URL ({place}) hangs up"))?;
        if forgets {
            bail!(
                "DATABASE_URL ({place}) leads to a pooler in transaction mode that does not know prepared statements: use its \
                 session mode, PgBouncer 1.21 or later with max_prepared_statements, or a direct connection"
            );
        }
    }
    Ok(())
}

/// Where a database is, from the parts that are no secret: what is not understood is not shown.
fn place(url: &str, options: &PgConnectOptions) -> String {
    if is_split(url) {
        return HIDDEN.to_owned();
    }
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    match options.get_socket() {
        Some(socket) => format!("postgres:///{database}?host={}&user={user}", socket.display()),
        None => format!("postgres://{user}@{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

/// Whether a part of a password may have been read as something else, since it has a `@`, `/`, `?` or `#` that is not
/// percent-encoded: then a `@` stands where none belongs.
fn is_split(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.matches('@').count() > 1 || rest[authority.len()..].contains('@')
}

/// The URL of a database without its secrets.
pub(crate) fn redacted(url: &str) -> String {
    let Ok(options) = PgConnectOptions::from_str(url) else { return HIDDEN.to_owned() };
    let place = place(url, &options);
    let user_part = url.split('@').next().unwrap_or_default();
    if !url.contains("password=") && user_part.matches(':').count() < 2 {
        return place;
    }
    match options.get_socket() {
        Some(_) => format!("{place}&password={HIDDEN}"),
        None => place.replacen('@', &format!(":{HIDDEN}@"), 1),
    }
}

const HIDDEN: &str = "***";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for (url, shown) in [
            ("postgres://u:hunter2@h:1/d", "postgres://u:***@h:1/d"),
            ("postgres://u@h/d?password=hunter2&sslmode=disable", "postgres://u:***@h:5432/d"),
            ("postgres:///d?host=/run/x&user=u&password=hunter2", "postgres:///d?host=/run/x&user=u&password=***"),
            ("postgres://u@h/d", "postgres://u@h:5432/d"),
            ("postgres://u:hunter2@h:port/d", "***"),
            ("hunter2", "***"),
            ("postgres://u:hunter@2@h/d", "***"),
            ("postgres://u:hunter@2#x@h/d", "***"),
            ("postgres://u:hunter@2/x@h/d", "***"),
            ("postgres://u:hunter@2?x@h/d", "***"),
            ("postgres://u:1/hunter2@h/d", "***"),
            ("postgres://u:1?hunter2@h/d", "***"),
            ("postgres://u:hunter%402@h/d", "postgres://u:***@h:5432/d"),
        ] {
            assert_eq!(redacted(url), shown);
        }
    }
}
