//! A migrated database for one test.

use anyhow::Result;
use pledgegraph_postgres::throwaway;
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
