//! Reading the graph as it stood after a commit.
//!
//! A row that nothing wrote since the commit stands in its table as it was then. One that was written since has its
//! latest image at or before the commit in the log, or among the originals of a bulk load.

use futures_util::TryStreamExt;
use pledgegraph_model::Stamp;
use sqlx::PgConnection;
use sqlx::postgres::PgPool;

use crate::originals::decode;
use crate::row::{Row, RowStamp, Table, Which};
use crate::snapshot::Reading;
use crate::{Head, StoreError, chain};

/// Reads every row as it stood after the commit `seq`, entities before edges, and that commit as the head; `None` when
/// there is no such commit. Takes three connections, as [`crate::snapshot::load`]. Edges come in any order.
///
/// # Errors
/// When the database cannot be read, or a row or an image breaks a rule of the model.
pub async fn load(pool: &PgPool, seq: i64, mut each: impl FnMut(Row, RowStamp)) -> Result<Option<Head>, StoreError> {
    let mut reading = Reading::begin(pool).await?;
    let Some(head) = head_at(&mut reading.first.0, seq).await? else { return Ok(None) };
    reading.rows(Table::Entities, Which::UpTo(seq), &mut each).await?;
    overwritten(&mut reading.first.0, seq, &mut each).await?;
    reading.rows(Table::Edges, Which::UpTo(seq), &mut each).await?;
    reading.end().await?;
    Ok(Some(head))
}

async fn head_at(conn: &mut PgConnection, seq: i64) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query!("select chain, digest, recorded_at from commit where seq = $1", seq);
    Ok(row.fetch_optional(conn).await?.map(|row| Head {
        seq,
        chain: chain::from_column(&row.chain),
        digest: row.digest.cast_unsigned(),
        recorded_at: Some(row.recorded_at),
    }))
}

/// The rows that stood after the commit and were changed since, as they were then, entities first.
async fn overwritten(
    conn: &mut PgConnection,
    seq: i64,
    each: &mut impl FnMut(Row, RowStamp),
) -> Result<(), StoreError> {
    // `former`: the latest version of each. `born`: the first version after the row was last taken away, which is where
    // the order of lists comes from.
    let mut rows = sqlx::query!(
        r#"with touched as (select distinct id, subject from change where seq > $1 and id is not null)
           select t.id as "id!", t.subject as "subject!", former.seq as "version!", former.hash as "hash!",
               former.image::text as "image!", born.seq as "created_seq!", k.recorded_at
           from touched t
           cross join lateral (
               (select c.seq, c.op, c.hash, c.image from change c
                where c.id = t.id and c.subject = t.subject and c.seq <= $1 order by c.seq desc limit 1)
               union all
               (select o.seq, 'put', o.hash, o.image from original o
                where o.id = t.id and o.subject = t.subject and o.seq <= $1 order by o.seq desc limit 1)
               order by seq desc limit 1) former
           cross join lateral (
               select min(v.seq) as seq
               from (select c.seq from change c
                     where c.id = t.id and c.subject = t.subject and c.op = 'put' and c.seq <= $1
                     union all
                     select o.seq from original o where o.id = t.id and o.subject = t.subject and o.seq <= $1) v
               where v.seq > coalesce((select max(g.seq) from change g where g.id = t.id and g.subject = t.subject
                                           and g.op <> 'put' and g.seq <= $1), 0)) born
           join commit k on k.seq = former.seq
           where former.op = 'put'
           order by t.subject desc"#,
        seq
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let stamp = Stamp { version: row.version, recorded_at: row.recorded_at };
        let stamp = RowStamp { hash: row.hash.cast_unsigned(), stamp, created_seq: row.created_seq };
        each(decode(&row.subject, row.id, &row.image)?, stamp);
    }
    Ok(())
}
