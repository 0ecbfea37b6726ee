//! Where the log stands.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{StoreError, chain};

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

/// The commit that the transaction of this connection may now write, until it ends.
pub(crate) async fn begin_commit(conn: &mut PgConnection) -> Result<(Head, DateTime<Utc>), sqlx::Error> {
    let row = sqlx::query!(
        r#"select seq as "seq!", chain as "chain!", digest as "digest!", now as "now!" from begin_commit()"#
    )
    .fetch_one(conn)
    .await?;
    let digest = row.digest.cast_unsigned();
    Ok((Head { seq: row.seq, chain: chain::from_column(&row.chain), digest, recorded_at: Some(row.now) }, row.now))
}

/// As [`begin_commit`]; every statement that follows may take 10 seconds. A lock timeout would not do for the wait: it
/// counts anew for each of the locks that stand before the row.
pub(crate) async fn take(conn: &mut PgConnection) -> Result<(Head, DateTime<Utc>), sqlx::Error> {
    let row = sqlx::query!(
        r#"select seq as "seq!", chain as "chain!", digest as "digest!", now as "now!"
           from begin_commit(), set_config('statement_timeout', '10s', true)"#
    )
    .fetch_one(conn)
    .await?;
    let digest = row.digest.cast_unsigned();
    Ok((Head { seq: row.seq, chain: chain::from_column(&row.chain), digest, recorded_at: Some(row.now) }, row.now))
}

/// Checks all references, moves the head to a commit that stands in `commit`, and wakes the followers when the
/// transaction commits.
pub(crate) async fn end_commit(conn: &mut PgConnection, seq: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("select check_references(), end_commit($1), pg_notify('pledgegraph', $1::bigint::text)", seq)
        .execute(conn)
        .await?;
    Ok(())
}

/// The channel on which every commit is announced. A hint: the log is read, never the payload.
pub const CHANNEL: &str = "pledgegraph";
