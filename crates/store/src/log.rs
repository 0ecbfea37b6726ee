//! The log: what was committed after a given point.

use std::collections::BTreeMap;

use pledgegraph_model::{Change, Commit, EdgeId, EntityId, Removed};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::bulk::Summary;
use crate::chain::Link;
use crate::{Head, StoreError, chain, entities, head, snapshot};

/// What happened after a point of the log, as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// The commits after the point, in order, their chain verified; the last is the head.
    Commits(Head, Vec<Commit>),
    /// The point is not in the log: its history was lost or replaced (a failover, a restore). Load anew.
    Diverged(Head),
    /// A bulk load lies between whose rows were changed since, so that they cannot be told apart. Load anew.
    Overwritten(Head),
}

/// Reads the commits after the commit `seq` whose link is `chain`, in one snapshot.
///
/// # Errors
/// When the database cannot be read, or the log contradicts itself.
pub async fn since(conn: &mut PgConnection, seq: i64, chain: [u8; 16]) -> Result<Tail, StoreError> {
    let mut tx = conn.begin_with(snapshot::ONE_SNAPSHOT).await?;
    let head = head::read(&mut tx).await?;
    // Most often nothing happened.
    if (head.seq, head.chain) == (seq, chain) {
        return Ok(Tail::Commits(head, Vec::new()));
    }
    if link_at(&mut tx, seq).await? != Some(chain) || head.seq < seq {
        return Ok(Tail::Diverged(head));
    }
    let mut before = chain;
    let mut commits = Vec::new();
    let mut last = seq;
    while last < head.seq {
        let entries = entries(&mut tx, last).await?;
        if entries.is_empty() {
            break;
        }
        for (entry, rows) in entries {
            entry.verify(before, &rows)?;
            (before, last) = (entry.chain, entry.seq);
            let Some(changes) = changes(&mut tx, &entry, rows).await? else { return Ok(Tail::Overwritten(head)) };
            let Entry { seq, chain, digest, recorded_at, .. } = entry;
            commits.push(Commit { seq, chain, digest, recorded_at, changes });
        }
    }
    if before != head.chain {
        return Err(StoreError::BrokenLog { seq: head.seq, problem: "the head is not the last commit".to_owned() });
    }
    tx.commit().await?;
    Ok(Tail::Commits(head, commits))
}

/// Verifies the chain of the whole log, from the first commit to the head; gives the number of commits.
///
/// # Errors
/// [`StoreError::BrokenLog`] names the first commit that was tampered with.
pub async fn verify(conn: &mut PgConnection) -> Result<i64, StoreError> {
    let mut tx = conn.begin_with(snapshot::ONE_SNAPSHOT).await?;
    let head = head::read(&mut tx).await?;
    let (mut before, mut last) = (Link::default(), 0);
    loop {
        let entries = entries(&mut tx, last).await?;
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
async fn link_at(conn: &mut PgConnection, seq: i64) -> Result<Option<Link>, StoreError> {
    if seq == 0 {
        return Ok(Some(Link::default()));
    }
    let found = sqlx::query_scalar!("select chain from commit where seq = $1", seq).fetch_optional(conn).await?;
    Ok(found.as_deref().map(chain::from_column))
}

/// A row of `commit`.
struct Entry {
    seq: i64,
    chain: Link,
    digest: u64,
    nonce: Link,
    recorded_at: chrono::DateTime<chrono::Utc>,
    changes: i32,
}

/// A row of `change`.
struct Row {
    subject: String,
    id: Option<Uuid>,
    hash: Option<u64>,
    image: String,
}

/// How many commits are read in one go when the whole log is verified.
const AT_ONCE: i64 = 10_000;

async fn entries(conn: &mut PgConnection, after: i64) -> Result<Vec<(Entry, Vec<Row>)>, StoreError> {
    let commits = sqlx::query!(
        "select seq, chain, digest, nonce, recorded_at, changes from commit where seq > $1 order by seq limit $2",
        after,
        AT_ONCE
    );
    let mut found: BTreeMap<i64, (Entry, Vec<Row>)> = BTreeMap::new();
    for row in commits.fetch_all(&mut *conn).await? {
        let (chain, nonce) = (chain::from_column(&row.chain), chain::from_column(&row.nonce));
        let digest = row.digest.cast_unsigned();
        let entry = Entry { seq: row.seq, chain, digest, nonce, recorded_at: row.recorded_at, changes: row.changes };
        found.insert(row.seq, (entry, Vec::new()));
    }
    let changes = sqlx::query!(
        r#"select seq, subject, id, hash, image::text as "image!" from change
           where seq > $1 and seq <= $1 + $2::bigint order by seq, ordinal"#,
        after,
        AT_ONCE
    );
    for row in changes.fetch_all(conn).await? {
        if let Some((_, rows)) = found.get_mut(&row.seq) {
            let hash = row.hash.map(i64::cast_unsigned);
            rows.push(Row { subject: row.subject, id: row.id, hash, image: row.image });
        }
    }
    Ok(found.into_values().collect())
}

impl Entry {
    fn broken(&self, problem: &str) -> StoreError {
        StoreError::BrokenLog { seq: self.seq, problem: problem.to_owned() }
    }

    /// Checks that the commit follows `before` and says what its link was computed over.
    fn verify(&self, before: Link, rows: &[Row]) -> Result<(), StoreError> {
        if usize::try_from(self.changes) != Ok(rows.len()) {
            return Err(self.broken("changes are missing"));
        }
        let images = rows.iter().map(|row| row.image.as_str());
        if chain::link(before, self.seq, images, self.nonce) == self.chain {
            Ok(())
        } else {
            Err(self.broken("the chain does not follow from its changes"))
        }
    }
}

async fn changes(conn: &mut PgConnection, entry: &Entry, rows: Vec<Row>) -> Result<Option<Vec<Change>>, StoreError> {
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        if row.subject == "bulk" {
            let Some(rows) = loaded_by(conn, entry, &row.image).await? else { return Ok(None) };
            changes.extend(rows);
        } else {
            changes.push(change(&row).map_err(|problem| entry.broken(&problem))?);
        }
    }
    Ok(Some(changes))
}

fn change(row: &Row) -> Result<Change, String> {
    let id = row.id.ok_or("a change names no row")?;
    let image = |e: serde_json::Error| e.to_string();
    Ok(match (row.subject.as_str(), row.hash) {
        ("entity", Some(hash)) => Change::PutEntity(serde_json::from_str(&row.image).map_err(image)?, hash),
        ("edge", Some(hash)) => Change::PutEdge(serde_json::from_str(&row.image).map_err(image)?, hash),
        ("entity", None) => Change::Remove(Removed::Entity(EntityId(id))),
        ("edge", None) => Change::Remove(Removed::Edge(EdgeId(id))),
        (subject, _) => return Err(format!("`{subject}` is no subject of a change")),
    })
}

/// The rows of a bulk load, if all still stand as it wrote them.
async fn loaded_by(conn: &mut PgConnection, entry: &Entry, image: &str) -> Result<Option<Vec<Change>>, StoreError> {
    let expected: Summary = serde_json::from_str(image).map_err(|e| entry.broken(&e.to_string()))?;
    let mut found = Summary::default();
    let mut changes = Vec::new();
    entities::read(conn, Some(entry.seq), |(entity, hash, _, _)| {
        found.add_entity(hash);
        changes.push(Change::PutEntity(Box::new(entity), hash));
    })
    .await?;
    snapshot::edges_created_by(conn, entry.seq, |edge, stamp| {
        found.add_edge(stamp.hash);
        changes.push(Change::PutEdge(Box::new(edge), stamp.hash));
    })
    .await?;
    Ok((found == expected).then_some(changes))
}
