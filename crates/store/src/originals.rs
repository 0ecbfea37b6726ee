//! Rows as a bulk load wrote them, kept when they are changed for the first time. The log refers to the rows of a bulk
//! load instead of repeating them; what it refers to is in its table as long as nothing changed it, and here afterwards.

use futures_util::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::row::{Row, Table, Which, id_of};
use crate::snapshot::some_rows;
use crate::table::column;

/// How many rows are kept with one statement.
const AT_ONCE: usize = 1_000;

/// A row of `original`.
struct Original {
    id: Uuid,
    seq: i64,
    subject: &'static str,
    hash: u64,
    image: String,
}

/// Keeps those of the rows that still are as a bulk load wrote them. To be called under the lock of the head, before the
/// rows are changed or removed.
pub(crate) async fn keep(conn: &mut PgConnection, entities: &[Uuid], edges: &[Uuid]) -> Result<(), sqlx::Error> {
    if entities.is_empty() && edges.is_empty() {
        return Ok(());
    }
    let loaded = sqlx::query!(
        r#"select r.id as "id!", r.is_edge as "is_edge!"
           from (select id, version, created_seq, false as is_edge from entity where id = any($1)
                 union all select id, version, created_seq, true from edge where id = any($2)) r
           where r.version = r.created_seq -- what a load replaced is in the log
               and exists (select from change c where c.seq = r.version and c.subject = 'bulk')"#,
        entities,
        edges
    );
    let loaded = loaded.fetch_all(&mut *conn).await?;
    let of = |edges: bool| loaded.iter().filter(move |row| row.is_edge == edges).map(|row| row.id).collect();
    let (entities, edges): (Vec<Uuid>, Vec<Uuid>) = (of(false), of(true));
    for (table, ids) in [(Table::Entities, entities), (Table::Edges, edges)] {
        for ids in ids.chunks(AT_ONCE) {
            keep_some(conn, table, ids).await.map_err(of_database)?;
        }
    }
    Ok(())
}

/// What refuses a statement must stay what it is; anything else cannot be read.
fn of_database(error: StoreError) -> sqlx::Error {
    match error {
        StoreError::Database(error) => error,
        broken => sqlx::Error::Decode(Box::new(broken)),
    }
}

async fn keep_some(conn: &mut PgConnection, table: Table, ids: &[Uuid]) -> Result<(), StoreError> {
    let mut kept = Vec::with_capacity(ids.len());
    some_rows(conn, table, Which::Of(ids), |row, stamp| {
        let (id, seq, image) = (id_of(row.id()), stamp.stamp.version, row.image());
        kept.push(Original { id, seq, subject: table.subject(), hash: stamp.hash, image });
    })
    .await?;
    insert(conn, kept).await
}

/// Inserts rows, each under the hash that it stood under. One that somebody changed past the log is kept as it stands, so
/// that it can be written again: what it was is lost, and its hash tells.
async fn insert(conn: &mut PgConnection, rows: Vec<Original>) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into original (id, seq, subject, hash, image)
         select id, seq, subject, hash, image::json
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::text[])
             as r (id, seq, subject, hash, image)",
        &column(&rows, |row| row.id),
        &column(&rows, |row| row.seq),
        &column(&rows, |row| row.subject) as _,
        &column(&rows, |row| row.hash.cast_signed()),
        &column(&rows, |row| row.image.clone()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The rows of one bulk load that were changed since, as it wrote them, entities first.
pub(crate) async fn of_load(
    conn: &mut PgConnection,
    seq: i64,
    mut each: impl FnMut(Row, u64),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"select id, subject, hash, image::text as "image!" from original where seq = $1 order by subject desc, id"#,
        seq
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        each(decode(&row.subject, row.id, &row.image)?, row.hash.cast_unsigned());
    }
    Ok(())
}

/// A row from its image, as `change` and `original` have it.
pub(crate) fn decode(subject: &str, id: Uuid, image: &str) -> Result<Row, StoreError> {
    let row = match Table::named(subject) {
        Table::Entities => serde_json::from_str(image).map(Row::Entity),
        Table::Edges => serde_json::from_str(image).map(Row::Edge),
    };
    row.map_err(|e| StoreError::broken_row("change", id, &e))
}
