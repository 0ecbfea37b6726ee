//! The log: what was committed after a given point.

use std::collections::BTreeMap;

use pledgegraph_model::{Change, Commit, EdgeId, EntityId, Removed};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::chain::Link;
use crate::row::{ONE_SNAPSHOT, Row, Table, Which};
use crate::snapshot::some_rows;
use crate::summary::Summary;
use crate::{Head, StoreError, chain, head, originals};

/// What happened after a point of the log, as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// The commits after the point, in order, their chain verified; the last is the head.
    Commits(Head, Vec<Commit>),
    /// The point is not in the log: its history was lost or replaced (a failover, a restore). Load anew.
    Diverged(Head),
}

/// Reads the commits after the commit `seq` whose link is `chain`, in one snapshot.
///
/// # Errors
/// When the database cannot be read, or the log contradicts itself.
pub async fn since(conn: &mut PgConnection, seq: i64, chain: [u8; 16]) -> Result<Tail, StoreError> {
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let head = head::read(&mut tx).await?;
    // Most often nothing happened.
    if (head.seq, head.chain) == (seq, chain) {
        return Ok(Tail::Commits(head, Vec::new()));
    }
    if chain_at(&mut tx, seq).await? != Some(chain) || head.seq < seq {
        return Ok(Tail::Diverged(head));
    }
    let commits = follow(&mut tx, (seq, chain), head.seq).await?;
    if commits.last().map_or(chain, |commit| commit.chain) != head.chain {
        return Err(StoreError::BrokenLog { seq: head.seq, problem: "the head is not the last commit".to_owned() });
    }
    tx.commit().await?;
    Ok(Tail::Commits(head, commits))
}

/// The commits after a point, up to the commit `last`, in one snapshot; `None` when the log has no such point.
///
/// # Errors
/// As [`since`].
pub async fn between(
    conn: &mut PgConnection,
    (seq, chain): (i64, [u8; 16]),
    last: i64,
) -> Result<Option<Vec<Commit>>, StoreError> {
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    if chain_at(&mut tx, seq).await? != Some(chain) {
        return Ok(None);
    }
    let commits = follow(&mut tx, (seq, chain), last).await?;
    tx.commit().await?;
    Ok(Some(commits))
}

/// The commits after a point that is in the log, up to the commit `last`, their chain verified.
async fn follow(
    conn: &mut PgConnection,
    (mut seq, mut before): (i64, Link),
    last: i64,
) -> Result<Vec<Commit>, StoreError> {
    let mut commits = Vec::new();
    while seq < last {
        let entries = entries(conn, seq, last).await?;
        if entries.is_empty() {
            break;
        }
        for (entry, rows) in entries {
            entry.verify(before, &rows)?;
            (before, seq) = (entry.chain, entry.seq);
            let changes = changes(conn, &entry, rows).await?;
            let Entry { seq, chain, digest, recorded_at, .. } = entry;
            commits.push(Commit { seq, chain, digest, recorded_at, changes });
        }
    }
    Ok(commits)
}

/// How many rows the commits after `after` and up to `last` changed, those of bulk loads included. A commit changes at
/// least one, so they are counted only when the commits are no more than `enough`; else `None`.
///
/// # Errors
/// When the database cannot be read.
pub async fn changed_rows(
    conn: &mut PgConnection,
    after: i64,
    last: i64,
    enough: i64,
) -> Result<Option<i64>, StoreError> {
    if last - after > enough {
        return Ok(None);
    }
    let rows = sqlx::query_scalar!(
        r#"select (select coalesce(sum(changes), 0) from commit where seq > $1 and seq <= $2)::bigint
               + (select coalesce(sum((image ->> 'entities')::bigint + (image ->> 'edges')::bigint), 0) from change
                  where subject = 'bulk' and seq > $1 and seq <= $2)::bigint as "rows!""#,
        after,
        last
    );
    Ok(Some(rows.fetch_one(conn).await?))
}

/// Verifies the chain of the whole log, from the first commit to the head; gives the number of commits.
///
/// # Errors
/// [`StoreError::BrokenLog`] names the first commit that was tampered with.
pub async fn verify(conn: &mut PgConnection) -> Result<i64, StoreError> {
    let mut tx = conn.begin_with(ONE_SNAPSHOT).await?;
    let head = head::read(&mut tx).await?;
    let (mut before, mut last) = (Link::default(), 0);
    loop {
        let entries = entries(&mut tx, last, head.seq).await?;
        if entries.is_empty() {
            break;
        }
        for (entry, rows) in entries {
            if entry.seq != last + 1 {
                return Err(entry.broken("a commit is missing before it"));
            }
            entry.verify(before, &rows)?;
            (before, last) = (entry.chain, entry.seq);
        }
    }
    if (head.seq, head.chain) != (last, before) {
        return Err(StoreError::BrokenLog { seq: last, problem: "the head is not the last commit".to_owned() });
    }
    Ok(last)
}

/// The link of the chain at a point of the log; `None` when the log has no such point.
///
/// # Errors
/// When the database cannot be read.
pub async fn chain_at(conn: &mut PgConnection, seq: i64) -> Result<Option<[u8; 16]>, StoreError> {
    if seq == 0 {
        return Ok(Some(Link::default()));
    }
    let found = sqlx::query_scalar!("select chain from commit where seq = $1", seq).fetch_optional(conn).await?;
    Ok(found.as_deref().map(chain::from_column))
}

/// The links of all commits up to one, from the first on.
///
/// # Errors
/// When the database cannot be read.
pub async fn links(conn: &mut PgConnection, upto: i64) -> Result<Vec<Link>, StoreError> {
    let found =
        sqlx::query_scalar!("select chain from commit where seq <= $1 order by seq", upto).fetch_all(conn).await?;
    Ok(found.iter().map(|link| chain::from_column(link)).collect())
}

/// A row of `commit`.
struct Entry {
    seq: i64,
    chain: Link,
    digest: u64,
    nonce: Link,
    recorded_at: chrono::DateTime<chrono::Utc>,
    changes: i32,
    /// The text that the chain covers.
    origin: Option<String>,
}

/// A row of `change`.
struct Logged {
    subject: String,
    id: Option<Uuid>,
    hash: Option<u64>,
    image: String,
}

/// How many commits are read in one go.
const AT_ONCE: i64 = 10_000;

async fn entries(conn: &mut PgConnection, after: i64, last: i64) -> Result<Vec<(Entry, Vec<Logged>)>, StoreError> {
    let upto = last.min(after.saturating_add(AT_ONCE));
    let commits = sqlx::query!(
        r#"select seq, chain, digest, nonce, recorded_at, changes, origin::text as origin from commit
         where seq > $1 and seq <= $2 order by seq"#,
        after,
        upto
    );
    let mut found: BTreeMap<i64, (Entry, Vec<Logged>)> = BTreeMap::new();
    for row in commits.fetch_all(&mut *conn).await? {
        let (chain, nonce) = (chain::from_column(&row.chain), chain::from_column(&row.nonce));
        let digest = row.digest.cast_unsigned();
        let (recorded_at, changes, origin) = (row.recorded_at, row.changes, row.origin);
        let entry = Entry { seq: row.seq, chain, digest, nonce, recorded_at, changes, origin };
        found.insert(row.seq, (entry, Vec::new()));
    }
    let changes = sqlx::query!(
        r#"select seq, subject, id, hash, image::text as "image!" from change
           where seq > $1 and seq <= $2 order by seq, ordinal"#,
        after,
        upto
    );
    for row in changes.fetch_all(conn).await? {
        if let Some((_, rows)) = found.get_mut(&row.seq) {
            let hash = row.hash.map(i64::cast_unsigned);
            rows.push(Logged { subject: row.subject, id: row.id, hash, image: row.image });
        }
    }
    Ok(found.into_values().collect())
}

impl Entry {
    fn broken(&self, problem: &str) -> StoreError {
        StoreError::BrokenLog { seq: self.seq, problem: problem.to_owned() }
    }

    /// Checks that the commit follows `before` and says what its link was computed over.
    fn verify(&self, before: Link, rows: &[Logged]) -> Result<(), StoreError> {
        if usize::try_from(self.changes) != Ok(rows.len()) {
            return Err(self.broken("changes are missing"));
        }
        let images = rows.iter().map(|row| row.image.as_str());
        if chain::link(before, self.seq, images, self.nonce, self.origin.as_deref()) == self.chain {
            Ok(())
        } else {
            Err(self.broken("the chain does not follow from its changes"))
        }
    }
}

async fn changes(conn: &mut PgConnection, entry: &Entry, rows: Vec<Logged>) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        if row.subject == "bulk" {
            changes.extend(loaded_by(conn, entry, &row.image).await?);
        } else {
            changes.push(change(&row).map_err(|problem| entry.broken(&problem))?);
        }
    }
    Ok(changes)
}

/// A change, with the hash of what its image says: the digest of the commit tells whether that was the content.
fn change(row: &Logged) -> Result<Change, String> {
    let id = row.id.ok_or("a change names no row")?;
    let image = |e: serde_json::Error| e.to_string();
    Ok(match (row.subject.as_str(), row.hash) {
        ("entity", Some(_)) => put(Row::Entity(serde_json::from_str(&row.image).map_err(image)?)),
        ("edge", Some(_)) => put(Row::Edge(serde_json::from_str(&row.image).map_err(image)?)),
        ("entity", None) => Change::Remove(Removed::Entity(EntityId(id))),
        ("edge", None) => Change::Remove(Removed::Edge(EdgeId(id))),
        (subject, _) => return Err(format!("`{subject}` is no subject of a change")),
    })
}

fn put(row: Row) -> Change {
    let hash = row.hash();
    match row {
        Row::Entity(entity) => Change::PutEntity(Box::new(entity), hash),
        Row::Edge(edge) => Change::PutEdge(Box::new(edge), hash),
    }
}

/// The rows of a bulk load, as it wrote them, with the hashes of their content, and without quotations: they may be many.
async fn loaded_by(conn: &mut PgConnection, entry: &Entry, image: &str) -> Result<Vec<Change>, StoreError> {
    let expected: Summary = serde_json::from_str(image).map_err(|e| entry.broken(&e.to_string()))?;
    let mut found = Summary::default();
    let mut changes = Vec::new();
    let mut add = |row: Row, stored: u64| {
        let mut change = put(row);
        match &mut change {
            Change::PutEdge(edge, _) => {
                found.add_edge(stored);
                edge.evidence.iter_mut().for_each(|piece| piece.quotation = None);
            }
            _ => found.add_entity(stored),
        }
        changes.push(change);
    };
    let which = Which::LoadedBy(entry.seq);
    for table in [Table::Entities, Table::Edges] {
        some_rows(conn, table, which, |row, stamp| add(row, stamp.hash)).await?;
    }
    originals::of_load(conn, entry.seq, add).await?;
    if found == expected { Ok(changes) } else { Err(entry.broken("rows of the bulk load are missing")) }
}
