//! The table `edge_link`.

use sqlx::PgConnection;

use crate::edge_row::LinkRow;
use crate::edges::column;

pub(crate) async fn insert(conn: &mut PgConnection, rows: &[LinkRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into edge_link (edge_id, link, target_id, ordinal)
         select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::smallint[])",
        &column(rows, |r| r.edge_id),
        &column(rows, |r| r.link) as _,
        &column(rows, |r| r.target_id),
        &column(rows, |r| r.ordinal),
    )
    .execute(conn)
    .await?;
    Ok(())
}
