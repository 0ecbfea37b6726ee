//! The table `idempotency`: answers that are given again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::chain::{self, Link};
use crate::table::column;
use crate::{StoreError, WriteError};

/// A key under which a write is done at most once (draft-ietf-httpapi-idempotency-key-header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is: keys of different principals are independent.
    pub principal: String,
    /// The key, at most 255 bytes.
    pub key: String,
    /// SHA-256 of what the request asks for; another one under the same key is refused.
    pub fingerprint: [u8; 32],
    /// What is given back with the receipt of a repetition; opaque here.
    pub answer: String,
}

/// A write that was done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Its position in the log.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What was to be given back with its receipt.
    pub answer: String,
}

/// How long a key is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Whose key, and which.
pub(crate) type Owner = (String, String);

/// What was done under a key.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) seq: i64,
    pub(crate) chain: Link,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) answer: String,
}

impl Kept {
    /// What a request with this key is answered.
    pub(crate) fn answer(&self, asked: &Idempotency) -> Result<Repeated, WriteError> {
        if self.fingerprint != asked.fingerprint {
            return Err(WriteError::KeyReused);
        }
        let (seq, chain, recorded_at) = (self.seq, self.chain, self.recorded_at);
        Ok(Repeated { seq, chain, recorded_at, answer: self.answer.clone() })
    }
}

/// Who owns a key, and the key.
pub(crate) fn owner(key: &Idempotency) -> Owner {
    (key.principal.clone(), key.key.clone())
}

/// What was done under those of the keys that are known; older keys than are kept are not.
pub(crate) async fn find(
    conn: &mut PgConnection,
    keys: &[&Idempotency],
    now: DateTime<Utc>,
) -> Result<HashMap<Owner, Kept>, sqlx::Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "select i.principal, i.key, i.fingerprint, i.seq, c.chain, c.recorded_at, i.answer
         from unnest($1::text[], $2::text[]) as asked (principal, key)
         join idempotency i on (i.principal, i.key) = (asked.principal, asked.key)
         join commit c on c.seq = i.seq
         where i.created_at > $3",
        &column(keys, |k| k.principal.clone()),
        &column(keys, |k| k.key.clone()),
        now - KEPT
    );
    let mut found = HashMap::new();
    for row in rows.fetch_all(conn).await? {
        let fingerprint = row.fingerprint.try_into().unwrap_or_default();
        let (seq, chain, recorded_at) = (row.seq, chain::from_column(&row.chain), row.recorded_at);
        let kept = Kept { fingerprint, seq, chain, recorded_at, answer: row.answer };
        found.insert((row.principal, row.key), kept);
    }
    Ok(found)
}

/// What is answered to a request under a key, where something was done under it.
///
/// # Errors
/// [`WriteError::KeyReused`], or why the database cannot be read.
pub async fn repeated(conn: &mut PgConnection, key: &Idempotency) -> Result<Option<Repeated>, WriteError> {
    let found = find(conn, &[key], Utc::now()).await.map_err(|e| WriteError::of_failure(StoreError::from(e)))?;
    found.get(&owner(key)).map(|kept| kept.answer(key)).transpose()
}

/// Keeps what was done, and drops some of the keys that have grown old.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    done: &[(&Idempotency, i64)],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if done.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with asked as (
             select * from unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::text[])
                 as asked (principal, key, fingerprint, seq, answer)
         ), old as (
             delete from idempotency where (principal, key) in (
                 select principal, key from idempotency where created_at <= $7 order by created_at limit 512)
             -- One statement changes a row once.
             and (principal, key) not in (select principal, key from asked)
         )
         insert into idempotency (principal, key, fingerprint, seq, answer, created_at)
         select principal, key, fingerprint, seq, answer, $6 from asked
         on conflict (principal, key) do update set fingerprint = excluded.fingerprint, seq = excluded.seq,
             answer = excluded.answer, created_at = excluded.created_at",
        &column(done, |d| d.0.principal.clone()),
        &column(done, |d| d.0.key.clone()),
        &column(done, |d| d.0.fingerprint.to_vec()),
        &column(done, |d| d.1),
        &column(done, |d| d.0.answer.clone()),
        now,
        now - KEPT
    )
    .execute(conn)
    .await?;
    Ok(())
}
