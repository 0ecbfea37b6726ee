//! What the log keeps of commits: their rows in `commit` and `change`, and the keys that they were asked for under.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::chain::Link;
use crate::idempotency::{self, Idempotency};
use crate::table::column;

/// A commit.
pub(crate) struct Logged {
    pub(crate) seq: i64,
    pub(crate) chain: Link,
    pub(crate) digest: u64,
    pub(crate) nonce: Link,
    pub(crate) recorded_at: DateTime<Utc>,
    /// How many changes it has; all but the first may be written otherwise.
    pub(crate) changes: usize,
    pub(crate) origin: Option<String>,
    pub(crate) key: Option<Idempotency>,
    pub(crate) rows: Vec<LoggedRow>,
}

/// A change.
pub(crate) struct LoggedRow {
    pub(crate) subject: &'static str,
    pub(crate) id: Option<Uuid>,
    pub(crate) op: &'static str,
    pub(crate) hash: Option<u64>,
    pub(crate) image: String,
}

/// Writes the commits, their changes and their keys down.
pub(crate) async fn insert(conn: &mut PgConnection, commits: &[Logged]) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, i32, &LoggedRow)> =
        commits.iter().flat_map(|c| (0..).zip(&c.rows).map(|(i, row)| (c.seq, i, row))).collect();
    sqlx::query!(
        "with logged as (
             insert into commit (seq, chain, digest, nonce, recorded_at, changes, origin)
             select c.seq, c.chain, c.digest, c.nonce, c.recorded_at, c.changes, c.origin::json
             from unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::timestamptz[], $6::integer[],
                 $7::text[]) as c (seq, chain, digest, nonce, recorded_at, changes, origin)
         )
         insert into change (seq, ordinal, subject, id, op, hash, image)
         select r.seq, r.ordinal, r.subject, r.id, r.op, r.hash, r.image::json
         from unnest($8::bigint[], $9::integer[], $10::text[], $11::uuid[], $12::text[], $13::bigint[], $14::text[])
             as r (seq, ordinal, subject, id, op, hash, image)",
        &column(commits, |c| c.seq),
        &column(commits, |c| c.chain.to_vec()),
        &column(commits, |c| c.digest.cast_signed()),
        &column(commits, |c| c.nonce.to_vec()),
        &column(commits, |c| c.recorded_at),
        &column(commits, |c| i32::try_from(c.changes).unwrap_or(i32::MAX)),
        &column(commits, |c| c.origin.clone()) as _,
        &column(&rows, |r| r.0),
        &column(&rows, |r| r.1),
        &column(&rows, |r| r.2.subject) as _,
        &column(&rows, |r| r.2.id) as _,
        &column(&rows, |r| r.2.op) as _,
        &column(&rows, |r| r.2.hash.map(u64::cast_signed)) as _,
        &column(&rows, |r| r.2.image.as_str()) as _,
    )
    .execute(&mut *conn)
    .await?;
    let keys: Vec<_> = commits.iter().filter_map(|c| Some((c.key.as_ref()?, c.seq))).collect();
    match commits.last() {
        Some(last) => idempotency::keep(conn, &keys, last.recorded_at).await,
        None => Ok(()),
    }
}
