//! The log as auditors read it: who changed what, when, and from where.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Origin, StoreError, chain};

/// The most rows of a commit that an entry names.
pub const TOUCHED: i32 = 20;

/// A commit and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its position in the log.
    pub seq: i64,
    /// Its link of the chain.
    pub chain: [u8; 16],
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who asked for it; empty for what the program itself did.
    pub origin: Origin,
    /// How many changes the log has of it; a bulk load is one.
    pub changes: i32,
    /// The first [`TOUCHED`] of these, in their order.
    pub touched: Vec<Touched>,
}

/// A row that a commit touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// What was done: `put`, `remove`, `merge`.
    pub op: String,
    /// To what: `entity`, `edge`, or `bulk` for a whole load.
    pub subject: String,
    /// The row; `None` for a load.
    pub id: Option<Uuid>,
    /// Its kind, where its after-image has it.
    pub kind: Option<String>,
    /// The slug of an entity, where its after-image has it.
    pub slug: Option<String>,
    /// How many rows a load brought.
    pub rows: Option<i64>,
}

/// Commits, the newest first: those before `before`, at most `limit`.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(conn: &mut PgConnection, before: Option<i64>, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
    let commits = sqlx::query!(
        r#"select seq, chain, recorded_at, changes, origin as "origin: Json<Origin>" from commit
           where seq < $1 order by seq desc limit $2"#,
        before.unwrap_or(i64::MAX),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let seqs: Vec<i64> = commits.iter().map(|commit| commit.seq).collect();
    let mut touched = touched(conn, &seqs).await?;
    let entries = commits.into_iter().map(|row| AuditEntry {
        seq: row.seq,
        chain: chain::from_column(&row.chain),
        recorded_at: row.recorded_at,
        origin: row.origin.map(|Json(origin)| origin).unwrap_or_default(),
        changes: row.changes,
        touched: touched.remove(&row.seq).unwrap_or_default(),
    });
    Ok(entries.collect())
}

/// What each of these commits touched. The log cannot change, so a second look sees what belongs to the first.
async fn touched(conn: &mut PgConnection, seqs: &[i64]) -> Result<HashMap<i64, Vec<Touched>>, StoreError> {
    let rows = sqlx::query!(
        r#"select seq, op, subject, id, image ->> 'kind' as kind, image ->> 'slug' as slug,
               case when subject = 'bulk'
                   then coalesce((image ->> 'entities')::bigint, 0) + coalesce((image ->> 'edges')::bigint, 0)
               end as rows
           from change where seq = any($1) and ordinal < $2 order by seq, ordinal"#,
        seqs,
        TOUCHED
    )
    .fetch_all(conn)
    .await?;
    let mut touched: HashMap<i64, Vec<Touched>> = HashMap::new();
    for row in rows {
        let (op, subject, id, kind, slug) = (row.op, row.subject, row.id, row.kind, row.slug);
        touched.entry(row.seq).or_default().push(Touched { op, subject, id, kind, slug, rows: row.rows });
    }
    Ok(touched)
}
