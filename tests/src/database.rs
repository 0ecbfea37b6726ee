//! A migrated database for one test, and a durable server for a benchmark.

use std::path::Path;

use anyhow::Result;
use pledgegraph_postgres::{Cluster, ClusterOptions, Launcher, Search, system_directories, throwaway};
use pledgegraph_store::WriteError;
use pledgegraph_store::schema::{MIGRATOR, migrate};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection};

/// A database of its own, on the throw-away server of this test run.
#[derive(Debug, Clone)]
pub struct TestDb {
    options: PgConnectOptions,
}

impl TestDb {
    /// A fresh database with the whole schema, cloned from a template: about 30 ms.
    ///
    /// # Errors
    /// When the server does not start, or a migration fails.
    pub async fn new() -> Result<Self> {
        let key: Vec<String> = MIGRATOR.iter().map(|m| format!("{} {:?}", m.version, m.checksum)).collect();
        let options = throwaway::database(&key.join("\n"), async |options: PgConnectOptions| {
            migrate(&mut options.connect().await?).await?;
            Ok(())
        })
        .await?;
        Ok(Self::on(options))
    }

    /// A database that stands already.
    pub fn on(options: PgConnectOptions) -> Self {
        Self { options }
    }

    /// How to connect, as superuser.
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// A connection.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn connect(&self) -> Result<PgConnection> {
        Ok(self.options.connect().await?)
    }

    /// A pool, as a process of the service has one.
    pub fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(8).connect_lazy_with(self.options())
    }
}

/// A durable server of its own in a directory, with the whole schema, and a pool as a process of the service has one.
///
/// # Errors
/// When the server is not found or does not start, or a migration fails.
pub async fn durable(directory: &Path) -> Result<(Cluster, PgPool)> {
    let search = Search {
        pg_bin: None,
        data_root: directory,
        system: system_directories(),
        announce: &|line| eprintln!("{line}"),
    };
    let launcher = Launcher::Direct;
    let cluster = Cluster::start(&ClusterOptions { launcher, ..ClusterOptions::new(directory, search.run()?) }).await?;
    let pool = PgPoolOptions::new().max_connections(8).connect_with(cluster.connect_options()).await?;
    migrate(&mut *pool.acquire().await?).await?;
    Ok((cluster, pool))
}

/// Whether the database refused a write for what stands beside it or for what it says, so that nothing changed.
pub fn is_refused(error: &WriteError) -> bool {
    matches!(
        error,
        WriteError::InUse { .. }
            | WriteError::NotAllowed { .. }
            | WriteError::DanglingReference { .. }
            | WriteError::DuplicateReference(_)
            | WriteError::Invalid { .. }
            | WriteError::NotFound(_)
    )
}
