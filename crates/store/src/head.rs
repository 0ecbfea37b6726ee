//! Where the log stands.

use std::sync::atomic::{AtomicI32, Ordering};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{StoreError, chain, schema};

/// The one row of `head`: the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its position in the log; 0 before the first.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// XOR of the hashes of all live rows.
    pub digest: u64,
    /// When it was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// Reads the head.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(conn: &mut PgConnection) -> Result<Head, StoreError> {
    let row = sqlx::query!("select seq, chain, digest, recorded_at from head").fetch_one(conn).await?;
    Ok(Head {
        seq: row.seq,
        chain: chain::from_column(&row.chain),
        digest: row.digest.cast_unsigned(),
        recorded_at: row.recorded_at,
    })
}

/// Whether a process of the server is at work.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_at_work(conn: &mut PgConnection, process: i32) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar!(
        r#"select exists (select from pg_stat_activity where pid = $1 and state = 'active') as "is_at_work!""#,
        process
    );
    Ok(query.fetch_one(conn).await?)
}

/// Whether the server is a standby, which follows a primary and may be behind it.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_standby(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_is_in_recovery() as "is_standby!""#).fetch_one(conn).await
}

/// Waits until what stands is as safe as what is committed now: where commits wait for a standby, it is there too. After a
/// crash a server shows what it had not answered yet, since no standby had it. That may take any time; the process of the
/// server is noted, so that it can be asked about.
///
/// # Errors
/// When that cannot be known.
pub async fn confirm(conn: &mut PgConnection, process: &AtomicI32) -> Result<(), StoreError> {
    let of_server = sqlx::query_scalar!(r#"select pg_backend_pid() as "process!""#).fetch_one(&mut *conn).await?;
    process.store(of_server, Ordering::Relaxed);
    // A commit that changes nothing, and is waited for as any other.
    let written =
        sqlx::query_scalar!(r#"select true as "written!" from pg_logical_emit_message(true, 'pledgegraph', ''::text)"#);
    written.fetch_one(conn).await?;
    Ok(())
}

/// The head that the transaction of this connection may now move, until it ends, and the time of what it commits. Every
/// statement that follows may take as long as `longest`, where it is given. A lock timeout would not do for the wait: it
/// counts anew for each of the locks that stand before the row. The process of the server is noted, so that it can be
/// asked about.
pub(crate) async fn take(
    conn: &mut PgConnection,
    process: &AtomicI32,
    longest: Option<&str>,
) -> Result<(Head, DateTime<Utc>), sqlx::Error> {
    let query = sqlx::query!(
        r#"select seq as "seq!", chain as "chain!", digest as "digest!", now as "now!", pg_backend_pid() as "process!"
           from begin_commit(),
               set_config('statement_timeout', coalesce($1, current_setting('statement_timeout')), true)"#,
        longest
    );
    let row = query.fetch_one(conn).await?;
    process.store(row.process, Ordering::Relaxed);
    let (chain, digest) = (chain::from_column(&row.chain), row.digest.cast_unsigned());
    Ok((Head { seq: row.seq, chain, digest, recorded_at: Some(row.now) }, row.now))
}

/// Checks all references, moves the head to a commit that stands in `commit`, and wakes the followers when the
/// transaction commits. A database that a later version has migrated under this process takes no commit of it: what it
/// writes would lack what it does not know. Asked last, since a migration and what was written before wait for each other.
pub(crate) async fn end_commit(conn: &mut PgConnection, seq: i64) -> Result<(), StoreError> {
    sqlx::query!("select check_references(), end_commit($1), pg_notify('pledgegraph', $1::bigint::text)", seq)
        .execute(&mut *conn)
        .await?;
    schema::all_known(conn).await?;
    Ok(())
}

/// The channel on which every commit is announced. A hint: the log is read, never the payload.
pub const CHANNEL: &str = "pledgegraph";
